"""Loads the extension, and says what mends it where a provider of another ABI is the cause.

The loader says "cannot open shared object file", which names neither the distribution that is
wrong nor the version that would be right. Nothing is said here that is not known: any other
error stays as it is.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module, metadata, util
from pathlib import Path
from typing import NamedTuple

DISTRIBUTION = "{{ cookiecutter.distribution }}"


class Provider(NamedTuple):
    """A distribution that ships shared libraries, and where it has them in its package."""

    distribution: str
    import_name: str
    libraries: Sequence[str]
    library_folder: str = "lib"
    include_folders: Sequence[str] = ("include",)
    # How many parts of its version decide the ABI; None where the version does not tell.
    abi_parts: int | None = None


# The range of their versions stands in pyproject.toml, project.dependencies, and only there.
PROVIDERS = (
    Provider(
        "{{ cookiecutter.provider_distribution }}",
        "{{ cookiecutter.provider_import_name }}",
        libraries=[
{%- for library in cookiecutter.provider_library.split() %}
            "{{ library }}",
{%- endfor %}
        ],
        library_folder="{{ cookiecutter.provider_library_folder }}",
        include_folders=[
{%- for folder in cookiecutter.provider_include_folder.split() %}
            "{{ folder }}",
{%- endfor %}
        ],
        abi_parts={{ cookiecutter.__abi_parts }},
    ),
{%- for more in cookiecutter.__more.split(";") if more.strip() %}
{%- set name = more.split()[0].replace("!", "=").replace("<", "=").replace(">", "=").split("=")[0] %}
    Provider(
        "{{ name }}",
        "{{ name | lower | replace('-', '_') | replace('.', '_') }}",
        libraries=[
{%- for library in more.split()[1:] %}
            "{{ library }}",
{%- endfor %}
        ],
    ),
{%- endfor %}
)

_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?")
# What loaders say: glibc, musl, macOS, Windows.
_LOADER = re.compile(
    "cannot open shared object|undefined symbol|version .* not found|Error (?:loading|relocating)"
    "|Library not loaded|Symbol not found|symbol not found|DLL load failed"
)
_MISSING = re.compile("cannot open shared object|Error loading|Library not loaded")
# What looking for a file or a module raises.
_ABSENT = (OSError, ImportError, ValueError)


class ProviderError(ImportError):
    """A provider is not one that this package can run with."""


def key(version: str) -> tuple[object, ...]:
    """What versions are ordered by, as packaging does it; a local part is left out."""
    match = _VERSION.match(version)
    if match is None:
        raise ValueError(f"not a version: {version!r}")
    numbers, pre, number, post, dev = match.groups()
    release = tuple(map(int, re.sub(r"(\.0+)+$", "", numbers).split(".")))
    early = (pre, int(number)) if pre else ("a", -1) if dev and not post else ("z", 0)
    return release, early, int(post or -1), int(dev) if dev else float("inf")


def satisfies(version: str, specifier: str) -> bool:
    """Whether a version is in a range of >=, <, == and !=, the only ones used here."""
    mine = key(version)
    for sign, bound in re.findall(r"(>=|<|==|!=)\s*([0-9a-z.]+)", specifier):
        other = key(bound)
        met = {">=": mine >= other, "<": mine < other, "==": mine == other, "!=": mine != other}
        if not met[sign]:
            return False
    return True


def abi(provider: Provider, version: str) -> tuple[object, ...]:
    """What of a version decides the ABI: all of it, where the version does not tell."""
    if provider.abi_parts is None:
        return key(version)
    match = _VERSION.match(version)
    numbers = match[1].split(".") if match else []
    return (*map(int, numbers), *[0] * provider.abi_parts)[: provider.abi_parts]


def normalized(name: str) -> str:
    """A distribution's name in the form that compares equal."""
    return re.sub(r"[-_.]+", "-", name).lower()


def range_of(provider: Provider, requirements: Iterable[str] | None) -> str:
    """The specifier for a provider among some requirements."""
    for requirement in requirements or ():
        match = re.match(r"([A-Za-z0-9._-]+)\s*\(?([^;)]*)", requirement)
        if match and normalized(match[1]) == normalized(provider.distribution):
            return match[2].strip()
    return ""


def version_of(distribution: str) -> str | None:
    """An installed distribution's version; None where nothing tells, as in a frozen program."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def provider_folder(provider: Provider) -> Path | None:
    """The provider's package, found without importing it."""
    try:
        spec = util.find_spec(provider.import_name)
    except ModuleNotFoundError:  # of a package that it is inside
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _is_binary(path: Path) -> bool:
    """Whether a file is no text: a plain name may hold a linker's script."""
    with path.open("rb") as file:
        return b"\0" in file.read(64)


def library_files(provider: Provider, package: Path) -> list[Path]:
    """The provider's libraries in its package: by the plain name, or the one with a version."""
    folder = package / provider.library_folder
    found = []
    for library in provider.libraries:
        stem = library.removesuffix(".so")
        names = {
            "darwin": [f"{stem}.dylib", f"{stem}.*.dylib"],
            "win32": [f"{stem.removeprefix('lib')}.lib", f"{stem}.lib"],
        }.get(sys.platform, [library, f"{library}.*"])
        globbed = (sorted(filter(_is_binary, folder.glob(name))) for name in names)
        paths: list[Path] = next(filter(None, globbed), [])
        if len(paths) != 1:
            said = ", ".join(path.name for path in paths) or "none"
            raise ProviderError(f"expected one {library} in {folder}, found {said}")
        found += paths
    return found


def load() -> None:
    """Import the extension.

    Its RUNPATH says "beside this package". In an editable installation, or with the provider
    in another site-packages folder, it is not; a library that is already loaded satisfies
    the module by its SONAME.
    """
    folders = [(each, folder) for each in PROVIDERS if (folder := provider_folder(each))]
    if sys.platform == "win32":
        for provider, folder in folders:
            os.add_dll_directory(str(folder / provider.library_folder))
    name = f"{__package__}._extension"
    try:
        import_module(name)
    except ImportError as error:
        if not _LOADER.search(str(error)):
            raise
        try:
            for provider, folder in reversed(folders):
                for path in library_files(provider, folder):
                    ctypes.CDLL(str(path))
        except _ABSENT:
            raise explained(error) from error
        try:
            import_module(name)
        except ImportError as second:
            raise explained(second) from error
    for provider, folder in folders:
        _check_installed(provider, folder)


def _check_installed(provider: Provider, package: Path) -> None:
    """Refuse a provider of another ABI that the loader takes all the same.

    It cannot tell where a library's name carries no version; what is installed can.
    """
    try:
        here = {path.stem.removeprefix("lib") for path in library_files(provider, package)}
    except _ABSENT:
        return  # it is elsewhere, and the module has found it
    names = {library.removesuffix(".so").removeprefix("lib") for library in provider.libraries}
    if provider.abi_parts is None or here != names:
        return
    theirs, installed = built_for().get(provider.distribution), version_of(provider.distribution)
    if theirs and installed and abi(provider, theirs) != abi(provider, installed):
        said = f"{provider.libraries[0]} loads, and is of another ABI"
        raise explained(ImportError(said))


def check_loaded(built_against: str, loaded: str) -> None:
    """Refuse a library that loads, but has another ABI than the module was built for.

    The loader cannot tell where a SONAME carries no version.
    """
    provider = PROVIDERS[0]
    if provider.abi_parts is None:
        return
    if abi(provider, built_against) != abi(provider, loaded):
        raise ProviderError(
            f"{DISTRIBUTION} was compiled with {provider.distribution} {built_against} and now runs "
            f"with {loaded}, which is of another ABI.\n{_commands()}"
        )


def built_for() -> dict[str, str]:
    """The providers' versions that the module was built with: a text in its file says so."""
    try:
        spec = util.find_spec(f"{__package__}._extension")
        content = Path(spec.origin or "").read_bytes() if spec else b""
    except _ABSENT:
        return {}
    marked = re.search(rb"native-skew: built for ([A-Za-z0-9._ ,+!-]+)\0", content)
    pairs = (each.split() for each in marked[1].decode().split(",")) if marked else ()
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def explained(error: ImportError) -> ImportError:
    """The loader's error with its cause, where a provider is that; else the error itself."""
    said, built = str(error), built_for()
    named = [
        each
        for each in PROVIDERS
        if any(re.search(rf"\b{re.escape(lib[:-3])}\b", said) for lib in each.libraries)
    ]
    # A file that is not found has a name; where that is no provider's, neither is the cause.
    for provider in named or (() if _MISSING.search(said) else PROVIDERS):
        if reason := _reason(provider, built.get(provider.distribution), said):
            return ProviderError(f"{DISTRIBUTION} cannot be loaded: {said}\n{reason}")
    return error


def _reason(provider: Provider, theirs: str | None, said: str) -> str | None:
    """Why a module that was built with `theirs` does not load with the provider that is here."""
    name, installed = provider.distribution, version_of(provider.distribution)
    mine = _installation()
    wanted = range_of(provider, mine.requires if mine else ())
    if provider_folder(provider) is None:
        there = f"{name} is not installed, and the module needs its library."
        return f"{there}\n{_commands(name + wanted)}"
    if installed is None:
        version = f" {theirs}" if theirs else ""
        return f"It was built for {name}{version}; what is here of {name} does not say its version."
    if theirs and key(theirs) == key(installed):
        return None
    if wanted and not satisfies(installed, wanted):
        there = f"{DISTRIBUTION} needs {name}{wanted}, but {name} {installed} is installed."
        return f"{there}{_others(provider, wanted)}\n{_commands(name + wanted)}"
    if theirs is None:
        return None
    same = provider.abi_parts is None or abi(provider, theirs) == abi(provider, installed)
    if same and "symbol" in said.lower() and key(theirs) > key(installed):
        there = f"It was built with {name} {theirs}; {installed} is installed, and lacks a symbol."
        return f"{there}\n{_commands(f'{name}=={theirs}')}"
    if same and provider.abi_parts is not None:
        return None
    there = f"It was not built for {name} {installed}, which is installed, but for {theirs}."
    return f"{there}\n{_commands()}"


def _others(provider: Provider, wanted: str) -> str:
    """What else needs the provider, and in another range."""
    found = {
        f"{other.name}: {provider.distribution}{theirs}"
        for other in metadata.distributions()
        if other.name and normalized(other.name) != normalized(DISTRIBUTION)
        if (theirs := range_of(provider, other.requires)) and theirs != wanted
    }
    return f"\nThe same provider is needed by {'; '.join(sorted(found))}." if found else ""


def _installation() -> metadata.Distribution | None:
    """What says how this package came here; a frozen program has none."""
    try:
        return metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return None


def _commands(requirement: str = "") -> str:
    """What installs a requirement, or builds this package again, with the tool that it came by."""
    mine = _installation()
    if mine is None or getattr(sys, "frozen", False):
        return "This copy has no metadata: make it again with that provider."
    pip = [sys.executable, "-m", "pip", "install"]
    uv, what = ["uv", "pip", "install", "--python", sys.executable], [requirement]
    if not requirement:
        pip += ["--force-reinstall", "--no-deps", "--no-cache-dir"]
        uv += ["--reinstall-package", DISTRIBUTION, "--no-cache"]
        what = ["--no-binary", DISTRIBUTION, *_source(mine)]
    by_uv = (mine.read_text("INSTALLER") or "").strip() == "uv"
    commands = [shlex.join([*each, *what]) for each in ([uv] if by_uv else [pip, uv])]
    return "\n    ".join([f"Mend it with{'' if by_uv else ' one of'}:", *commands])


def _source(mine: metadata.Distribution) -> list[str]:
    """What this package is built again from: where it came from, else the published sdist."""
    origin = json.loads(mine.read_text("direct_url.json") or "{}")
    url = str(origin.get("url", ""))
    if origin.get("dir_info", {}).get("editable"):
        return ["--editable", url]
    if vcs := origin.get("vcs_info"):
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    if url and not url.endswith(".whl"):
        return [f"{DISTRIBUTION} @ {url}"]
    return [f"{DISTRIBUTION}=={mine.version}"]
