"""softioc 4.6.1, broken as in the issue beside pvxslibs: what the pages say of it, carried out.

The real distributions come from the user's own index once, and are served as the public one
serves them: with its cache headers, and with the wheels' metadata beside them.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from pypi_simple import PyPISimple

from native_skew.distributions import DistributionFile, sdists
from native_skew.observe import judge
from native_skew.publish import Publication
from native_skew.run import Session, Task
from native_skew.run.steps import CellSteps
from native_skew.toolchain import Processes, user_index
from support.following import write
from support.substitute import wheels

pytestmark = [pytest.mark.live, pytest.mark.full]  # softioc is compiled twice
PAGES = Path(__file__).parent.parent / "docs" / "errors"
# Where the site names softioc: a page, and the section.
SHOWN = {
    "both packages moved": ("missing-library.md", "Two packages, one library"),
    "the older library": ("no-pkg-resources.md", "softioc 4.6.1"),
    "a newer release": ("missing-library.md", "A newer release"),
}
WANTED = (("softioc==4.6.1",), ("softioc==4.7.2",), ("wheel",))
IOC = """
import os
from softioc import asyncio_dispatcher, builder, softioc
import pvxslibs
builder.SetDeviceName("TEST")
record = builder.aIn("VALUE", initial_value=1.5)
builder.LoadDatabase()
softioc.iocInit(asyncio_dispatcher.AsyncioDispatcher())
print("the IOC runs", record.get())
os._exit(0)
"""


class Served(CellSteps):
    """A cell of the live scenario whose index is the session's, with files of the real one."""

    files: tuple[DistributionFile, ...]

    def publish(self) -> Publication:
        publication = Publication(self.files, "public")
        url = self._session.index.publish(self._prefix, publication)
        self.sandbox = replace(self.sandbox, index_url=url)
        return publication


def source(name: str, version: str) -> DistributionFile:
    """The sdist, from the user's index."""
    with PyPISimple(endpoint=user_index.index_url()) as index:
        (package,) = [
            each
            for each in index.get_project_page(name).packages
            if each.version == version and each.package_type == "sdist"
        ]
        answer = index.s.get(package.url, timeout=60)
        answer.raise_for_status()
    texts = sdists.read(package.filename, io.BytesIO(answer.content))
    return DistributionFile(
        project=name,
        version=version,
        filename=package.filename,
        content=answer.content,
        metadata=texts.pkg_info,
    )


def blocks(page: str, section: str) -> list[tuple[str, str]]:
    """The files and commands that a section shows, in order: (language, text)."""
    text = (PAGES / page).read_text(encoding="utf-8")
    body = re.split(r"^## ", text, flags=re.MULTILINE)
    (found,) = [each for each in body if each.startswith(section)]
    return re.findall(
        r"^``` \{\.(toml|bash) \.real[^\n]*\n(.*?)^```", found, re.DOTALL | re.MULTILINE
    )


@pytest.fixture(scope="module")
def broken(session: Session, task: Callable[..., Task]) -> Iterator[tuple[Served, Path]]:
    """The project that the plain command has broken, and a copy of it."""
    found = [each for wanted in WANTED for each in wheels(session.toolbox, wanted)]
    found += [*session.build_requirements, source("softioc", "4.6.1")]
    processes = Processes()
    cell = Served(session, task("softioc-live", "uv-sync"), processes, 900)
    cell.files = tuple({each.filename: each for each in found}.values())
    cell.publish()
    plan, exit_code = cell.run_steps(Publication(()))
    seen, _ = cell.observe(plan, exit_code)
    assert judge(seen, exit_code).verdict == "broken, detected", seen
    assert "pvxslibs" in (cell.sandbox.project / "uv.lock").read_text(encoding="utf-8")
    kept = cell.sandbox.root.with_name(f"{cell.sandbox.root.name}-kept")
    shutil.copytree(cell.sandbox.root, kept, symlinks=True)
    yield cell, kept
    session.index.withdraw(cell._prefix)
    cell.sandbox.remove()
    shutil.rmtree(kept)


def works(cell: Served) -> dict[str, str]:
    """What is wrong with the environment, by question; empty where nothing is."""
    pip, uv = cell._session.check_tools
    questions = {
        "import": (".venv/bin/python", "-c", "import softioc, pvxslibs"),
        "pip check": (f"{pip.path}/pip", "--python", ".venv/bin/python", "check"),
        "uv pip check": (f"{uv.path}/uv", "pip", "check", "--no-config", "--python", ".venv"),
        "iocInit": (".venv/bin/python", "-c", IOC),
    }
    ends = {name: cell.run_command(argv) for name, argv in questions.items()}
    return {name: end.output[-400:] for name, end in ends.items() if end.exit_code}


@pytest.mark.parametrize("shown", SHOWN)
def test_what_is_shown_of_softioc_mends_it(broken: tuple[Served, Path], shown: str) -> None:
    cell, kept = broken
    shutil.rmtree(cell.sandbox.root)
    shutil.copytree(kept, cell.sandbox.root, symlinks=True)
    project = cell.sandbox.project
    assert works(cell).keys() == {"import", "pip check", "uv pip check", "iocInit"}
    if shown == "a newer release":  # its wheel: the line stood for a Python that has none
        path = project / "pyproject.toml"
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"^no-binary-package.*\n", "", text, flags=re.MULTILINE), encoding="utf-8"
        )
    for language, text in blocks(*SHOWN[shown]):
        if language == "toml":
            write(project, "pyproject.toml", text)
            continue
        for line in text.splitlines():
            done = cell.run_command(("sh", "-c", line))
            assert not done.exit_code, (line, done.output)
    assert not works(cell)


def test_the_override_alone_breaks_the_neighbour(broken: tuple[Served, Path]) -> None:
    """Why the page moves both: the first fix without ``--upgrade-package``."""
    cell, kept = broken
    shutil.rmtree(cell.sandbox.root)
    shutil.copytree(kept, cell.sandbox.root, symlinks=True)
    (lines, _) = blocks(*SHOWN["both packages moved"])
    write(cell.sandbox.project, "pyproject.toml", lines[1])
    assert not cell.run_command(("uv", "sync")).exit_code
    wrong = works(cell)
    assert "uv pip check" in wrong
    assert "iocInit" in wrong
