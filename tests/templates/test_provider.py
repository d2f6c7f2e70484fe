"""The provider as generated, and its comparison of one release with another."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from cookiecutter.exceptions import FailedHookException

from support.bakery import HIGHEST, LOWEST, OTHER_ABI, Bakery


def test_wheel_is_in_order(bakery: Bakery, providers: dict[str, Path]) -> None:
    wheel = providers[LOWEST]
    assert wheel.name.startswith(f"fake_corelibs-{LOWEST}-py3-none-linux")
    bakery.python("-m", "twine", "check", "--strict", wheel)
    bakery.python("-m", "check_wheel_contents", wheel)
    with zipfile.ZipFile(wheel) as archive:
        libraries = [name for name in archive.namelist() if ".so" in name]
    assert libraries == ["fake_corelibs/lib/libfakecore.so.7.0.7.99.1"]


def test_own_tests_pass(bakery: Bakery, sites: dict[str, Path]) -> None:
    project = bakery.bake("native-provider", version=HIGHEST)
    output = bakery.python(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=project, site=sites[HIGHEST]
    )
    assert "passed" in output


def test_requirement_is_the_range_that_a_consumer_declares(
    bakery: Bakery, sites: dict[str, Path]
) -> None:
    """Whatever is installed: asked for the same release, every release says the same."""
    for version in (LOWEST, HIGHEST, OTHER_ABI):
        stated = bakery.python("-m", "fake_corelibs", LOWEST, site=sites[version]).strip()
        assert stated == "fake-corelibs>=7.0.7.99.1.2,<7.0.7.99.2"


@pytest.mark.parametrize(
    ("version", "granularity", "soname", "requirement"),
    [
        ("1.2.3", "minor", "libfakecore.so.1", "fake-corelibs>=1.2.3,<2"),
        ("1.2.3", "exact", "libfakecore.so.1.2.3", "fake-corelibs==1.2.3"),
        ("1.2.3rc1", "patch", "libfakecore.so.1.2", "fake-corelibs>=1.2.3rc1,<1.3"),
    ],
)
def test_soname_follows_from_the_granularity(
    bakery: Bakery, version: str, granularity: str, soname: str, requirement: str
) -> None:
    project = bakery.bake("native-provider", version=version, abi_granularity=granularity)
    site = bakery.installed("site", *bakery.build(project, None, "--wheel"))
    (library,) = (site / "fake_corelibs/lib").iterdir()
    assert library.name == soname
    assert f"soname: [{soname}]" in bakery.run("readelf", "--dynamic", library)
    assert bakery.python("-m", "fake_corelibs", site=site).strip() == requirement
    bakery.python("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=project, site=site)
    assert [path.name for path in (project / "abi").iterdir()] == [
        soname.removeprefix("libfakecore.so.") + ".json"
    ]


def compare(bakery: Bakery, project: Path, *options: str, fails: bool = False) -> str:
    """Build with debugging information, and compare with the record."""
    debug = ["--wheel", "--config-setting=cmake.build-type=Debug"]
    (wheel,) = bakery.build(project, None, *debug, folder=f"dist{len(list(bakery.root.iterdir()))}")
    site = bakery.installed(f"site-{wheel.parent.name}", wheel)
    (library,) = (site / "fake_corelibs/lib").iterdir()
    record = project / "abi" / (library.name.removeprefix("libfakecore.so.") + ".json")
    return bakery.python(project / "tools/abi.py", *options, library, record, fails=fails)


HEADER, SOURCE = "native/fakecore.h.in", "native/fakecore.c"
SUM = "int fakecore_sum(const fakecore_point *point)"

BREAKS = {
    "a member more": (
        [(HEADER, "    int y;\n", "    int y;\n    int z;\n")],
        "struct fakecore_point: was size 8",
    ),
    "members exchanged": (
        [(HEADER, "    int x;\n    int y;\n", "    int y;\n    int x;\n")],
        "0 x: int; 4 y: int, is size 8; 0 y: int; 4 x: int",
    ),
    "a member's type": ([(HEADER, "    int y;", "    float y;")], "4 y: float"),
    "a parameter more": (
        [(HEADER, "*point)", "*point, int z)"), (SOURCE, "*point)", "*point, int z)")],
        "is int (const fakecore_point *, int)",
    ),
    "a result": (
        [(HEADER, SUM, f"long {SUM[4:]}"), (SOURCE, SUM, f"long {SUM[4:]}")],
        "is long int (const",
    ),
    "a function gone": ([(HEADER, "FAKECORE_API int", "int")], "fakecore_sum: is gone"),
}
KEEPS = {
    "nothing": [],
    "a new function": [
        (HEADER, "#endif", "FAKECORE_API int fakecore_more(void);\n#endif"),
        (SOURCE, '.h"\n', '.h"\nint fakecore_more(void) { return 1; }\n'),
    ],
    "an opaque struct": [
        (HEADER, "#endif", "typedef struct fakecore_handle fakecore_handle;\n#endif"),
        (SOURCE, '.h"\n', '.h"\nstruct fakecore_handle { int hidden; };\n'),
    ],
}


def edit(project: Path, changes: list[tuple[str, str, str]]) -> None:
    for name, old, new in changes:
        text = (project / name).read_text()
        assert old in text
        (project / name).write_text(text.replace(old, new))


@pytest.mark.parametrize("change", BREAKS)
def test_break_is_reported(bakery: Bakery, change: str) -> None:
    project = bakery.bake("native-provider")
    changes, report = BREAKS[change]
    edit(project, changes)
    output = compare(bakery, project, fails=True)
    assert report in output
    assert "1 breaks" in output
    assert "Raise the part of the version that is the ABI" in output


@pytest.mark.parametrize("change", KEEPS)
def test_compatible_change_is_accepted(bakery: Bakery, change: str) -> None:
    project = bakery.bake("native-provider")
    edit(project, KEEPS[change])
    assert ": 0 breaks" in compare(bakery, project)


def test_new_abi_is_recorded_on_purpose(bakery: Bakery) -> None:
    project = bakery.bake("native-provider")
    edit(project, [*BREAKS["a member more"][0], ("pyproject.toml", LOWEST, "7.0.7.99.2.0")])
    assert "a new ABI; record it with nox -s abi -- --record" in compare(
        bakery, project, fails=True
    )
    compare(bakery, project, "--record")
    assert (
        "8 z: int"
        in json.loads((project / "abi/7.0.7.99.2.json").read_text())["types"][
            "struct fakecore_point"
        ]
    )
    assert ": 0 breaks" in compare(bakery, project)


def test_library_without_debugging_information_is_refused(
    bakery: Bakery, sites: dict[str, Path]
) -> None:
    project = bakery.bake("native-provider")
    library = next((sites[LOWEST] / "fake_corelibs/lib").iterdir())
    command = [project / "tools/abi.py", library, project / "abi/7.0.7.99.1.json"]
    assert "has no debugging information" in bakery.python(*command, fails=True)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"distribution": "a b"}, "distribution = 'a b': not valid"),
        ({"import_name": "for"}, "cannot be imported"),
        ({"version": "1.x"}, "use numbers with dots"),
        ({"library": "lib2x.so"}, "give the file name without a version"),
        ({"version": "1.2", "abi_granularity": "minor"}, "leaves nothing of 1.2 for the SONAME"),
        ({"oldest_python": "3.8"}, "give 3.11 or newer"),
    ],
)
def test_answer_is_refused(
    bakery: Bakery, capfd: pytest.CaptureFixture[str], answers: dict[str, str], reason: str
) -> None:
    with pytest.raises(FailedHookException):
        bakery.bake("native-provider", **answers)
    assert reason in capfd.readouterr().err
    assert not any((bakery.root / "baked").iterdir())
