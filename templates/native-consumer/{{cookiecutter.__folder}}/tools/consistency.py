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
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import Requirement
from packaging.tags import sys_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = ROOT / "pyproject.toml"
IMPORT_NAME = "{{ cookiecutter.import_name }}"
GUARD = runpy.run_path(str(ROOT / "src" / IMPORT_NAME / "_provider.py"))
PROVIDERS = GUARD["PROVIDERS"]
LIBRARIES = [library for provider in PROVIDERS for library in provider.libraries]
NATIVE = re.compile(r"\.(so|dylib|dll|pyd)(\.|$)")
# As auditwheel and delvewheel name what they graft: libfoo-1a2b3c4d.so, foo-1a2b3c4d.dll.
COPY = re.compile(
    r"(?:lib)?(?:{})(?:-[0-9a-f]+)?(?:\.[0-9.]+)?".format(
        "|".join(re.escape(each.removesuffix(".so").removeprefix("lib")) for each in LIBRARIES)
    )
)


def on(provider: Any, requirements: Iterable[str]) -> str | None:
    """The requirement on a provider, as it is written, if there is exactly one."""
    wanted = canonicalize_name(provider.distribution)
    found = [each for each in requirements if canonicalize_name(Requirement(each).name) == wanted]
    return found[0] if len(found) == 1 else None


def declaration(pyproject: dict[str, Any]) -> Iterator[str]:
    """One range of each provider, declared statically for the build and for running."""
    if "dependencies" in pyproject["project"].get("dynamic", []):
        yield "pyproject.toml: dependencies are dynamic; list them in project.dependencies"
        return
    for provider in PROVIDERS:
        run = on(provider, pyproject["project"].get("dependencies", []))
        build = on(provider, pyproject["build-system"]["requires"])
        if run is None:
            yield f"pyproject.toml: no single requirement on {provider.distribution} in dependencies"
        elif build is None or Requirement(build) != Requirement(run):
            yield (
                f"pyproject.toml: build-system.requires says {build or 'nothing'}, "
                f"project.dependencies says {run}; `nox -s range` copies the second to the first"
            )
        else:
            yield from one_abi(provider, Requirement(run))


def one_abi(provider: Any, requirement: Requirement) -> Iterator[str]:
    """The range must not reach into a second ABI, as far as the version tells."""
    bounds = {e.operator: e.version for e in requirement.specifier if e.operator != "!="}
    parts = provider.abi_parts
    one = set(bounds) == {"=="} and "*" not in bounds["=="]
    if one or (set(bounds) == {">="} and parts is None):
        return
    if set(bounds) != {">=", "<"}:
        said = requirement.specifier or "no range"
        yield f"pyproject.toml: {said} is not >=OLDEST,<NEXT or ==VERSION"
    elif parts is not None:
        *kept, last = GUARD["abi"](provider, bounds[">="])
        nearest = ".".join(map(str, (*kept, last + 1)))
        if Version(bounds["<"]) > Version(nearest):
            said = f"{requirement.specifier} holds more than one ABI"
            yield f"pyproject.toml: {said}; end it at <{nearest}"


def write_ranges() -> None:
    """Copy the range of each provider from project.dependencies to build-system.requires."""
    text = PYPROJECT.read_text(encoding="utf-8")
    pyproject = tomllib.loads(text)
    for provider in PROVIDERS:
        run = on(provider, pyproject["project"]["dependencies"])
        build = on(provider, pyproject["build-system"]["requires"])
        if run and build:
            text = text.replace(f'"{build}"', f'"{run}"')
    PYPROJECT.write_text(text, encoding="utf-8")


def metadata_of(path: Path) -> RawMetadata:
    """PKG-INFO of an sdist, METADATA of a wheel."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            name = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
            return parse_email(wheel.read(name))[0]
    with tarfile.open(path) as sdist:
        member = next(m for m in sdist if m.name.count("/") == 1 and m.name.endswith("/PKG-INFO"))
        content = sdist.extractfile(member)
        return parse_email(content.read() if content else b"")[0]


def metadata(path: Path, dependencies: list[str]) -> Iterator[str]:
    """The sdist and every wheel must have the Requires-Dist that pyproject.toml declares."""
    found = metadata_of(path)
    # setuptools spells the value in lower case
    # (https://packaging.python.org/en/latest/specifications/core-metadata/#dynamic-multiple-use).
    if "requires-dist" in map(str.lower, found.get("dynamic", [])):
        yield f"{path.name}: Requires-Dist is Dynamic, so that each build may differ"
    declared = {Requirement(each) for each in dependencies}
    stated = {Requirement(each) for each in found.get("requires_dist", [])}
    for requirement in sorted(stated ^ declared, key=str):
        where = "pyproject.toml" if requirement in declared else "this file"
        yield f"{path.name}: Requires-Dist {requirement} is in {where} only"


def links_of(content: bytes) -> tuple[set[str], set[str]] | None:
    """The names in DT_NEEDED and the folders in DT_RUNPATH; None of what is not ELF."""
    try:
        elf = ELFFile(io.BytesIO(content))
    except ELFError:
        return None
    dynamic = (each for each in elf.iter_segments() if isinstance(each, DynamicSegment))
    tags = [tag for segment in dynamic for tag in segment.iter_tags()]
    needed = {tag.needed for tag in tags if hasattr(tag, "needed")}
    return needed, {each for t in tags if hasattr(t, "runpath") for each in t.runpath.split(":")}


def linking(wheel: Path, sites: list[Path]) -> Iterator[str]:
    """A wheel must leave the libraries to the providers, and look for them there."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if NATIVE.search(PurePosixPath(name).name)]
        read = {name: links_of(archive.read(name)) for name in names}
    for name in names:
        if COPY.fullmatch(NATIVE.split(PurePosixPath(name).name)[0]):
            yield f"{wheel.name}: has its own copy of the provider's library, {name}"
        if read[name] is None:
            print(f"{wheel.name}: {name} is no ELF file; what it links to was not looked at")
    links = {name: each for name, each in read.items() if each}
    for provider in PROVIDERS if links else ():
        folders = (*provider.import_name.split("."), provider.library_folder)
        wanted = str(PurePosixPath("$ORIGIN", "..", *folders))
        for library in provider.libraries:
            by_name = re.compile(rf"{re.escape(library)}(\..*)?")
            users = {n: list(filter(by_name.fullmatch, needed)) for n, (needed, _) in links.items()}
            if not any(users.values()):
                yield f"{wheel.name}: no module in it is linked to {library}"
            for name, sonames in users.items():
                runpath = links[name][1]
                if sonames and wanted not in {str(PurePosixPath(each)) for each in runpath if each}:
                    said = ":".join(sorted(runpath)) or "(none)"
                    yield f"{wheel.name}: {name} has RUNPATH {said}, not {wanted}"
                for site, soname in ((s, n) for s in sites for n in sonames):
                    if not site.joinpath(*folders, soname).exists():
                        there = f"{provider.distribution} in {site.name}"
                        yield f"{wheel.name}: {name} needs {soname}, which {there} does not have"


def running(wheel: Path, sites: list[Path]) -> Iterator[str]:
    """A wheel must load, with all its symbols, at both ends of the range."""
    if not parse_wheel_filename(wheel.name)[3] & set(sys_tags()):
        print(f"{wheel.name}: is for another Python or platform; it was not loaded")
        return
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        for site in sites:
            done = subprocess.run(
                [sys.executable, "-c", f"import {IMPORT_NAME} as m; m.main()"],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": os.pathsep.join([folder, str(site.resolve())])},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                said = re.findall(r"^\w*(?:\.\w+)*Error: .*", done.stderr, re.MULTILINE)
                reason = said[-1] if said else f"exit code {done.returncode}"
                yield f"{wheel.name}: does not load with the providers in {site.name}: {reason}"


def problems(files: list[Path], sites: list[Path]) -> Iterator[str]:
    """Everything that is wrong, in the order of cause and effect."""
    pyproject = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    yield from declaration(pyproject)
    for path in files:
        yield from metadata(path, pyproject["project"].get("dependencies", []))
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
    found = list(dict.fromkeys(problems(arguments.files, arguments.provider)))
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{len(arguments.files)} files: {len(found)} problems")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
