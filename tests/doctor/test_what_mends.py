"""The first advice repairs: by what links, by extras, by what was put there since."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from native_skew.distributions import Distribution
from native_skew.distributions.installed import read_one
from native_skew.doctor import advice, disk, import_errors, inventory, rules
from native_skew.doctor.diagnosis import diagnose
from native_skew.doctor.environment import Environment, opened
from native_skew.doctor.sites import Sites, with_added
from native_skew.findings import Advice, Finding, Location, Report
from native_skew.toolchain.compiler import Compiler

from test_facts import HERE, environment, installed, library, only  # isort: skip

EMPTY = "int PyInit_{}(void) {{ return 0; }}\n"


class Made:
    """An environment, and what is put into it.

    Attributes:
        home: its folder.
        site: that of its packages.

    """

    def __init__(self, folder: Path, compiler: Compiler) -> None:
        self.home, self.folder, self._compiler = environment(folder / "env"), folder, compiler
        self.site = self.home / HERE

    def user(self, *needs: str, more: str = "", name: str = "user", link: str = "") -> Path:
        """A distribution whose module ``m`` needs libraries of these names."""
        module = self.module(self.site / name, *needs, link=link)
        installed(self.site, name, f"{name}/m.abi3.so", more=more)
        return module

    def module(self, folder: Path, *needs: str, link: str = "") -> Path:
        """A module ``m`` in ``folder`` that needs libraries of these names."""
        stand_ins = [
            self.library(folder / "built" / each, "x.so", f"int f{n};", f"-Wl,-soname,{each}")
            for n, each in enumerate(needs)
        ]
        options = (f"-Wl,--no-as-needed{link}", *map(str, stand_ins))
        made = self.library(folder, "m.abi3.so", EMPTY.format("m"), *options)
        for each in stand_ins:
            each.unlink()
        return made

    def library(self, folder: Path, name: str, source: str, *options: str) -> Path:
        return library(folder, self._compiler, name, source, *options)

    def lists(self, name: str, *files: str, version: str = "1", more: str = "") -> Path:
        """The metadata of a distribution."""
        return installed(self.site, name, *files, version=version, more=more)

    def only(self, rule: str) -> Finding:
        return only(diagnose(self.home), rule)

    @property
    def found(self) -> list[str]:
        return [f"{each.rule} {each.level}" for each in diagnose(self.home).findings]


@pytest.fixture
def made(tmp_path: Path, compiler: Compiler) -> Made:
    return Made(tmp_path, compiler)


def first(advice: tuple[Advice, ...]) -> str:
    return advice[0].commands[-1]


# --- files


def test_an_editable_install_whose_build_folder_is_gone(made: Made, tmp_path: Path) -> None:
    """Neither the system's nor a wheel's: it was there at build time."""
    source = tmp_path / "source"
    made.module(source / "own", "libown.so.2", link=f",-rpath,{source}/build")
    (made.site / "own.pth").write_text(f"{source}\n")
    info = made.lists("own", "own.pth")
    url = info / "direct_url.json"
    url.write_text(f'{{"url": "file://{source}", "dir_info": {{"editable": true}}}}')
    finding = made.only("missing-library")
    assert f"looks for it in `{source}/build`, where it was built" in finding.message
    # A wheel from an index has the folder of the machine that built it, where nobody looks.
    (made.site / "own.pth").unlink()
    url.unlink()
    made.user("libown.so.2", name="own", link=",-rpath,/project/build")
    made.only("missing-system-library")


def test_an_editable_install_whose_sources_are_gone(made: Made, tmp_path: Path) -> None:
    source = tmp_path / "a source"
    source.mkdir()
    url = made.lists("own") / "direct_url.json"
    url.write_text(f'{{"url": "{source.as_uri()}", "dir_info": {{"editable": true}}}}')
    assert made.found == []
    source.rmdir()
    assert made.only("missing-file").evidence["files"] == (str(source),)
    for text in ("{", "[]", '{"url": 1}', '{"url": "https://[", "editable": 1}'):
        url.write_text(text.replace("}", ', "dir_info": {"editable": true}}'))
        assert made.found == []
    url.write_text(f'{{"url": "{source.as_uri()}"}}')  # a copy was installed
    assert made.found == []


@pytest.mark.parametrize(
    ("stem", "hook", "code"),
    [
        ("own-editable", "_own_editable_loader", "def init():\n    Finder('own', '{}', ['x'])\n"),
        ("_own_editable", "_own_editable", "install({{'own': '{}/__init__.py'}}, {{}}, None)\n"),
        (
            "__editable__.own-1",
            "__editable___own_1_finder",
            "MAPPING: dict = {{'own': '{}/own'}}\n",
        ),
    ],
)
def test_a_folder_that_an_editable_install_s_own_code_names(
    made: Made, tmp_path: Path, stem: str, hook: str, code: str
) -> None:
    """meson-python's build folder, scikit-build-core's and setuptools' sources."""
    (made.lists("own") / "direct_url.json").write_text(
        f'{{"url": "{tmp_path.as_uri()}", "dir_info": {{"editable": true}}}}'
    )
    (made.site / f"{stem}.pth").write_text(f"import {hook}; {hook}.install()\n")
    built = tmp_path / "built"
    (made.site / f"{hook}.py").write_text(code.format(built))
    assert "is an editable install" in made.only("missing-file").message
    # A source that was removed since is not needed.
    (made.site / f"{hook}.py").write_text(code.format(built) + f"[{str(tmp_path)!r}]\n")
    assert bool(made.found) is (stem == "own-editable")
    (built / "own").mkdir(parents=True)
    (built / "__init__.py").touch()
    assert made.found == []


def test_a_pth_file_that_is_gone(made: Made, tmp_path: Path) -> None:
    """Its target is still there, and nothing leads to it."""
    names = ("__editable__.own-1.pth", "matplotlib-nspkg.pth", "own/below.pth")
    info = made.lists("own", *names)
    assert made.only("missing-file").level == "warning"
    url = {"url": tmp_path.as_uri(), "dir_info": {"editable": True}}
    (info / "direct_url.json").write_text(json.dumps(url))
    finding = made.only("missing-file")
    assert (finding.level, finding.evidence["files"]) == ("error", (f"{HERE}/{names[0]}",))
    (made.site / names[0]).write_text("")
    assert made.found == []
    made.lists("own", f"{'a' * 300}.pth")  # longer than a name can be: gone, and no error
    made.only("missing-file")


def test_lines_of_a_pth_file_that_lead_nowhere(made: Made) -> None:
    """A name that is too long is an error of its own to the system, and not merely absent."""
    (made.site / "long.pth").write_text(f"/{'a' * 5000}\n{'b/' * 5000}\nbeside\n")
    (made.site / "__editable___own_1_finder.py").write_text(
        f"MAPPING: dict[str, str] = {{'own': '/{'a' * 5000}/own'}}\n"
    )
    (made.site / "__editable__.own-1.pth").write_text(
        "import __editable___own_1_finder; __editable___own_1_finder.install()\n"
    )
    (made.site / "beside").mkdir()
    assert with_added((made.site,), "").sources == (made.site / "beside",)


def test_a_folder_that_is_called_tests_above_the_packages(tmp_path: Path) -> None:
    """What lies in it is missed: tests are those of a package."""
    site, root = tmp_path / "tests" / "site", tmp_path / "env"
    info = installed(site, "own", "own/a.py", "own/tests/b.py", "own/c.so")
    made = Environment(subject="x", root=root, sites=(site,), distributions=())
    owner = read_one(str(info))
    assert disk.lost(owner, made) == (f"{site}/own/a.py",)
    gone = inventory.Inventory(distributions=(), gone=((owner, (f"{site}/own/c.so",)),))
    (finding,) = disk.missing_files(replace(made, inventory=gone), ())
    assert finding.level == "error"


@pytest.mark.parametrize("mapping", ["{[1]: 2}", "['/own']", f"{'-' * 2000}1", "{1: 2}", "x()"])
def test_a_finder_that_maps_nothing(made: Made, mapping: str) -> None:
    """What stands there is no table of folders: it may be anything."""
    (made.site / "__editable___own_1_finder.py").write_text(f"MAPPING: dict = {mapping}\n")
    (made.site / "__editable__.own-1.pth").write_text("import __editable___own_1_finder\n")
    sites = with_added((made.site,), "")
    assert (sites.sources, sites.hooks) == ((), ("__editable__.own-1",))


def test_a_library_beside_the_packages_is_missed_where_it_is_needed(made: Made) -> None:
    """MPICH's wheel puts its library into the environment's ``lib``."""
    made.user("libmpi.so.991")
    made.lists("mpi", "../../libmpi.so.991", "../../libothers.so.1")
    finding = made.only("missing-file")
    assert finding.location.distribution == "mpi"
    assert first(finding.advice) == "uv pip install --reinstall-package mpi mpi==1"
    made.lists("mpi", "../../libothers.so.1")
    made.only("missing-system-library")


def test_files_of_another_release_are_told(made: Made) -> None:
    source = "int gone(void); int PyInit_m(void) { return gone(); }\n"
    module = made.library(made.site / "own", "m.abi3.so", source)
    digest = hashlib.sha256(module.read_bytes()).digest()
    right = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    info = made.lists("own", f"own/m.abi3.so,sha256={right}")
    assert made.only("undefined-symbol").advice == ()
    made.lists("own", f"own/m.abi3.so,sha256={right[::-1]}")
    finding = made.only("undefined-symbol")
    assert "is not the one that own 1's RECORD lists" in finding.message
    assert first(finding.advice) == "uv pip install --reinstall-package own own==1"
    # No index has what came from a folder or an address.
    (info / "direct_url.json").write_text('{"url": "https://here/own.whl", "archive_info": {}}')
    assert made.only("undefined-symbol").advice == ()
    (info / "INSTALLER").write_text("conda")  # which keeps the address of its own build
    assert first(made.only("undefined-symbol").advice) == "conda install --force-reinstall own"


def test_a_module_of_another_size_beside_others_that_are_as_installed(made: Made) -> None:
    modules = [
        made.library(made.site / "own", f"{name}.abi3.so", EMPTY.format(name)) for name in "mn"
    ]
    sizes = [each.stat().st_size for each in modules]

    def recorded(*sizes: int, installer: str = "uv") -> list[str]:
        rows = (f"own/{n}.abi3.so,sha256=x,{size}" for n, size in zip("mn", sizes, strict=True))
        (made.lists("own", *rows) / "INSTALLER").write_text(installer)
        return made.found

    assert recorded(*sizes) == []
    assert recorded(sizes[0] - 1, sizes[1]) == ["changed-file note"]
    assert recorded(sizes[0] + 1, sizes[1]) == ["changed-file note"]
    assert recorded(sizes[0] + 1, sizes[1] + 1) == ["changed-file note"]
    assert recorded(sizes[0] - 1, sizes[1], installer="conda") == []
    assert recorded(sizes[0] - 1, sizes[1], installer="debian") == []
    assert recorded(10**30, sizes[1]) == ["changed-file note"]
    finding = made.only("changed-file")
    assert first(finding.advice) == "uv pip install --reinstall-package own own==1"
    modules[0].write_bytes(modules[0].read_bytes().replace(b".symtab\0", b".symtac\0"))
    assert recorded(sizes[0] + 1, sizes[1]) == []  # as strip leaves it
    modules[0].write_bytes(b"")
    assert recorded(*sizes) == ["damaged-file error"]  # one cause, one finding


def test_a_library_that_python_code_loads_and_no_loader_takes(made: Made) -> None:
    file = made.library(made.site / "own", "libown.so.1", "int own;")
    size = file.stat().st_size
    file.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n")
    made.lists("own", f"own/libown.so.1,sha256=x,{file.stat().st_size}")
    assert made.found == []  # as it was installed: a stub of a linker's, say
    made.lists("own", f"own/libown.so.1,sha256=x,{size}")
    finding = made.only("damaged-file")
    assert "was not fetched from Git LFS" in finding.message
    assert first(finding.advice) == "uv pip install --reinstall-package own own==1"
    # The same file, found by a module too.
    made.user("libown.so.1", link=",-rpath,$ORIGIN/../own")
    assert "`user.m` needs it" in made.only("damaged-file").message


def test_an_interpreter_that_lacks_a_library(
    made: Made, tmp_path: Path, compiler: Compiler
) -> None:
    """A Python whose code is in libpython, without that library."""
    made.lists("own")
    assert made.found == []
    program = made.home / "bin/python"
    program.unlink()
    stand_in = made.library(tmp_path, "x.so", "int f;", "-Wl,-soname,libpython.so.991")
    (tmp_path / "main.c").write_text("int main(void) { return 0; }\n")
    command = [*compiler.command, "-o", str(program), str(tmp_path / "main.c")]
    command += ["-Wl,--no-as-needed", str(stand_in)]
    subprocess.run(command, check=True, capture_output=True)
    finding = made.only("missing-interpreter")
    assert finding.evidence["needed"] == ("libpython.so.991",)
    assert finding.advice


@pytest.mark.parametrize("entry", ["PyInit_m", "other"])
def test_a_library_for_another_processor_is_no_module(made: Made, entry: str) -> None:
    """pyepics has its library for each processor, in folders that are named like packages."""
    module = made.library(made.site / "own/arm", "m.so", f"int {entry}(void) {{ return 0; }}\n")
    content = bytearray(module.read_bytes())
    content[18] = 40  # e_machine
    module.write_bytes(content)
    made.lists("own", "own/arm/m.so")
    assert made.found == (["foreign-architecture error"] if entry == "PyInit_m" else [])


@pytest.mark.parametrize(
    ("tag", "found"),
    [("cp399-abi3-linux_x86_64", True), ("cp38-abi3-linux_x86_64", False), ("py3-none-any", False)],
)
def test_a_stable_abi_of_a_newer_python(made: Made, tag: str, found: bool) -> None:
    made.user()
    info = made.lists("user", "user/m.abi3.so")
    (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nTag: {tag}\n")
    assert made.found == (["other-python error"] if found else [])
    if found:
        finding = made.only("other-python")
        assert "for `cp399-abi3`" in finding.message
        assert first(finding.advice) == "uv pip install --reinstall-package user user==1"


# --- versions


@pytest.mark.parametrize(
    ("requires", "found"), [(">=3.99", True), (">=3.10", False), ("<3", True), ("nonsense", False)]
)
def test_a_python_that_is_not_admitted(made: Made, requires: str, found: bool) -> None:
    made.lists("own", more=f"Requires-Python: {requires}\n")
    made.lists("other")
    assert made.found == (["other-python warning"] if found else [])
    if found:
        assert first(made.only("other-python").advice).endswith(" own")


def test_what_links_to_the_provider_moves_too_where_only_a_name_tells(made: Made) -> None:
    """Pinocchio and hpp-fcl beside a newer Boost, of which no requirement speaks."""
    path = ",-rpath,$ORIGIN/../boost"
    made.user("libboost_python.so.1.81.0", link=path)
    made.user("libboost_python.so.1.82.0", link=path, name="other")
    made.library(made.site / "boost", "libboost_python.so.1.82.0", "int f;\n")
    made.lists("boost", "boost/libboost_python.so.1.82.0", version="1.82.0")
    finding = made.only("skewed-library")
    assert first(finding.advice).endswith(" user other boost")
    last = finding.advice[-1]
    assert "boost==1.81.0.*" in str((last.commands, last.files))
    assert "no such release any more" in last.trap


def test_a_part_that_the_provider_has_no_longer_is_its_own(made: Made) -> None:
    made.user("libboost_system.so.1.81.0", link=",-rpath,$ORIGIN/../lib")
    made.library(made.site / "lib", "libboost_python.so.1.90.0", "int f;\n")
    made.lists("boost", "lib/libboost_python.so.1.90.0", version="1.90.0")
    assert made.only("skewed-library").evidence["provider"] == "boost"
    made.library(made.site / "lib", "libanother_python.so.1", "int f;\n")
    made.lists("boost", "lib/libanother_python.so.1", version="1.90.0")
    (made.site / "lib/libboost_python.so.1.90.0").unlink()
    made.only("missing-library")


@pytest.mark.parametrize(
    ("requires", "installed_one", "shipped", "advised"),
    [
        # urdfdom 4 takes any tinyxml2, and fits none of the newest: all move to the newest.
        (">=4", "3.1.1.1", "3.0", "--upgrade-package user --upgrade-package urdf"),
        # The requirement, though it has no end, and the name agree on the series.
        (">=4", "6.0.0", "6.0.0", "'urdf==4.*'"),
        # A name whose number is none of the distribution's tells nothing.
        (">=4", "3.1.1.1", "17", "'urdf>=4'"),
        # No requirement that starts there: the index may have no such release.
        ("", "6.0.0", "6.0.0", " user urdf"),
    ],
)
def test_a_series_that_a_library_s_name_tells(
    made: Made, requires: str, installed_one: str, shipped: str, advised: str
) -> None:
    """pin 3.4 takes any urdfdom from 4 on, and needs liburdfdom_model.so.4.0."""
    made.user(
        "libmodel.so.4.0", more=f"Requires-Dist: urdf{requires}\n", link=",-rpath,$ORIGIN/../urdf"
    )
    made.library(made.site / "urdf", f"libmodel.so.{shipped}", "int f;\n")
    made.lists("urdf", f"urdf/libmodel.so.{shipped}", version=installed_one)
    assert advised in first(made.only("skewed-library").advice)


def test_a_provider_of_what_no_index_has_moves_alone(made: Made) -> None:
    made.user("libboost.so.1.87.0", link=",-rpath,$ORIGIN/../boost", more="Requires-Dist: boost\n")
    made.library(made.site / "boost", "libboost.so.1.83.0", "int f;\n")
    made.lists("boost", "boost/libboost.so.1.83.0", version="1.83.0")
    assert first(made.only("skewed-library").advice).endswith("'boost==1.87.0.*' user==1")
    info = made.lists("user", "user/m.abi3.so", more="Requires-Dist: boost\n")
    (info / "direct_url.json").write_text('{"url": "file:///src", "dir_info": {}}')
    finding = made.only("skewed-library")
    assert [each.commands for each in finding.advice if not each.files] == [
        ("uv pip install 'boost==1.87.0.*'",),
        ("pip --python .venv install 'boost==1.87.0.*'",),
    ]
    assert "came from no index" in finding.message


def test_an_absent_provider_of_any_version_comes_with_a_newer_consumer(made: Made) -> None:
    """mkl-service 2.4 requires any MKL, and the newest has another libmkl_rt."""
    made.user("libmkl_rt.so.2", more="Requires-Dist: mkl\n")
    found = made.only("missing-library").advice
    assert first(found).endswith(" user mkl")
    assert not any(each.commands[-1].endswith("install mkl") for each in found)
    made.lists("user", "user/m.abi3.so", more="Requires-Dist: mkl<2026\n")
    assert first(made.only("missing-library").advice).endswith("install 'mkl<2026'")


def test_requirements_that_contradict_each_other_move_those_who_have_them(made: Made) -> None:
    made.lists("provider", version="3")
    made.lists("one", more="Requires-Dist: provider<2\n")
    made.lists("two", more="Requires-Dist: provider>=3\n")
    assert first(made.only("violated-requirement").advice).endswith(" one provider two")
    made.lists("two", more="Requires-Dist: provider>=1.5\n")
    assert first(made.only("violated-requirement").advice) == "uv pip install 'provider<2,>=1.5'"


@pytest.mark.parametrize(
    ("installer", "requires", "level"),
    [
        ("debian", "absent", "note"),
        ("debian", "present>=2", "warning"),
        ("rpm", "absent", "note"),
        ("pip", "absent", "warning"),
        ("", "absent", "warning"),
    ],
)
def test_what_the_system_s_package_does_without(
    made: Made, installer: str, requires: str, level: str
) -> None:
    """Debian's python3-gi leaves pycairo to another package; what is there must fit all the same."""
    made.lists("present")
    info = made.lists("own", more=f"Requires-Dist: {requires}\n")
    (info / "INSTALLER").write_text(installer)
    finding = made.only("violated-requirement")
    assert finding.level == level
    assert bool(finding.advice) is (level == "warning")


def test_debian_s_own_folder_tells_of_what_has_no_installer(tmp_path: Path) -> None:
    for folder, word in (("usr/lib/python3/dist-packages", "debian"), ("other", "")):
        site = tmp_path / folder
        (site / "own.egg-info").mkdir(parents=True)
        (site / "own.egg-info/PKG-INFO").write_text("Name: own\nVersion: 1\n")
        (one,) = inventory.read(Sites(folders=(site,))).distributions
        assert (one.installer, one.of_system) == (word, bool(word))


@pytest.mark.parametrize(
    ("requires", "advised"),
    [
        ("nvidia-cublas-cu12==12.*; extra == 'cuda'", "uv pip install 'nvidia-cublas-cu12==12.*'"),
        ("nvidia-other-cu12==12.*; extra == 'cuda'", ""),
        ("nvidia-cublas-cu12; extra == 'cuda' and sys_platform == 'win32'", ""),
    ],
)
def test_what_an_extra_brings(made: Made, requires: str, advised: str) -> None:
    made.user("libcublas.so.991", more=f"Requires-Dist: {requires}\nProvides-Extra: cuda\n")
    finding = made.only("missing-system-library")
    assert [each.commands[0] for each in finding.advice][:1] == ([advised] if advised else [])
    assert ("in its extra `cuda`" in finding.message) is bool(advised)


@pytest.mark.parametrize("source", ["from ._core import *", "from . import _core", ""])
def test_a_module_that_nobody_asks_for_beside_one_that_is(made: Made, source: str) -> None:
    """daal4py without MPI; PyQt6's package imports none of its modules, and each may be wanted."""
    made.user("libmore.so.991")
    made.library(made.site / "user", "_core.abi3.so", EMPTY.format("_core"))
    (made.site / "user/__init__.py").write_text(source)
    made.lists("user", "user/m.abi3.so", "user/_core.abi3.so")
    made.only("optional-module" if source else "missing-system-library")


@pytest.mark.parametrize(
    ("name", "optional"), [("libcublas.so.991", True), ("libmore.so.991", False)]
)
def test_a_device_s_module_beside_others_that_load(made: Made, name: str, optional: bool) -> None:
    """cupy_backends, whose modules cupy's compiled ones import where there is CUDA."""
    made.module(made.site / "backends", name)
    made.lists("user", "backends/m.abi3.so")
    made.only("missing-system-library")
    made.library(made.site / "user", "n.abi3.so", EMPTY.format("n"))
    made.lists("user", "backends/m.abi3.so", "user/n.abi3.so")
    made.only("optional-module" if optional else "missing-system-library")


def _finding(rule: str, level: str, *advice: Advice, of: str = "", provider: str = "") -> Finding:
    return Finding(
        rule=rule, level=level, message="", location=Location(distribution=of),  # type: ignore[arg-type]
        evidence={"provider": provider}, advice=advice,
    )  # fmt: skip


def test_what_the_system_lacks_comes_last_among_errors() -> None:
    apart = rules.arranged(
        [
            _finding("missing-system-library", "error"),
            _finding("missing-system-library", "warning"),
            _finding("import-fails", "error"),
            _finding("violated-requirement", "warning"),
        ]
    )
    assert [each.rule for each in apart] == [
        "import-fails", "missing-system-library", "violated-requirement", "missing-system-library",
    ]  # fmt: skip


def test_what_mends_all_of_several_findings() -> None:
    """Two independent skews are not repaired by one advice."""

    def offer(tool: str, *commands: str, **files: str) -> Advice:
        named = {name.replace("_", "."): text for name, text in files.items()}
        return Advice(remedy="", title="", tool=tool, commands=commands, files=named)

    def together(*findings: Finding) -> Advice | None:
        return advice.together(
            Report(command="doctor", subject="", kit_version="", looked_at={}, findings=findings)
        ).together

    one = _finding("skewed-library", "error", offer("uv", "a"), offer("pip", "z"), provider="p")
    two = _finding("other-numpy", "error", offer("pip", "y"), offer("uv", "b"))
    both = together(one, two)
    assert both is not None
    assert both.commands == ("a", "b")
    assert together(one) is None
    assert together(one, one) is None
    assert together(one, _finding("changed-file", "note", offer("uv", "c"))) is None
    # What the provider itself lacks goes with the version that is moved.
    lacks = _finding("violated-requirement", "warning", offer("uv", "c"), of="p")
    assert together(one, lacks) is None
    assert together(two, lacks) is not None
    # What the consumer requires comes with the release of it that is chosen.
    skewed = _finding("skewed-library", "error", offer("uv", "a"), of="user", provider="p")
    wants = _finding("violated-requirement", "warning", offer("uv", "c"), of="user")
    assert together(skewed, wants) is None
    # If they exclude each other, all distributions in question move.
    pinned = (
        offer("uv pip install", "uv pip install 'p<2' user==1"),
        offer("uv pip install", "uv pip install 'p>=2'"),
    )
    system = _finding("missing-system-library", "error", offer("apt-get", "apt-get install x"))
    mended = together(
        _finding("skewed-library", "error", pinned[0], of="user", provider="p"),
        _finding("skewed-library", "error", pinned[1], of="other", provider="p"),
        system,
    )  # fmt: skip
    assert mended is not None
    names = "--upgrade-package other --upgrade-package p --upgrade-package user"
    assert mended.commands == (f"uv pip install {names} other p user", "apt-get install x")
    # The system's packages come last, and choose no tool, though what is only a warning comes first.
    both = together(
        system, _finding("violated-requirement", "warning", offer("pip", "x"), offer("uv", "c"))
    )
    assert both is not None
    assert both.commands == ("x", "apt-get install x")
    # One sync sees all that was written.
    first_one = offer("uv", "clean", "sync", pyproject_toml='[tool.uv]\nxs = ["a"]\n')
    second_one = offer("uv", "sync", pyproject_toml='[tool.uv]\nxs = ["b"]\n')
    both = together(
        _finding("skewed-library", "error", first_one), _finding("other-numpy", "error", second_one)
    )
    assert both is not None
    assert both.commands == ("clean", "sync")
    assert both.files == {"pyproject.toml": '[tool.uv]\nxs = ["a", "b"]\n'}
    # What gives the interpreter back is for no tool, and does not choose one.
    remade = _finding("missing-interpreter", "error", offer("", "venv"))
    both = together(remade, one, two)
    assert both is not None
    assert both.commands == ("venv", "a", "b")


@pytest.mark.parametrize(
    ("one", "other", "commands"),
    [
        ("install 'a<2' b==1", "install 'a>=1.5' c", ("install 'a<2,>=1.5' b==1", "install 'a<2,>=1.5' c")),
        ("install 'A_b<2'", "install 'a-b>1'", ("install 'A_b<2,>1'", "install 'a-b<2,>1'")),
        ("install a==1.*", "install a==1.2", ("install 'a==1.*,==1.2'",)),
        ("install 'a<2'", "install 'a>=2'", ()),
        ("install a==1", "install a==2", ()),
        ("install a==1 b", "install --upgrade a c", ()),
        ("reinstall a a==1", "install 'a<2'", ("reinstall a 'a<2,==1'", "install 'a<2,==1'")),
    ],
)  # fmt: skip
def test_two_that_move_one_distribution(one: str, other: str, commands: tuple[str, ...]) -> None:
    both = [Advice(remedy="", title="", commands=(each,), trap=each) for each in (one, other)]
    assert advice.at_odds(both) is not bool(commands)
    if commands:
        assert [*map(shlex.split, advice.joined(both).commands)] == [*map(shlex.split, commands)]
        assert advice.joined(both).trap == f"{one} {other}"


@pytest.mark.parametrize(
    ("project", "trapped"),
    [
        ('[tool.uv]\noverride-dependencies = ["Provider==3"]\n', "tool.uv.override-dependencies"),
        ('[tool.uv]\nconstraint-dependencies = ["provider>=3"]\n', "tool.uv.constraint-dependencies"),
        ('[tool.uv]\noverride-dependencies = ["provider<2"]\n', ""),
        ('[tool.uv]\noverride-dependencies = ["another==3"]\n', ""),
        ('[tool.uv]\noverride-dependencies = [1]\n', ""),
        ('[tool.pdm.resolution.overrides]\nprovider = "3"\n', ""),
        ("[", ""),
    ],
)  # fmt: skip
def test_what_a_project_holds_whatever_is_asked(made: Made, project: str, trapped: str) -> None:
    made.lists("provider", version="3")
    made.lists("one", more="Requires-Dist: provider<2\n")
    (made.home.parent / "pyproject.toml").write_text(project)
    for each in made.only("violated-requirement").advice:
        uses = each.tool.startswith("uv") and trapped
        assert (f"`{trapped}` in pyproject.toml" in each.trap) if uses else not each.trap


def test_a_project_of_pdm_s(made: Made) -> None:
    made.lists("provider", version="3")
    info = made.lists("one", more="Requires-Dist: provider<2\n")
    (info / "INSTALLER").write_text("pdm")
    project = '[tool.pdm.resolution.overrides]\nprovider = "{}"\n'
    for version, trapped in (("3", True), (">=3", True), ("1", False)):
        (made.home.parent / "pyproject.toml").write_text(project.format(version))
        assert bool(made.only("violated-requirement").advice[0].trap) is trapped


@pytest.mark.parametrize(
    ("several", "commands"),
    [
        (["lock sync", "clean lock sync-again"], "clean lock sync sync-again"),
        (["clean lock sync-again", "lock sync"], "clean lock sync-again sync"),
        (["remove lock sync", "install", "update sync"], "remove lock update sync install"),
        (["clean sync", "clean sync"], "clean sync"),
        (["a b", "b a"], "b a b"),
    ],
)
def test_the_commands_of_each_advice_keep_their_order(several: list[str], commands: str) -> None:
    """Like a lock before its sync, and a clean-up before what is made again."""
    ones = [Advice(remedy="", title="", commands=tuple(each.split())) for each in several]
    assert " ".join(advice.joined(ones).commands) == commands


@pytest.mark.parametrize(
    ("name", "several", "text"),
    [
        ("Pipfile", ['[packages]\na = "1"\n', '[packages]\nb = "2"\n'], '[packages]\na = "1"\nb = "2"\n'),
        ("a.toml", ['xs = ["a"]\n', 'xs = ["a", "b"]\n'], 'xs = ["a", "b"]\n'),
        ("a.toml", ["[[a.xs]]\nx = 1\n", "[[a.xs]]\nx = 1\n"], "[[a.xs]]\nx = 1\n"),
        ("a.txt", ["a==1\n", "a==1\nb==2\n"], "a==1\nb==2\n"),
    ],
)  # fmt: skip
def test_what_several_add_to_one_file_stands_there_once(
    name: str, several: list[str], text: str
) -> None:
    ones = [Advice(remedy="", title="", files={name: each}) for each in several]
    assert advice.joined(ones).files == {name: text}


# --- an import's own words


@pytest.mark.parametrize(
    ("error", "requires", "advised"),
    [
        ("cannot import name 'triu' from 'scipy.linalg' (/x/scipy/linalg/__init__.py)", "scipy", "--upgrade-package scipy own scipy"),
        ("lxml & xmlsec libxml2 library version mismatch", "lxml", "own lxml"),
        ("it needs lxml-html-clean", "lxml", ""),
        ("No module named 'own_binary'", "own-binary==1; extra == 'binary'", "install own-binary==1"),
        ("No module named 'own_binary'", "own-binary==1", ""),
        ("cannot load library 'libfluidsynth-3': no such file", "cffi", "libfluidsynth3"),
        ("libportaudio.so.2: cannot open shared object file", "cffi", "libportaudio2"),
        ("libc.so.6 is there", "cffi", ""),
        ("something else", "scipy", ""),
        ("ImportError: cannot import name 'a' from 'sklearn.base' (/x/base.py)", "scikit-learn", "--upgrade-package scikit-learn own"),
        ("ModuleNotFoundError: No module named 'sklearn.old'", "scikit-learn", "--upgrade-package scikit-learn own"),
        ("ImportError: cannot import name 'a' from 'sklearnex' (/x/base.py)", "scikit-learn", "--upgrade-package own own"),
        ("AttributeError: module 'lib' has no attribute 'X509'", "scipy", "--upgrade-package own own"),
        ("ValueError: no display", "scipy", ""),
        ("ModuleNotFoundError: No module named 'pkg_resources'", "scipy", "install 'setuptools<82'"),
        ("ModuleNotFoundError: No module named 'pkg_resources2'", "scipy", ""),
        ("ModuleNotFoundError: No module named 'imp'", "scipy", "--upgrade-package own own"),
        ("ModuleNotFoundError: No module named 'distutils.util'", "scipy", "--upgrade-package own own"),
        ("ModuleNotFoundError: No module named 'imp2'", "scipy", ""),
        ("ModuleNotFoundError: No module named '_sqlite3'", "scipy", ""),
    ],
)  # fmt: skip
def test_what_the_words_name(
    made: Made, tmp_path: Path, error: str, requires: str, advised: str
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text("ID=debian\n")
    made.lists("own", more=f"Requires-Dist: {requires}\n")
    made.lists("scipy")
    made.lists("lxml")
    made.lists("scikit_learn", "sklearn/__init__.py")
    (made.site / "sklearn").mkdir()
    (made.site / "sklearn/__init__.py").touch()
    with opened(made.home) as found:
        owner = next(each for each in found.distributions if each.name == "own")
        _, evidence, advice = import_errors.explained(owner, error, found)
    assert bool(evidence) is (
        advised not in ("", "--upgrade-package own own", "install 'setuptools<82'")
    )
    commands = " ".join(command for each in advice for command in each.commands)
    assert advised in commands
    assert bool(commands) is bool(advised)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("imp", "Python has no `imp` any more, from 3.12 on."),
        ("telnetlib", "Python has no `telnetlib` any more, from 3.13 on."),
        ("_sqlite3", "The interpreter lacks `_sqlite3` of its own standard library"),
        ("_cffi_backend", ""),
        ("six", ""),
    ],
)
def test_a_module_of_the_standard_library_that_is_not_there(
    made: Made, name: str, said: str
) -> None:
    made.lists("own")
    with opened(made.home) as found:
        (owner,) = found.distributions
        why, _, _ = import_errors.explained(
            owner, f"ModuleNotFoundError: No module named '{name}'", found
        )
    assert why.startswith(said)
    assert bool(why) is bool(said)


@pytest.mark.parametrize(
    "error", ["AttributeError: no url_quote", "ImportError: cannot import name 'a' from 'base'"]
)
def test_who_requires_what_fails_moves_with_it(made: Made, error: str) -> None:
    """flask-sqlalchemy, which was written for the old release of Flask that fails."""
    made.lists("base")
    made.lists("own", more="Requires-Dist: base\n")
    made.lists("above", more="Requires-Dist: own\n")
    made.lists("beside", more="Requires-Dist: base\n")
    with opened(made.home) as found:
        owner = next(each for each in found.distributions if each.name == "own")
        _, _, advice = import_errors.explained(owner, error, found)
    named = " base" if "'base'" in error else ""
    assert any(each.trap for each in advice) is not bool(named)  # that one is a guess
    assert first(advice).endswith(f" own{named} above")


@pytest.mark.parametrize("whose", ["own", "base"])
def test_python_files_that_are_gone(made: Made, whose: str) -> None:
    """Those of the distribution that fails, or of one that it requires and whose name it says."""
    folder = made.site / "base"
    (folder / "tests").mkdir(parents=True)
    made.lists("own", "own.py", more="Requires-Dist: base\n")
    made.lists("base", "base/__init__.py", "base/tests/a.py", "../../../bin/gone.py")
    (made.site / "own.py").touch()
    (folder / "__init__.py").touch()

    def explained() -> tuple[object, tuple[Advice, ...]]:
        with opened(made.home) as found:
            owner = next(each for each in found.distributions if each.name == "own")
            _, evidence, advice = import_errors.explained(owner, "no base", found)
        return evidence.get("files"), advice

    assert explained()[0] is None
    gone = made.site / "own.py" if whose == "own" else folder / "__init__.py"
    gone.unlink()
    files, advice = explained()
    assert files == (str(gone.relative_to(made.home)),)
    assert first(advice) == f"uv pip install --reinstall-package {whose} {whose}==1"


def test_modules_of_another_release_in_a_package_that_fails(made: Made) -> None:
    """One that is compiled comes before the Python file of its name, and no tool removes it."""
    stray = made.library(made.site / "own", "md.abi3.so", "int x;")
    made.lists("own", "own/__init__.py")
    (made.site / "own/__init__.py").touch()

    def explained() -> tuple[object, tuple[Advice, ...]]:
        with opened(made.home) as found:
            owner = next(each for each in found.distributions if each.name == "own")
            _, evidence, advice = import_errors.explained(owner, "no own.md", found)
        return evidence.get("files"), advice

    files, advice = explained()
    assert files == (f"{HERE}/own/md.abi3.so",)
    assert advice[0].commands[0] == f"rm {stray}"
    assert first(advice) == "uv pip install --reinstall-package own own==1"
    made.lists("own", "own/__init__.py", "own/md.abi3.so")
    assert explained() == (None, ())


def test_what_its_python_code_asks_the_loader_for(made: Made) -> None:
    """As pyzbar, whose error names no file."""
    code = made.site / "own/__init__.py"
    code.parent.mkdir()
    made.lists("own", "own/__init__.py")
    named: Distribution
    with opened(made.home) as found:
        (named,) = found.distributions
        for source, needed in (
            ("from ctypes.util import find_library\nfind_library('portaudio')\n", ("libportaudio.so.2",)),
            ("import ctypes\nctypes.CDLL('libportaudio.so.2')\n", ("libportaudio.so.2",)),
            ("import ctypes\nctypes.CDLL('libc.so.6')\n", None),
            ("find_library('portaudio')\n", None),
        ):  # fmt: skip
            code.write_text(source)
            _, evidence, _ = import_errors.explained(named, "not found", found)
            assert evidence.get("needed") == needed, source


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import ctypes.util\nctypes.util.find_library('portaudio')\nraise OSError('no PortAudio')\n", True),
        ("import ctypes\nctypes.CDLL('libportaudio.so.2')\nraise ImportError\n", True),
        ("ffi.dlopen(ffi, ('portaudio-2',), ('libportaudio.so.2',))\nraise OSError\n", True),
        ("import ctypes.util\nfor name in ['libx', 'portaudio', 'lib/x.dylib',]:\n    find_library(name)\nraise OSError\n", True),
        ("import ctypes.util\nfor name in (\n'portaudio',  # POSIX\n'a/b.dylib'):\n    _find_library(name)\nraise OSError\n", True),
        ("import ctypes.util\nn = ['libx', 'portaudio']\nfind_library('c')\nraise OSError\n", False),
        # soundfile, whose list is of other things
        ("import ctypes.util\nn = ['frames', 'portaudio']\nfind_library('c')\nffi.dlopen(n)\nraise OSError\n", False),
        # threadpoolctl, which looks at what is loaded
        ("import ctypes\nn = ('libx', 'libportaudio')\nctypes.CDLL(path)\nraise OSError\n", False),
        ("import ctypes\nctypes.CDLL('libportaudio.so.2'\nraise OSError\n", False),
        ("import ctypes.util\nctypes.util.find_library('portaudio')\n", False),  # it does without
        ("import ctypes\nctypes.CDLL('libc.so.6')\nraise OSError\n", False),
        ("find_library('portaudio')\nraise OSError\n", False),
    ],
)  # fmt: skip
def test_what_python_alone_asks_the_system_for(made: Made, code: str, found: bool) -> None:
    """As python-magic and cairocffi do, whose wheels hold nothing compiled."""
    folder = made.site / "own"
    folder.mkdir()
    made.lists("own", "own/__init__.py", "own/loader.py")
    (folder / "__init__.py").touch()
    (folder / "loader.py").write_text(code)
    if not found:
        assert made.found == []
        return
    finding = made.only("missing-system-library")
    assert (finding.level, finding.evidence["needed"]) == ("warning", ("libportaudio.so.2",))
    assert "libportaudio2" in " ".join(first(finding.advice).split())
    # Of a large package, most of what its code could load is never asked for.
    many = [f"own/m{number}.py" for number in range(100)]
    made.lists("own", "own/__init__.py", "own/loader.py", *many)
    for each in many:
        (made.site / each).touch()
    assert made.found == []
