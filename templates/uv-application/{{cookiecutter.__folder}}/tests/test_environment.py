"""The environment as installed."""

from importlib import import_module
from importlib.metadata import version

import pytest

MODULES = [
{%- for each in cookiecutter.imports.split() %}
    "{{ each }}",
{%- endfor %}
]


@pytest.mark.parametrize("name", MODULES)
def test_dependency_loads(name: str) -> None:
    assert import_module(name).__name__ == name


def test_dependency_is_the_one_that_the_remedy_is_for() -> None:
    assert version("{{ cookiecutter.dependency }}") == "{{ cookiecutter.dependency_version }}"
