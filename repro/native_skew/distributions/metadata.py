"""Core metadata and wheel facts: written for the fakes, read from environments.

Specification: https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

import csv
from pathlib import Path, PurePosixPath

import msgspec
from packaging.metadata import Metadata, parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """One installed distribution, as its ``.dist-info`` folder tells.

    Attributes:
        requires_dist: as written in METADATA, in its order.
        dynamic: the values of Dynamic, in their own spelling.
        tags: the Tag lines of WHEEL.
        generator: WHEEL's Generator, e.g. ``setuptools (84.2.1)``.
        installer: the INSTALLER file's word, e.g. ``uv``.
        direct_url: direct_url.json's text, empty where there is none.
        libraries: the shared objects that RECORD lists, relative to site-packages.

    """

    name: str
    version: str
    requires_dist: tuple[str, ...]
    dynamic: tuple[str, ...]
    tags: tuple[str, ...]
    generator: str
    installer: str
    direct_url: str
    libraries: tuple[str, ...] = ()


def core_metadata(
    name: str,
    version: str,
    requires_dist: tuple[str, ...],
    dynamic: str | None = None,
    requires_python: str = "",
) -> bytes:
    """Writes METADATA or PKG-INFO.

    ``dynamic`` is written letter by letter: tools differ in how they read its spelling, and
    ``packaging`` alone would put it in lower case.
    """
    fields = {
        "metadata_version": "2.4",
        "name": name,
        "version": version,
        "summary": f"Part of the fake pair that native-skew publishes: {name}",
        "requires_dist": list(requires_dist),
        **({"requires_python": requires_python} if requires_python else {}),
    }
    message = Metadata.from_raw(fields, validate=True).as_rfc822()  # type: ignore[arg-type]
    if dynamic:
        message["Dynamic"] = dynamic
    return message.as_bytes()


def read_installed(site: Path) -> tuple[Installed, ...]:
    """Every distribution in the site-packages folder ``site``, by name.

    A folder without a readable METADATA is passed over, as installers do.
    """
    found = []
    for folder in sorted(site.glob("*.dist-info")):
        try:
            raw, _ = parse_email((folder / "METADATA").read_bytes())
            name, version = raw["name"], raw["version"]
        except (OSError, KeyError, ValueError):
            continue
        found.append(
            Installed(
                name=canonicalize_name(name),
                version=version,
                requires_dist=tuple(raw.get("requires_dist", ())),
                dynamic=tuple(raw.get("dynamic", ())),
                tags=tuple(_wheel_lines(folder, "Tag")),
                generator="".join(_wheel_lines(folder, "Generator")),
                installer=_text(folder / "INSTALLER"),
                direct_url=_text(folder / "direct_url.json"),
                libraries=tuple(_recorded_libraries(folder)),
            )
        )
    return tuple(found)


def violations(installed: tuple[Installed, ...]) -> tuple[str, ...]:
    """Each Requires-Dist that the installed set does not satisfy, as a sentence."""
    versions = {each.name: each.version for each in installed}
    return tuple(
        sentence
        for each in installed
        for text in each.requires_dist
        if (sentence := _violation(each, text, versions))
    )


def _violation(holder: Installed, text: str, versions: dict[str, str]) -> str | None:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return f"{holder.name} {holder.version} has an unreadable requirement: {text}"
    if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
        return None
    name = canonicalize_name(requirement.name)
    if name not in versions:
        return f"{holder.name} {holder.version} requires {text}, which is not installed"
    if requirement.specifier.contains(versions[name], prereleases=True):
        return None
    return (
        f"{holder.name} {holder.version} requires {text}, but {name} {versions[name]} is installed"
    )


def _wheel_lines(folder: Path, key: str) -> list[str]:
    lines = _text(folder / "WHEEL").splitlines()
    return [line.partition(":")[2].strip() for line in lines if line.startswith(f"{key}:")]


def _recorded_libraries(folder: Path) -> list[str]:
    # https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    rows = csv.reader(_text(folder / "RECORD").splitlines())
    names = sorted(row[0] for row in rows if row)
    return [name for name in names if ".so" in PurePosixPath(name).suffixes]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
