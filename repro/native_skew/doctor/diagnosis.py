"""The diagnosis of an environment, whose result is a report. Files are read, nothing is run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Literal

from native_skew import __version__
from native_skew.binaries import Loader, MacLoader, OtherLoader, WindowsLoader
from native_skew.doctor import disk, loaded_by_name, other_builds, rules, system_libraries
from native_skew.doctor.environment import Environment, opened
from native_skew.doctor.explain import Explanations
from native_skew.doctor.extension_modules import ExtensionModule, ModuleFinder
from native_skew.doctor.mending import offered, required
from native_skew.doctor.target import Target
from native_skew.findings import Finding, Report, counted, plain


def diagnose(
    path: Path,
    library_path: Sequence[str] = (),
    image: Path | None = None,
    asked: Target | None = None,
) -> Report:
    """Examines the environment at ``path``; raises the errors of ``opened``.

    ``library_path`` are the folders of LD_LIBRARY_PATH in the processes that would run there.
    """
    with opened(path, image, asked) as environment:
        return examine(environment, library_path)[0]


def examine(
    environment: Environment, library_path: Sequence[str] = ()
) -> tuple[Report, tuple[ExtensionModule, ...]]:
    """The report on ``environment``, and the extension modules found in it."""
    loader = _loader(environment, library_path)
    finder = ModuleFinder(environment, loader)
    modules = finder.modules()
    explanations = Explanations(environment)
    needed = {each.name for module in modules for each in module.closure.unresolved}
    findings: list[Finding] = [
        *disk.interpreter(environment, loader.process.unresolved),
        *disk.missing_files(environment, needed),
        *disk.lost_sources(environment),
        *explanations.of_modules(modules),
        *explanations.damaged([*finder.damaged, *disk.unloadable(environment, loader)]),
        *disk.modules_of_another_python(environment, finder),
        *disk.modules_of_another_system(environment, finder),
        *disk.shared_files(environment),
        *other_builds.other_numpy(modules, environment),
        *loaded_by_name.lacking(modules, environment, loader),
        *other_builds.mixed(modules, environment),
        *other_builds.other_abi(modules, environment),
    ]
    explained = explanations.explained | {
        (each.location.distribution, "numpy")
        for each in findings
        if each.rule == rules.OTHER_NUMPY.id
    }
    failing = {each.location.distribution for each in findings if each.level == "error"}
    findings = [
        *disk.changed_files(environment, failing),
        *disk.for_another_python(environment, failing),
        *system_libraries.together(findings, environment.image),
        *_violated(environment, explained),
    ]
    report = Report(
        command="doctor",
        subject=plain(environment.subject),
        kit_version=__version__,
        looked_at={
            "distributions": sum(bool(each.name) for each in environment.distributions),
            "extension modules": len(modules),
            "libraries": len({f.identity for m in modules for f in m.closure.files[1:]}),
            "imports": 0,
        },
        findings=rules.arranged(offered(findings, environment)),
        not_examined=tuple(map(plain, _not_examined(environment, finder, loader))),
    )
    return report, tuple(modules)


def _loader(environment: Environment, library_path: Sequence[str]) -> Loader:
    """The loader of the system for which ``environment`` is."""
    target = environment.target
    if target.system == "macos":
        return MacLoader(target.machine, str(environment.root))
    if target.system == "windows":
        return WindowsLoader(target.machine, environment.owners.of_stem)
    libc: Literal["musl"] | None = "musl" if environment.program is None and target.musl else None
    return Loader(environment.program, library_path, libc, environment.image)


def _not_examined(environment: Environment, finder: ModuleFinder, loader: Loader) -> Iterator[str]:
    yield from environment.not_examined
    if isinstance(loader, OtherLoader):
        yield f"symbols, and {len(loader.elsewhere)} libraries that {environment.target.title} may have"
    if environment.sites:
        for each in environment.leftover:
            yield f"{environment.relative(str(each))}, which Python {environment.python} does not search"
    if unnamed := finder.unnamed:
        first = environment.relative(unnamed[0])
        modules = counted(len(unnamed), "modules")
        yield f"{modules} that no import finds by name ({first})"


def _violated(environment: Environment, explained: set[tuple[str, str]]) -> Iterator[Finding]:
    violated = environment.pins.violated()
    left = [pin for pin in violated if (pin.holder.name, pin.provider) not in explained]
    for holder, several in groupby(left, key=lambda pin: pin.holder):
        together = list(several)
        missed = [pin for pin in together if pin.installed or pin.is_missed]
        advice = required(
            missed, environment, holder.installer
        )  # one command for all that it lacks
        for pin in together:
            left_out = pin not in missed
            found = f"{pin.installed.version} is" if pin.installed else "it is not"
            yield rules.VIOLATED_REQUIREMENT.finding(
                f"{holder.title} requires `{pin.text}`, and {found} installed."
                + (" Its system's package does without it." if left_out else ""),
                environment.location(holder),
                {
                    "requirement": pin.text,
                    "provider": pin.provider,
                    "installed": pin.installed.version if pin.installed else None,
                },
                () if left_out else advice,
                level="note" if left_out else None,
            )
