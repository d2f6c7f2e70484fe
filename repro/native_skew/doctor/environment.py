"""Which environment is looked at: kinds, folders, interpreter. Nothing is run."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from native_skew.doctor import inventory, wheels
from native_skew.doctor.errors import NoActiveEnvironmentError, NotAnEnvironmentError
from native_skew.doctor.inventory import Distribution

_CONFIGURATION_BYTES = 1 << 16
_WHEELS = 2000


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at.

    Attributes:
        subject: as the user calls it.
        root: what findings' files are relative to.
        sites: the folders that imports search, in order.
        python: ``major.minor``; empty where nothing tells.
        program: the interpreter's own file; None for a folder or for wheels.

    """

    subject: str
    root: Path
    sites: tuple[Path, ...]
    python: str
    program: Path | None
    distributions: tuple[Distribution, ...]

    @property
    def libc(self) -> Literal["musl"] | None:
        """What files are for where there is no interpreter to ask; None where nothing tells."""
        if self.program:
            return None
        names = {p for each in self.distributions for p in each.files if "-linux-" in p}
        musl = {each for each in names if each.endswith("-linux-musl.so")}
        return "musl" if musl and musl == names else None

    def relative(self, path: str) -> str:
        """``path`` below the root, with forward slashes; as it is where it is elsewhere."""
        root = f"{self.root}/"
        return path.removeprefix(root)


def active(environ: Mapping[str, str] = os.environ) -> Path:
    """The environment that is active.

    Raises:
        NoActiveEnvironmentError: there is none.

    """
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environ.get(name):
            return Path(environ[name])
    raise NoActiveEnvironmentError


@contextmanager
def opened(path: Path) -> Iterator[Environment]:
    """The environment at ``path``, of whatever kind.

    Raises:
        NotAnEnvironmentError: it is of no kind that is known.
        WheelError: it is a wheel, or has one, that cannot be read.
        TemporaryFolderError: a wheel's content cannot be laid out.

    """
    subject, path = str(path), Path(os.path.abspath(path))  # noqa: PTH100  (links are kept)
    if not path.exists():
        raise NotAnEnvironmentError(Path(subject), "there is nothing at this path")
    packed = _wheels(path)
    if packed:
        with tempfile.TemporaryDirectory(prefix="native-skew-") as folder:
            site = Path(os.path.realpath(folder))
            wheels.lay_out(packed, site)
            yield _environment(subject, site, (site,), _wheel_python(packed), None)
        return
    if not path.is_dir():
        raise NotAnEnvironmentError(Path(subject), "it is a file, and no wheel")
    prefix_sites = tuple(_prefix_sites(path))
    if prefix_sites:
        yield _prefix(subject, path, prefix_sites)
        return
    if not any(path.glob("*.dist-info")):
        raise NotAnEnvironmentError(Path(subject), "nothing is installed in it")
    yield _environment(subject, path, (path,), _folder_python(path), None)


def _environment(
    subject: str, root: Path, sites: tuple[Path, ...], python: str, program: Path | None
) -> Environment:
    return Environment(
        subject=subject,
        root=root,
        sites=sites,
        python=python,
        program=program,
        distributions=inventory.read(sites),
    )


def _wheels(path: Path) -> tuple[Path, ...]:
    if path.suffix == ".whl" and path.is_file():
        return (path,)
    if not path.is_dir():
        return ()
    found = sorted(each for each in path.glob("*.whl") if each.is_file())
    if len(found) > _WHEELS:
        raise NotAnEnvironmentError(path, f"it holds {len(found)} wheels, more than {_WHEELS}")
    return tuple(found)


def _prefix_sites(prefix: Path) -> Iterator[Path]:
    """Each site-packages of a virtual environment, conda prefix or installation, once."""
    seen = set()
    for library in ("lib", "lib64"):
        for pattern in ("python3*/site-packages", "python3*/dist-packages"):
            for site in sorted((prefix / library).glob(pattern)):
                real = os.path.realpath(site)
                if site.is_dir() and real not in seen:
                    seen.add(real)
                    yield site


def _prefix(subject: str, prefix: Path, sites: tuple[Path, ...]) -> Environment:
    configuration = _configuration(prefix / "pyvenv.cfg")
    names = ("python", "python3")
    program = next((p for n in names if (p := prefix / "bin" / n).exists()), None)
    if configuration.get("include-system-site-packages", "").lower() == "true":
        home = Path(configuration.get("home", "")).parent
        sites += tuple(
            s for s in _prefix_sites(home) if _folder_python(s) == _folder_python(sites[0])
        )
    return _environment(subject, prefix, sites, _folder_python(sites[0]), program)


def _configuration(path: Path) -> dict[str, str]:
    # https://docs.python.org/3/library/site.html: ``key = value`` lines
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            lines = stream.read(_CONFIGURATION_BYTES).splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _folder_python(site: Path) -> str:
    match = re.search(r"/python(3\.\d+)t?/(?:site|dist)-packages$", str(site))
    return match[1] if match else ""


def _wheel_python(packed: tuple[Path, ...]) -> str:
    """The one CPython that the wheels' tags name; empty where they name none, or several."""
    found = {m[1] for each in packed for m in re.finditer(r"-cp3(\d+)-cp3\d", each.name)}
    return f"3.{found.pop()}" if len(found) == 1 else ""
