"""What the cells of a run share: tools, published files, the index, and the work folder."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from native_skew.distributions import DistributionFile
from native_skew.errors import CellError, SkewError, WorkFolderError
from native_skew.installers import NEWEST
from native_skew.publish import Index, Publication, fakes
from native_skew.scenarios import Scenario, releases_of
from native_skew.toolchain import Compiler, Interpreter, Phase, Tool, Toolbox, machine, unseen

DEFAULT_WORK = Path(".native-skew")
MINIMUM_FREE = 100 * 1024 * 1024  # bytes; on a full disk, a tool's failure looks like a refusal


def default_work() -> Path:
    """``DEFAULT_WORK`` or, if that is not writable, a folder in the user's cache folder."""
    place = DEFAULT_WORK if DEFAULT_WORK.exists() else Path()
    return DEFAULT_WORK if os.access(place, os.W_OK) else elsewhere_work()


def elsewhere_work() -> Path:
    """The work folder in the user's cache folder."""
    return platformdirs.user_cache_path("native-skew") / "work"


class Session:
    """What the cells of a run share; a context manager that cleans up after itself.

    ``work`` is the only folder that is written to: its ``tools/`` is kept from run to run, and each
    run has its own folder, removed at the end unless ``keep``. ``phase`` shows what is fetched. The
    index listens on ``port``; 0 is any free one. Raises ``SkewError`` if this is not Linux, if
    ``work`` is not writable, or if the port is taken.
    """

    def __init__(
        self,
        work: Path = DEFAULT_WORK,
        keep: bool = False,
        port: int = 0,
        phase: Phase = unseen,
    ) -> None:
        if lack := machine.lacks_for_laboratory():
            raise SkewError(lack)
        self.work = work.resolve()
        self._keep = keep
        self.folder, self._lock = _new_run(self.work)
        self.toolbox = Toolbox(self.work / "tools", phase=phase)
        self.index = Index(port)
        self._numbers = itertools.count(1)
        self._tempdir: str | None = None

    def __enter__(self) -> Session:
        # Temporary files of compiling and packing stay in the work folder too.
        self._tempdir, tempfile.tempdir = tempfile.tempdir, str(self.folder / "tmp")
        self.index.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.index.__exit__()
        tempfile.tempdir = self._tempdir
        if not self._keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)

    @property
    def where(self) -> str:
        """The work folder, and why it is in the cache folder if it is."""
        elsewhere = self.work == elsewhere_work().resolve()
        return f"{self.work} ({Path.cwd()} is read-only)" if elsewhere else str(self.work)

    @cached_property
    def compiler(self) -> Compiler:
        """The compiler of this run."""
        return self.toolbox.compiler()

    @cached_property
    def build_requirements(self) -> tuple[DistributionFile, ...]:
        """The files that every cell's index offers besides the fake pair."""
        return self.toolbox.build_requirements()

    @cached_property
    def check_tools(self) -> tuple[Tool, ...]:
        """The tools whose ``check`` is run on every environment, whichever tool made it."""
        return self.toolbox.tool("pip", NEWEST), self.toolbox.tool("uv", NEWEST)

    def make_ready(self) -> None:
        """Fetches what all cells share before the first one runs."""
        shared = ("compiler", "build_requirements", "check_tools")
        with ThreadPoolExecutor() as pool:  # each waits for the index or unpacks
            asked = [pool.submit(getattr, self, each) for each in shared]
        for each in asked:
            each.result()

    def require_space(self) -> None:
        """Raises ``CellError`` if the disk is nearly full: a tool's failure then says nothing."""
        if shutil.disk_usage(self.work).free < MINIMUM_FREE:
            raise CellError(
                str(self.work),
                "less than 100 MB are free: free space, or name another folder with --work",
            )

    def publication(
        self, scenario: Scenario, variant: str, interpreter: Interpreter
    ) -> Publication:
        """A new publication of a variant, compiled for ``interpreter``."""
        files = [*self.build_requirements]
        files.extend(
            fakes.provider_file(provider, interpreter, self.compiler)
            for provider in releases_of(scenario.providers, variant)
        )
        for consumer in releases_of(scenario.consumers, variant):
            files.extend(fakes.consumer_files(consumer, interpreter, self.compiler))
        return Publication(files, scenario.cache_headers_of(variant))

    def next_prefix(self) -> str:
        """A URL segment and folder name, unique in this run."""
        return f"cell-{next(self._numbers)}"


def _new_run(work: Path) -> tuple[Path, FileLock]:
    """Creates this run's folder, locked while it lives, and removes those of dead runs."""
    try:
        work.mkdir(parents=True, exist_ok=True)
        ignore = work / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")
        runs = work / "runs"
        runs.mkdir(exist_ok=True)
        # One run at a time sweeps and begins, so that none finds a lock file before it is locked.
        with FileLock(runs / ".sweep"):
            for lock_file in runs.glob("*.lock"):
                _remove_if_dead(lock_file)
            folder = runs / f"{os.getpid()}-{os.urandom(3).hex()}"
            lock = FileLock(folder.with_suffix(".lock"))
            lock.acquire(timeout=0)
            (folder / "tmp").mkdir(parents=True)
    except OSError as error:
        reason = "no space left" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise WorkFolderError(work, reason) from error
    return folder, lock


def _remove_if_dead(lock_file: Path) -> None:
    """Removes a run's folder if its lock is free; a kept folder has no lock file.

    If a tool that outlived its run still writes into it, a later run removes the rest.
    """
    folder = lock_file.with_suffix("")
    with suppress(Timeout, OSError), FileLock(lock_file).acquire(timeout=0):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            lock_file.unlink(missing_ok=True)
