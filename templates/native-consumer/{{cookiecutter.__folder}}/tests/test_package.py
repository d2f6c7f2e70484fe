"""The package as installed."""

import subprocess
import sys

import {{ cookiecutter.import_name }}
from {{ cookiecutter.import_name }} import _provider

PACKAGE = "{{ cookiecutter.import_name }}"


def test_runs_with_the_abi_it_was_built_for() -> None:
    found = {{ cookiecutter.import_name }}.versions()
    # A build of a release has a name of its own behind "+", which a library does not say.
    assert found["loaded"].partition("+")[0] == found["installed"].partition("+")[0]
    built_against = {{ cookiecutter.import_name }}.built_against()
    assert found["built_against"] == built_against
    provider = _provider.PROVIDERS[0]
    if provider.abi_parts is not None:
        built, loaded = (_provider.abi(provider, found[k]) for k in ("built_against", "loaded"))
        assert built == loaded


def test_file_says_what_it_was_built_for() -> None:
    assert set(_provider.built_for()) == {each.distribution for each in _provider.PROVIDERS}


def test_command_prints_the_versions() -> None:
    command = [sys.executable, "-c", f"from {PACKAGE} import main; main()"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    built_against = {{ cookiecutter.import_name }}.built_against()
    assert f"built_against: {built_against}" in output
