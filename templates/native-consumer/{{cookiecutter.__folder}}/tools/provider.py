"""Finds the providers in the build environment, and refuses one of another ABI.

An isolated build cannot bring one, since build-system.requires has the range. A build
without isolation can: nothing checks that environment
(https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-no-build-isolation).
"""

from __future__ import annotations

{% if cookiecutter.__torch == 'stable' %}import re
{% endif %}import runpy
import sys
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/{{ cookiecutter.import_name }}"
# The rules are those of the import guard: one file, used at both ends.
GUARD = runpy.run_path(str(PACKAGE / "_provider.py"))
{%- if cookiecutter.__header %}
HEADER = "{{ cookiecutter.__header }}"
{%- endif %}


class Build(NamedTuple):
    """What a build needs to know of all providers."""

    include: list[str]
    link: list[str]
    runpath: list[str]
    defines: list[str]


def runpath(provider: Any) -> str:
    """Where the loader finds a provider's libraries, seen from the module."""
    origin = "@loader_path" if sys.platform == "darwin" else "$ORIGIN"
    folders = provider.import_name.split(".")
    return str(PurePosixPath(origin, "..", *folders, provider.library_folder))


def folder_and_version(provider: Any, requirements: list[str]) -> tuple[Path, str]:
    """A provider's package, once its version is known to be in the declared range."""
    name, wanted = provider.distribution, GUARD["range_of"](provider, requirements)
    version, folder = GUARD["version_of"](name), GUARD["provider_folder"](provider)
    if version is None or folder is None:
        raise SystemExit(
            f"{name} is not in the build environment.\n"
            f'Build with isolation, or install "{name}{wanted}" first.'
        )
    if not GUARD["satisfies"](version, wanted):
        raise SystemExit(
            f"{name} {version} is in the build environment, but pyproject.toml declares "
            f"{name}{wanted}.\n"
            "A module built now would not load where its metadata is satisfied.\n"
            "Build with isolation, or install the declared version first.\n"
            "After a change of the range, `nox -s range` tells the isolated build of it."
        )
    return folder, version


def locate() -> Build:
    """The providers' folders, and how to link to their libraries."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = Build([], [], [], [])
    versions = []
    for provider in GUARD["PROVIDERS"]:
        package, version = folder_and_version(provider, project["dependencies"])
        versions.append((provider.distribution, version))
        folders = [package / each for each in provider.include_folders]
        found.include.extend(str(each) for each in folders if each.is_dir())
        found.runpath.append(runpath(provider))
        try:
            files = GUARD["library_files"](provider, package)
        except ImportError as error:
            raise SystemExit(f"{provider.distribution} {version}: {error}") from None
        # By name, so that a library without a SONAME is not needed by its path here.
        linked = [f"-l:{path.name}" for path in files]
        by_name = [f"-L{package / provider.library_folder}", *linked]
        found.link.extend(by_name if sys.platform == "linux" else map(str, files))
{%- if cookiecutter.__header %}
    if not any(Path(folder, HEADER).is_file() for folder in found.include):
        raise SystemExit(f"{HEADER} is in none of {', '.join(found.include) or 'no folder'}")
{%- endif %}
    if sys.platform == "linux":
        # RUNPATH, not RPATH: some linkers still write the older one by default, and it would
        # also decide for the libraries that the providers' libraries need.
        found.link[:0] = ["-Wl,--enable-new-dtags", "-Wl,--no-as-needed"]
    found.defines.append(f'PROVIDER_VERSION="{versions[0][1]}"')
    found.defines.append(f'BUILT_FOR="{", ".join(map(" ".join, versions))}"')
{%- if cookiecutter.__torch == "stable" %}
    # The oldest torch of the range: headers of a newer one then offer what that has, too
    # (https://docs.pytorch.org/docs/stable/notes/libtorch_stable_abi.html).
    wanted = GUARD["range_of"](GUARD["PROVIDERS"][0], project["dependencies"])
    oldest = re.search(r">=\s*(\d+)\.(\d+)", wanted)
    if oldest is None:
        raise SystemExit(f"torch{wanted} has no oldest release; write >=OLDEST")
    target = int(oldest[1]) << 56 | int(oldest[2]) << 48
    found.defines.append(f"TORCH_TARGET_VERSION=0x{target:016x}")
{%- endif %}
    return found


if __name__ == "__main__":
    located = locate()
    for part in located:
        print(";".join(part))
