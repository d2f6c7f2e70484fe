"""The consumer's own check: what would let it skew is reported, each cause by itself."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from support.bakery import LOWEST, OTHER_ABI, Bakery, edit
from support.native_wheels import consistency
from .conftest import Consumer


def test_grafted_library_is_reported(bakery: Bakery, consumer: Consumer, ends: list[Path]) -> None:
    project, _, wheel = consumer
    library = ends[0] / "fake_corelibs/lib"
    output = bakery.root / "repaired"
    command = ["auditwheel", "repair", "--wheel-dir", str(output), str(wheel)]
    bakery.run(*command, env={"LD_LIBRARY_PATH": str(library)})
    report = consistency(bakery, project, ends, *output.iterdir(), fails=True)
    assert "has its own copy of the provider's library" in report


@pytest.mark.parametrize(
    ("old", "new", "report"),
    [
        (
            '"fake-corelibs>=7.0.7.99.1.2,<7.0.7.99.2",\n]\nbuild-backend',
            '"fake-corelibs>=7.0.7.99.1.1a3",\n]\nbuild-backend',
            "`nox -s range` copies the second to the first",
        ),
        ("<7.0.7.99.2", "<7.0.11", "holds more than one ABI; end it at <7.0.7.99.2"),
        (",<7.0.7.99.2", "", "is not >=OLDEST,<NEXT or ==VERSION"),
        (
            'dependencies = [\n  "fake-corelibs',
            'dependencies = [\n  "fake',
            "no single requirement on fake-corelibs",
        ),
    ],
    ids=["two ranges", "two ABIs", "no upper bound", "no provider"],
)
def test_broken_declaration_is_reported(
    bakery: Bakery, project: Path, old: str, new: str, report: str
) -> None:
    edit(project / "pyproject.toml", old, new)
    assert report in bakery.python(project / "tools/consistency.py", fails=True)


def test_stamped_requirement_is_reported(bakery: Bakery, project: Path, ends: list[Path]) -> None:
    """The mistake of the issue that this kit is about: the build decides what is required."""
    edit(
        project / "pyproject.toml", "\ndependencies = [", '\ndynamic = ["dependencies"]\nunused = ['
    )
    text = (project / "pyproject.toml").read_text()
    start = text.index("unused = [")
    (project / "pyproject.toml").write_text(text[:start] + text[text.index("]", start) + 1 :])
    edit(
        project / "setup.py",
        "setup(\n",
        'setup(\n    install_requires=["fake-corelibs>=7.0.7.99.1.3,<7.0.7.99.2"],\n',
    )
    edit(project / "tools/provider.py", '["dependencies"]', '.get("dependencies", [])')
    files = bakery.build(project, ends[0])
    report = consistency(bakery, project, ends, *files, fails=True)
    assert "pyproject.toml: dependencies are dynamic" in report
    assert report.count("Requires-Dist is Dynamic") == 2


def test_published_wheel_that_disagrees_is_reported(
    bakery: Bakery, consumer: Consumer, ends: list[Path]
) -> None:
    project, sdist, wheel = consumer
    other = bakery.root / wheel.name.replace("cp311-cp311", "cp312-cp312").replace(
        "4.6.1-", "4.6.1-1-"
    )
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b",>=7.0.7.99.1.2", b",>=7.0.7.99.1.1"))
    report = consistency(bakery, project, ends, sdist, wheel, other, fails=True)
    assert (
        f"{other.name}: Requires-Dist fake-corelibs<7.0.7.99.2,>=7.0.7.99.1.1 is in this file only"
        in report
    )
    assert wheel.name + ": " not in report


def test_other_soname_at_one_end_is_reported(
    bakery: Bakery, consumer: Consumer, sites: dict[str, Path]
) -> None:
    project, _, wheel = consumer
    report = consistency(bakery, project, [sites[LOWEST], sites[OTHER_ABI]], wheel, fails=True)
    assert "needs libfakecore.so.7.0.7.99.1, which fake-corelibs in" in report


@pytest.mark.parametrize(
    ("change", "report"),
    [
        (["--remove-rpath"], "has RUNPATH (none), not $ORIGIN/../fake_corelibs/lib"),
        (["--set-rpath", "/opt/lib"], "has RUNPATH /opt/lib, not $ORIGIN/../fake_corelibs/lib"),
        (
            ["--remove-needed", "libfakecore.so.7.0.7.99.1"],
            "no module in it is linked to libfakecore.so",
        ),
    ],
    ids=["none", "absolute", "unlinked"],
)
def test_wrong_links_are_reported(
    bakery: Bakery, consumer: Consumer, change: list[str], report: str, ends: list[Path]
) -> None:
    project, _, wheel = consumer
    site = bakery.installed("changed", wheel)
    bakery.run("patchelf", *change, next(site.glob("fake_softioc/*.so")))
    changed = bakery.root / wheel.name
    with zipfile.ZipFile(changed, "w") as target:
        for path in sorted(site.rglob("*")):
            target.write(path, path.relative_to(site))
    assert report in consistency(bakery, project, ends, changed, fails=True)


def test_symbol_that_the_lowest_lacks_is_reported(
    bakery: Bakery, consumer: Consumer, ends: list[Path]
) -> None:
    """A provider may add a function within its ABI, and a consumer may use it."""
    project, _, wheel = consumer
    older = bakery.root / "older"
    soname = "libfakecore.so.7.0.7.99.1"
    folder = older / "fake_corelibs/lib"
    folder.mkdir(parents=True)
    command = ["cc", "-shared", "-fPIC", f"-Wl,-soname,{soname}", "-x", "c", "/dev/null", "-o"]
    bakery.run(*command, folder / soname)
    report = consistency(bakery, project, [older, ends[1]], wheel, fails=True)
    assert "does not load with the providers in older: " in report
    assert "undefined symbol: fakecore_version" in report


def test_wheel_that_cannot_be_loaded_here_is_said(
    bakery: Bakery, consumer: Consumer, sites: dict[str, Path], ends: list[Path]
) -> None:
    """It is read nevertheless: what it links to, and where it looks."""
    project, _, wheel = consumer
    other = bakery.root / re.sub("-linux_.*", "-linux_riscv64.whl", wheel.name)
    other.write_bytes(wheel.read_bytes())
    said = "is for another Python or platform; it was not loaded"
    report = consistency(bakery, project, ends, other)
    assert f"{other.name}: {said}" in report
    assert said not in consistency(bakery, project, ends, wheel)
    report = consistency(bakery, project, [sites[LOWEST], sites[OTHER_ABI]], other, fails=True)
    assert "needs libfakecore.so.7.0.7.99.1, which fake-corelibs in" in report


def test_version_that_lies_is_reported(
    bakery: Bakery, project: Path, providers: dict[str, Path], ends: list[Path]
) -> None:
    """Every installation would fail: the module compares what the header says."""
    site = bakery.installed("lying", providers[LOWEST])
    edit(site / "fake_corelibs/include/fakecore.h", f'"{LOWEST}"', '"1.0"')
    (wheel,) = bakery.build(project, site, "--wheel")
    report = consistency(bakery, project, ends, wheel, fails=True)
    assert "does not load with the providers in" in report
    assert "compiled with fake-corelibs 1.0" in report
