"""What ended up in the environment, read from its files and by importing in a child process.

The tool's output is not looked at. Files are read from outside; the child process only reports
where the environment's folders are and whether the import succeeds.
"""

from __future__ import annotations

import json
import os.path
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from native_skew.binaries import Image, ImageError, Loaded, Loader, reference
from native_skew.distributions import Installed, stem
from native_skew.distributions import installed as inventory
from native_skew.errors import CellError
from native_skew.scenarios import Scenario
from native_skew.toolchain import Outcome

_MARK = "native-skew:"

# Runs in the environment's own interpreter. The folders are reported before the import, which may
# end the process: two generations of a library in one process can abort it.
PROBE = """\
import importlib, json, os, sys
def say(**facts):
    print("native-skew:" + json.dumps(facts), flush=True)
say(path=[os.path.abspath(p) for p in sys.path if p], base_prefix=sys.base_prefix,
    executable=sys.executable)
try:
    module = importlib.import_module(sys.argv[1])
    say(imported=True)
    if hasattr(module, "versions"):
        say(versions=module.versions())
except BaseException as error:
    say(error=type(error).__name__ + ": " + str(error))
others = {}
for name in sys.argv[2:]:
    try:
        others[name] = {"versions": importlib.import_module(name).versions()}
    except BaseException as error:
        others[name] = {"error": type(error).__name__ + ": " + str(error)}
if others:
    say(others=others)
with open("/proc/self/maps") as maps:
    say(loaded=sorted({line.split()[-1] for line in maps if ".so" in line}))
"""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a tool's own consistency check, e.g. of ``uv pip check``."""

    tool: str
    exit_code: int
    output: str


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A DT_NEEDED entry and the file that satisfies it; None where there is none."""

    name: str
    found: str | None


class NativeModule(msgspec.Struct, frozen=True, kw_only=True):
    """A shared object of the consumer, and where each name it needs is found.

    ``needed`` is that of its DT_NEEDED names which is the provider's.
    """

    path: str
    runpath: tuple[str, ...]
    needs: tuple[Need, ...]
    needed: str | None
    built_against: str | None


class OtherConsumer(msgspec.Struct, frozen=True, kw_only=True):
    """Another consumer of the same provider, imported after the one that is looked at.

    ``import_error`` and ``abi_mismatch`` are as an observation's.
    """

    name: str
    version: str | None
    import_error: str | None = None
    abi_mismatch: str | None = None


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """An environment as found.

    Attributes:
        consumer_installed: the consumer's METADATA is there.
        built_against: the provider's version that the module was compiled with; its ABI
            version where the module tells no more.
        installed: the provider's version that is installed.
        loaded: the provider's version that answered when the module called it; of a module
            that cannot be asked, the version in the name of the library that is mapped.
        needed: the provider's library as the module's DT_NEEDED names it.
        distributions: everything installed.
        modules: the consumer's shared objects.
        violations: Requires-Dist that do not hold, as sentences.
        import_error: of the import in the child process; None where it succeeded.
        abi_mismatch: a sentence where an import that succeeded runs with another ABI.
        libraries: shared objects mapped into the child after the import, those of the
            interpreter and the system left out.
        checks: what the tools' own ``check`` commands say.
        others: what else links to the provider.

    """

    consumer_installed: bool
    built_against: str | None = None
    installed: str | None = None
    loaded: str | None = None
    needed: str | None = None
    distributions: tuple[Installed, ...] = ()
    modules: tuple[NativeModule, ...] = ()
    violations: tuple[str, ...] = ()
    import_error: str | None = None
    abi_mismatch: str | None = None
    libraries: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    others: tuple[OtherConsumer, ...] = ()

    @property
    def failed_import(self) -> str | None:
        """The error of the first import that fails; another consumer's is preceded by its name."""
        named = (f"{e.name}: {e.import_error}" for e in self.others if e.import_error)
        return self.import_error or next(named, None)

    @property
    def wrong_abi(self) -> str | None:
        """The first ABI mismatch, likewise."""
        named = (f"{e.name}: {e.abi_mismatch}" for e in self.others if e.abi_mismatch)
        return self.abi_mismatch or next(named, None)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The pair under test: the distributions' names and the consumer's import name.

    ``others`` are distributions that link to the same provider.
    """

    consumer: str
    provider: str
    module: str
    others: tuple[str, ...] = ()

    @property
    def modules(self) -> tuple[str, ...]:
        """What is imported, in order."""
        return self.module, *(name.replace("-", "_") for name in self.others)


def subject_of(scenario: Scenario, variant: str) -> Subject:
    """The pair under test in ``variant`` of ``scenario``."""
    return Subject(
        consumer=scenario.consumer,
        provider=scenario.provider,
        module=scenario.module,
        others=scenario.other_consumers(variant),
    )


def observe(
    subject: Subject,
    run_python: Callable[[Sequence[str]], Outcome],
    run_checks: Callable[[Path], tuple[Check, ...]],
    library_path: tuple[str, ...] = (),
) -> Observation:
    """Examines an environment; in one that does not exist, no consumer is installed.

    ``run_python`` runs its interpreter with arguments, with ``library_path`` as LD_LIBRARY_PATH;
    ``run_checks`` runs the tools' checks on the environment with that prefix.
    """
    facts = probe_facts(run_python(["-c", PROBE, *subject.modules]))
    sites = [Path(p) for p in facts.get("path", []) if Path(p).name == "site-packages"]
    installed = {site: inventory.read(site) for site in sites}
    distributions = tuple(each for site in sites for each in installed[site])
    versions = {each.name: each.version for each in reversed(distributions)}
    if subject.consumer not in versions:
        return Observation(consumer_installed=False, distributions=distributions)
    program = facts.get("executable")
    loader = Loader(Path(program) if program else None, library_path)
    modules = tuple(_modules(sites, subject, loader))
    reported = facts.get("versions", {})
    needed = next((m.needed for m in modules if m.needed), None)
    mapped = {Path(path).name for path in facts.get("loaded", ())}
    of_name = needed.partition(".so.")[2] if needed and needed in mapped else ""
    # `uv run` lays a temporary environment over the one that holds the files.
    home = next(s for s in sites if any(each.name == subject.consumer for each in installed[s]))
    built_against = next((m.built_against for m in modules if m.built_against), None)
    return Observation(
        consumer_installed=True,
        built_against=built_against,
        installed=versions.get(subject.provider),
        loaded=reported.get("loaded") or of_name or None,
        needed=needed,
        distributions=distributions,
        modules=modules,
        violations=inventory.violations(distributions),
        import_error=facts.get("error", None if "imported" in facts else "the process died"),
        abi_mismatch=_mismatch(reported),
        libraries=_libraries(facts, sites),
        checks=run_checks(home.parents[2]),
        others=tuple(_others(subject, facts, versions)),
    )


def _others(
    subject: Subject, facts: dict[str, Any], versions: Mapping[str, str]
) -> Iterator[OtherConsumer]:
    for name, module in zip(subject.others, subject.modules[1:], strict=True):
        said = facts.get("others", {}).get(module, {"error": "it was not reached"})
        yield OtherConsumer(
            name=name,
            version=versions.get(name),
            import_error=said.get("error"),
            abi_mismatch=_mismatch(said.get("versions", {})),
        )


def probe_facts(outcome: Outcome) -> dict[str, Any]:
    """The probe's facts, from its output; a death while importing becomes an ``error``."""
    facts: dict[str, Any] = {}
    for line in outcome.output.splitlines():
        if line.startswith(_MARK):
            facts.update(json.loads(line.removeprefix(_MARK)))
    if "path" in facts and "loaded" not in facts:
        facts.pop("imported", None)
        facts["error"] = f"the process died ({outcome.exit_code}) while importing"
    return facts


def _modules(sites: Sequence[Path], subject: Subject, loader: Loader) -> Iterator[NativeModule]:
    """The consumer's shared objects, each with what it needs and what it was built for."""
    # ``libfoo`` for every ``libfoo.so…`` that the provider ships, whatever its version.
    folders = (site / subject.provider.replace("-", "_") for site in sites)
    stems = {stem(p.name) for folder in folders for p in folder.rglob("lib*.so*")}
    for path in sorted(p for site in sites for p in (site / subject.module).rglob("*.so*")):
        if (found := _read(path, loader)) is None:
            continue
        header, by_name = found.header, loader.closure(found).by_name
        needed = next((name for name in header.needed if stem(name) in stems), None)
        stamp = reference.string_symbol(path, f"{subject.module}_built_against")
        yield NativeModule(
            path=str(path),
            runpath=tuple(filter(None, header.runpath.split(":"))),
            needs=tuple(
                Need(name=n, found=os.path.realpath(by_name[n].path) if n in by_name else None)
                for n in header.needed
            ),
            needed=needed,
            built_against=stamp or (needed.partition(".so.")[2] or None if needed else None),
        )


def _read(path: Path, loader: Loader) -> Loaded | None:
    """The file, or None if no loader takes it; raises CellError if the two readers disagree."""
    expected = reference.read(path)
    try:
        with Image(path) as image:
            found = loader.adopt(str(path), image)
    except ImageError:
        if expected:
            reason = "pyelftools reads it, and the kit's own reader does not"
            raise CellError(str(path), reason) from None
        return None
    header = found.header
    read = reference.DynamicSection(header.soname, header.needed, header.rpath, header.runpath)
    if read != expected:
        raise CellError(str(path), f"its dynamic section: {expected} by pyelftools, here {read}")
    return found


_MAXIMUM = 100  # what the fake pair's struct says, read with the right layout


def _mismatch(reported: dict[str, Any]) -> str | None:
    """A sentence if the module runs with another version than it was built against; else None."""
    if not reported:
        return None
    built, loaded, installed = (reported[k] for k in ("built_against", "loaded", "installed"))
    if loaded != installed:
        return (
            f"two generations of the library in one process: the module runs with {loaded}, "
            f"and the installed provider is {installed}"
        )
    if built.rpartition(".")[0] != loaded.rpartition(".")[0]:
        wrong = reported.get("maximum", _MAXIMUM) != _MAXIMUM
        answer = f"; maximum() answers {reported['maximum']} instead of {_MAXIMUM}" if wrong else ""
        return f"built against {built}, running with {loaded}{answer}"
    return None


def _libraries(facts: dict[str, Any], sites: Sequence[Path]) -> tuple[str, ...]:
    """Mapped files that come from the environment, or from LD_LIBRARY_PATH's folders."""
    system = ("/lib", "/usr", facts.get("base_prefix", "/usr"))
    ours = tuple(str(site) for site in sites)
    return tuple(
        path
        for path in facts.get("loaded", ())
        if path.startswith(ours) or not path.startswith(system)
    )
