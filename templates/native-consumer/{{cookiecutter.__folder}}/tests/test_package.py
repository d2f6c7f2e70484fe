"""The package as installed."""

import subprocess
import sys

import {{ cookiecutter.import_name }}
from {{ cookiecutter.import_name }} import _provider

PACKAGE = "{{ cookiecutter.import_name }}"


def test_runs_with_the_abi_it_was_built_for() -> None:
    found = {{ cookiecutter.import_name }}.versions()
    assert _provider.abi(found["built_against"]) == _provider.abi(found["loaded"])
    assert found["loaded"] == found["installed"]


def test_command_prints_the_versions() -> None:
    command = [sys.executable, "-c", f"from {PACKAGE} import main; main()"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    built_against = {{ cookiecutter.import_name }}.built_against()
    assert f"built_against: {built_against}" in output
