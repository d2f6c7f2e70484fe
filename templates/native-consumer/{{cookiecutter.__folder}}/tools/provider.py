"""Finds the provider in the build environment, and refuses one of another ABI.

An isolated build cannot bring one, since build-system.requires has the range. A build
without isolation can: nothing checks that environment
(https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-no-build-isolation).
"""

from __future__ import annotations

import runpy
import tomllib
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/{{ cookiecutter.import_name }}"
# The rules are those of the import guard: one file, used at both ends.
GUARD = runpy.run_path(str(PACKAGE / "_provider.py"))


class Provider(NamedTuple):
    """What a build needs to know of the provider."""

    include: Path
    library: Path
    runpath: str
    version: str


def declared() -> str:
    """The range of the provider's versions that pyproject.toml declares."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(GUARD["specifier_for_provider"](project["project"]["dependencies"]))


def installed() -> str:
    """The provider's version in this environment."""
    try:
        return metadata.version(GUARD["PROVIDER"])
    except metadata.PackageNotFoundError:
        raise SystemExit(
            f"{GUARD['PROVIDER']} is not in the build environment.\n"
            f'Build with isolation, or install "{GUARD["PROVIDER"]}{declared()}" first.'
        ) from None


def locate() -> Provider:
    """The provider's folders, once its version is known to be in the declared range."""
    version, wanted = installed(), declared()
    if not GUARD["satisfies"](version, wanted):
        raise SystemExit(
            f"{GUARD['PROVIDER']} {version} is in the build environment, but pyproject.toml "
            f"declares {GUARD['PROVIDER']}{wanted}.\n"
            "A module built now would not load where its metadata is satisfied.\n"
            "Build with isolation, or install the declared version first."
        )
    package = GUARD["provider_folder"]()
    return Provider(
        include=package / "{{ cookiecutter.provider_include_folder }}",
        library=GUARD["library_file"](package / GUARD["LIBRARY_FOLDER"]),
        runpath=f"$ORIGIN/../{GUARD['PROVIDER_IMPORT']}/{GUARD['LIBRARY_FOLDER']}",
        version=version,
    )


if __name__ == "__main__":
    found = locate()
    library = found.library
    lines = [found.include, library.parent, library.name, found.runpath, found.version]
    print(*lines, sep="\n")
