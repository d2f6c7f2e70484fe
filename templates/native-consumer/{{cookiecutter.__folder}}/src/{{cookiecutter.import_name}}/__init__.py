"""{{ cookiecutter.summary }}."""

from __future__ import annotations

from . import _provider

_provider.load()

from . import _extension
{%- if cookiecutter.__function %}

_provider.check_loaded(_extension.built_against(), _extension.core_version())
{%- endif %}

__version__ = _provider.version_of(_provider.DISTRIBUTION) or "unknown"

built_against = _extension.built_against
{%- if cookiecutter.__function %}
core_version = _extension.core_version
{%- endif %}

__all__ = ["__version__", "built_against", "core_version", "main", "versions"]
{%- if not cookiecutter.__function %}


def core_version() -> str:
    """The provider's version as installed; the library has no function that says it."""
    return _provider.version_of(_provider.PROVIDERS[0].distribution) or "unknown"
{%- endif %}


def versions() -> dict[str, str]:
    """The provider's version when compiled, as loaded, and as installed."""
    installed = _provider.version_of(_provider.PROVIDERS[0].distribution) or "unknown"
    return {"built_against": built_against(), "loaded": core_version(), "installed": installed}


def main() -> None:
    """Print the three versions."""
    for name, version in versions().items():
        print(f"{name}: {version}")
