"""The facts about an environment: its disk, its interpreter, its folders, its root."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from native_skew.binaries.image import Image
from native_skew.doctor import inventory, sites, system_libraries
from native_skew.doctor.diagnosis import diagnose, examine
from native_skew.doctor.environment import opened
from native_skew.doctor.errors import NotAnEnvironmentError
from native_skew.doctor.importers import use_of
from native_skew.doctor.interpreter import read
from native_skew.doctor.pins import Pins
from native_skew.doctor.rules import MISSING_SYSTEM_LIBRARY, OPTIONAL_MODULE
from native_skew.findings import Finding, Location, Report
from native_skew.toolchain.compiler import Compiler
from programs.debian_packages import dependents, packages

OLDER, NEWER = "7.0.7.99.1.2", "7.0.10.99.0.2"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
HERE = f"lib/python{PYTHON}/site-packages"


def rules(report: Report) -> list[str]:
    return [each.rule for each in report.findings]


def only(report: Report, rule: str) -> Finding:
    assert rules(report) == [rule], report.findings
    return report.findings[0]


def environment(folder: Path) -> Path:
    venv.create(folder, symlinks=True, with_pip=False)
    return folder


def installed(site: Path, name: str, *files: str, version: str = "1", more: str = "") -> Path:
    """Writes the metadata of a distribution, with ``files`` as RECORD's rows."""
    info = site / f"{name}-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n{more}")
    (info / "RECORD").write_text("".join(f"{f},\n" if "," in f else f"{f},,\n" for f in files))
    return info


@pytest.fixture
def sound(pair) -> Path:  # type: ignore[no-untyped-def]
    return pair.install(pair.provider(NEWER), pair.consumer(NEWER, "fake-corelibs"))


# --- the disk


def test_an_environment_without_its_configuration(tmp_path: Path) -> None:
    """Its interpreter then searches its own packages instead of the environment's."""
    home = environment(tmp_path / "env")
    installed(home / HERE, "own")
    configuration = home / "pyvenv.cfg"
    text = configuration.read_text()
    configuration.unlink()
    finding = only(diagnose(home), "missing-interpreter")
    assert finding.location.file == "pyvenv.cfg"
    assert " -m venv --upgrade " in finding.advice[0].commands[-1]
    (home / "bin/activate").unlink()  # a prefix that links to another's interpreter
    assert rules(diagnose(home)) == []
    (home / "bin/activate").touch()
    configuration.write_text(text)
    assert rules(diagnose(home)) == []


def test_a_library_of_its_own_that_is_gone(sound: Path) -> None:
    assert rules(diagnose(sound)) == []
    (library,) = sound.rglob("libfakecore.so.*")
    library.unlink()
    finding = only(diagnose(sound), "missing-file")
    assert (finding.level, finding.location.distribution) == ("error", "fake-corelibs")
    assert "Reinstall fake-corelibs" in finding.message
    name = "fake-corelibs"
    assert finding.advice[0].commands == (
        f"uv pip install --reinstall-package {name} {name}=={NEWER}",
    )


def test_a_module_of_its_own_that_is_gone(sound: Path) -> None:
    (module,) = sound.rglob("_extension*.so")
    module.unlink()
    assert only(diagnose(sound), "missing-file").location.distribution == "fake-softioc"


def test_what_is_not_missed(tmp_path: Path) -> None:
    """Scripts, data beside the packages, caches, and files that are no libraries."""
    site = environment(tmp_path) / HERE
    installed(
        site, "a", "../../../bin/tool.so", "../../../share/a/x.so.1", "a/__pycache__/b.pyc",
        "a/gone.py", "a/x.so.txt", "a/libfoo.a",
    )  # fmt: skip
    assert rules(diagnose(tmp_path)) == []
    installed(site, "b", "b/tests/x.so")
    assert [each.level for each in diagnose(tmp_path).findings] == ["note"]
    installed(site, "b", "b/tests/x.so", "b/y.so")
    assert [each.level for each in diagnose(tmp_path).findings] == ["error"]


def test_a_link_that_leads_to_nothing_is_no_file(sound: Path) -> None:
    (module,) = sound.rglob("_extension*.so")
    real = module.rename(sound / "aside.so")
    module.symlink_to(real)
    assert rules(diagnose(sound)) == []  # as links to a cache are
    real.unlink()
    assert only(diagnose(sound), "missing-file").location.distribution == "fake-softioc"


def test_a_distribution_without_a_record_has_the_package_of_its_name(sound: Path) -> None:
    next(sound.rglob("fake_softioc*/RECORD")).unlink()
    (module,) = sound.rglob("_extension*.so")
    content = module.read_bytes()
    module.unlink()
    module.write_bytes(content[:1000])
    finding = only(diagnose(sound), "damaged-file")
    assert finding.location.distribution == "fake-softioc"
    assert finding.advice


def test_a_file_whose_tables_are_there_and_whose_end_is_not(sound: Path) -> None:
    (module,) = sound.rglob("_extension*.so")
    with Image(module) as image, ELFFile(io.BytesIO(module.read_bytes())) as elf:
        end = max(s["p_offset"] + s["p_filesz"] for s in elf.iter_segments("PT_LOAD"))
        assert image.header.needed
    module.write_bytes(module.read_bytes()[:end])  # sections and debug information are not loaded
    assert "damaged-file" not in rules(diagnose(sound))
    module.write_bytes(module.read_bytes()[: end - 1])
    assert "truncated" in next(
        each.message for each in diagnose(sound).findings if each.rule == "damaged-file"
    )


def test_a_file_of_two_owners(tmp_path: Path) -> None:
    site = environment(tmp_path) / HERE
    (site / "cv").mkdir()
    shared = site / "cv/libcv.so"
    shared.write_bytes(b"")
    installed(site, "cv", "cv/libcv.so,sha256=a")
    installed(site, "cv-headless", "cv/libcv.so,sha256=b")
    finding = only(diagnose(tmp_path), "shared-file")
    assert finding.level == "note"  # the one that is there may well be loaded
    installed(site, "cv-headless", "cv/libcv.so,sha256=a")
    assert rules(diagnose(tmp_path)) == []  # shared on purpose
    installed(site, "cv-headless", "cv/libcv.so,sha256=b")
    shared.unlink()
    found = diagnose(tmp_path)
    assert found.exit_code == 1
    assert {"shared-file", "missing-file"} >= set(rules(found))
    shutil.rmtree(site / "cv-1.dist-info")  # the first is uninstalled
    assert only(diagnose(tmp_path), "missing-file").location.distribution == "cv-headless"


# --- the interpreter


def test_the_full_version_decides_markers(tmp_path: Path) -> None:
    site = environment(tmp_path) / HERE
    installed(site, "redis", more=f'Requires-Dist: absent; python_full_version < "{PYTHON}.4"\n')
    configuration = tmp_path / "pyvenv.cfg"
    written = configuration.read_text()
    for full, expected in (("7", []), ("3", ["violated-requirement"])):
        configuration.write_text(re.sub(r"version = .*", f"version = {PYTHON}.{full}", written))
        assert rules(diagnose(tmp_path)) == expected
        # As uv and virtualenv write it.
        named = f"version_info = {PYTHON}.{full}.final.0"
        configuration.write_text(re.sub(r"version = .*", named, written))
        assert rules(diagnose(tmp_path)) == expected


def test_a_version_that_is_not_known_violates_nothing_that_hangs_on_it(tmp_path: Path) -> None:
    found = inventory.read(sites.Sites(folders=(tmp_path,)))
    assert not Pins(found.distributions, PYTHON).violated()
    installed(tmp_path, "redis", more='Requires-Dist: absent; python_full_version < "3.11.4"\n')
    installed(tmp_path, "other", more='Requires-Dist: lacking; python_version >= "3.11"\n')
    found = inventory.read(sites.Sites(folders=(tmp_path,)))
    assert [pin.provider for pin in Pins(found.distributions, "3.11").violated()] == ["lacking"]


def test_a_base_interpreter_that_is_gone(sound: Path) -> None:
    program = sound / "bin/python"
    for name in ("python", "python3", f"python{PYTHON}"):
        (sound / "bin" / name).unlink(missing_ok=True)
    (sound / "bin/python3").symlink_to("python")
    program.symlink_to("/nowhere/python3.11")
    finding = only(diagnose(sound), "missing-interpreter")
    assert "/nowhere/python3.11" in finding.message
    (advice,) = finding.advice
    assert [each.split()[0] for each in advice.commands] == ["rm", f"python{PYTHON}"]
    # The very commands: venv alone stops at a link that leads to nothing.
    for command in advice.commands:
        words = [
            sys.executable if each == f"python{PYTHON}" else each for each in shlex.split(command)
        ]
        subprocess.run([*words, *(["--without-pip"] if "venv" in words else [])], check=True)
    assert not [each for each in rules(diagnose(sound)) if each == "missing-interpreter"]


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_there_in_place_of_the_interpreter(sound: Path, make) -> None:  # type: ignore[no-untyped-def]
    for name in ("python", "python3", f"python{PYTHON}"):
        (sound / "bin" / name).unlink(missing_ok=True)
    make(sound / "bin/python")
    assert only(diagnose(sound), "missing-interpreter").level == "error"


def test_packages_of_a_python_that_is_not_this_one_s(tmp_path: Path) -> None:
    home = environment(tmp_path)
    old = tmp_path / "lib/python3.8/site-packages"
    installed(old, "left", more="Requires-Dist: absent\n")
    # Made anew with another Python, and nothing installed into it yet.
    assert only(diagnose(home), "other-python").location.file == "lib/python3.8/site-packages"
    installed(tmp_path / HERE, "new")
    report = diagnose(home)
    assert rules(report) == []
    assert any("lib/python3.8/site-packages" in each for each in report.not_examined)
    shutil.rmtree(tmp_path / f"lib/python{PYTHON}")
    assert only(diagnose(home), "other-python").location.file == "lib/python3.8/site-packages"


def test_modules_of_another_python(sound: Path) -> None:
    (module,) = sound.rglob("_extension*.so")
    other = module.with_name("_extension.cpython-38-x86_64-linux-gnu.so")
    record = next(sound.rglob("fake_softioc*/RECORD"))
    text = record.read_text()
    record.unlink()
    # Beside one for this Python, as in wheels for several, it does not matter.
    other.write_bytes(module.read_bytes())
    record.write_text(text + f"fake_softioc/{other.name},,\n")
    assert rules(diagnose(sound)) == []
    module.unlink()
    record.write_text(text.replace(module.name, other.name))
    finding = only(diagnose(sound), "other-python")
    assert (finding.level, "cpython-38" in finding.message) == ("error", True)
    # All for one Python have one cause, which one command repairs.
    (module.parents[1] / "second").mkdir()
    shutil.copy(other, module.parents[1] / f"second/{other.name}")
    installed(module.parents[1], "second", f"second/{other.name}")
    finding = only(diagnose(sound), "other-python")
    assert finding.evidence["distributions"] == ("fake-softioc", "second")
    (command,) = finding.advice[0].commands
    assert {"fake-softioc==4.6.1", "second==1"} <= {*shlex.split(command)}


def test_a_free_threaded_python_s_modules_are_others(sound: Path) -> None:
    (module,) = sound.rglob("_extension*.so")
    digits = PYTHON.replace(".", "")
    for tag, expected in ((f"cpython-{digits}", []), (f"cpython-{digits}t", ["other-python"])):
        named = module.with_name(f"_extension.{tag}-x86_64-linux-gnu.so")
        record = next(sound.rglob("fake_softioc*/RECORD"))
        text = record.read_text()
        record.unlink()
        record.write_text(re.sub(r"_extension[^,]*\.so", named.name, text))
        module.rename(named)
        module = named
        assert rules(diagnose(sound)) == expected


def test_a_path_to_an_interpreter(skewed, call) -> None:  # type: ignore[no-untyped-def]
    home = skewed()
    assert rules(diagnose(home / "bin/python")) == ["skewed-library"]
    with pytest.raises(NotAnEnvironmentError, match="no wheel"):
        diagnose(home / "pyvenv.cfg")


def test_conda_s_python_is_that_of_its_records(tmp_path: Path) -> None:
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta/python-3.12.4-h194c7f8_0_cpython.json").touch()
    (tmp_path / "lib/python3.12/site-packages").mkdir(parents=True)
    found = read(tmp_path)
    assert (found.python, found.full_version) == ("3.12", "3.12.4")


# --- the folders


def test_a_folder_that_a_pth_file_adds(pair) -> None:  # type: ignore[no-untyped-def]
    """cmeel's prefix below site-packages, and a plain folder beside it."""
    home = pair.install(pair.provider(), pair.consumer(NEWER, "fake-corelibs"))
    site = home / HERE
    prefix = site / "x.prefix" / HERE
    for line in ("import x_pth\n", f"x.prefix/{HERE}\n", f"{prefix}\n"):
        prefix.mkdir(parents=True)
        for each in [*site.glob("fake_*")]:
            each.rename(prefix / each.name)
        (site / "x.pth").write_text("# comment\n")
        assert diagnose(home).looked_at["extension modules"] == 0
        (site / "x.pth").write_text(line)
        assert rules(diagnose(home)) == ["skewed-library"], line
        for each in [*prefix.glob("fake_*")]:
            each.rename(site / each.name)
        shutil.rmtree(site / "x.prefix")


def test_modules_in_lib64_as_well_as_in_lib(pair) -> None:  # type: ignore[no-untyped-def]
    """Fedora's two folders; elsewhere the one is a link to the other, and counts once."""
    home = pair.install(pair.provider(), pair.consumer(NEWER, "fake-corelibs"))
    report = diagnose(home)
    assert (rules(report), report.looked_at["distributions"]) == (["skewed-library"], 2)
    lib64 = home / "lib64"
    lib64.unlink(missing_ok=True)
    platlib = lib64 / f"python{PYTHON}/site-packages"
    platlib.mkdir(parents=True)
    for each in [*(home / HERE).glob("fake_softioc*")]:
        each.rename(platlib / each.name)
    report = diagnose(home)
    assert (rules(report), report.looked_at["distributions"]) == (["skewed-library"], 2)


def test_a_pth_file_that_would_wait(tmp_path: Path) -> None:
    site = environment(tmp_path) / HERE
    os.mkfifo(site / "wait.pth")
    assert rules(diagnose(tmp_path)) == []


def test_an_editable_install_s_modules(pair, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer(NEWER, "fake-corelibs"))
    source = tmp_path / "project" / "src"
    source.mkdir(parents=True)
    (home / HERE / "fake_softioc").rename(source / "fake_softioc")
    info = next((home / HERE).glob("fake_softioc*.dist-info"))
    (info / "RECORD").unlink()
    (info / "RECORD").write_text("__editable__.fake_softioc-4.6.1.pth,,\n")
    pth = home / HERE / "__editable__.fake_softioc-4.6.1.pth"
    finder = home / HERE / "__editable___fake_softioc_4_6_1_finder.py"
    # A plain path, and setuptools' finder.
    pth.write_text(f"{source}\n")
    assert "fake_softioc" in only(diagnose(home), "missing-library").message
    pth.write_text("import __editable___fake_softioc_4_6_1_finder; x.install()\n")
    report = diagnose(home)
    assert any("import hook" in each for each in report.not_examined)
    finder.write_text(
        f"MAPPING: dict[str, str] = {{'fake_softioc': {str(source / 'fake_softioc')!r}}}\n"
    )
    report = diagnose(home)
    assert report.looked_at["extension modules"] == 1
    assert not report.not_examined
    # Whose its sources are, pip and uv write down: its metadata tells what it was built for.
    url = {"url": (tmp_path / "project").as_uri(), "dir_info": {"editable": True}}
    (info / "direct_url.json").write_text(json.dumps(url))
    finding = only(diagnose(home), "skewed-library")
    assert finding.location.distribution == "fake-softioc"
    assert finding.evidence["provider"] == "fake-corelibs"
    (info / "direct_url.json").write_text(json.dumps(url | {"url": home.as_uri()}))
    assert only(diagnose(home), "missing-library").location.distribution == ""


def test_debian_s_packages_below_an_environment(tmp_path: Path) -> None:
    """As ``python3 -m venv --system-site-packages`` sees those of apt, in an image."""
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/python3.11").touch()
    system = tmp_path / "usr/lib/python3/dist-packages"
    (system / "numpy-1.24.2.egg-info").mkdir(parents=True)
    (system / "numpy-1.24.2.egg-info/PKG-INFO").write_text("Name: numpy\nVersion: 1.24.2\n")
    (system / "six-1.16.0.egg-info").write_text("Name: six\nVersion: 1.16.0\n")
    home = tmp_path / "opt/venv"
    site = home / "lib/python3.11/site-packages"
    installed(site, "user", more="Requires-Dist: numpy>=1.20\nRequires-Dist: six\n")
    (home / "bin").mkdir()
    (home / "bin/python").symlink_to("/usr/bin/python3.11")
    settings = "home = /usr/bin\nversion = 3.11.2\ninclude-system-site-packages = {}\n"
    (home / "pyvenv.cfg").write_text(settings.format("true"))
    report = diagnose_in(tmp_path, Path("/opt/venv"))
    assert (rules(report), report.looked_at["distributions"]) == ([], 3)
    # What root installed with pip's --user comes before the system's.
    installed(tmp_path / "root/.local/lib/python3.11/site-packages", "numpy", version="1.19")
    assert rules(diagnose_in(tmp_path, Path("/opt/venv"))) == ["violated-requirement"]
    (home / "pyvenv.cfg").write_text(settings.format("false"))
    assert rules(diagnose_in(tmp_path, Path("/opt/venv"))) == ["violated-requirement"] * 2


def diagnose_in(image: Path, path: Path) -> Report:
    return diagnose(path, image=image)


def test_where_variables_make_imports_look(tmp_path: Path) -> None:
    """PYTHONPATH, and the user's own packages: of an installation, not of an environment."""
    prefix, home, path = tmp_path / "prefix", tmp_path / "home", tmp_path / "path"

    def found(**environ: str) -> list[str]:
        with opened(prefix, environ=environ) as one:
            return rules(examine(one)[0])

    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin/python").symlink_to(sys.executable)
    site = prefix / HERE
    installed(site, "tool", more="Requires-Dist: part\n")
    installed(home / ".local" / HERE, "part")
    users = {"HOME": str(home)}
    assert found() == ["violated-requirement"]
    assert found(**users) == []
    assert found(**users, PYTHONNOUSERSITE="1") == ["violated-requirement"]
    assert found(PYTHONUSERBASE=f"{home}/.local") == []
    # pyvenv.cfg makes it an environment, which looks there only where it looks at the system's.
    configuration = prefix / "pyvenv.cfg"
    configuration.write_text(f"home = {tmp_path}/bin\n")
    assert found(**users) == ["violated-requirement"]
    configuration.write_text(f"home = {tmp_path}/bin\ninclude-system-site-packages = true\n")
    assert found(**users) == []
    assert found(**users, PYTHONNOUSERSITE="1") == ["violated-requirement"]
    installed(path, "part")
    assert found(PYTHONPATH=f":{path}") == []
    # Of two of one name the first counts, as in an import.
    installed(site, "part", version="2")
    installed(site, "tool", more="Requires-Dist: part==1\n")
    assert found() == ["violated-requirement"]
    assert found(PYTHONPATH=str(path)) == []


def renamed(home: Path, name: str) -> Path:
    """The consumer's module under another name below its folder, in RECORD as well."""
    (module,) = home.rglob("_extension*.so")
    other = module.with_name(name)
    module.rename(other)
    record = next(home.rglob("fake_softioc*/RECORD"))
    text = record.read_text()
    record.unlink()
    record.write_text(text.replace(module.name, other.name))
    return other


def test_a_module_under_a_name_that_no_import_takes_is_said(sound: Path) -> None:
    renamed(sound, "not-a-name.abi3.so")
    report = diagnose(sound)
    assert report.looked_at["extension modules"] == 0
    assert any("not-a-name" in each for each in report.not_examined)


@pytest.mark.parametrize(
    ("file", "module"),
    # mypyc calls the module of a group by a hash, and compiles packages themselves.
    [("6ec57f__mypyc", "fake_softioc.6ec57f__mypyc"), ("__init__", "fake_softioc")],
)
def test_modules_that_no_statement_names(pair, file: str, module: str) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer(NEWER, "fake-corelibs"))
    renamed(home, f"{file}.abi3.so")
    with opened(home) as environment:
        report, (found,) = examine(environment)
    assert found.name == module
    assert rules(report) == ["skewed-library"]
    assert report.not_examined == ()


def test_of_alternatives_one_that_loads_suffices(pair) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(), pair.consumer(NEWER, "fake-corelibs"))
    sound = pair.consumer(OLDER, "fake-corelibs")
    (module,) = home.rglob("_extension*.so")
    tag = f"cpython-{PYTHON.replace('.', '')}-x86_64-linux-gnu"
    renamed(home, f"_extension.one.{tag}.so")
    record = next(home.rglob("fake_softioc*/RECORD"))
    assert rules(diagnose(home)) == ["skewed-library"]
    aside = pair.install(sound, target=pair.folder / "aside")
    (good,) = aside.rglob("_extension*.so")
    other = module.with_name(f"_extension.two.{tag}.so")
    shutil.copy(good, other)
    record.write_text(record.read_text() + f"fake_softioc/{other.name},,\n")
    assert rules(diagnose(home)) == []


# --- definitions


def library(folder: Path, compiler: Compiler, name: str, source: str, *more: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "x.c").write_text(source)
    target = folder / name
    command = [*compiler.command, "-shared", "-fPIC", "-o", str(target), str(folder / "x.c"), *more]
    subprocess.run(command, check=True, capture_output=True)
    return target


MODULE = "extern int wanted(void); int PyInit_m(void) { return wanted(); }\n"


def test_a_definition_counts_where_it_may_be_loaded(tmp_path: Path, compiler: Compiler) -> None:
    home = environment(tmp_path / "env")
    site = home / HERE
    library(site / "pkg", compiler, "m.abi3.so", MODULE)
    library(site / "other", compiler, "libother.so", "int wanted(void) { return 1; }\n")
    installed(site, "pkg", "pkg/m.abi3.so")
    installed(site, "other", "other/libother.so")
    finding = only(diagnose(home), "undefined-symbol")
    assert finding.evidence["symbols"] == ("wanted",)
    installed(site, "pkg", "pkg/m.abi3.so", more="Requires-Dist: other\n")
    assert rules(diagnose(home)) == []  # its package may import that one first


# --- what is required


def test_a_library_of_what_is_required_in_turn(tmp_path: Path, compiler: Compiler) -> None:
    """openvino-genai requires openvino by way of its tokenizers alone."""
    home = environment(tmp_path / "env")
    site = home / HERE
    stand_in = library(tmp_path, compiler, "x.so", "int f;", "-Wl,-soname,libbase.so.1")
    library(
        site / "user", compiler, "m.abi3.so", "int PyInit_m(void) { return 0; }\n",
        "-Wl,--no-as-needed", str(stand_in),
    )  # fmt: skip
    library(site / "base", compiler, "libbase.so.2", "int f;\n")
    installed(site, "base", "base/libbase.so.2", version="2")
    installed(site, "middle", more="Requires-Dist: base<2\n")
    installed(site, "user", "user/m.abi3.so", more="Requires-Dist: middle\n")
    finding = only(diagnose(home), "skewed-library")
    assert finding.evidence["provider"] == "base"
    assert "middle's own metadata wants `base<2`" in finding.message
    assert "'base<2' user==1" in finding.advice[0].commands[0]
    installed(site, "user", "user/m.abi3.so")
    assert rules(diagnose(home))[0] == "missing-system-library"


def test_an_alternative_whose_library_is_loaded_first_suffices(
    tmp_path: Path, compiler: Compiler
) -> None:
    """mpi4py beside mpich's wheel, with no Open MPI anywhere."""
    home = environment(tmp_path / "env")
    site = home / HERE
    tag = f"cpython-{PYTHON.replace('.', '')}-x86_64-linux-gnu"
    for kind, number in (("openmpi", 40), ("mpich", 12)):
        name = f"libmpi.so.{number}"
        stand_in = library(
            tmp_path, compiler, "x.so", "int f;", f"-Wl,-soname,{name}"
        )  # fmt: skip
        library(
            site / "mpi4py", compiler, f"MPI.{kind}.{tag}.so",
            "int PyInit_MPI(void) { return 0; }\n", "-Wl,--no-as-needed", str(stand_in),
        )  # fmt: skip
    installed(site, "mpi4py", *(f"mpi4py/MPI.{each}.{tag}.so" for each in ("openmpi", "mpich")))
    finding = only(diagnose(home), "missing-system-library")
    assert finding.evidence["module"] == "mpi4py.MPI"
    assert "`mpi4py.MPI` has 2 alternatives, one of which suffices." in finding.message
    library(site / "mpich", compiler, "libmpi.so.12", "int f;\n")
    installed(site, "mpich", "mpich/libmpi.so.12")
    assert only(diagnose(home), "preloaded-library").level == "note"


def test_all_that_a_requirement_would_bring_is_one_finding(
    tmp_path: Path, compiler: Compiler
) -> None:
    home = environment(tmp_path / "env")
    site = home / HERE
    stand_ins = [
        library(tmp_path / name, compiler, "x.so", f"int f{name};", f"-Wl,-soname,{name}.so")
        for name in ("libc10", "libtorch")
    ]
    for name in ("m", "n"):
        library(
            site / "vision", compiler, f"{name}.abi3.so",
            f"int PyInit_{name}(void) {{ return 0; }}\n", "-Wl,--no-as-needed",
            *map(str, stand_ins),
        )  # fmt: skip
    files = ("vision/m.abi3.so", "vision/n.abi3.so")
    installed(site, "vision", *files, more="Requires-Dist: torch==2.4\n")
    finding = only(diagnose(home), "missing-library")
    assert finding.evidence["needed"] == ("libc10.so", "libtorch.so")
    assert finding.evidence["files"] == tuple(f"{HERE}/{each}" for each in files)
    assert finding.advice[0].commands == ("uv pip install torch==2.4",)
    for version in ("2.3+cpu", "2.3"):
        shutil.rmtree(site / "torch-2.3+cpu.dist-info", ignore_errors=True)
        installed(site, "torch", version=version)
        offered = [a for f in diagnose(home).findings for a in f.advice]
        assert offered
        told = ["is installed as 2.3+cpu, a variant" in each.trap for each in offered]
        assert any(told) is ("+" in version)


def test_who_was_built_with_an_older_library_moves_with_it(
    tmp_path: Path, compiler: Compiler
) -> None:
    """PyQt6 links Qt too: a newer Qt for PyQt6-Charts alone breaks it."""
    home = environment(tmp_path / "env")
    site = home / HERE
    script = tmp_path / "map"
    for folder, node in ((tmp_path / "new", "Qt_6.7"), (site / "qt", "Qt_6.5")):
        script.write_text(f"{node} {{ global: core; local: *; }};\n")
        library(
            folder, compiler, "libQtCore.so.6", "int core(void) { return 1; }\n",
            f"-Wl,-soname,libQtCore.so.6,--version-script,{script}",
        )  # fmt: skip
    library(
        site / "charts", compiler, "m.abi3.so",
        "int core(void); int PyInit_m(void) { return core(); }\n",
        str(tmp_path / "new/libQtCore.so.6"), "-Wl,-rpath,$ORIGIN/../qt",
    )  # fmt: skip
    installed(site, "qt", "qt/libQtCore.so.6", version="6.5")
    installed(site, "charts", "charts/m.abi3.so", version="6.7")
    first = only(diagnose(home), "older-library").advice[0].commands[0]
    assert "'qt==6.7.*' charts==6.7" in first
    installed(site, "binding", version="6.5", more="Requires-Dist: qt>=6.5\n")
    first = only(diagnose(home), "older-library").advice[0].commands[0]
    assert first.endswith(" qt binding charts")


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_commands_name_the_environment_that_was_looked_at(  # type: ignore[no-untyped-def]
    sound: Path, call, installer: str
) -> None:
    """The user may be in any folder, and another environment may be active."""
    (library,) = sound.rglob("libfakecore.so.*")
    library.unlink()
    for word in sound.rglob("INSTALLER"):
        word.unlink()
        word.write_text(f"{installer}\n")
    assert f"--python {sound} " in call("doctor", str(sound))[1]
    sound.rename(sound.parent / ".venv")
    text = call("doctor", ".venv", cwd=sound.parent)[1]
    assert ("--python .venv" in text) is (installer == "pip")
    assert str(sound.parent) not in text.partition("$")[2]
    (site,) = (sound.parent / ".venv").glob("lib/python*/site-packages")
    site.rename(sound.parent / "target")
    assert f"--target {sound.parent}/target " in call("doctor", str(sound.parent / "target"))[1]


# --- the system


def test_a_system_library_of_a_wheel_with_a_path_of_its_own(
    tmp_path: Path, compiler: Compiler
) -> None:
    home = environment(tmp_path / "env")
    site = home / HERE
    stand_ins = [
        library(tmp_path / name, compiler, "x.so", f"int f{n};", f"-Wl,-soname,{name}")
        for n, name in enumerate(("libGL.so.991", "libmore.so.992"))
    ]
    library(
        site / "cv", compiler, "cv.abi3.so", "int PyInit_cv(void) { return 0; }\n",
        "-Wl,--no-as-needed,-rpath,$ORIGIN/../cv.libs", *map(str, stand_ins),
    )  # fmt: skip
    installed(site, "cv", "cv/cv.abi3.so")
    finding = only(diagnose(home), "missing-system-library")
    assert finding.evidence["needed"] == ("libGL.so.991", "libmore.so.992")
    assert "Reinstall" not in finding.message


def test_what_installs_a_system_library(tmp_path: Path) -> None:
    wanted = ("libGL.so.1", "libglib-2.0.so.0", "libxcb.so.1")
    (tmp_path / "etc").mkdir()
    release = tmp_path / "etc/os-release"
    release.write_text("ID=debian\n")
    (first,) = system_libraries.advise(wanted, str(tmp_path))
    assert first.commands == (
        "apt-get update",
        "apt-get install -y libgl1 libglib2.0-0 libxcb1",
    )
    release.write_text("ID=debian\nVERSION_CODENAME=trixie\n")
    (first,) = system_libraries.advise(wanted, str(tmp_path))
    assert first.commands[1] == "apt-get install -y libgl1 libglib2.0-0t64 libxcb1"
    # An older release's, which no package of this one has.
    assert system_libraries.advise(("libgdal.so.32",), str(tmp_path)) == ()
    (first,) = system_libraries.advise(("libgdal.so.36",), str(tmp_path))
    assert first.commands[1] == "apt-get install -y libgdal36"
    release.write_text("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n")
    (first,) = system_libraries.advise(wanted, str(tmp_path))
    assert first.commands[1] == "apt-get install -y libgl1 libglib2.0-0 libxcb1"
    release.write_text('ID="rocky"\nID_LIKE="rhel centos fedora"\n')
    (first,) = system_libraries.advise(("libGL.so.1",), str(tmp_path))
    assert first.commands == ("dnf install -y 'libGL.so.1()(64bit)'",)
    release.write_text('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n')
    (first,) = system_libraries.advise(("libGL.so.1",), str(tmp_path))
    assert first.commands == ("zypper --non-interactive install 'libGL.so.1()(64bit)'",)
    release.write_text("ID=alpine\n")
    (first,) = system_libraries.advise(("libGL.so.1",), str(tmp_path))
    assert first.commands == ("apk add so:libGL.so.1",)
    release.unlink()
    assert len(system_libraries.advise(wanted, str(tmp_path))) == 4
    assert system_libraries.advise(("-oProxy=x", "a b", "x;y"), str(tmp_path)) == ()


def test_one_command_installs_all_that_the_system_lacks(tmp_path: Path) -> None:
    """With the libraries of only one finding, the next import would fail too."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text("ID=debian\n")
    image = str(tmp_path)
    needed: tuple[str | tuple[str, ...], ...] = ("libGL.so.1", ("libxcb.so.1", "libcudart.so.12"))
    ones = [
        MISSING_SYSTEM_LIBRARY.finding(
            "lacks", Location(), {"needed": each},
            system_libraries.advise((each,) if isinstance(each, str) else each, image),
        )
        for each in needed
    ]  # fmt: skip
    other = OPTIONAL_MODULE.finding("may lack", Location(), {"needed": "libodbc.so.2"})
    first, second, third = system_libraries.together([*ones, other], image)
    assert first.advice == second.advice
    assert first.advice[0].commands[1] == "apt-get install -y libgl1 libxcb1"
    assert third == other
    assert list(system_libraries.together(ones[:1], image)) == ones[:1]


def test_the_table_is_read_from_the_index_s_lines() -> None:
    lines = [
        "usr/lib/x86_64-linux-gnu/libGL.so.1     libs/libgl1",
        "usr/lib/x86_64-linux-gnu/libGL.so       libdevel/libgl-dev",
        "usr/lib/x86_64-linux-gnu/sub/libX.so.1  libs/x",
        "lib/x86_64-linux-gnu/libX.so.1          libs/x-dbg,libs/x2,libs/x1",
        "usr/lib/x86_64-linux-gnu/libZ.so.0      libs/aside0,libs/z0",
    ]
    names = ("libGL.so.1", "libX.so.1", "libY.so.1", "libZ.so.0")
    used = dependents(["Package: q", "Depends: z0 (>= 2) | aside0, x1:any", "Pre-Depends: z0"])
    assert used == {"z0": 2, "x1": 1}
    found = {"libGL.so.1": "libgl1", "libX.so.1": "x1", "libZ.so.0": "z0"}
    assert packages(lines, names, used) == found


# --- another root


def test_an_image_s_own_libraries_are_looked_at(pair, tmp_path: Path, call) -> None:  # type: ignore[no-untyped-def]
    home = pair.install(pair.provider(NEWER), pair.consumer(NEWER, "fake-corelibs"))
    image = tmp_path / "image"
    (image / "etc").mkdir(parents=True)
    shutil.copytree(home, image / "opt/venv", symlinks=True)
    base = Path(os.path.realpath(sys.executable))
    inside = image / str(base).lstrip("/")
    inside.parent.mkdir(parents=True)
    inside.touch()  # no library of this machine is at hand in there
    (library,) = (image / "opt/venv").rglob("libfakecore.so.*")
    kept = image / "usr/lib" / library.name
    (image / "usr/lib").mkdir(parents=True)
    (image / "lib").symlink_to("/usr/lib")  # leads to the image's, not to this machine's
    (image / "etc/os-release").write_text("ID=debian\n")
    library.rename(kept)
    report = diagnose(image / "opt/venv")
    assert any(str(image) in each and "--root" in each for each in report.not_examined)
    assert rules(report) == ["missing-file"]
    for named in (Path("/opt/venv"), image / "opt/venv"):
        with_root = diagnose(named, image=image)
        assert not with_root.not_examined
        assert rules(with_root) == ["missing-file"]
    record = next((image / "opt/venv").rglob("fake_corelibs*/RECORD"))
    text = re.sub(r".*libfakecore.*\n", "", record.read_text())
    record.unlink()
    record.write_text(text)
    assert rules(diagnose(image / "opt/venv", image=image)) == []
    assert rules(diagnose(image / "opt/venv")) == ["missing-library"]
    kept.unlink()
    assert rules(diagnose(image / "opt/venv", image=image)) == ["missing-library"]
    assert call("doctor", "--root", str(image), "/opt/venv")[0] == 1
    assert call("doctor", "--root", str(image / "absent"), "/opt/venv")[0] == 2


# --- optional modules


@pytest.mark.parametrize(
    ("source", "optional"),
    [
        ("from . import m\n", False),
        ("import pkg.m\n", False),
        ("from pkg.m import f\n", False),
        ("from .m import f\n", False),
        ("if True:\n    from . import m\n", False),
        ("try:\n    from . import m\nexcept ImportError:\n    raise SystemExit\n", False),
        ("try:\n    from . import m\nexcept ImportError:\n    m = None\n", True),
        ("def f():\n    from pkg import m\n", True),
        ("import importlib\nm = importlib.import_module('pkg.m')\n", False),
        ("", False),
        ("def f(:\n    from pkg import m\n", False),
    ],
)
def test_whether_a_module_is_optional(tmp_path: Path, source: str, optional: bool) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/__init__.py").write_text(source)
    assert (use_of("pkg.m", [tmp_path]) == "on demand") is optional


def test_the_scheme_of_this_interpreter_is_what_is_searched() -> None:
    """The folders that are found, compared with an interpreter's own."""
    home = Path(sys.prefix)
    if sysconfig.get_path("purelib") == str(home / HERE):
        assert home / HERE in sites.of_prefix(home, read(home)).folders
