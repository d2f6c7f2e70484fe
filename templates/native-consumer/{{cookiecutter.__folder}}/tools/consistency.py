"""Reports what would let a module run with another ABI than it was built for.

One line for each problem, and exit code 1; see `nox -s consistency`.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import runpy
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from packaging.requirements import Requirement
from packaging.tags import sys_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
IMPORT_NAME = "{{ cookiecutter.import_name }}"
GUARD = runpy.run_path(str(ROOT / "src" / IMPORT_NAME / "_provider.py"))
PROVIDERS = GUARD["PROVIDERS"]
LIBRARIES = [library for provider in PROVIDERS for library in provider.libraries]
# Names in namespace std: the system's C++ library has them, where a provider's copy has not
# (https://itanium-cxx-abi.github.io/cxx-abi/abi.html#mangling-compression).
STANDARD = re.compile(r"_Z(?:T[VTIS])?N?[KVRO]*S[abdiost]")
NATIVE = re.compile(r"\.(so|dylib|dll|pyd)(\.|$)")


class Links(NamedTuple):
    """What the dynamic section of a shared object says, and its symbols."""

    needed: frozenset[str] = frozenset()
    runpath: tuple[str, ...] = ()
    soname: str | None = None
    undefined: frozenset[str] = frozenset()
    defined: frozenset[str] = frozenset()


def parsed(requirement: str) -> tuple[str, ...]:
    """A requirement in a form that compares equal whatever its spelling."""
    value = Requirement(requirement)
    extras = ",".join(sorted(value.extras))
    return canonicalize_name(value.name), extras, str(value.specifier), str(value.marker or "")


def for_provider(provider: Any, requirements: list[str]) -> str | None:
    """The requirement on a provider, if there is exactly one."""
    wanted = canonicalize_name(provider.distribution)
    found = [each for each in requirements if parsed(each)[0] == wanted]
    return found[0] if len(found) == 1 else None


def declaration(pyproject: dict[str, dict[str, list[str]]]) -> Iterator[str]:
    """One range of each provider, declared statically for the build and for running."""
    if "dependencies" in pyproject["project"].get("dynamic", []):
        yield "pyproject.toml: dependencies are dynamic; list them in project.dependencies"
        return
    for provider in PROVIDERS:
        run = for_provider(provider, pyproject["project"].get("dependencies", []))
        build = for_provider(provider, pyproject["build-system"]["requires"])
        if run is None:
            yield f"pyproject.toml: no single requirement on {provider.distribution} in dependencies"
        elif build is None or parsed(build) != parsed(run):
            yield (
                f"pyproject.toml: build-system.requires says {build or 'nothing'}, "
                f"project.dependencies says {run}; `nox -s range` copies the second to the first"
            )
        else:
            yield from one_abi(provider, parsed(run)[2])


def one_abi(provider: Any, specifier: str) -> Iterator[str]:
    """The range must not reach into a second ABI, as far as the version tells."""
    clauses = [each for each in Requirement(f"x{specifier}").specifier if each.operator != "!="]
    bounds = {each.operator: each.version for each in clauses}
    if set(bounds) == {"=="} and "*" not in bounds["=="]:
        return
    if set(bounds) != {">=", "<"}:
        if provider.abi_parts is not None or set(bounds) != {">="}:
            yield f"pyproject.toml: {specifier or 'no range'} is not >=OLDEST,<NEXT or ==VERSION"
        return
    if provider.abi_parts is None:
        return
    *kept, last = GUARD["abi"](provider, bounds[">="])
    nearest = ".".join(map(str, (*kept, last + 1)))
    if Version(bounds["<"]) > Version(nearest):
        yield f"pyproject.toml: {specifier} holds more than one ABI; end it at <{nearest}"


def write_ranges() -> None:
    """Copy the range of each provider from project.dependencies to build-system.requires."""
    path = ROOT / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    pyproject = tomllib.loads(text)
    start = text.index("[build-system]")
    following = re.compile(r"^\[", re.MULTILINE).search(text, start + 1)
    end = following.start() if following else len(text)
    build = text[start:end]
    for provider in PROVIDERS:
        run = for_provider(provider, pyproject["project"]["dependencies"])
        old = for_provider(provider, pyproject["build-system"]["requires"])
        if run is None or old is None:
            raise SystemExit(f"pyproject.toml: no single requirement on {provider.distribution}")
        build = build.replace(f'"{old}"', f'"{run}"')
    path.write_text(text[:start] + build + text[end:], encoding="utf-8")


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


def links_of(content: bytes) -> Links | None:
    """DT_NEEDED, DT_RUNPATH, DT_SONAME and the symbols; None of what is not ELF."""
    try:
        elf = ELFFile(io.BytesIO(content))
    except ELFError:
        return None
    tags: dict[str, list[str]] = {"needed": [], "runpath": [], "soname": []}
    undefined, defined = set(), set()
    for section in elf.iter_sections():
        for tag in section.iter_tags() if isinstance(section, DynamicSection) else ():
            kind = tag.entry.d_tag.removeprefix("DT_").lower()
            if kind in tags:
                tags[kind].append(str(getattr(tag, kind)))
        if isinstance(section, SymbolTableSection) and section.name == ".dynsym":
            for symbol in section.iter_symbols():
                if symbol["st_shndx"] != "SHN_UNDEF":
                    defined.add(symbol.name)
                elif symbol["st_info"]["bind"] == "STB_GLOBAL":
                    undefined.add(symbol.name)
    return Links(
        frozenset(tags["needed"]),
        tuple(":".join(tags["runpath"]).split(":")),
        next(iter(tags["soname"]), None),
        frozenset(undefined),
        frozenset(defined),
    )


def is_library(library: str, name: str) -> bool:
    """Whether a file name or SONAME is that of a library, in whatever version."""
    return name == library or name.startswith(f"{library}.")


def folders_of(provider: Any) -> tuple[str, ...]:
    """Where a provider has its libraries in site-packages."""
    return (*provider.import_name.split("."), provider.library_folder)


def offered(site: Path) -> dict[str, Links]:
    """What the providers installed in a folder offer to the loader, by SONAME."""
    found = {}
    for provider in PROVIDERS:
        for path in site.joinpath(*folders_of(provider)).glob("*.so*"):
            if links := links_of(path.read_bytes()):
                found[links.soname or path.name] = links
    return found


def is_copy(name: str) -> bool:
    """Whether a wheel's member is a library of a provider's.

    auditwheel grafts it as libfoo-1a2b3c4d.so, delvewheel as foo-1a2b3c4d.dll.
    """
    base = PurePosixPath(name).name
    stem = base[: match.start()] if (match := NATIVE.search(base)) else ""
    plain = {library.removesuffix(".so") for library in LIBRARIES}
    stems = "|".join(
        re.escape(each) for each in plain | {each.removeprefix("lib") for each in plain}
    )
    return bool(re.fullmatch(rf"(?:{stems})(?:-[0-9a-f]+)?(?:\.[0-9.]+)?", stem))


def linking(wheel: Path, sites: list[Path]) -> Iterator[str]:
    """A wheel must leave the libraries to the providers, and fit both ends of the range."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if NATIVE.search(PurePosixPath(name).name)]
        read = {name: links_of(archive.read(name)) for name in names}
    links = {name: each for name, each in read.items() if each}
    for name in filter(is_copy, names):
        yield f"{wheel.name}: has its own copy of the provider's library, {name}"
    for name in sorted(names - links.keys()):
        print(f"{wheel.name}: {name} is no ELF file; what it links to was not looked at")
    needed = {each for link in links.values() for each in link.needed}
    for library in LIBRARIES if links else ():
        if not any(is_library(library, each) for each in needed):
            yield f"{wheel.name}: no module in it is linked to {library}"
    ends = {site: offered(site) for site in sites}
    for name, link in links.items():
        yield from (f"{wheel.name}: {name} {problem}" for problem in unmet(link, ends))


def unmet(links: Links, ends: dict[Path, dict[str, Links]]) -> Iterator[str]:
    """What the loader would not find, or would look for elsewhere."""
    for provider in PROVIDERS:
        mine = {
            each for each in links.needed for lib in provider.libraries if is_library(lib, each)
        }
        wanted = str(PurePosixPath("$ORIGIN", "..", *folders_of(provider)))
        if mine and wanted not in {str(PurePosixPath(each)) for each in links.runpath if each}:
            yield f"has RUNPATH {':'.join(links.runpath) or '(none)'}, not {wanted}"
        for site, there in ends.items():
            for soname in sorted(mine - there.keys()):
                yield f"needs {soname}, which {provider.distribution} in {site.name} does not have"
    symbols = {
        site: set().union(*(e.defined for e in there.values())) for site, there in ends.items()
    }
    known = set().union(*symbols.values()) if symbols else set()
    for site, there_too in symbols.items():
        lacking = (links.undefined & known) - there_too
        for symbol in sorted(each for each in lacking if not STANDARD.match(each)):
            yield f"uses {symbol}, which no provider in {site.name} has"
    of_providers = {each for end in ends.values() for each in end}
    copied = links.defined & {each for each in known if not each.startswith("_")}
    if copied and not links.needed & of_providers:
        yield f"defines {', '.join(sorted(copied)[:3])} itself: linked to a static library"


def running(wheel: Path, sites: list[Path]) -> Iterator[str]:
    """A wheel for this Python must load at both ends of the range."""
    if not parse_wheel_filename(wheel.name)[3] & set(sys_tags()):
        return
    code = f"import {IMPORT_NAME}; {IMPORT_NAME}.main()"
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        for site in sites:
            path = os.pathsep.join([folder, str(site.resolve())])
            done = subprocess.run(
                [sys.executable, "-c", code],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                said = re.search(r"^\w*(?:\.\w+)*Error: .*", done.stderr, re.MULTILINE)
                reason = said[0] if said else f"exit code {done.returncode}"
                yield f"{wheel.name}: does not load with the providers in {site.name}: {reason}"


def problems(files: list[Path], sites: list[Path]) -> Iterator[str]:
    """Everything that is wrong, in the order of cause and effect."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    yield from declaration(pyproject)
    yield from metadata(files, pyproject["project"].get("dependencies", []))
    for path in files:
        if path.suffix == ".whl":
            yield from linking(path, sites)
            yield from running(path, sites)


def main() -> int:
    """Check the files given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provider", action="append", default=[], type=Path, help="where it is")
    parser.add_argument("--write", action="store_true", help="copy the ranges, see `nox -s range`")
    parser.add_argument("files", nargs="*", type=Path, help="an sdist and wheels of one release")
    arguments = parser.parse_args()
    if arguments.write:
        write_ranges()
    found = list(problems(arguments.files, arguments.provider))
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{len(arguments.files)} files: {len(found)} problems")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
