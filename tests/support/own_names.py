"""The fake pair under names of somebody's own, and cells that install it.

Names and versions are as long as those that they replace, so that compiled files can say them too.
"""

from __future__ import annotations

import io
import tarfile
import zipfile

import msgspec
from msgspec.structs import replace

from native_skew.distributions import DistributionFile, sdist_file, wheel_file
from native_skew.installers import INSTALLERS, Plan
from native_skew.publish import Publication
from native_skew.run import Task
from native_skew.run.steps import CellSteps
from native_skew.scenarios import CONSUMER, PROVIDER, Scenario, Step

# What a reader fills in on a page.
OWN = {
    "consumer": "grey-lantern",
    "consumer_version": "2.0.3",
    "provider": "amber-library",
    "older": "3.2.7.99.1.2",
    "newer": "3.2.10.99.0.2",
}
_WORDS = {
    "fake-softioc": "grey-lantern",
    "fake_softioc": "grey_lantern",
    "fake-corelibs": "amber-library",
    "fake_corelibs": "amber_library",
    "7.0.7.99": "3.2.7.99",
    "7.0.10.99": "3.2.10.99",
    "4.6.1": "2.0.3",
}
RECORDED = tuple(_WORDS)


class OwnScenario(Scenario, frozen=True):
    """A scenario whose pair has these names."""

    @property
    def consumer(self) -> str:
        return OWN["consumer"]

    @property
    def provider(self) -> str:
        return OWN["provider"]

    def other_consumers(self, variant: str) -> tuple[str, ...]:
        """The second consumer keeps its name."""
        return tuple(name for name in super().other_consumers(variant) if name != CONSUMER)

    @property
    def module(self) -> str:
        return OWN["consumer"].replace("-", "_")


class OwnCell(CellSteps):
    """A cell that installs the renamed pair; its task has the scenario of that."""

    original: Scenario

    def publish(self) -> Publication:
        task = self._task
        made = self._session.publication(self.original, task.cell.variant, task.interpreter)
        publication = Publication(
            map(_renamed_file, made.all_files()), self.original.cache_headers_of(task.cell.variant)
        )
        url = self._session.index.publish(self._prefix, publication)
        self.sandbox = replace(self.sandbox, index_url=url)
        return publication

    def start_anew(self, plan: Plan) -> None:
        """The plain project again, with a new environment and an empty cache."""
        self.enter(Step(environment="new", cache="new"), plan, first=False)
        for name, text in plan.files.items():
            (self.sandbox.project / name).write_text(text, encoding="utf-8")
        installer = INSTALLERS[self._task.cell.installer]
        if not installer.makes_environment:
            pip = () if installer.needs_pip else ("--without-pip",)
            self.run_command((self._task.interpreter.path, "-m", "venv", *pip, ".venv"))


def renamed(task: Task) -> Task:
    """The same question about the renamed pair."""
    said = msgspec.json.decode(_said(msgspec.json.encode(task.scenario)))
    for release, made in zip(said["consumers"], task.scenario.consumers, strict=True):
        release["name"] = made.name  # which of the two it is; what is published is renamed above
    return replace(task, scenario=msgspec.convert(said, OwnScenario))


def _renamed_file(file: DistributionFile) -> DistributionFile:
    if file.project not in (CONSUMER, PROVIDER, "fake-pvxslibs"):
        return file
    project, version = _text(file.project), _text(file.version)
    metadata = _said(file.metadata)
    if file.is_wheel:
        tag = "-".join(file.filename.removesuffix(".whl").split("-")[2:])
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            found = {_text(each): _said(archive.read(each)) for each in archive.namelist()}
        info = f"{project.replace('-', '_')}-{version}.dist-info/"
        members = {name: data for name, data in found.items() if not name.startswith(info)}
        more = {
            name.removeprefix(info): data
            for name, data in found.items()
            if name.startswith(info) and not name.endswith("/RECORD")
        }
        made = wheel_file(project, version, tag, metadata, members, file.step, more)
    else:
        with tarfile.open(fileobj=io.BytesIO(file.content)) as archive:
            sources = {
                _text(each.name.partition("/")[2]): _said(stream.read())
                for each in archive
                if (stream := archive.extractfile(each))
            }
        made = sdist_file(project, version, metadata, sources, file.step)
    return replace(made, requires_python=file.requires_python, yanked=file.yanked)


def _said(data: bytes) -> bytes:
    for word, own in _WORDS.items():
        data = data.replace(word.encode(), own.encode())
    return data


def _text(text: str) -> str:
    return _said(text.encode()).decode()
