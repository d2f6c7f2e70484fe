"""Reads a provider's files for the defaults of answers.

Nothing of the provider is imported or run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path, PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from native_skew.binaries import Image, ImageError
from native_skew.distributions import metadata as core_metadata
from native_skew.doctor import active, opened
from native_skew.errors import SkewError
from native_skew.installers import is_version
from native_skew.new.errors import NoLibraryError

_LIBRARY = re.compile(r"(lib[^/]+?\.so)(\.[^/]*)?$")
_HEADER = re.compile(r"\.(h|hh|hpp|hxx)$")
_OF_CPP = re.compile(r"^\s*(?:namespace|template|class)\b", re.MULTILINE)
_INCLUDE = re.compile(r"^\s*#\s*include\s*[<\"]([^>\"]+)", re.MULTILINE)
_INCLUDED = 1000  # headers that one brings in; the largest, torch's, some 600


def offered(name: str, known: Mapping[str, str]) -> dict[str, str]:
    """Answers for the provider ``name``, from its installation or else its newest wheel.

    Args:
        name: of the distribution.
        known: the template's defaults; kept if they agree with the files.

    Returns:
        Empty if it is not installed with a library, in the active environment or in this program's,
        and the user's own index has no wheel for Linux.

    Raises:
        NoLibraryError: its wheel ships no library to link to.

    """
    if not core_metadata.is_name(name):
        return {}  # the template's own check refuses it, in words
    if answers := _answers(_installed(name, [*_active(), *sys.path]), known):
        return answers
    with tempfile.TemporaryDirectory(prefix="native-skew-") as folder:
        command = ["install", "--no-deps", "--only-binary", ":all:", "--no-compile", "--quiet"]
        _pip(*command, "--target", folder, "--", name)
        found = _installed(name, [folder])
        answers = _answers(found, known)
        if found and not answers and sys.platform == "linux":
            raise NoLibraryError(name, found.version)
    return answers


def _active() -> list[str]:
    try:
        with opened(active(), environ=os.environ) as environment:
            return [str(each) for each in environment.sites]
    except SkewError:
        return []


def _installed(name: str, path: Sequence[str]) -> metadata.Distribution | None:
    return next(iter(metadata.distributions(name=name, path=list(path))), None)


def _pip(*arguments: str) -> str:
    """The output of pip with the user's configuration; empty if it fails."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def contradictory(requirements: Sequence[str]) -> bool:
    """Whether each of them can be installed from wheels, but not all together.

    False if the user's index cannot tell.
    """
    try:
        if any(Requirement(each).url for each in requirements):
            return False
    except InvalidRequirement:
        return False  # the template's own check refuses it, in words
    command = ["install", "--dry-run", "--ignore-installed", "--only-binary", ":all:"]
    command += ["--quiet", "--report", "-", "--"]
    return not _pip(*command, *requirements) and all(_pip(*command, each) for each in requirements)


def lowest(requirements: Sequence[str]) -> list[str]:
    """The requirements, each pinned to the oldest release that it names."""
    return [re.sub(r"^([^<>=!]+)[>=]=([^,]+).*", r"\1==\2", each) for each in requirements]


def _answers(provider: metadata.Distribution | None, known: Mapping[str, str]) -> dict[str, str]:
    """The answers; empty if ``provider`` ships no library for others to link to."""
    files = (provider and provider.files) or ()
    sonames: dict[str, str] = {}  # by place in site-packages
    wanted: Counter[str] = Counter()
    for file in files:
        # In an importable folder, and so not in one that auditwheel made.
        if not _LIBRARY.match(file.name) or not file.parts[0].isidentifier():
            continue
        try:
            with Image(Path(str(file.locate()))) as image:
                sonames[str(file)] = image.header.soname or file.name
                wanted.update(image.header.needed)
        except ImageError:
            continue
    if provider is None or not sonames or not is_version(provider.version):
        return {}
    plain = {place: _plain(soname) for place, soname in sonames.items()}
    usual = known.get("provider_library", "").split()
    # The one that most others need.
    best = max(sonames, key=lambda place: (plain[place] in usual, wanted[sonames[place]]))
    package, *folders = PurePosixPath(best).parent.parts
    granularity = _granularity(sonames[best], plain[best], provider.version)
    header = _header(files, package, plain[best], known)
    roots = header.get("provider_include_folder", "").split()
    folders_of_headers = [Path(str(provider.locate_file(package)), each) for each in roots]
    return {
        "provider_import_name": package,
        "provider_library": " ".join(usual if {*usual} <= {*plain.values()} else [plain[best]]),
        "provider_library_folder": "/".join(folders) or ".",
        **header,
        **({"language": "c++"} if _is_cpp(header["provider_header"], folders_of_headers) else {}),
        "abi_granularity": granularity,
        "provider_oldest": _oldest(Version(provider.version), granularity, provider.name),
    }


def _plain(soname: str) -> str:
    match = _LIBRARY.match(soname)
    return match[1] if match else soname


def _header(
    places: Sequence[PurePosixPath], package: str, library: str, known: Mapping[str, str]
) -> dict[str, str]:
    """The folder of headers, and the header to include, preferably one that states a version."""
    mine = [each for each in places if each.parts[0] == package and _HEADER.search(each.name)]
    if not mine:
        return {"provider_header": "none"}
    folder = next(
        (
            PurePosixPath(*each.parts[: each.parts.index("include") + 1])
            for each in mine
            if "include" in each.parts
        ),
        min((each.parent for each in mine), key=lambda each: len(each.parts)),
    )
    names = sorted(str(each.relative_to(folder)) for each in mine if each.is_relative_to(folder))
    usual = known.get("provider_header", "")
    best = min(
        names,
        key=lambda each: (
            each != usual,
            # Bundled headers of others are in folders with their names.
            re.split("[/.]", each)[0] not in (package, library.removeprefix("lib")[:-3]),
            not re.search("(?<![A-Za-z])version|Version", PurePosixPath(each).name),
            each.count("/"),
            each,
        ),
    )
    folders = known.get("provider_include_folder", "").split()
    kept = folders and folders[0] == str(folder.relative_to(package))
    return {
        "provider_include_folder": " ".join(folders) if kept else str(folder.relative_to(package)),
        "provider_header": best,
    }


def _is_cpp(header: str, folders: Sequence[Path]) -> bool:
    """Whether a header, or one of the provider's that it includes, is C++."""
    pending, seen = [(header, folder) for folder in folders], set[Path]()
    while pending and len(seen) < _INCLUDED:
        name, beside = pending.pop()
        path = next((p for p in (each / name for each in (beside, *folders)) if p.is_file()), None)
        if path is None or path in seen:
            continue
        seen.add(path)
        text = path.read_text(encoding="utf-8", errors="replace")
        if "__cplusplus" not in text and _OF_CPP.search(text):
            return True
        pending += [(each, path.parent) for each in _INCLUDE.findall(text)]
    return False


def _granularity(soname: str, plain: str, version: str) -> str:
    """How the SONAME derives from the version."""
    stamp = soname.removeprefix(plain).lstrip(".")
    if not stamp:
        return "exact"  # nothing but the version tells one ABI from another
    parts = list(map(str, Version(version).release))
    free = len(parts) - len(stamp.split("."))
    if stamp.split(".") != parts[: len(parts) - free]:
        return "soname"
    return {0: "exact", 1: "patch", 2: "minor"}.get(free, "soname")


def _oldest(version: Version, granularity: str, name: str) -> str:
    """The oldest release on the user's index with the ABI of ``version``."""
    free = {"patch": 1, "minor": 2}.get(granularity)
    if free is None:
        return version.public
    abi = version.release[: len(version.release) - free]
    said = _pip("index", "versions", "--json", "--", name)
    listed = json.loads(said)["versions"] if said else ()
    found = (Version(each) for each in listed if is_version(each))
    same = [each for each in found if not each.is_prerelease and each.release[: len(abi)] == abi]
    return min([*(each for each in same if each <= version), version]).public
