"""The package as installed."""

import {{ cookiecutter.import_name }}
from {{ cookiecutter.import_name }} import _provider


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
