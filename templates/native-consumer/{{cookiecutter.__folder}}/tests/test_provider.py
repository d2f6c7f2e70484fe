"""The import guard, with what it reads from an environment replaced."""

from importlib import metadata
from pathlib import Path

import pytest

from {{ cookiecutter.import_name }} import _provider

OLDEST = "{{ cookiecutter.provider_oldest }}"
WANTED = _provider.specifier_for_provider(metadata.requires(_provider.DISTRIBUTION) or [])


def install(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """Let the provider's metadata state another version."""
    real = metadata.version

    def fake(name: str) -> str:
        return version if name == _provider.PROVIDER else real(name)

    monkeypatch.setattr(metadata, "version", fake)


def other_abi() -> str:
    *kept, last = _provider.abi(OLDEST)
    return ".".join(map(str, [*kept, last + 1]))


def test_metadata_declares_a_range() -> None:
    assert _provider.satisfies(OLDEST, WANTED)
    assert not _provider.satisfies(other_abi(), WANTED)


def test_declared_provider_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, OLDEST)
    _provider.check_installed()


def test_other_abi_is_refused_with_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, other_abi())
    with pytest.raises(ImportError) as caught:
        _provider.check_installed()
    message = str(caught.value)
    assert f"{_provider.PROVIDER} {other_abi()} is installed" in message
    assert f'python -m pip install "{_provider.PROVIDER}{WANTED}"' in message
    assert f'uv pip install "{_provider.PROVIDER}{WANTED}"' in message


def test_missing_provider_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def fake(name: str) -> str:
        if name == _provider.PROVIDER:
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", fake)
    with pytest.raises(ImportError, match="is not installed"):
        _provider.check_installed()


def test_library_of_another_abi_is_refused() -> None:
    _provider.check_loaded(OLDEST, OLDEST)
    with pytest.raises(ImportError, match="compiled with"):
        _provider.check_loaded(OLDEST, other_abi())


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.2.0", (1, 2)), ("1.2rc1", (1, 2)), ("10.0.3.post1", (10, 0, 3)), ("0", (0,))],
)
def test_release(version: str, expected: tuple[int, ...]) -> None:
    assert _provider.release(version) == expected


def test_only_one_library_is_unambiguous(tmp_path: Path) -> None:
    (tmp_path / f"{_provider.LIBRARY}.1").touch()
    assert _provider.library_file(tmp_path).name == f"{_provider.LIBRARY}.1"
    (tmp_path / f"{_provider.LIBRARY}.2").touch()
    with pytest.raises(ImportError, match="expected one"):
        _provider.library_file(tmp_path)
