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
{%- if cookiecutter.provider_version_function %}
_provider.check_loaded(_extension.built_against(), _extension.core_version())
{%- endif %}

__version__ = metadata.version(_provider.DISTRIBUTION)

built_against = _extension.built_against
{%- if cookiecutter.provider_version_function %}
core_version = _extension.core_version
{%- endif %}

__all__ = ["__version__", "built_against", "core_version", "main", "versions"]
{%- if not cookiecutter.provider_version_function %}


def core_version() -> str:
    """The provider's version as installed; the library has no function that says it."""
    return metadata.version(_provider.PROVIDER)
{%- endif %}


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
