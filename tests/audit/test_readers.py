"""Which file a locking uv reads: as audit foretells, and as uv itself does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from native_skew.audit import Cache, IndexClient, Reader, Transport
from native_skew.audit.read import examine
from native_skew.audit.resolver_metadata import ResolverMetadata
from native_skew.distributions.archives import DistributionFile, sdist_file, wheel_file
from native_skew.distributions.metadata import core_metadata
from native_skew.installers import TOOLS
from native_skew.toolchain import index_url
from native_skew.toolchain.tools import Toolbox
from support.audit_output import Audit, Serve
from support.compiler import TOOLS as FOLDER

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
MINOR = sys.version_info.minor
UV_LOCK = "uv lock (and uv sync)"


def locked(asked: str, url: str, folder: Path, python: str = HERE) -> set[str]:
    """The names that uv.lock has the asked release require."""
    uv = Path(Toolbox(FOLDER).tool("uv", TOOLS["uv"].default_versions[-1]).path) / "uv"
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "x"\nversion = "0"\nrequires-python = ">={python}"\n'
        f'dependencies = ["{asked}"]\n'
    )
    command = [str(uv), "lock", "--no-config", "--default-index", url, "--python", sys.executable]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("UV_", "PIP_"))}
    clean |= {"UV_PYTHON_DOWNLOADS": "never", "UV_CACHE_DIR": str(folder / "cache")}
    done = subprocess.run(
        command, cwd=folder, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    requirement = Requirement(asked)
    lock = tomllib.loads((folder / "uv.lock").read_text())
    (package,) = [each for each in lock["package"] if each["name"] == requirement.name]
    found = {each["name"] for each in package.get("dependencies", [])}
    for extra in requirement.extras:
        optional = package.get("optional-dependencies", {}).get(extra, [])
        found |= {each["name"] for each in optional}
    return found


def foretold(asked: str, url: str, python: str = HERE) -> tuple[set[str], set[str]]:
    """The names in the file that is read, and in the one that is installed, on Linux x86-64."""
    requirement = Requirement(asked)
    with Transport() as transport:
        index = IndexClient(url, transport)
        (version,) = (each.version for each in requirement.specifier)
        examined = examine(index.release(requirement.name, version), Reader(transport, Cache(None)))
    (choice,) = [
        each
        for each in examined.choices
        if (each.target.python, each.target.platform) == (python, "Linux x86_64")
    ]
    read, installed = choice.read[UV_LOCK], choice.installed
    assert read is not None
    assert installed is not None
    return tuple(  # type: ignore[return-value]
        _names(examined.metadata[each.filename], requirement.extras) for each in (read, installed)
    )


def _names(metadata: ResolverMetadata, extras: set[str]) -> set[str]:
    found = map(Requirement, metadata.requires_dist)
    return {
        canonicalize_name(each.name)
        for each in found
        if not (each.marker and "extra ==" in str(each.marker))
        or any(each.marker.evaluate({"extra": extra}) for extra in extras)
    }


def _wheel(tag: str, requires: str) -> DistributionFile:
    return wheel_file("pure", "1.0", tag, core_metadata("pure", "1.0", (requires,)), {}, 1)


LINUX = "manylinux_2_17_x86_64"
OLDER, OWN, NEWER = f"cp3{MINOR - 1}", f"cp3{MINOR}", f"cp3{MINOR + 1}"
ORDERS = {
    "another platform": [f"{OWN}-{OWN}-macosx_11_0_arm64", f"{OWN}-{OWN}-{LINUX}"],
    "an older Python's": [f"{OLDER}-{OLDER}-{LINUX}", f"{OWN}-{OWN}-{LINUX}"],
    "a newer Python's": [f"{NEWER}-{NEWER}-win_amd64", f"{OWN}-{OWN}-{LINUX}"],
    "a stable ABI's": [f"{NEWER}-abi3-win_amd64", f"{OWN}-{OWN}-{LINUX}"],
    "an older one's without an ABI": [f"{OLDER}-none-win_amd64", f"{OWN}-{OWN}-{LINUX}"],
    "any Python's": ["py3-none-win_amd64", f"{OWN}-{OWN}-{LINUX}"],
    "Python 2's": ["py2-none-any", f"{OWN}-{OWN}-{LINUX}"],
    "a higher build number": [f"{OWN}-{OWN}-win_amd64", f"1-{OWN}-{OWN}-{LINUX}"],
    "another implementation's": [f"pp3{MINOR}-pypy3{MINOR}_pp73-{LINUX}", f"{OWN}-{OWN}-{LINUX}"],
}


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS)
def test_uv_lock_reads_the_file_that_audit_names(serve: Serve, tmp_path: Path, order: str) -> None:
    names = [f"dep{number}" for number in range(len(ORDERS[order]))]
    files = [_wheel(tag, name) for tag, name in zip(ORDERS[order], names, strict=True)]
    pure = (wheel_file(e, "1.0", "py3-none-any", core_metadata(e, "1.0", ()), {}, 1) for e in names)
    url = serve((*files, *pure))
    read, _ = foretold("pure==1.0", url)
    assert locked("pure==1.0", url, tmp_path) == read


@pytest.mark.slow
def test_uv_lock_of_a_project_for_an_older_python_too(serve: Serve, tmp_path: Path) -> None:
    """As cadquery-ocp 7.8.1.1: what the newer Python's wheel requires is not in the lock."""
    files = [_wheel(f"{OLDER}-{OLDER}-{LINUX}", "older"), _wheel(f"{OWN}-{OWN}-{LINUX}", "own")]
    pure = [
        wheel_file(name, "1.0", "py3-none-any", core_metadata(name, "1.0", ()), {}, 1)
        for name in ("older", "own")
    ]
    url = serve((*files, *pure))
    assert locked("pure==1.0", url, tmp_path, f"3.{MINOR - 1}") == {"older"}


def test_who_is_hit_and_what_happens_is_said(audit: Audit, serve: Serve) -> None:
    first = _wheel("cp312-cp312-macosx_11_0_arm64", "numpy<3")
    second = _wheel("cp312-cp312-manylinux_2_17_x86_64", "numpy<2")
    output = audit("pure==1.0", "--index-url", serve((first, second)))
    found = output.of("files-disagree")
    assert found.evidence["noticed_by"] == (UV_LOCK, "Poetry (from any other index)")
    assert (
        f"for Python 3.12 on Linux x86_64 it reads {first.filename} and installs {second.filename}: "
        "numpy is taken by «numpy<3», and the installed wheel says «numpy<2»." in found.message
    )


def test_who_asks_for_an_extra_is_hit(audit: Audit, serve: Serve) -> None:
    def file(tag: str, requires: tuple[str, ...], extras: tuple[str, ...]) -> DistributionFile:
        metadata = core_metadata("pure", "1.0", requires)
        more = b"".join(b"Provides-Extra: %s\n" % each.encode() for each in extras)
        return wheel_file("pure", "1.0", tag, more + metadata, {}, 1)

    files = (
        file("cp312-cp312-macosx_11_0_arm64", (), ()),
        file("cp312-cp312-manylinux_2_17_x86_64", ('gpu; extra == "cuda"',), ("cuda",)),
    )
    output = audit("pure==1.0", "--index-url", serve(files))
    found = output.of("files-disagree")
    assert (found.level, found.evidence["extras"]) == ("warning", ("cuda",))
    assert "uv lock (and uv sync), asked for pure[cuda], reads" in found.message
    assert "the installed wheel needs «gpu», which is left out" in found.message
    # The control: nobody is misled if both have it.
    both = (file("cp312-cp312-macosx_11_0_arm64", ('gpu; extra == "cuda"',), ("cuda",)), files[1])
    assert audit("pure==1.0", "--index-url", serve(both)).rules() == []


def test_a_file_of_the_first_upload_speaks_on_the_public_index_alone(serve: Serve) -> None:
    with Transport() as transport:
        url = serve((_wheel("py3-none-any", "lib"),))
        release = IndexClient(url, transport).release("pure")
        assert release.first_uploaded is None


def test_an_sdist_of_a_disagreeing_release_stays_unjudged(audit: Audit, serve: Serve) -> None:
    """Nobody knows beforehand what a build of a dynamic sdist will say."""
    sdist = sdist_file(
        "pure",
        "1.0",
        b"Dynamic: Requires-Dist\n" + core_metadata("pure", "1.0", ("lib",)),
        {"pyproject.toml": b"[build-system]\nrequires = []\n"},
        1,
    )
    output = audit("pure==1.0", "--index-url", serve((sdist,)))
    assert "files-disagree" not in output.rules()


@pytest.mark.live
@pytest.mark.parametrize(
    ("asked", "python", "differs"),
    [
        ("p4p==4.3.0", "3.9", False),  # the names are the same, the range of numpy is not
        ("openmm[cuda12]==8.3.1", "3.10", True),
        ("torch==2.0.1", "3.10", False),
        ("torch==2.2.0", "3.11", False),
        ("tensorflow==2.15.0", "3.11", True),
        ("tensorflow==2.16.1", "3.10", True),
        ("jaxlib==0.4.30", "3.10", False),
        ("onnxruntime==1.16.0", "3.11", False),
    ],
)
def test_uv_lock_of_real_releases(
    asked: str, python: str, differs: bool, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if "live" not in str(pytestconfig.getoption("markexpr")):
        pytest.skip("asks the public index: pytest -m live")
    read, installed = foretold(asked, index_url(), python)
    assert locked(asked, index_url(), tmp_path, python) == read
    assert (read != installed) == differs
