"""What the import guard says, with what it reads from an environment replaced."""

from importlib import metadata

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from {{ cookiecutter.import_name }} import _provider

PROVIDER = _provider.PROVIDERS[0]
NAME = PROVIDER.distribution
WANTED = _provider.range_of(PROVIDER, metadata.requires(_provider.DISTRIBUTION) or [])
BUILT = _provider.built_for()[NAME]
MISSING = f"{PROVIDER.libraries[0]}.9: cannot open shared object file"
ORDERED = ["1.dev1", "1a1", "1rc2", "1", "1.0.post1", "1.0.1", "1.2rc1", "1.2", "10.0"]


def explained(said: str) -> str:
    return str(_provider.explained(ImportError(said)))


def install(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """Let the provider's metadata state another version."""
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: version if name == NAME else real(name))


def test_one_range_is_declared() -> None:
    assert _provider.satisfies(BUILT, WANTED)
    assert BUILT in SpecifierSet(WANTED)


def test_other_version_is_named_with_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "0.0.1")
    message = explained(MISSING)
    assert f"{NAME} 0.0.1 is installed" in message
    assert f"{NAME}{WANTED}" in message
    assert "pip install" in message


def test_nothing_is_said_of_an_error_that_has_another_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert explained("libunrelated.so.1: cannot open shared object file").count("\n") == 0
    install(monkeypatch, BUILT)
    assert explained(MISSING) == MISSING


def test_missing_metadata_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    for function in ("version", "distribution"):
        monkeypatch.setattr(metadata, function, missing)
    message = explained(MISSING)
    assert f"built for {NAME} {BUILT}" in message
    assert "pip install" not in message


def test_versions_are_ordered_as_packaging_orders_them() -> None:
    for one in ORDERED:
        for other in ORDERED:
            for sign in (">=", "<", "==", "!="):
                expected = SpecifierSet(f"{sign}{other}").contains(one, prereleases=True)
                if sign == "<" and Version(one).is_prerelease:
                    continue  # packaging leaves 1.2rc1 out of <1.2; the loader does not care
                assert _provider.satisfies(one, f"{sign}{other}") is expected, (one, sign, other)
