"""``--rebuild``: builds the sdist as an installer would, and compares the result.

This runs the sdist's code, and that of its build requirements, with the rights of the user:
there is no sandbox.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from native_skew.audit import linkage
from native_skew.audit.credentials import Credentials
from native_skew.audit.errors import AuditError, IndexRefusedError, RebuildError, RebuildTimeError
from native_skew.audit.facts import Contents, Zip
from native_skew.audit.judge import ReleaseFindings
from native_skew.audit.providers import Providers
from native_skew.audit.read import Examined, words
from native_skew.audit.release import File, Reader, local
from native_skew.audit.rules import CLAIMS_STATIC, REBUILT, UNTOLD
from native_skew.audit.simple import IndexClient
from native_skew.findings import Finding
from native_skew.toolchain import TIMED_OUT, Processes, Sandbox, environment
from native_skew.toolchain import user_index as live

LIMIT = 1800.0  # seconds
_ALL = 1024**3  # bytes of shared objects; the wheel is on disk


def with_rebuild(
    known: ReleaseFindings, index: IndexClient | None, reader: Reader, limit: float = LIMIT
) -> ReleaseFindings:
    """``known`` with what a build adds to it, which may take ``limit`` seconds."""
    examined, errors = known.examined, known.errors
    sdist, place = examined.release.sdist, examined.release.place()
    more: list[Finding] = []
    if sdist is None:
        more.append(UNTOLD.finding("There is no sdist to build.", place))
    else:
        try:
            with _built(sdist, index, limit) as (path, contents):
                more += _findings(examined, sdist, path.name, contents)
                more += _linked(examined, path, contents, index, reader)
        except AuditError as error:
            more = [UNTOLD.finding(str(error), place)]
            errors = (*errors, error)
    findings = (*known.findings, *more)
    return msgspec.structs.replace(known, findings=findings, errors=errors)


@contextmanager
def _built(sdist: File, index: IndexClient | None, limit: float) -> Iterator[tuple[Path, Contents]]:
    """The wheel that pip builds from ``sdist``, and its contents."""
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="native-skew-") as folder:
        url = index.transport.credentials.full(index.url) if index else live.index_url()
        sandbox = Sandbox(root=Path(folder), index_url=url)
        sandbox.prepare()
        source = _at_hand(sdist, Path(folder), index)
        out = Path(folder) / "built"
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-cache-dir"]
        try:
            done = processes.run(
                [*command, "--wheel-dir", str(out), str(source)],
                cwd=sandbox.project,
                environ=environment(sandbox, (), live=True),
                limit=limit,
            )
        finally:
            processes.stop()
        if done.exit_code == TIMED_OUT:
            raise RebuildTimeError(sdist.filename, limit)
        wheels = sorted(out.glob("*.whl")) if out.is_dir() else []
        if done.exit_code or len(wheels) != 1:
            known = index.transport.credentials if index else Credentials()
            known.take(url)
            raise RebuildError(sdist.filename, done.exit_code, known.hidden(done.output))
        with wheels[0].open("rb") as stream, Zip(wheels[0].name, stream) as archive:
            contents = archive.contents(sdist.name, _ALL)
        yield wheels[0], contents


def _linked(
    examined: Examined, path: Path, built: Contents, index: IndexClient | None, reader: Reader
) -> Iterator[Finding]:
    """Whose libraries the built wheel needs, and whether its requirements guarantee them."""
    if index is None:
        return
    release = examined.release
    alone = msgspec.structs.replace(
        examined,
        release=msgspec.structs.replace(release, files=(*release.files, local(path))),
        metadata={**examined.metadata, path.name: built.metadata},
        contents={path.name: built},
    )
    yield from linkage.findings(alone, linkage.trace(alone, Providers(index, reader)))


def _at_hand(sdist: File, folder: Path, index: IndexClient | None) -> Path:
    if sdist.path:
        return Path(sdist.path).resolve()
    if index is None:
        raise IndexRefusedError(sdist.url, "there is no index to fetch it from")
    path = folder / sdist.filename
    with path.open("wb") as file:
        index.transport.download(sdist.url, file, sdist.size, sdist.hashes)
    return path


def _findings(examined: Examined, sdist: File, filename: str, built: Contents) -> Iterator[Finding]:
    made = built.metadata
    for reader, file in _compared(examined, filename).items():
        metadata = examined.metadata[file.filename]
        if words(metadata) == words(made):
            continue
        less = sorted(set(metadata.requires_dist) - set(made.requires_dist))
        more = sorted(set(made.requires_dist) - set(metadata.requires_dist))
        needs = sorted(built.needs())
        yield REBUILT.finding(
            f"Built here and now, {filename} says {_listed(more)} where {file.filename}, which "
            f"{reader}, says {_listed(less)}. It needs "
            f"{', '.join(needs) or 'no library from outside'}.",
            examined.release.place(sdist.filename),
            {
                "built": filename,
                "built_requires": tuple(more),
                "published_requires": tuple(less),
                "needs": tuple(needs),
                "file": file.filename,
            },
        )
    said_by_sdist = examined.metadata.get(sdist.filename)
    if said_by_sdist and said_by_sdist.promises_static and words(said_by_sdist) != words(made):
        yield CLAIMS_STATIC.finding(
            f"PKG-INFO (Metadata {said_by_sdist.metadata_version}) promises that Requires-Dist is "
            "fixed, and the build says something else.",
            examined.release.place(sdist.filename),
        )


def _compared(examined: Examined, filename: str) -> dict[str, File]:
    """The files with which the built wheel must agree, by what tools do with them.

    That is the wheel for the same Python and platform, or else those with which tools resolve.
    """
    built = File(filename=filename, name=examined.release.name, version=examined.release.version)
    ranked = [(each.target.rank(built), each) for each in examined.choices]
    here = [(rank, each) for rank, each in ranked if rank is not None]
    if not here:
        return {}
    _, choice = min(here, key=lambda each: each[0])
    installed = choice.installed
    if installed is not None and installed.is_wheel:
        return {"is installed here": installed} if installed.filename in examined.metadata else {}
    files: dict[str, list[str]] = {}
    for reader, file in choice.read.items():
        if file is not None and file.filename in examined.metadata:
            files.setdefault(file.filename, []).append(reader)
    known = {each.filename: each for each in examined.release.files}
    return {f"{', '.join(who)} resolves with": known[name] for name, who in files.items()}


def _listed(texts: list[str]) -> str:
    return ", ".join(f"«{each}»" for each in texts) or "nothing"
