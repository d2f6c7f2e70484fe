"""The consumer as generated: built, checked, and run at both ends of its range."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from support.bakery import HIGHEST, LOWEST, OTHER_ABI, Bakery, edit
from support.native_wheels import consistency
from .conftest import BACKENDS, Consumer

VERSIONS = "import fake_softioc; print(sorted(fake_softioc.versions().items()))"


def test_runs_with_the_provider_in_another_folder(
    bakery: Bakery, consumer: Consumer, sites: dict[str, Path]
) -> None:
    mine = bakery.installed("mine", consumer[2])
    path = Path(f"{mine}:{sites[HIGHEST]}")
    assert HIGHEST in bakery.python("-c", VERSIONS, site=path)
    edit(mine / "fake_softioc/_provider.py", "ctypes.CDLL(str(path))", "pass")
    message = bakery.python("-c", VERSIONS, site=path, fails=True)
    assert "cannot open shared object file" in message
    # The provider is right: there is no message about it, and nothing to install.
    assert "pip install" not in message


def test_other_abi_is_refused_in_words(
    bakery: Bakery, consumer: Consumer, providers: dict[str, Path]
) -> None:
    site = bakery.installed("site", consumer[2], providers[OTHER_ABI])
    message = bakery.python("-c", "import fake_softioc", site=site, fails=True)
    assert f"but fake-corelibs {OTHER_ABI} is installed" in message
    for command in (f"{sys.executable} -m pip install", "uv pip install --python"):
        assert command in message
    assert message.count(f"'fake-corelibs<7.0.7.99.2,>={LOWEST}'") == 2
    assert "libfakecore.so.7.0.7.99.1: cannot open shared object file" in message


def test_missing_provider_is_said(bakery: Bakery, consumer: Consumer) -> None:
    site = bakery.installed("site", consumer[2])
    message = bakery.python("-c", "import fake_softioc", site=site, fails=True)
    assert "fake-corelibs is not installed" in message


def test_module_built_for_another_abi_is_refused_in_words(
    bakery: Bakery, project: Path, providers: dict[str, Path], sites: dict[str, Path]
) -> None:
    """What a stale build tree leaves: new metadata, old module."""
    pyproject = project / "pyproject.toml"
    declared = pyproject.read_text()
    pyproject.write_text(declared.replace(LOWEST, OTHER_ABI).replace("<7.0.7.99.2", "<7.0.10.99.1"))
    (wheel,) = bakery.build(project, sites[OTHER_ABI], "--wheel")
    site = bakery.installed("site", wheel, providers[LOWEST])
    stale = site / "fake_softioc-4.6.1.dist-info/METADATA"
    stale.write_text(
        stale.read_text().replace(OTHER_ABI, LOWEST).replace("<7.0.10.99.1", "<7.0.7.99.2")
    )
    message = bakery.python("-c", "import fake_softioc", site=site, fails=True)
    assert f"was not built for fake-corelibs {LOWEST}, which is installed, but for {OTHER_ABI}" in message
    assert "libfakecore.so.7.0.10.99.0: cannot open shared object file" in message
    assert "--reinstall-package fake-softioc --no-cache --no-binary fake-softioc" in message


@pytest.fixture
def unversioned(bakery: Bakery, providers: dict[str, Path]) -> dict[str, Path]:
    """Folders with releases of the provider whose library's SONAME carries no version."""
    sites = {}
    for version, wheel in providers.items():
        sites[version] = bakery.installed(f"unversioned-{version}", wheel)
        folder = sites[version] / "fake_corelibs/lib"
        library = next(folder.glob("*.so.*"))
        bakery.run("patchelf", "--set-soname", "libfakecore.so", library)
        library.replace(folder / "libfakecore.so")
    return sites


def test_library_without_versioned_soname_is_compared(
    bakery: Bakery, project: Path, unversioned: dict[str, Path]
) -> None:
    """The loader takes any such library, so only the versions tell."""
    (wheel,) = bakery.build(project, unversioned[LOWEST], "--wheel")
    bakery.installed(unversioned[LOWEST].name, wheel)
    other = unversioned[OTHER_ABI] / "fake_corelibs/lib/libfakecore.so"
    shutil.copy(other, unversioned[LOWEST] / "fake_corelibs/lib")
    message = bakery.python("-c", "import fake_softioc", site=unversioned[LOWEST], fails=True)
    assert f"was compiled with fake-corelibs {LOWEST} and now runs with {OTHER_ABI}" in message


def test_library_that_says_no_version_either_is_compared_by_what_is_installed(
    bakery: Bakery, unversioned: dict[str, Path]
) -> None:
    """As torch's: no version in the SONAME, and no function in C that tells it."""
    project = bakery.bake("native-consumer", provider_version_function="")
    (wheel,) = bakery.build(project, unversioned[LOWEST], "--wheel")
    for site in unversioned.values():
        bakery.installed(site.name, wheel)
    for version in (LOWEST, HIGHEST):
        bakery.python("-c", "import fake_softioc", site=unversioned[version])
    message = bakery.python("-c", "import fake_softioc", site=unversioned[OTHER_ABI], fails=True)
    assert "libfakecore.so loads, and is of another ABI" in message
    assert f"but fake-corelibs {OTHER_ABI} is installed" in message


def test_build_with_another_abi_is_refused(
    bakery: Bakery, project: Path, sites: dict[str, Path]
) -> None:
    command = ["-m", "pip", "wheel", "--no-build-isolation", "--no-deps", str(project)]
    output = bakery.python(*command, site=sites[OTHER_ABI], fails=True)
    assert f"fake-corelibs {OTHER_ABI} is in the build environment" in output
    assert "fake-corelibs is not in the build environment" in bakery.python(*command, fails=True)


def one_of(backend: str) -> pytest.MarkDecorator:
    """One backend by default, and the others with -m full: test_combinations has them too."""
    return pytest.mark.parametrize(
        "backend", [pytest.param(each, marks=() if each == backend else pytest.mark.full) for each in BACKENDS]
    )


@one_of("setuptools")
def test_provider_that_states_no_version_is_linked_all_the_same(
    bakery: Bakery, providers: dict[str, Path], sites: dict[str, Path], backend: str
) -> None:
    """Nothing is called yet, and a linker may leave out what is not called."""
    none = {"provider_version_macro": "", "provider_version_function": ""}
    project = bakery.bake("native-consumer", build_backend=backend, **none)
    bakery.commit(project)
    files = bakery.build(project, sites[LOWEST])
    assert "2 files: 0 problems" in consistency(bakery, project, [sites[LOWEST], sites[HIGHEST]], *files)
    (wheel,) = (path for path in files if path.suffix == ".whl")
    site = bakery.installed("site", wheel, providers[HIGHEST])
    assert f"built_against: {LOWEST}" in bakery.python(
        "-c", "import fake_softioc as m; m.main()", site=site
    )
    bakery.own_tests(project, site)
    bakery.run("ruff", "format", "--no-cache", "--check", project)
