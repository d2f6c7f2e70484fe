"""``native-skew audit``: the command line."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec
import platformdirs
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, is_normalized_name
from packaging.version import InvalidVersion, Version
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from native_skew import findings
from native_skew.audit import locks as locking
from native_skew.audit import rebuild as rebuilding
from native_skew.audit.errors import FileRefusedError, LockError, ReleaseError
from native_skew.audit.judge import AuditFindings
from native_skew.audit.judge import judge as judge_release
from native_skew.audit.judge import report as report_of
from native_skew.audit.release import Cache, File, Reader, Release, local
from native_skew.audit.rules import RULES
from native_skew.audit.simple import IndexClient
from native_skew.audit.targets import PLATFORMS
from native_skew.audit.transport import Limits, Transport
from native_skew.errors import ExitCode
from native_skew.findings import Form
from native_skew.installers import BuildSettings, package_names, requirement_texts
from native_skew.toolchain import user_index as live

_ENDINGS = (".whl", ".tar.gz", ".tgz", ".zip")


_SECONDS: dict[str, Any] = {
    "type": click.FloatRange(min=1),
    "show_default": True,
    "metavar": "SECONDS",
}


@click.command(
    epilog="""\b
Examples:
  native-skew audit dist/
  native-skew audit softioc==4.6.1 --sarif
  native-skew audit dist/ --rebuild
  native-skew audit uv.lock
  native-skew audit requirements.txt --python-version 3.13

Certificates and proxies are those of pip and uv: PIP_CERT, SSL_CERT_FILE,
SSL_CERT_DIR, REQUESTS_CA_BUNDLE, HTTPS_PROXY; or else the system's."""
)
@click.argument("named", metavar="RELEASE|LOCK...", nargs=-1, required=True)
@click.option(
    "--index-url", help="The only index to use; by default, all that pip and uv use here."
)
@click.option("--no-index", is_flag=True, help="Only compare files on disk; ask no index.")
@click.option(
    "--time-limit", default=Limits().run, help="How long the index may be asked.", **_SECONDS
)
@click.option(
    "--thorough",
    is_flag=True,
    help="Read every wheel completely, at any cost; files on disk always are.",
)
@click.option(
    "--rebuild",
    is_flag=True,
    help="Also build the sdist in isolation and compare. This runs the sdist's code.",
)
@click.option(
    "--build-limit", default=rebuilding.LIMIT, help="How long --rebuild may build.", **_SECONDS
)
@click.option(
    "--python-version",
    "pythons",
    metavar="3.N",
    multiple=True,
    callback=lambda _, __, values: _minors(values),
    help="For a lock: this Python instead of all that it admits; may be repeated.",
)
@click.option(
    "--python-platform",
    "platforms",
    type=click.Choice(sorted(PLATFORMS)),
    metavar="PLATFORM",
    multiple=True,
    help=f"For a lock: this platform; may be repeated. {', '.join(sorted(PLATFORMS))}.",
)
@click.option(
    "--no-binary",
    metavar="NAME",
    multiple=True,
    help="For a lock: a package that your installer is told to build; may be repeated.",
)
@click.option(
    "--no-build-isolation-package",
    "no_isolation",
    metavar="NAME",
    multiple=True,
    help="For a lock: a package that your installer builds without isolation; may be repeated.",
)
@click.option(
    "--build-constraint",
    "build_constraints",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    help="For a lock: your installer's file of build constraints; may be repeated.",
)
@click.option(
    "--cache",
    "cache_folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: Path(platformdirs.user_cache_dir("native-skew")) / "audit",
    help="The folder of the cache.",
)
@click.option("--no-cache", is_flag=True, help="Do not use the cache.")
@findings.output_options
def audit(
    named: tuple[str, ...],
    index_url: str | None,
    no_index: bool,
    time_limit: float,
    thorough: bool,
    rebuild: bool,
    build_limit: float,
    pythons: tuple[str, ...],
    platforms: tuple[str, ...],
    no_binary: tuple[str, ...],
    no_isolation: tuple[str, ...],
    build_constraints: tuple[Path, ...],
    cache_folder: Path,
    no_cache: bool,
    form: Form | None,
) -> None:
    """Judges whether RELEASE, before or after its upload, causes skew for those who install it.

    RELEASE is a dist/ folder, files, NAME==VERSION, or NAME for the newest version. LOCK is
    uv.lock, pylock.toml, poetry.lock, pdm.lock, Pipfile.lock or a requirements file with pins:
    it tells what is built when the lock is installed, and whether that works. Nothing is installed,
    and no code of the release runs, except with --rebuild. Exits with 0 if all was examined and
    nothing found, 1 if skew is possible or a part was not examined, 2 if nothing could be.
    """
    told = BuildSettings(
        no_binary=package_names(no_binary),
        no_isolation=package_names(no_isolation),
        constraints=tuple(
            each
            for path in build_constraints
            for each in requirement_texts(path.read_text("utf-8", "replace"))
        ),
    )
    locks = [locking.read(path, told) for path in _locks(named)]
    releases = tuple(each for each in named if not _locks([each]))
    with ExitStack() as stack:
        transport: Transport | None = None
        index: IndexClient | None = None
        if not no_index:
            limits = msgspec.structs.replace(Limits(), run=time_limit)
            transport = stack.enter_context(Transport(limits))
            index = IndexClient(index_url or live.user_indexes(Path.cwd()), transport)
        reader = Reader(transport, Cache(None if no_cache else cache_folder))
        wanted = find(releases, index)
        if locks and transport is None:
            raise LockError(locks[0].path, "it is judged with an index, and --no-index asks none")
        show = stack.enter_context(_progress())
        audited: list[AuditFindings] = []
        for release in wanted:
            bar = show.add_task(f"{release.name} {release.version}", total=len(release.files))
            found = judge_release(release, reader, index, partial(show.advance, bar), thorough)
            if rebuild:
                show.update(bar, description=f"building {release.name} {release.version}")
                found = rebuilding.with_rebuild(found, index, reader, build_limit)
            audited.append(found)
        if transport:
            for lock in locks:
                # With the indexes of the project in which it lies.
                url = index_url or live.user_indexes(Path(lock.path).parent)
                where = locking.targets(lock, pythons, platforms)
                client = IndexClient(url, transport)
                audited.append(locking.judge_lock(lock, where, reader, client))
        traffic = transport.traffic if transport else {}
    code = findings.write(report_of(" ".join(named), audited, traffic), RULES, form)
    errors = [each for found in audited for each in found.errors]
    for each in errors:
        click.echo(f"error: {each}", err=True)
    sys.exit(ExitCode.of(changed=code, not_run=errors))


def _locks(named: Iterable[str]) -> list[Path]:
    """The locks among ``named``; a project's folder without a release stands for its lock."""
    found = []
    for path in map(Path, named):
        if path.is_file() and locking.formats_of(path):
            found.append(path)
        elif path.is_dir() and not any(path.glob("*.whl")) and not any(path.glob("*.tar.gz")):
            found += [
                each
                for each in sorted(path.iterdir())
                if each.is_file() and each.suffix != ".txt" and locking.formats_of(each)
            ]
    return found


def _minors(values: tuple[str, ...]) -> tuple[str, ...]:
    for each in values:
        if not re.fullmatch(r"3\.\d{1,2}", each):
            raise click.BadParameter(f"{findings.plain(each)}: name a minor version, like 3.13")
    return values


def find(releases: tuple[str, ...], index: IndexClient | None) -> list[Release]:
    """The releases that the arguments name; raises ``AuditError`` if one names nothing."""
    found = []
    by_release: dict[tuple[str, str], list[File]] = {}
    for text in releases:
        path = Path(text)
        here = [local(path)] if path.is_file() else []
        if path.is_dir():
            here = _in_folder(path)
            if not here and not (index and _is_name(text)):
                raise ReleaseError(text, "holds neither a wheel nor an sdist")
            if not here:
                _say(f"the folder {text} holds no release: the index is asked for {text}")
            elif _is_name(text):
                _say(f"the folder {text} is taken; {text}==VERSION means the release of that name")
        if not here:
            found.append(_on_index(text, index))
        for each in here:
            by_release.setdefault((each.name, each.version), []).append(each)
    local_ones = (
        Release(name=name, version=version, files=tuple(files))
        for (name, version), files in by_release.items()
    )
    return [*local_ones, *found]


def _in_folder(folder: Path) -> list[File]:
    """The folder's distribution files; others, like ``docs.zip``, are left out with a message."""
    found = []
    for path in sorted(folder.iterdir()):
        if not path.is_file() or not path.name.endswith(_ENDINGS):
            continue
        try:
            found.append(local(path))
        except FileRefusedError as error:
            _say(
                f"{path.name}: passed over, as it is neither a wheel nor an sdist ({error.reason})"
            )
    return found


def _is_name(text: str) -> bool:
    return is_normalized_name(canonicalize_name(text)) and text != "dist"


def _say(text: str) -> None:
    click.echo(f"note: {findings.plain(text)}", err=True)


def _on_index(text: str, index: IndexClient | None) -> Release:
    if "://" in text:  # not shown: it may hold a password
        raise ReleaseError(f"{text.partition('://')[0]}://…", "an address is not taken")
    try:
        requirement = Requirement(text)
        specifiers = list(requirement.specifier)
        version = specifiers[0].version if specifiers else ""
        if version:
            Version(version)
    except (InvalidRequirement, InvalidVersion) as error:
        raise ReleaseError(text, "is no file, and no requirement either") from error
    if len(specifiers) > 1 or (specifiers and specifiers[0].operator != "=="):
        raise ReleaseError(text, "names more than one version")
    if index is None:
        raise ReleaseError(text, "is no file, and --no-index asks nobody else")
    return index.release(canonicalize_name(requirement.name), version)


def _progress() -> Progress:
    console = findings.terminal(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
