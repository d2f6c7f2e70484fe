"""What a provider's files say of it: offered as answers, so that nobody types them.

Nothing of the provider is imported or run.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path, PurePosixPath

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import parse_wheel_filename
from packaging.version import Version

from native_skew.binaries import Image, ImageError
from native_skew.distributions import CarefulZip
from native_skew.distributions import metadata as core_metadata
from native_skew.installers import is_version
from native_skew.new.errors import NoLibraryError, WheelError

_LIBRARY = re.compile(r"(lib[^/]+?\.so)(\.[^/]*)?$")
_HEADER = re.compile(r"\.(h|hh|hpp|hxx)$")
_MANY = 100_000  # members; the largest wheels have a fifth
_LARGEST = 4 << 30  # bytes of a library; the largest of torch has less than one


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one release of a provider.

    Attributes:
        version: of the release.
        libraries: its shared libraries on disk, by their place in site-packages.
        headers: places of its headers.

    """

    version: str
    libraries: Mapping[str, Path]
    headers: Sequence[str]


def offered(name: str, known: Mapping[str, str]) -> dict[str, str]:
    """Answers for the provider ``name``, from its installation or else its newest wheel.

    Args:
        name: of the distribution.
        known: what the template would offer; kept where the files agree.

    Returns:
        Empty where it is neither installed, nor to be had from the user's own index as a wheel.

    Raises:
        NoLibraryError: it ships no library to link to.
        WheelError: the wheel is damaged.

    """
    if not core_metadata.is_name(name):
        return {}  # the template's own check refuses it, in words
    with _contents(name) as contents:
        if contents is None:
            return {}
        answers = _answers(contents, known, _versions(name))
        if not answers:
            raise NoLibraryError(name, contents.version)
        return answers


@contextmanager
def _contents(name: str) -> Iterator[Contents | None]:
    if installed := _installed(name):
        yield installed
        return
    with tempfile.TemporaryDirectory(prefix="native-skew-") as folder:
        command = ["download", "--no-deps", "--only-binary", ":all:", "--quiet", "--dest", folder]
        _pip(*command, "--", name)
        wheel = next(Path(folder).glob("*.whl"), None)
        yield _unpacked(wheel, Path(folder)) if wheel else None


def _pip(*arguments: str) -> str:
    """What pip prints, set up as the user has it; empty where it fails."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def _installed(name: str) -> Contents | None:
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    places = [str(each) for each in found.files or ()]
    return Contents(
        version=found.version,
        libraries={each: Path(str(found.locate_file(each))) for each in _libraries(places)},
        headers=[each for each in places if _HEADER.search(each)],
    )


def _unpacked(wheel: Path, folder: Path) -> Contents:
    """Its libraries as files in ``folder``, under names of our own."""

    def damaged(reason: str) -> WheelError:
        return WheelError(wheel.name, reason)

    with wheel.open("rb") as stream, CarefulZip(stream, damaged, _MANY) as archive:
        places = {info.filename: info for info in archive.infos}
        libraries = {}
        for number, place in enumerate(_libraries(places)):
            libraries[place] = folder / f"{number}.so"
            with libraries[place].open("wb") as target:
                for chunk in archive.chunks(places[place], _LARGEST):
                    target.write(chunk)
    return Contents(
        version=str(parse_wheel_filename(wheel.name)[1]),
        libraries=libraries,
        headers=[place for place in places if _HEADER.search(place)],
    )


def _libraries(places: Iterable[str]) -> list[str]:
    """Those for others to link to: in a folder that can be imported, so in none that a repair made."""
    return [
        place
        for place in places
        if _LIBRARY.match(PurePosixPath(place).name)
        and "/" in place
        and place.partition("/")[0].isidentifier()
    ]


def contradictory(requirements: Sequence[str]) -> bool:
    """Whether each of them can be installed from wheels, and all together cannot.

    What the user's index cannot tell is no contradiction.
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
    """The same requirements, each on the oldest release that it names."""
    return [re.sub(r"^([^<>=!]+)[>=]=([^,]+).*", r"\1==\2", each) for each in requirements]


def _versions(name: str) -> list[Version]:
    """Final releases on the user's index."""
    said = _pip("index", "versions", "--json", "--", name)
    listed = json.loads(said)["versions"] if said else ()
    found = (Version(each) for each in listed if is_version(each))
    return [each for each in found if not each.is_prerelease]


def _answers(
    contents: Contents, known: Mapping[str, str], versions: Sequence[Version]
) -> dict[str, str]:
    sonames: dict[str, str] = {}  # by place
    wanted: Counter[str] = Counter()
    for place, path in contents.libraries.items():
        try:
            with Image(path) as image:
                sonames[place] = image.header.soname or PurePosixPath(place).name
                wanted.update(image.header.needed)
        except ImageError:
            continue
    if not sonames:
        return {}
    plain = {place: _plain(soname) for place, soname in sonames.items()}
    usual = known.get("provider_library", "").split()
    # What the others need is at the bottom of them all.
    best = max(sonames, key=lambda place: (plain[place] in usual, wanted[sonames[place]]))
    package, *folders = PurePosixPath(best).parent.parts
    chosen = usual if set(usual) <= set(plain.values()) else [plain[best]]
    answers = {
        "provider_import_name": package,
        "provider_library": " ".join(chosen),
        "provider_library_folder": "/".join(folders) or ".",
        **_header(contents.headers, package, plain[best], known),
    }
    granularity = _granularity(sonames[best], plain[best], contents.version)
    answers["abi_granularity"] = granularity
    answers["provider_oldest"] = _oldest(Version(contents.version), granularity, versions)
    return answers


def _plain(soname: str) -> str:
    match = _LIBRARY.match(soname)
    return match[1] if match else soname


def _header(
    places: Sequence[str], package: str, library: str, known: Mapping[str, str]
) -> dict[str, str]:
    """The folder of headers, and the one to include: its own that says a version, if any."""
    mine = [PurePosixPath(each) for each in places if each.startswith(f"{package}/")]
    if not mine:
        return {}
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
            # What it brings along of others has folders of their names.
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


def _granularity(soname: str, plain: str, version: str) -> str:
    """How the SONAME is made from the version."""
    stamp = soname.removeprefix(plain).lstrip(".")
    if not stamp:
        return "exact"  # nothing but the version tells one ABI from another
    parts = list(map(str, Version(version).release))
    free = len(parts) - len(stamp.split("."))
    if stamp.split(".") != parts[: len(parts) - free]:
        return "soname"
    return {0: "exact", 1: "patch", 2: "minor"}.get(free, "soname")


def _oldest(version: Version, granularity: str, versions: Sequence[Version]) -> str:
    """The oldest release of the ABI that ``version`` has."""
    free = {"patch": 1, "minor": 2}.get(granularity)
    if free is None:
        return version.public
    abi = version.release[: len(version.release) - free]
    same = [each for each in versions if each.release[: len(abi)] == abi and each <= version]
    return min([*same, version]).public
