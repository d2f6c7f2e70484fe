"""Environments of all kinds, with their folders and interpreters. Nothing is run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from native_skew.binaries import other_formats, rooted
from native_skew.distributions import Distribution
from native_skew.doctor import conda, inventory, sites, target
from native_skew.doctor.errors import NoActiveEnvironmentError, NotAnEnvironmentError
from native_skew.doctor.interpreter import EnvironmentPython
from native_skew.doctor.interpreter import read as read_interpreter
from native_skew.doctor.inventory import Inventory, Owners
from native_skew.doctor.pins import Pins
from native_skew.doctor.sites import Sites
from native_skew.doctor.target import Target
from native_skew.findings import Evidence, Location

_WHEELS = 2000
# What a root file system has and a project's folder has not.
_OF_A_ROOT = ("etc/os-release", "etc/ld.so.cache", "etc/alpine-release")


class Environment(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What is looked at."""

    subject: str  # as the user calls it
    root: Path  # what findings' files are relative to
    sites: tuple[Path, ...]  # the folders that imports search, in order
    distributions: tuple[Distribution, ...]
    interpreter: EnvironmentPython = EnvironmentPython()  # of a folder its version at most
    leftover: tuple[Path, ...] = ()  # as ``Sites`` has it, and what follows
    lost: tuple[tuple[str, str], ...] = ()
    image: str = ""  # the folder that is ``/`` for it; empty where that is this machine's own
    is_packed: bool = False  # whether it is wheels, which nothing is installed from yet
    inventory: Inventory = Inventory(distributions=())
    not_examined: tuple[str, ...] = ()  # what is left out, a phrase each

    @property
    def python(self) -> str:
        """Its version, as ``EnvironmentPython`` has it."""
        return self.interpreter.python

    @property
    def program(self) -> Path | None:
        """The interpreter's own file; None for a folder or for wheels."""
        return self.interpreter.program

    @property
    def target(self) -> Target:
        """The system for which it is, as the interpreter tells, if that is known."""
        return self.inventory.target

    @property
    def is_elsewhere(self) -> bool:
        """Whether its system is not at hand, and may thus have libraries that are not found."""
        other = self.target.system != "linux" or self.target.musl
        machine = self.target.machine not in ("", target.HERE.machine)
        return self.program is None and (other or machine)

    @property
    def pip(self) -> str:
        """The release of the pip that its interpreter runs; empty if it has none of its own."""
        if not os.path.lexists(self.root / "bin/python"):
            return ""
        found = (e for e in self.distributions if e.name == "pip" and e.has_valid_names)
        return next((each.version for each in found), "")

    @property
    def is_managed(self) -> bool:
        """Whether pip and uv refuse to change it because the system's package manager owns it.

        https://packaging.python.org/en/latest/specifications/externally-managed-environments/
        """
        stdlib = f"{self.root}/lib/python{self.python}".removeprefix(self.image)
        is_venv = os.path.lexists(self.root / "pyvenv.cfg")
        return not is_venv and self.exists(f"{stdlib}/EXTERNALLY-MANAGED")

    @cached_property
    def owners(self) -> Owners:
        """Which distribution ships which library."""
        return Owners(self.distributions)

    @cached_property
    def pins(self) -> Pins:
        """What the distributions require of each other."""
        markers = self.target.markers if self.is_elsewhere else None
        return Pins(self.distributions, self.python, self.interpreter.full_version, markers)

    def location(self, owner: Distribution, path: str = "") -> Location:
        """The location of a finding about ``owner``, in the file ``path``."""
        return Location(file=self.relative(path), distribution=owner.name, version=owner.version)

    def all_files(self, paths: Iterable[str]) -> Evidence:
        """The evidence of a finding that several files share; empty for one file."""
        names = tuple(dict.fromkeys(self.relative(each) for each in paths))
        return {"files": names} if names[1:] else {}

    def exists(self, path: str) -> bool:
        """Whether there is something at ``path``, a path in the environment's own processes."""
        its_root = self.image or _other_root(self.root)
        return os.path.exists(rooted.real(its_root, its_root + path))  # noqa: PTH110

    @cached_property
    def _innermost_first(self) -> list[str]:
        # A folder that a .pth file adds may lie below another.
        return sorted((f"{each}/" for each in self.sites), key=len, reverse=True)

    def inside(self, path: str) -> tuple[str, str]:
        """The site in which ``path`` lies, and the rest of it; empty if it is in none."""
        site = next((each for each in self._innermost_first if path.startswith(each)), "")
        return site, path.removeprefix(site) if site else ""

    def top(self, path: str) -> Path | None:
        """The folder or file of a site in which ``path`` lies; None if it is in none."""
        site, inside = self.inside(path)
        return Path(site, inside.partition("/")[0]) if site else None

    def relative(self, path: str) -> str:
        """``path`` relative to the root, with forward slashes; unchanged if it is elsewhere."""
        return path.removeprefix(f"{self.root}/")


def active(environ: Mapping[str, str] = os.environ, here: Path | None = None) -> Path:
    """The environment that is active, or the project's ``.venv``, found as uv finds it.

    ``.venv`` is in ``here``, or in a folder above it; it comes before conda's base environment.
    Raises NoActiveEnvironmentError if there is none.
    https://docs.astral.sh/uv/pip/environments/#discovery-of-python-environments
    """
    base = environ.get("CONDA_DEFAULT_ENV", "") in ("base", "root")
    for name in ("VIRTUAL_ENV", *(() if base else ("CONDA_PREFIX",))):
        if environ.get(name):
            return Path(environ[name])
    here = here or Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".venv" / "pyvenv.cfg").exists():
            return folder / ".venv"
    if environ.get("CONDA_PREFIX"):
        return Path(environ["CONDA_PREFIX"])
    raise NoActiveEnvironmentError


@contextmanager
def opened(
    path: Path,
    image: Path | None = None,
    asked: Target | None = None,
    environ: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Environment]:
    """The environment at ``path``, of any kind.

    Args:
        path: where it is; with ``image``, either inside of that or as seen from here.
        image: the folder that is ``/`` for it; None for this machine's own.
        asked: the system and Python for which it is; None if its files are to tell.
        environ: the variables of the processes that would run there, except in an image.

    Raises:
        NotAnEnvironmentError: it is of no known kind.
        WheelError: it is or contains a wheel that cannot be read.
        TemporaryFolderError: a wheel's content cannot be unpacked.

    """
    subject = str(path)
    path, root = _placed(path, image)
    try:  # any other error tells that it may not be looked, and what is there is then not known
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise NotAnEnvironmentError(Path(subject), "there is nothing at this path") from None
    path = _of_program(path) or path
    if packed := _wheels(path):
        packed, others = target.chosen(packed, asked)
        import tempfile  # noqa: PLC0415  (only wheels need it)

        from native_skew.doctor import wheels  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="native-skew-") as folder:
            site = Path(os.path.realpath(folder))
            wheels.lay_out(packed, site)
            made = _environment(
                subject, site, Sites(folders=(site,)), _python_of_wheels(packed), "", asked
            )
            phrases = (*filter(None, [others]), *made.not_examined)
            yield replace(made, not_examined=phrases, is_packed=True)
        return
    if not path.is_dir():
        raise NotAnEnvironmentError(Path(subject), "it is a file, and no wheel")
    # bin/python of an environment in an image leads to the image's, whether or not that is named.
    its_root = root or _other_root(path)
    interpreter = read_interpreter(path, its_root)
    # The user in an image is not known; root, if nothing else is said.
    variables = {"HOME": f"{its_root}/root"} if its_root else environ
    found = sites.of_prefix(path, interpreter, its_root, variables)
    is_site = path.name in ("site-packages", "dist-packages")
    if is_site or not (found.folders or found.leftover):
        if not any(path.glob("*.dist-info")) and not any(path.glob("*.egg-info")):
            raise NotAnEnvironmentError(Path(subject), "nothing is installed in it")
        # Without its interpreter, a --target folder's .pth files are not read by anybody.
        found = sites.with_added((path,), root) if is_site else Sites(folders=(path,))
        named = re.search(r"/python(3\.\d+t?)/(?:site|dist)-packages$", str(path))
        interpreter = EnvironmentPython(python=named[1] if named else "")
    yield _environment(subject, path, found, interpreter, root, asked)


def _placed(path: Path, image: Path | None) -> tuple[Path, str]:
    """The absolute path, and the root, both as seen from here; links are kept."""
    outside, inside = os.path.abspath(path), str(path)  # noqa: PTH100
    root = os.path.realpath(image) if image else "/"
    if image is None or root == "/":
        return Path(outside), ""
    if not Path(root).is_dir():
        raise NotAnEnvironmentError(image, "--root is no folder")
    for known in (os.path.abspath(image), root):  # noqa: PTH100
        if f"{outside}/".startswith(f"{known}/"):
            inside = outside.removeprefix(known)
    return Path(root, os.path.normpath(f"/{inside}").lstrip("/")), root


def _environment(
    subject: str,
    root: Path,
    found: Sites,
    interpreter: EnvironmentPython,
    image: str,
    asked: Target | None,
) -> Environment:
    program = interpreter.program
    system = other_formats.system_of(rooted.real(image, str(program))) if program else None
    if asked is None and program and system in (None, "linux"):
        asked = Target()
    elif program and (asked is None or asked.system != system or asked.musl):
        interpreter = replace(interpreter, program=None)  # none to ask
    if asked and asked.python:
        interpreter = replace(interpreter, python=asked.python, full_version="")
    what = conda.added(inventory.read(found, asked, image), root)
    made = Environment(
        subject=subject,
        root=root,
        sites=found.folders,
        distributions=what.distributions,
        interpreter=interpreter,
        leftover=found.leftover,
        lost=found.lost,
        image=image,
        inventory=what,
    )
    left_out = [*what.not_examined]
    if found.hooks:
        left_out.append(f"modules that only an import hook finds ({', '.join(found.hooks)})")
    if not image and (other := _other_root(root)):
        left_out.append(
            f"the libraries of {other}, which looks like another system's root (those of this "
            f"system were looked at: add --root {other})"
        )
    if made.is_elsewhere:
        left_out.append(f"the libraries of {what.target.title} itself, which is not at hand")
    return replace(made, not_examined=tuple(left_out))


def _other_root(path: Path) -> str:
    """The folder above ``path`` that looks like the root of another system; empty for none."""
    for folder in path.parents:
        if folder != folder.parent and any((folder / each).exists() for each in _OF_A_ROOT):
            return str(folder)
    return ""


def _of_program(path: Path) -> Path | None:
    """The prefix of an interpreter; its link, if it is one, is not followed."""
    named = re.fullmatch(r"(python|pypy)[\d.]*t?", path.name)
    return path.parent.parent if named and path.parent.name == "bin" and not path.is_dir() else None


def _wheels(path: Path) -> tuple[Path, ...]:
    if path.suffix == ".whl" and path.is_file():
        return (path,)
    if not path.is_dir():
        return ()
    found = sorted(each for each in path.glob("*.whl") if each.is_file())
    if found and any(path.glob("*.dist-info")):
        return ()  # delvewheel leaves an empty file of a wheel's name beside the packages
    if len(found) > _WHEELS:
        raise NotAnEnvironmentError(path, f"it holds {len(found)} wheels, more than {_WHEELS}")
    return tuple(found)


def _python_of_wheels(packed: tuple[Path, ...]) -> EnvironmentPython:
    """The one CPython that the wheels' tags name; empty if they name none, or several."""
    named = (m for each in packed for m in re.finditer(r"-cp3(\d+)-cp3\d+(t?)", each.name))
    found = {f"3.{m[1]}{m[2]}" for m in named}
    return EnvironmentPython(python=found.pop() if len(found) == 1 else "")
