"""``--confirm``: imports the packages and their modules in child processes, and compares.

This is the only part of `doctor` that runs anything of the environment, and only on request. The
packages of one distribution share a child; if it dies or hangs, another one continues.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import IO

import click
import msgspec
from packaging.utils import canonicalize_name

from native_skew.distributions import Distribution
from native_skew.doctor import import_errors, importers, rules
from native_skew.doctor.environment import Environment
from native_skew.doctor.errors import NothingToConfirmError
from native_skew.doctor.extension_modules import ExtensionModule
from native_skew.doctor.mending import offered
from native_skew.findings import Evidence, Finding, Location, Report, listed, plain

LIMIT = 120.0  # seconds for one import
_CHILD = Path(__file__).with_name("import_child.py")
# Errors of the loader (dlerror), NumPy and Cython that tell that two binaries do not fit.
_OF_BINARIES = re.compile(
    r"cannot open shared object file|undefined symbol|invalid ELF header|file too short|"
    r"wrong ELF class|cannot map|version `[^']+' not found|symbol not found|"
    r"Error loading shared library|Error relocating|binary incompatib|module requires A[BP]I v|"
    r"numpy\.(_?core)\.multiarray failed|compiled (against|using)"
)
# What pure Python distributions put at the top by mistake, and nobody imports.
_NO_PACKAGES = {"benchmarks", "conftest", "docs", "examples", "scripts", "setup", "test", "tests"}
_TOGETHER = 16  # packages of Python alone in one child
_SHOWN = 400  # characters of an error
_REPORT_BYTES = 64 << 20  # of one child
_POLL = 0.05  # seconds
# Errors for which a distribution has to be reinstalled, whatever else of it fails.
_OF_WHOLE_DISTRIBUTIONS = {
    rules.MISSING_FILE.id, rules.DAMAGED_FILE.id, rules.FOREIGN_LIBC.id,
    rules.FOREIGN_ARCHITECTURE.id, rules.OTHER_PYTHON.id,
}  # fmt: skip


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a child's report."""

    starts: str = ""
    ends: str = ""
    error: str = ""


class _Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of an import: an error, empty if it succeeded; or how the process ended."""

    error: str = ""
    died: bool = False


def confirmed(
    report: Report,
    modules: Iterable[ExtensionModule],
    environment: Environment,
    limit: float = LIMIT,
) -> Report:
    """``report`` with what imports of ``modules`` and packages add to it or contradict.

    An import may take ``limit`` seconds. Raises NothingToConfirmError if the environment has no
    interpreter.
    """
    if environment.program is None:
        raise NothingToConfirmError(environment.subject)
    found = [each for each in modules if not (each.variant or each.by_file)]
    owners: dict[str, Distribution] = {}
    jobs: dict[str, list[str]] = {}  # what is imported in one process, by package
    for package, owner in _packages(environment, found):
        owners.setdefault(package, owner)
        if owner.files:
            jobs.setdefault(package, [package])
    plain_ones = [name for name in owners if name not in jobs]
    for module in found:
        top, *rest = module.name.split(".")
        inside = [".".join((top, *rest[:n])) for n in range(1, len(rest) + 1)]
        jobs.setdefault(top, [top]).extend(inside)
    users = _users(environment, found)
    parts = _parts(environment, found)
    for name in (*users, *parts):
        top = name.partition(".")[0]
        jobs.setdefault(top, [top]).append(name)
    outcomes = _imported(
        environment,
        owners,
        [list(dict.fromkeys(names)) for names in jobs.values()],
        plain_ones,
        limit,
    )
    more = _Comparison(report, environment, outcomes).findings(found, owners, users, parts)
    return msgspec.structs.replace(
        report,
        findings=rules.arranged([*report.findings, *more]),
        looked_at={**report.looked_at, "imports": len(outcomes)},
    )


def _packages(
    environment: Environment, modules: list[ExtensionModule]
) -> Iterator[tuple[str, Distribution]]:
    """The modules and packages at the top, and their owners."""
    for module in modules:
        yield module.name.partition(".")[0], module.owner
    for owner in environment.distributions:
        for path in owner.files:
            top = environment.top(path)
            if top and top.name.isidentifier() and (top / "__init__.py").exists():
                yield top.name, owner
    for owner in environment.distributions:
        if not owner.name:
            continue
        if owner.is_editable and not owner.files:  # an import hook of its own may find it
            yield owner.name.replace("-", "_"), owner
        for name in owner.packages():
            # A private one, as google.cloud._storage, may need what is required in an extra alone.
            wanted = "._" not in name if "." in name else not owner.files
            if wanted and _NO_PACKAGES.isdisjoint(name.split(".")):
                yield name, owner


def _users(environment: Environment, modules: list[ExtensionModule]) -> dict[str, Distribution]:
    """What imports modules that are not those that were installed, and whose it is.

    Such a module may load by itself, and be refused by who compares its version.
    """
    changed = {path: owner for owner, paths in environment.inventory.changed for path in paths}
    return {
        user: changed[module.file.path]
        for module in modules
        if module.file.path in changed
        for user in importers.users_of(module.name, environment.sites)
    }


def _parts(environment: Environment, modules: list[ExtensionModule]) -> dict[str, Distribution]:
    """The public modules right below the packages that have compiled ones, and whose they are.

    A package may import none of them itself, as statsmodels does with its ``api``.
    """
    owners = {e.name.partition(".")[0]: e.owner for e in modules if e.owner.name}
    return {
        f"{top}.{name}": owner
        for top, owner in owners.items()
        for site in environment.sites
        if (site / top / "__init__.py").is_file()
        for name in importers.parts_of(site / top)
        if name not in _NO_PACKAGES
    }


def _imported(
    environment: Environment,
    owners: dict[str, Distribution],
    jobs: list[list[str]],
    plain_ones: list[str],
    limit: float,
) -> dict[str, _Outcome]:
    """What became of each import: ``jobs``, and those ``plain_ones`` that are of Python alone."""
    outcomes: dict[str, _Outcome] = {}
    program = str(environment.program)
    jobs.sort(key=len, reverse=True)  # the longest first
    # What is of Python alone is imported at once, and what fails of it again by itself.
    together = [plain_ones[n : n + _TOGETHER] for n in range(0, len(plain_ones), _TOGETHER)]
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(max_workers=os.cpu_count()) as pool,
    ):
        waiting = [
            pool.submit(_imported_by, program, names, folder, limit) for names in (*jobs, *together)
        ]
        with click.progressbar(
            length=len(waiting), label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            for done in as_completed(waiting):
                outcomes |= done.result()
                bar.update(1)
        for names in (*jobs, *([name] for name in plain_ones)):
            if not outcomes[names[0]].error or outcomes[names[0]].died:
                continue
            owner = owners[names[0]]
            first = _requiring(owner, environment)
            if first or not owner.files:
                again = _imported_by(program, [*first, *names], folder, limit)
                outcomes |= {name: again[name] for name in names}
    return outcomes


def _requiring(owner: Distribution, environment: Environment) -> list[str]:
    """The packages that require ``owner``, even in an extra: some must be imported before it."""
    name = re.escape(owner.name).replace("\\-", "[-_.]")
    wanted = re.compile(rf"{name}(?![\w.-])", re.IGNORECASE)
    ones = (each for each in environment.distributions if each.name != owner.name)
    tops = [e.name.replace("-", "_") for e in ones if any(map(wanted.match, e.requires_dist))]
    inits = {top: Path(top, "__init__.py") for top in tops}
    return [e for e in tops if any((site / inits[e]).exists() for site in environment.sites)]


def _imported_by(program: str, names: list[str], folder: str, limit: float) -> dict[str, _Outcome]:
    """The outcome for each of ``names``; if a child ends at one, a new child continues after it."""
    found: dict[str, _Outcome] = {}
    left = names
    while left:
        lines, how = _run(program, left, folder, limit)
        # A module may write to the report too: only answers for what was asked are believed.
        done = {line.ends: _Outcome(error=line.error) for line in lines if line.ends in left}
        found |= done
        begun = [line.starts for line in lines if line.starts in left]
        if begun and begun[-1] not in found:
            found[begun[-1]] = _Outcome(error=how or "the process ended", died=True)
        elif not (begun or done):
            nothing = _Outcome(error=how or "nothing was imported", died=True)
            return found | dict.fromkeys(left, nothing)
        left = [name for name in left if name not in found]
    return found


def _run(program: str, names: list[str], folder: str, limit: float) -> tuple[list[_Line], str]:
    """One child's report, and how the child ended; empty if it ended normally."""
    with (
        tempfile.NamedTemporaryFile(dir=folder) as report,
        tempfile.TemporaryFile(dir=folder) as errors,
    ):
        try:
            child = subprocess.Popen(
                [program, "-B", str(_CHILD), report.name, *names],
                cwd=folder,  # nothing of the working folder is imported
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        except OSError as error:
            return [], f"{program}: {error.strerror}"
        hung = _hangs(child, report, limit)
        # Its own process group: what an import leaves running is ended with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        code = child.wait()
        lines = []
        for line in report.read(_REPORT_BYTES).splitlines():
            with contextlib.suppress(ValueError, RecursionError):  # a module may write there too
                lines.append(msgspec.json.decode(line, type=_Line))
        if hung:
            return lines, f"no end after {limit:.0f} s"
        if code < 0:
            return lines, f"the process was ended by {_signal(-code)}"
        return lines, f"the process ended with {code}{_last_line(errors)}"


def _hangs(child: subprocess.Popen[bytes], report: IO[bytes], limit: float) -> bool:
    """Waits for the child's end; whether one import took longer, or wrote more, than it may."""
    size, last = 0, time.monotonic()
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(min(_POLL, limit))
            return False
        if (now := os.fstat(report.fileno()).st_size) != size:
            size, last = now, time.monotonic()
        if time.monotonic() - last > limit or size > _REPORT_BYTES:
            return True


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _last_line(errors: IO[bytes]) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - 4096))
    lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1]}" if lines else ""


class _Comparison:
    """The outcomes of imports, compared with the findings in files: one finding for each cause."""

    def __init__(
        self, report: Report, environment: Environment, outcomes: dict[str, _Outcome]
    ) -> None:
        self._environment, self._outcomes = environment, outcomes
        self._known = {name for each in report.findings for name in _modules_of(each)}
        errors = [each for each in report.findings if each.level == "error"]
        self._broken = {name for each in errors for name in _modules_of(each)}
        self._with_errors = {name for each in errors for name in _owners_in(each)}
        whole = [each for each in errors if each.rule in _OF_WHOLE_DISTRIBUTIONS]
        self._incomplete = {name for each in whole for name in _owners_in(each)}
        self._violated = [e for e in report.findings if e.rule == rules.VIOLATED_REQUIREMENT.id]
        self._optional = [e for e in report.findings if e.rule == rules.OPTIONAL_MODULE.id]
        alike = {outcomes[name].error for name in self._broken if name in outcomes}
        self._alike = {each for each in alike if not _is_absence(each)}
        self._names = {name for each in errors for name in _missing_in(each)}
        self._failing: dict[str, set[str]] = {}  # errors of packages at the top, by distribution

    def findings(
        self,
        modules: list[ExtensionModule],
        owners: dict[str, Distribution],
        users: dict[str, Distribution],
        parts: dict[str, Distribution],
    ) -> list[Finding]:
        """The findings that the imports add.

        ``owners`` are those of the packages at the top, ``users`` the modules of Python that import
        what was changed, with whose that is, and ``parts`` those right below a package.
        """
        for package, owner in owners.items():
            if error := self._outcomes[package].error:
                self._failing.setdefault(owner.name, set()).add(error)
        found = [*self._of_modules(modules), *self._of_packages(owners, modules)]
        told = {each.location.distribution for each in found}
        return [*found, *self._of_users(users, told), *self._of_parts(parts, told)]

    def _of_modules(self, modules: list[ExtensionModule]) -> Iterator[Finding]:
        # One finding for all modules of a distribution that fail alike.
        alike: dict[tuple[str, str, bool], tuple[str, list[ExtensionModule]]] = {}
        for module in modules:
            outcome = self._outcomes[module.name]
            if not outcome.error and module.name in self._broken:
                yield rules.IMPORTS_AFTER_ALL.finding(
                    f"`import {module.name}` succeeds, though an error is found in its files: "
                    "something loads or provides first what is missing.",
                    self._environment.location(module.owner, module.file.path),
                    {"module": module.name},
                )
            if not outcome.error or module.name in self._broken:
                continue
            package = self._outcomes[module.name.rpartition(".")[0] or module.name]
            # A part of it that asks for a distribution which is not there: its tests, say.
            if _is_absence(package.error):
                package = self._outcomes[module.name.partition(".")[0]]
            optional = not (package.error or outcome.died or self._is_needed(module, outcome.error))
            error = package.error or outcome.error
            if self._accounts_for(module.owner, error):
                continue
            if not optional or module.name not in self._known:
                without_name = error.replace(module.name, "")  # sip's words have each module's
                key = module.owner.name, without_name, optional
                alike.setdefault(key, (error, []))[1].append(module)
        for (_, _, optional), (error, several) in alike.items():
            first, names = several[0], tuple(each.name for each in several)
            place = self._environment.location(first.owner, first.file.path)
            if optional:
                evidence = _evidence(names)
                fails = f"{_fails(names, error)}. The package imports without it."
                yield rules.FAILS_BY_ITSELF.finding(fails, place, evidence)
            else:
                yield self._failure(names, error, first.owner, place)

    def _is_needed(self, module: ExtensionModule, error: str) -> bool:
        """Whether ``error`` tells of binaries that do not fit, with no way around it known."""
        # As cupyx.cudnn, which needs no library itself, and imports what lacks one.
        not_there = {name for each in self._optional for name in _missing_in(each)}
        if not _OF_BINARIES.search(error) or any(name in error for name in not_there):
            return False
        if any(module.name in _modules_of(each) for each in self._optional):
            return False
        # Its package imports it in any case, or leaves that to others, as PyQt6 does.
        use = importers.use_of(module.name, self._environment.sites)
        public = not module.name.rpartition(".")[2].startswith("_")
        return use == "always" or (use == "unknown" and public)

    def _of_packages(
        self, owners: dict[str, Distribution], modules: list[ExtensionModule]
    ) -> Iterator[Finding]:
        """Packages that fail and have no module of their own that the failure was said of."""
        # A module may have been loaded before its package failed, and is not imported again.
        names = {each.name for each in modules}
        with_modules = {each.partition(".")[0] for each in names if self._outcomes[each].error}
        for package, owner in owners.items():
            error = self._outcomes[package].error
            if not error or package in with_modules or owner.name in self._with_errors:
                continue
            # Beside the package that a distribution is named for, if it is there, others may be an
            # extra's, or another system's.
            is_own = canonicalize_name(package) == owner.name and f"'{package}'" not in error
            of_python = "." in package or not owner.files
            if of_python and not is_own and _is_absence(error):
                continue
            if self._accounts_for(owner, error):
                continue
            place = self._environment.location(owner)
            if user := self._does_without(owner, error):
                fails = f"{_fails((package,), error)}. {user.title} requires it, and imports without it."
                yield rules.FAILS_BY_ITSELF.finding(fails, place, _evidence((package,)))
            else:
                yield self._failure((package,), error, owner, place)

    def _does_without(self, owner: Distribution, error: str) -> Distribution | None:
        """Who requires ``owner`` and imports, though that lacks what it requires in an extra.

        As IPython does with matplotlib-inline, which is for those who have matplotlib.
        """
        if not any(import_errors.of_extras(owner, error, self._environment)):
            return None
        pins, ones = self._environment.pins, self._environment.distributions
        users = (each for each in ones if owner.name in pins.of(each))
        return next((each for each in users if each.name not in self._failing), None)

    def _of_users(self, users: dict[str, Distribution], told: set[str]) -> Iterator[Finding]:
        """One finding for each distribution whose modules a module of Python refuses."""
        refused: dict[str, str] = {}
        for name, owner in users.items():
            error = self._outcomes[name].error
            if error and not _is_absence(error) and owner.name not in told:
                refused.setdefault(owner.name, name)
        for name in refused.values():
            owner, error = users[name], self._outcomes[name].error
            yield self._failure((name,), error, owner, self._environment.location(owner))

    def _of_parts(self, parts: dict[str, Distribution], told: set[str]) -> Iterator[Finding]:
        """One finding for each distribution, parts of which do not fit what it requires.

        Any other failure may be of what is optional, or for another system.
        """
        unfit: dict[str, list[str]] = {}
        for name, owner in parts.items():
            package, error = (self._outcomes[e].error for e in (name.partition(".")[0], name))
            if package or owner.name in told or owner.name in self._with_errors:
                continue
            named = import_errors.named(owner, error, self._environment)
            if (
                import_errors.is_of_api(error)
                and any(named)
                and not self._accounts_for(owner, error)
            ):
                unfit.setdefault(owner.name, []).append(name)
        for names in unfit.values():
            owner, error = parts[names[0]], self._outcomes[names[0]].error
            yield self._failure(tuple(names), error, owner, self._environment.location(owner))

    def _failure(
        self, names: tuple[str, ...], error: str, owner: Distribution, place: Location
    ) -> Finding:
        """The finding of imports of ``owner`` that fail with ``error``."""
        fails, evidence = _fails(names, error), _evidence(names)
        # What it requires and does not have: most imports fail of that.
        ones = (each for each in self._violated if each.location.distribution == owner.name)
        if violated := next(ones, None):
            return rules.IMPORT_FAILS.finding(fails, place, evidence, violated.advice)
        lacking = tuple(
            name
            for each in self._optional
            if owner.name in _owners_in(each)
            for name in _texts(each, "needed")
        )
        why, more, advice = import_errors.explained(owner, error, self._environment, lacking)
        fails = f"{fails.removesuffix('.')}. {why}" if why else fails
        found = rules.IMPORT_FAILS.finding(fails, place, {**evidence, **more}, advice)
        return next(iter(offered([found], self._environment)))

    def _accounts_for(self, owner: Distribution, error: str) -> bool:
        """Whether ``error``, of an import of what ``owner`` has, is of a cause that is found."""
        named = import_errors.named(owner, error, self._environment)
        required = self._environment.pins.in_turn(owner).keys() - {owner.name}
        return (
            owner.name in self._incomplete
            or error in self._alike
            or any(name in error for name in self._names)
            # such as pandas, if NumPy fails: the finding is about NumPy
            or any(each.name in self._failing for each in named)
            or any(error in self._failing.get(name, ()) for name in required)
        )


def _fails(names: tuple[str, ...], error: str) -> str:
    who = listed([f"import {each}" for each in names], shown=1)
    return f"{who} fail{'' if names[1:] else 's'}: {plain(error)[:_SHOWN]}"


def _evidence(names: tuple[str, ...]) -> Evidence:
    return {"module": names[0], **({"modules": names} if names[1:] else {})}


def _is_absence(error: str) -> bool:
    return error.startswith("ModuleNotFoundError:")


def _modules_of(finding: Finding) -> tuple[str, ...]:
    return (*_texts(finding, "modules"), *_texts(finding, "module"))


def _missing_in(finding: Finding) -> Iterator[str]:
    """The files, libraries and symbols in question, as the loader's messages name them."""
    for key in ("files", "needed", "symbols", "versions"):
        for each in _texts(finding, key):
            if name := each.rpartition("/")[2]:
                yield name


def _owners_in(finding: Finding) -> tuple[str, ...]:
    return (finding.location.distribution, *_texts(finding, "distributions"))


def _texts(finding: Finding, key: str) -> tuple[str, ...]:
    value = finding.evidence.get(key)
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
