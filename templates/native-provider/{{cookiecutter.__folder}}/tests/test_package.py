"""The package as installed."""

import ctypes
import re
import subprocess
import sys
{%- if cookiecutter.__providers %}
import tomllib
{%- endif %}
from pathlib import Path

import pytest

from {{ cookiecutter.import_name }} import path, preload, version


def test_library_has_the_soname_of_its_abi() -> None:
    libraries = {each.name for each in Path(path.lib_path).glob("*.so*")}
    library = Path(path.library)
    assert libraries == {library.name, library.name.removesuffix(f".{version.abi_version}")}
    # The SONAME stands in the file as text, and no other version of it may.
    pattern = rb"{{ cookiecutter.library | replace('.', '\\.') | replace('+', '\\+') }}[0-9.]*"
    names = re.findall(pattern, library.read_bytes())
    assert set(names) == {library.name.encode()}


def test_plain_name_is_for_the_linker_alone() -> None:
    plain = Path(path.library.removesuffix(f".{version.abi_version}"))
    assert plain.read_text(encoding="utf-8") == f"INPUT({Path(path.library).name})\n"


def test_build_systems_find_it() -> None:
    assert list(Path(path.cmake_path).rglob("*Config.cmake"))
    (file,) = Path(path.pkgconfig_path).iterdir()
    assert f"Version: {version.__version__}" in file.read_text(encoding="utf-8")


def test_header_states_the_version() -> None:
    (header,) = Path(path.include_path).glob("*.h")
    assert f'_VERSION "{version.__version__}"' in header.read_text(encoding="utf-8")


def test_preloaded_library_states_the_version() -> None:
    function = preload().{{ cookiecutter.__stem }}_version
    function.restype = ctypes.c_char_p
    assert function().decode() == version.__version__
    assert preload() is preload()


{% if cookiecutter.__providers -%}
def test_build_and_run_require_the_same_providers() -> None:
    pyproject = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text())
    assert pyproject["build-system"]["requires"][1:] == pyproject["project"]["dependencies"]


{% endif -%}
def test_requirement_depends_on_its_argument_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = version.abi_requires(version.__version__)
    argument = version.__version__
    monkeypatch.setattr(version, "__version__", "0")
    monkeypatch.setattr(version, "abi_version", "0")
    monkeypatch.setattr("importlib.metadata.version", lambda _: "0")
    assert version.abi_requires(argument) == stated


def test_command_prints_the_requirement() -> None:
    command = [sys.executable, "-m", "{{ cookiecutter.import_name }}"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert output.strip() == version.abi_requires(version.__version__)
