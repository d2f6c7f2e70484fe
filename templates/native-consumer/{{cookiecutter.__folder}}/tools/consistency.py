"""Reports what would let a module run with another ABI than it was built for.

One line for each problem, and exit code 1; see `nox -s consistency`.
"""

from __future__ import annotations

import argparse
import io
import re
import runpy
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/{{ cookiecutter.import_name }}"
GUARD = runpy.run_path(str(PACKAGE / "_provider.py"))
RUNPATH = f"$ORIGIN/../{GUARD['PROVIDER_IMPORT']}/{GUARD['LIBRARY_FOLDER']}"


class Links(NamedTuple):
    """What the dynamic section of a shared object says."""

    needed: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    soname: str | None = None


def parsed(requirement: str) -> tuple[str, ...]:
    """A requirement in a form that compares equal whatever its spelling."""
    value = Requirement(requirement)
    extras = ",".join(sorted(value.extras))
    return canonicalize_name(value.name), extras, str(value.specifier), str(value.marker or "")


def for_provider(requirements: list[str]) -> tuple[str, ...] | None:
    """The requirement on the provider, if there is exactly one."""
    wanted = canonicalize_name(GUARD["PROVIDER"])
    found = [value for value in map(parsed, requirements) if value[0] == wanted]
    return found[0] if len(found) == 1 else None


def declaration(pyproject: dict[str, dict[str, list[str]]]) -> Iterator[str]:
    """One range, declared statically for the build and for running."""
    build = for_provider(pyproject["build-system"]["requires"])
    if "dependencies" in pyproject["project"].get("dynamic", []):
        yield "pyproject.toml: dependencies are dynamic; list them in project.dependencies"
        return
    run = for_provider(pyproject["project"].get("dependencies", []))
    if run is None:
        yield f"pyproject.toml: no single requirement on {GUARD['PROVIDER']} in dependencies"
    elif build != run:
        yield (
            f"pyproject.toml: build-system.requires says {' '.join(build or ('nothing',))}, "
            f"project.dependencies says {' '.join(run)}; write the same range in both"
        )
    else:
        yield from one_abi(run[2])


def one_abi(specifier: str) -> Iterator[str]:
    """The range must not reach into a second ABI."""
    bounds = {value.operator: value.version for value in Requirement(f"x{specifier}").specifier}
    if set(bounds) == {"=="} and "*" not in bounds["=="]:
        return
    if set(bounds) != {">=", "<"}:
        yield f"pyproject.toml: {specifier or 'no range'} is not >=OLDEST,<NEXT or ==VERSION"
        return
    *kept, last = GUARD["abi"](bounds[">="])
    following = (*kept, last + 1)
    if GUARD["release"](bounds["<"]) > following:
        nearest = ".".join(map(str, following))
        yield f"pyproject.toml: {specifier} holds more than one ABI; end it at <{nearest}"


def metadata_of(path: Path) -> Message:
    """PKG-INFO of an sdist, METADATA of a wheel."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            name = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
            return BytesParser().parsebytes(wheel.read(name))
    with tarfile.open(path) as sdist:
        member = next(m for m in sdist if m.name.count("/") == 1 and m.name.endswith("/PKG-INFO"))
        content = sdist.extractfile(member)
        return BytesParser().parsebytes(content.read() if content else b"")


def metadata(files: list[Path], dependencies: list[str]) -> Iterator[str]:
    """The sdist and every wheel must have the Requires-Dist that pyproject.toml declares."""
    declared = {parsed(requirement) for requirement in dependencies}
    for path in files:
        message = metadata_of(path)
        # setuptools spells the value in lower case
        # (https://packaging.python.org/en/latest/specifications/core-metadata/#dynamic-multiple-use).
        if "requires-dist" in map(str.lower, message.get_all("Dynamic", [])):
            yield f"{path.name}: Requires-Dist is Dynamic, so that each build may differ"
        stated = {parsed(requirement) for requirement in message.get_all("Requires-Dist", [])}
        for requirement in sorted(stated ^ declared):
            where = "pyproject.toml" if requirement in declared else "this file"
            yield f"{path.name}: Requires-Dist {' '.join(requirement).strip()} is in {where} only"


def links_of(content: bytes) -> Links:
    """DT_NEEDED, DT_RUNPATH and DT_SONAME."""
    needed, runpath, soname = [], "", None
    for segment in ELFFile(io.BytesIO(content)).iter_sections():
        for tag in segment.iter_tags() if isinstance(segment, DynamicSection) else ():
            match tag.entry.d_tag:
                case "DT_NEEDED":
                    needed.append(str(tag.needed))  # type: ignore[attr-defined]
                case "DT_RUNPATH":
                    runpath = str(tag.runpath)  # type: ignore[attr-defined]
                case "DT_SONAME":
                    soname = str(tag.soname)  # type: ignore[attr-defined]
    return Links(tuple(needed), tuple(runpath.split(":")), soname)


def is_library(name: str) -> bool:
    """Whether a file name or SONAME is that of the provider's library."""
    return name == GUARD["LIBRARY"] or name.startswith(f"{GUARD['LIBRARY']}.")


def sonames(site: Path) -> set[str]:
    """What the provider installed in a folder offers to the loader."""
    folder = site / GUARD["PROVIDER_IMPORT"] / GUARD["LIBRARY_FOLDER"]
    libraries = [path for path in folder.iterdir() if is_library(path.name)]
    return {links_of(path.read_bytes()).soname or path.name for path in libraries}


def linking(wheel: Path, providers: list[Path]) -> Iterator[str]:
    """A wheel must leave the library to the provider, and fit both ends of the range."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".so" in PurePosixPath(name).suffixes]
        links = {name: links_of(archive.read(name)) for name in names}
    for name in filter(is_copy, names):
        yield f"{wheel.name}: has its own copy of the provider's library, {name}"
    linked = {name: link for name, link in links.items() if any(map(is_library, link.needed))}
    if not linked:
        yield f"{wheel.name}: no module in it is linked to {GUARD['LIBRARY']}"
    for name, link in linked.items():
        yield from (f"{wheel.name}: {name} {problem}" for problem in unmet(link, providers))


def is_copy(name: str) -> bool:
    """Whether a wheel's member is the library; auditwheel grafts it as libfoo-1a2b3c4d.so."""
    stem, suffix, _ = PurePosixPath(name).name.partition(".so")
    mine = re.escape(GUARD["LIBRARY"].removesuffix(".so"))
    return bool(suffix and re.fullmatch(mine + "(-[0-9a-f]+)?", stem))


def unmet(links: Links, providers: list[Path]) -> Iterator[str]:
    """What the loader would not find, or would look for elsewhere."""
    if RUNPATH not in links.runpath:
        yield f"has RUNPATH {':'.join(links.runpath) or '(none)'}, not {RUNPATH}"
    for site in providers:
        for soname in sorted(set(filter(is_library, links.needed)) - sonames(site)):
            yield f"needs {soname}, which {GUARD['PROVIDER']} in {site.name} does not have"


def problems(files: list[Path], providers: list[Path]) -> Iterator[str]:
    """Everything that is wrong, in the order of cause and effect."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    yield from declaration(pyproject)
    yield from metadata(files, pyproject["project"].get("dependencies", []))
    for path in files:
        if path.suffix == ".whl":
            yield from linking(path, providers)


def main() -> int:
    """Check the files given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provider", action="append", default=[], type=Path, help="where it is")
    parser.add_argument("files", nargs="*", type=Path, help="an sdist and wheels of one release")
    arguments = parser.parse_args()
    found = list(problems(arguments.files, arguments.provider))
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{len(arguments.files)} files: {len(found)} problems")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
