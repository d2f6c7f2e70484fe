"""The provider as generated, and its comparison of one release with another."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from support.bakery import HIGHEST, LOWEST, OTHER_ABI, Bakery, edit
from support.native_wheels import consistency


def test_wheel_is_in_order(bakery: Bakery, providers: dict[str, Path]) -> None:
    wheel = providers[LOWEST]
    assert wheel.name.startswith(f"fake_corelibs-{LOWEST}-py3-none-linux")
    bakery.python("-m", "twine", "check", "--strict", wheel)
    bakery.python("-m", "check_wheel_contents", wheel)
    with zipfile.ZipFile(wheel) as archive:
        libraries = [name for name in archive.namelist() if ".so" in name]
    assert sorted(libraries) == [
        "fake_corelibs/lib/libfakecore.so",  # for the linker: a text
        "fake_corelibs/lib/libfakecore.so.7.0.7.99.1",
    ]


def test_requirement_is_the_range_that_a_consumer_declares(
    bakery: Bakery, sites: dict[str, Path]
) -> None:
    """For the same release, every installed release says the same."""
    for version in (LOWEST, HIGHEST, OTHER_ABI):
        stated = bakery.python("-m", "fake_corelibs", LOWEST, site=sites[version]).strip()
        assert stated == "fake-corelibs>=7.0.7.99.1.2,<7.0.7.99.2"


@pytest.mark.parametrize(
    ("version", "granularity", "soname", "requirement"),
    [
        ("1.2.3", "minor", "libfakecore.so.1", "fake-corelibs>=1.2.3,<2"),
        ("1.2.3", "exact", "libfakecore.so.1.2.3", "fake-corelibs==1.2.3"),
        ("3.0", "exact", "libx++-2.so.3.0", "fake-corelibs==3.0"),
        ("1.2.3rc1", "patch", "libfakecore.so.1.2", "fake-corelibs>=1.2.3rc1,<1.3"),
    ],
)
def test_soname_follows_from_the_granularity(
    bakery: Bakery, version: str, granularity: str, soname: str, requirement: str
) -> None:
    library = soname.partition(".so")[0] + ".so"
    answers = {"version": version, "abi_granularity": granularity, "library": library}
    project = bakery.bake("native-provider", **answers)
    site = bakery.installed("site", *bakery.build(project, None, "--wheel"))
    (file,) = (site / "fake_corelibs/lib").glob("*.so.*")
    assert file.name == soname
    assert f"soname: [{soname}]" in bakery.run("readelf", "--dynamic", file)
    assert bakery.python("-m", "fake_corelibs", site=site).strip() == requirement
    bakery.own_tests(project, site)
    (record,) = (project / "abi").iterdir()
    assert record.name == soname.removeprefix(f"{library}.") + ".abi"


def compare(bakery: Bakery, project: Path, *options: str, fails: bool = False) -> str:
    """Build with debugging information, and compare with the record."""
    debug = ["--wheel", "--config-setting=cmake.build-type=Debug"]
    (wheel,) = bakery.build(project, None, *debug, folder=f"dist{len(list(bakery.root.iterdir()))}")
    site = bakery.installed(f"site-{wheel.parent.name}", wheel)
    (library,) = (site / "fake_corelibs/lib").glob("*.so.*")
    record = project / "abi" / (library.name.removeprefix("libfakecore.so.") + ".abi")
    include = site / "fake_corelibs/include"
    return bakery.python(project / "tools/abi.py", *options, library, include, record, fails=fails)


HEADER, SOURCE = "native/fakecore.h.in", "native/fakecore.c"

BREAKS = {
    "a member more": ([(HEADER, "y;\n", "y;\n    int z;\n")], "type size changed from 64 to 96"),
    "a parameter more": (
        [(HEADER, "*point)", "*point, int z)"), (SOURCE, "*point)", "*point, int z)")],
        "parameter 2 of type 'int' was added",
    ),
    "parameters of any number": (
        [(HEADER, "*point)", "*point, ...)"), (SOURCE, "*point)", "*point, ...)")],
        "parameter 2 of type '...' was added",
    ),
    "a function gone": ([(HEADER, "FAKECORE_API int", "int")], "fakecore_sum"),
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


def change(project: Path, edits: list[tuple[str, str, str]]) -> None:
    for name, old, new in edits:
        edit(project / name, old, new)


needs_abidiff = pytest.mark.skipif(
    shutil.which("abidiff") is None, reason="abidiff is not installed (Debian: abigail-tools)"
)


@needs_abidiff
@pytest.mark.parametrize("kind", BREAKS)
def test_break_is_reported(bakery: Bakery, kind: str) -> None:
    project = bakery.bake("native-provider")
    changes, report = BREAKS[kind]
    change(project, changes)
    record = (project / "abi/7.0.7.99.1.abi").read_text()
    output = compare(bakery, project, "--record", fails=True)
    assert report in output
    assert "Raise the part of the version that is the ABI" in output
    assert (project / "abi/7.0.7.99.1.abi").read_text() == record


@needs_abidiff
@pytest.mark.parametrize("kind", KEEPS)
def test_compatible_change_is_accepted(bakery: Bakery, kind: str) -> None:
    project = bakery.bake("native-provider")
    change(project, KEEPS[kind])
    said = compare(bakery, project)
    assert "no symbol that was recorded, and no type" in said
    # What abidiff cannot see is never called sound.
    assert "Not compared: macros, inline code and templates" in said


CPP_HEADER = """#ifdef __cplusplus
enum class fakecore_mode { slow, fast };
class FAKECORE_API fakecore_base {
public:
    virtual ~fakecore_base();
    virtual int run(fakecore_mode mode);
};
#endif
"""
CPP_SOURCE = """#include "fakecore.h"
fakecore_base::~fakecore_base() {}
int fakecore_base::run(fakecore_mode mode) { return static_cast<int>(mode); }
"""
CPP_BREAKS = {
    "a value moved": ("{ slow,", "{ none, slow,", "'fakecore_mode::slow' from value '0' to '1'"),
    "a virtual function before": (
        "    virtual int run",
        "    virtual int begin() { return 1; }\n    virtual int run",
        "incompatible change to the vtable",
    ),
}


@needs_abidiff
@pytest.mark.parametrize("kind", CPP_BREAKS)
def test_break_in_cpp_is_reported(bakery: Bakery, kind: str) -> None:
    project = bakery.bake("native-provider", language="c++")
    edit(project / HEADER, "#endif\n\n#endif", f"#endif\n{CPP_HEADER}\n#endif")
    edit(project / f"{SOURCE}pp", '#include "fakecore.h"\n', CPP_SOURCE)
    compare(bakery, project, "--record")
    old, new, report = CPP_BREAKS[kind]
    edit(project / HEADER, old, new)
    assert report in compare(bakery, project, fails=True)


@needs_abidiff
def test_new_abi_is_recorded_on_purpose(bakery: Bakery) -> None:
    project = bakery.bake("native-provider")
    change(project, [*BREAKS["a member more"][0], ("pyproject.toml", LOWEST, "7.0.7.99.2.0")])
    assert "a new ABI; record it with nox -s abi -- --record" in compare(
        bakery, project, fails=True
    )
    compare(bakery, project, "--record")
    assert "name='z'" in (project / "abi/7.0.7.99.2.abi").read_text()
    assert "no symbol that was recorded, and no type" in compare(bakery, project)


def test_without_abidiff_nothing_is_called_sound(bakery: Bakery) -> None:
    project = bakery.bake("native-provider")
    tool = project / "tools/abi.py"
    edit(tool, 'shutil.which("abidiff")', "None")
    command = [tool, bakery.root / "libfakecore.so", bakery.root, project / "abi/7.0.7.99.1.abi"]
    said = bakery.python(*command, fails=True)
    assert said.startswith("Nothing was compared")
    assert "apt-get install abigail-tools" in said


@needs_abidiff
def test_library_without_debugging_information_is_refused(
    bakery: Bakery, sites: dict[str, Path]
) -> None:
    project = bakery.bake("native-provider")
    library = next((sites[LOWEST] / "fake_corelibs/lib").glob("*.so.*"))
    include = sites[LOWEST] / "fake_corelibs/include"
    command = [project / "tools/abi.py", library, include, project / "abi/7.0.7.99.1.abi"]
    assert "has no debugging information" in bakery.python(*command, fails=True)


def test_plain_name_links_to_the_one_library(bakery: Bakery, sites: dict[str, Path]) -> None:
    """By -l, without a second library in the wheel."""
    package = sites[LOWEST] / "fake_corelibs"
    source = bakery.root / "use.c"
    source.write_text('#include <fakecore.h>\nconst char *use(void) { return fakecore_version(); }\n')
    made = bakery.root / "use.so"
    folders = [f"-I{package / 'include'}", f"-L{package / 'lib'}"]
    bakery.run("cc", "-shared", "-fPIC", *folders, source, "-lfakecore", "-o", made)
    assert "[libfakecore.so.7.0.7.99.1]" in bakery.run("readelf", "--dynamic", made)


def test_library_in_cpp_on_another_provider(
    bakery: Bakery, providers: dict[str, Path], sites: dict[str, Path]
) -> None:
    """As pvxslibs is on epicscorelibs: both stay in their packages, and one may link to both."""
    base = f"fake-corelibs>={LOWEST},<7.0.7.99.2 libfakecore.so"
    answers = {"distribution": "upon", "version": "1.2.3", "library": "libupon.so"}
    project = bakery.bake("native-provider", language="c++", providers=base, **answers)
    bakery.run("ruff", "format", "--no-cache", "--check", project)
    (wheel,) = bakery.build(project, sites[LOWEST], "--wheel", folder="upon")
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read("upon-1.2.3.dist-info/METADATA").decode()
    assert f"Requires-Dist: fake-corelibs<7.0.7.99.2,>={LOWEST}\n" in metadata
    ends = {v: bakery.installed(f"with-{v}", wheel, providers[v]) for v in (LOWEST, HIGHEST)}
    said = bakery.run("readelf", "--dynamic", next(ends[LOWEST].glob("upon/lib/*.so.*")))
    for told in ("[libfakecore.so.7.0.7.99.1]", "[libupon.so.1.2]", "[$ORIGIN/../../fake_corelibs/lib]"):
        assert told in said
    for site in ends.values():
        bakery.own_tests(project, site)
    consumer = bakery.bake(
        "native-consumer",
        pair=False,
        provider_distribution="upon",
        provider_oldest="1.2.3",
        provider_version_function="upon_version",
        more_providers=base,
        language="c++",
    )
    (module,) = bakery.build(consumer, ends[LOWEST], "--wheel")
    assert "1 files: 0 problems" in consistency(bakery, consumer, ends.values(), module)
    bakery.installed(f"with-{HIGHEST}", module)
    assert "loaded: 1.2.3" in bakery.python("-c", "import my_extension as m; m.main()", site=ends[HIGHEST])
