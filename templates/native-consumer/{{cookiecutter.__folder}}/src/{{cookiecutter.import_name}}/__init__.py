"""{{ cookiecutter.summary }}."""

from __future__ import annotations

from importlib import metadata

from . import _provider

_provider.check_installed()
_provider.preload()
try:
    from . import _extension
except ImportError as error:
    raise _provider.WrongBuildError(str(error)) from error
_provider.check_loaded(_extension.built_against(), _extension.core_version())

__version__ = metadata.version(_provider.DISTRIBUTION)

built_against = _extension.built_against
core_version = _extension.core_version

__all__ = ["__version__", "built_against", "core_version", "main", "versions"]


def versions() -> dict[str, str]:
    """The provider's version when compiled, as loaded, and as installed."""
    return {
        "built_against": built_against(),
        "loaded": core_version(),
        "installed": metadata.version(_provider.PROVIDER),
    }


def main() -> None:
    """Print the three versions."""
    for name, version in versions().items():
        print(f"{name}: {version}")
