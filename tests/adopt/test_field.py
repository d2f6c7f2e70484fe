"""Projects of the shapes with which the command once did harm: what is right for each.

Each is small, and has in it what decides: how the real project of that name declares, links and
is stamped. ``proves`` is what its wheel says and needs; without it nothing may be proposed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from native_skew.adopt.command import adopt
from native_skew.distributions.archives import wheel_file
from native_skew.distributions.metadata import core_metadata
from native_skew.errors import SkewError
from native_skew.publish.index import Index
from native_skew.publish.publication import Publication
from support.compiler import compiler
from support.project import files, kinds, made, run
from support.recorded_release import linked

TORCH = """import torch
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CppExtension, CUDAExtension

def extensions():
    Extension = CppExtension
    if torch.cuda.is_available():
        Extension = CUDAExtension
    return [Extension("ops._c", ["ops.cpp"])]

install_requires = {requires}
setup(name="ops", version="1", install_requires=install_requires, ext_modules=extensions(),
      cmdclass={{"build_ext": BuildExtension}})
"""
SOFTIOC = """import epicscorelibs.path
import epicscorelibs.version
from setuptools_dso import Extension, setup

pytestmark = pytest.mark.slow

ext = Extension("softioc._extension", ["x.c"], dsos=["epicscorelibs.lib.dbCore"])
setup(
    name="softioc",
    ext_modules=[ext],
    install_requires=[
        epicscorelibs.version.abi_requires(),
        "numpy",
    ],
)
"""
# The parser would put the tables of one name together.
ORDER = """
[tool.cibuildwheel]
archs = "auto64"
[[tool.cibuildwheel.overrides]]
select = "*linux*"
[tool.cibuildwheel.macos]
before-all = [ "y" ]
[[tool.cibuildwheel.overrides]]
select = "*macosx*"
[tool.cibuildwheel.windows]
before-all = 'z'\t# \u2028
"""


def pyproject(build: str, project: str = "", backend: str = "setuptools.build_meta") -> str:
    return f'[build-system]\nrequires = [{build}]\nbuild-backend = "{backend}"\n{project}'


def project(name: str, dependencies: str) -> str:
    return f'[project]\nname = "{name}"\nversion = "1"\ndependencies = [{dependencies}]\n'


class Case(msgspec.Struct, kw_only=True):
    files: dict[str, str]
    name: str = ""
    requires: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    guess: str  # what is reported without a wheel: a kind, or the reason for a refusal
    proven: str | None = None  # and with one; None if there can be none
    diff: tuple[str, ...] = ()


CASES = {
    # A compiler of message definitions, linked statically.
    "onnx": Case(
        files={
            "pyproject.toml": pyproject(
                '"scikit-build-core", "protobuf==6.31.1"',
                project("onnx", '"numpy>=1.23.2", "protobuf>=6.31.1"'),
                "scikit_build_core.build",
            ),
            "CMakeLists.txt": "find_package(protobuf)\nadd_library(c MODULE c.cc)\n"
            "target_link_libraries(c PRIVATE protobuf::libprotobuf)\n",
        },
        requires=("numpy>=1.23.2", "protobuf>=6.31.1"),
        needed=("libstdc++.so.6",),
        guess="suspected-link",
        proven="protobuf: left as it is",
    ),
    # Declarations of Cython code.
    "statsmodels": Case(
        files={
            "pyproject.toml": pyproject(
                '"meson-python", "cython>=3", "numpy>=2,<3", "scipy>=1.13,<2"',
                project("statsmodels", '"numpy>=1.22.3,<3", "scipy>=1.8,!=1.9.2"'),
                "mesonpy",
            ),
            "meson.build": "scipy = 'scipy'\nlib = cc.find_library('m')\n",
        },
        requires=("numpy<3,>=1.22.3", "scipy!=1.9.2,>=1.8"),
        needed=("libm.so.6",),
        guess="suspected-link",
        proven="scipy: left as it is",
    ),
    # Headers.
    "cypari2": Case(
        files={
            "pyproject.toml": pyproject(
                '"meson-python", "cython", "cysignals>=1.11.3"',
                project("cypari2", '"cysignals>=1.11.3"'),
                "mesonpy",
            ),
            "meson.build": "inc = run_command(py, '-c', 'import cysignals')\n"
            "pari = cc.find_library('pari')\n",
        },
        requires=("cysignals>=1.11.3",),
        needed=("libpari-gmp-tls.so.8",),
        guess="suspected-link",
        proven="cysignals: left as it is",
    ),
    # A module beside setup.py.
    "grpcio-tools": Case(
        files={
            "pyproject.toml": pyproject('"setuptools>=77", "wheel", "Cython~=3.2"'),
            "grpc_version.py": "VERSION = '1.85.1'\n",
            "setup.py": "import grpc_version\nfrom setuptools import Extension, setup\n"
            "setup(name='grpcio-tools', ext_modules=[Extension('g._c', ['c.cc'])],\n"
            "      install_requires=['protobuf>=7.35.1,<8', "
            "'grpcio>={version}'.format(version=grpc_version.VERSION)])\n",
        },
        requires=("grpcio>=1.85.1", "protobuf<8,>=7.35.1"),
        guess="computed from the project's own grpc_version",
        proven="computed from the project's own grpc_version",
    ),
    # No provider; and not a byte changes in a file that parsers would write differently.
    "pymssql": Case(
        files={
            "pyproject.toml": pyproject('"setuptools>80.0", "Cython>=3.1.0",\n  "tomli"\n    ')
            + ORDER,
            "setup.cfg": "[metadata]\r\nname=pymssql\r\n\r\n[options]\ninstall_requires=\n",
            "setup.py": "from setuptools import Extension, setup\r\n"
            "setup(ext_modules=[Extension('p', ['p.pyx'], libraries=['sybdb'])])\n",
        },
        needed=("libsybdb.so.5",),
        guess="nothing to change",
        proven="nothing to change",
    ),
    "a stamp over an open range": Case(
        name="ops",
        files={
            "pyproject.toml": pyproject('"setuptools", "torch>=2.0"'),
            "setup.py": TORCH.format(requires='[f"torch=={torch.__version__}"]'),
        },
        requires=("torch==2.9.1",),
        needed=("libtorch.so", "libc10.so"),
        guess="stamped-requirement",
        proven="torch==2.9.1 is what ops-1.0-",
        diff=('"torch==2.9.1"',),
    ),
    # Wheels that moved on since the build requirement was written.
    "softioc": Case(
        files={
            "pyproject.toml": pyproject('"setuptools", "epicscorelibs>=7.0.7.99.1.1a3"'),
            "setup.py": SOFTIOC,
            "setup.cfg": "[options]\npackages = softioc\n",
        },
        requires=("epicscorelibs<7.0.10.99.1,>=7.0.10.99.0.1", "numpy"),
        needed=("libdbCore.so.7.0.10.99.0",),
        search=("$ORIGIN/../epicscorelibs/lib",),
        guess="stamped-requirement",
        proven="epicscorelibs>=7.0.10.99.0.1,<7.0.10.99.1 is what softioc-1.0-",
        diff=("epicscorelibs>=7.0.10.99.0.1,<7.0.10.99.1",),
    ),
    "torch-scatter": Case(
        files={"setup.py": TORCH.format(requires="[]")},
        guess="suspected-link: torch: its extension class links to libtorch.so, libtorch_cpu.so, "
        "libtorch_python.so, libc10.so, and it is required neither for building nor for running",
    ),
    # The class under another name.
    "natten": Case(
        files={
            "setup.py": TORCH.format(requires="[]")
            .replace("Extension = ", "extension = ")
            .replace("[Extension(", "[extension(")
        },
        guess="suspected-link: torch",
    ),
    "flash-attn": Case(
        files={"setup.py": TORCH.format(requires='["torch", "einops"]')},
        guess="libc10.so, and it is required for running; a build takes whatever is there",
    ),
    "turbodbc": Case(
        files={
            "pyproject.toml": pyproject(
                '"pyarrow>=18,<25", "pybind11", "numpy>=2", "meson-python"',
                project("turbodbc", "") + '[project.optional-dependencies]\narrow = ["pyarrow"]\n',
                "mesonpy",
            ),
            "meson.build": "d = run_command(py, '-c', 'import pyarrow; print(pyarrow."
            "get_library_dirs()[0])')\narrow = cc.find_library('arrow_python', dirs: d)\n",
        },
        guess="pyarrow: a build file links to it, and it is required for building, and not for",
    ),
    "xmlsec": Case(
        files={
            "pyproject.toml": pyproject('"setuptools", "pkgconfig>=1.5.1", "lxml==6.0.2"'),
            "setup.py": "from setuptools import Extension, setup\n"
            "setup(name='xmlsec', ext_modules=[Extension('xmlsec', sources=[])],\n"
            "      install_requires=['lxml>=3.8'])\n",
        },
        requires=("lxml>=3.8",),
        needed=("libxmlsec1.so.1",),
        guess="suspected-link: lxml: the project has native modules",
        proven="lxml: left as it is",
    ),
}


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Case, Path]:
    found = CASES[request.param]
    root = tmp_path / "project"
    root.mkdir()
    for name, text in found.files.items():
        (root / name).write_bytes(text.encode())
    return found, root


@pytest.mark.parametrize("case", CASES, indirect=True)
def test_without_proof_it_says_what_it_suspects(case: tuple[Case, Path]) -> None:
    expected, root = case
    before = files(root)
    result = run(root, "--write")
    assert files(root) == before
    assert result.stdout == ""
    told = result.stderr + (
        str(result.exception) if isinstance(result.exception, SkewError) else ""
    )
    assert expected.guess in told
    assert "    change" not in told


@pytest.mark.parametrize("case", [n for n, e in CASES.items() if e.proven], indirect=True)
def test_with_a_wheel_only_what_it_proves_is_changed(case: tuple[Case, Path]) -> None:
    expected, root = case
    before = files(root)
    name = next(name for name, each in CASES.items() if each is expected)
    made(root / "dist", expected.name or name, expected.requires, expected.needed, expected.search)
    result = run(root)
    told = result.stderr + (
        str(result.exception) if isinstance(result.exception, SkewError) else ""
    )
    assert expected.proven is not None
    assert expected.proven in told
    added = [line for line in result.stdout.splitlines() if line.startswith("+")]
    assert all(any(text in line for line in added) for text in expected.diff)
    if not expected.diff:
        assert result.stdout == ""
        run(root, "--write")
        assert {k: v for k, v in files(root).items() if not k.startswith("dist/")} == before


def test_a_file_that_would_be_changed_besides_is_refused(tmp_path: Path) -> None:
    case = CASES["softioc"]
    (tmp_path / "setup.py").write_text(case.files["setup.py"])
    (tmp_path / "pyproject.toml").write_text(case.files["pyproject.toml"] + ORDER)
    made(tmp_path / "dist", "softioc", case.requires, case.needed, case.search)
    before = files(tmp_path)
    assert "would be changed besides" in str(run(tmp_path, "--write").exception)
    assert files(tmp_path) == before


def test_a_wheel_of_somebody_else_in_dist_proves_nothing(tmp_path: Path) -> None:
    case = CASES["softioc"]
    for name, text in case.files.items():
        (tmp_path / name).write_text(text)
    made(tmp_path / "dist", "another", case.requires, case.needed, case.search)
    assert run(tmp_path).stdout == ""
    made(tmp_path / "dist", "softioc", case.requires, case.needed, case.search)
    assert run(tmp_path).stdout != ""


def test_a_stranger_s_words_are_printed_plain_on_one_line(tmp_path: Path) -> None:
    """Neither markup, nor an emoji out of «:100:», nor a line of its own."""
    name = "[bold]x[/] :100: \x1b[31m"
    (tmp_path / "pyproject.toml").write_text(pyproject('"setuptools", "torch"'))
    script = (
        f"import torch\nfrom setuptools import setup\nsetup(\n  install_requires=[\n{chr(10) * 95}"
    )
    script += f"    'torch=={name}\\\nforged: all is well' + torch.__version__])\n"
    (tmp_path / "setup.py").write_text(script)
    lines = run(tmp_path).stderr.splitlines()
    assert lines[0].startswith("setup.py:100: stamped-requirement: 'torch==[bold]x[/] :100: \\x1b")
    assert not any(line.startswith("forged") for line in lines)
    assert kinds(run(tmp_path)) == ["stamped-requirement"]


Published = dict[str, tuple[str, tuple[str, ...], dict[str, tuple[str, ...]]]]


@contextmanager
def served(contents: Published) -> Iterator[str]:
    """An index of these distributions: version, requirements, shared objects with their needs."""
    tag = "cp310-abi3-manylinux_2_17_x86_64"
    published = tuple(
        wheel_file(
            name,
            version,
            tag,
            core_metadata(name, version, requires),
            {path: linked(needed, (), compiler()) for path, needed in modules.items()},
            1,
        )
        for name, (version, requires, modules) in contents.items()
    )
    with Index() as index:
        yield index.publish("adopt", Publication(published))


def epics(name: str, requires: tuple[str, ...], *needed: str) -> Published:
    # No RUNPATH: only the index can tell that epicscorelibs ships the library.
    return {
        name: ("1.0", requires, {f"{name}/_x.so": needed}),
        "epicscorelibs": ("7.0.10.99.0.2", (), {"epicscorelibs/lib/libdbCore.so.7.0.10.99.0": ()}),
        "numpy": ("2.0", (), {}),
    }


def test_the_published_wheel_proves_and_its_index_tells_whose_the_library_is(
    tmp_path: Path,
) -> None:
    case = CASES["softioc"]
    for name, text in case.files.items():
        (tmp_path / name).write_text(text)
    with served(epics("softioc", case.requires, "libdbCore.so.7.0.10.99.0")) as url:
        found = CliRunner().invoke(adopt, ["--index-url", url, str(tmp_path)])
        without = CliRunner().invoke(adopt, ["--index-url", f"{url}nowhere/", str(tmp_path)])
    assert "+    epicscorelibs>=7.0.10.99.0.1,<7.0.10.99.1" in found.stdout
    assert without.stdout == ""
    assert "not looked at: softioc: there is no such project" in without.stderr


@pytest.mark.parametrize(
    ("needed", "requires", "right"),
    [
        ("libc.so.6", ("numpy",), "so it does not matter here"),
        ("libdbCore.so.7.0.10.99.0", ("epicscorelibs", "numpy"), "matters: unread/_x.so in unread"),
        ("libother.so.1", ("numpy", "unpublished"), "not a list that is written down once; write"),
    ],
)
def test_what_is_not_understood_matters_where_a_wheel_is_linked_to_another_distribution(
    tmp_path: Path, needed: str, requires: tuple[str, ...], right: str
) -> None:
    (tmp_path / "setup.py").write_text(
        "from setuptools import setup\nneeds = [n for n in open('needs')]\n"
        "setup(name='unread', version='1', install_requires=needs)\n"
    )
    with served(epics("unread", requires, needed)) as url:
        result = CliRunner().invoke(adopt, ["--index-url", url, str(tmp_path)])
    assert right in (str(result.exception) if isinstance(result.exception, SkewError) else "") + (
        result.stderr
    )
    assert (result.exit_code == 0) == ("does not matter" in right)


def test_what_a_requirement_brings_is_not_ruled_out(tmp_path: Path) -> None:
    """With «==» it counts as the requirement's own; otherwise it is reported as suspected."""
    case = CASES["cypari2"]
    for name, text in case.files.items():
        (tmp_path / name).write_text(text)
    for asked, said in (
        ("libpari==1.0", "open-range: cysignals"),
        ("libpari>=1.0", "suspected-link: cysignals"),
        ("numpy", "cysignals: left as it is"),
    ):
        index: Published = {
            "cypari2": ("2.2.3", ("cysignals>=1",), {"cypari2/_x.so": ("libpari-gmp-tls.so.8",)}),
            "cysignals": ("1.12", (asked,), {}),
            "libpari": ("1.0", (), {"libpari/libpari-gmp-tls.so.8": ()}),
            "numpy": ("2.0", (), {}),
        }
        with served(index) as url:
            found = CliRunner().invoke(adopt, ["--index-url", url, str(tmp_path)])
        assert found.stdout == ""
        assert said in found.stderr


def test_libraries_that_every_system_brings_prove_no_link(tmp_path: Path) -> None:
    """Nor does a RUNPATH to bundled libraries: «unread.libs» is no package."""
    (tmp_path / "setup.py").write_text(
        "from setuptools import setup\nneeds = []\nneeds += ['numpy']\n"
        "setup(name='unread', install_requires=needs)\n"
    )
    with served(epics("unread", ("numpy",), "libstdc++.so.6")) as url:
        found = CliRunner().invoke(adopt, ["--index-url", url, str(tmp_path)])
    assert "so it does not matter here" in found.stderr
