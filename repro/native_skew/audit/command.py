"""``native-skew audit``: the command line."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click
import msgspec
import platformdirs
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, is_normalized_name
from packaging.version import InvalidVersion, Version
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from native_skew import findings
from native_skew.audit import judge as judging
from native_skew.audit import rebuild as rebuilding
from native_skew.audit.cache import Cache
from native_skew.audit.errors import FileRefusedError, ReleaseError
from native_skew.audit.release import File, Reader, Release, local
from native_skew.audit.rules import RULES
from native_skew.audit.simple import IndexClient, SeveralIndexes
from native_skew.audit.transport import Limits, Transport
from native_skew.errors import ExitCode
from native_skew.findings import Form
from native_skew.toolchain import user_index as live

_ENDINGS = (".whl", ".tar.gz", ".tgz", ".zip")


@click.command(
    epilog="""\b
Examples:
  native-skew audit dist/
  native-skew audit softioc==4.6.1 --sarif
  native-skew audit dist/ --rebuild

Certificates and proxies are those of pip and uv: PIP_CERT, SSL_CERT_FILE,
SSL_CERT_DIR, REQUESTS_CA_BUNDLE, HTTPS_PROXY; else what the system trusts."""
)
@click.argument("releases", metavar="RELEASE...", nargs=-1, required=True)
@click.option(
    "--index-url", help="The one index; by default all that pip and uv are set up with here."
)
@click.option("--no-index", is_flag=True, help="Compare files on disk, ask nobody.")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=1),
    default=Limits().run,
    show_default=True,
    help="Seconds in which the index may be asked.",
)
@click.option(
    "--thorough",
    is_flag=True,
    help="Read every wheel whole, whatever it takes to fetch; files on disk always are.",
)
@click.option(
    "--rebuild",
    is_flag=True,
    help="Also build the sdist in isolation and compare. This runs the sdist's code.",
)
@click.option(
    "--cache",
    "cache_folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: Path(platformdirs.user_cache_dir("native-skew")) / "audit",
    help="Where what was read is kept.",
)
@click.option("--no-cache", is_flag=True, help="Keep nothing, use nothing kept.")
@findings.output_options
def audit(
    releases: tuple[str, ...],
    index_url: str | None,
    no_index: bool,
    time_limit: float,
    thorough: bool,
    rebuild: bool,
    cache_folder: Path,
    no_cache: bool,
    form: Form | None,
) -> None:
    """Judges RELEASE before (or after) its upload: whether it will skew those who install it.

    RELEASE is a dist/ folder, files, NAME==VERSION, or NAME for the newest version. Nothing is
    installed and no code of the release runs, but with --rebuild. Ends with 0 where all was
    looked at and nothing found, 1 where skew is possible or a part was not looked at, 2 where
    nothing could be.
    """
    with ExitStack() as stack:
        transport: Transport | None = None
        index: IndexClient | None = None
        if not no_index:
            limits = msgspec.structs.replace(Limits(), run=time_limit)
            transport = stack.enter_context(Transport(limits))
            indexes = (
                live.UserIndexes(default=index_url) if index_url else live.user_indexes(Path.cwd())
            )
            index = SeveralIndexes(indexes, transport)
        reader = Reader(transport, Cache(None if no_cache else cache_folder))
        wanted = find(releases, index)
        show = stack.enter_context(_progress())
        judgements = []
        for release in wanted:
            bar = show.add_task(f"{release.name} {release.version}", total=len(release.files))
            found = judging.judge(release, reader, index, partial(_advance, show, bar), thorough)
            if rebuild:
                show.update(bar, description=f"building {release.name} {release.version}")
                found = rebuilding.with_rebuild(found, index)
            judgements.append(found)
        traffic = {}
        if transport:
            traffic = {
                "requests": transport.traffic.requests,
                "bytes fetched": transport.traffic.bytes,
            }
    report = judging.report(" ".join(releases), judgements, traffic)
    code = findings.write(report, RULES, form)
    errors = [each for judgement in judgements for each in judgement.errors]
    for each in errors:
        click.echo(f"error: {each}", err=True)
    sys.exit(ExitCode.of(changed=code, not_run=errors))


def find(releases: tuple[str, ...], index: IndexClient | None) -> list[Release]:
    """What the arguments name.

    Raises:
        AuditError: one of them names nothing.

    """
    found = []
    files: list[File] = []
    for text in releases:
        path = Path(text)
        if path.is_dir():
            here = _in_folder(path)
            if not here and index is not None and _is_name(text):
                _say(f"the folder {text} holds no release: the index is asked for {text}")
                found.append(_on_index(text, index))
                continue
            if not here:
                raise ReleaseError(text, "holds no wheel and no sdist")
            if _is_name(text):
                _say(f"the folder {text} is taken; {text}==VERSION means the release of that name")
            files += here
        elif path.is_file():
            files.append(local(path))
        else:
            found.append(_on_index(text, index))
    by_release: dict[tuple[str, str], list[File]] = {}
    for each in files:
        by_release.setdefault((each.name, each.version), []).append(each)
    return [
        *(
            Release(name=name, version=version, files=tuple(them))
            for (name, version), them in by_release.items()
        ),
        *found,
    ]


def _in_folder(folder: Path) -> list[File]:
    """Its distribution files; what is none, like ``docs.zip``, is passed over with a word."""
    found = []
    for path in sorted(folder.iterdir()):
        if not path.is_file() or not path.name.endswith(_ENDINGS):
            continue
        try:
            found.append(local(path))
        except FileRefusedError as error:
            _say(f"{path.name}: passed over, it is no wheel and no sdist ({error.reason})")
    return found


def _is_name(text: str) -> bool:
    return is_normalized_name(canonicalize_name(text)) and text != "dist"


def _say(text: str) -> None:
    click.echo(f"note: {findings.plain(text)}", err=True)


def _on_index(text: str, index: IndexClient | None) -> Release:
    if "://" in text:  # not shown any further: it may hold a password
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


def _advance(show: Progress, bar: TaskID, _: str) -> None:
    show.advance(bar)


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
