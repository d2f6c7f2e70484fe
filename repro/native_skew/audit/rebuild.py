"""``--rebuild``: builds the sdist as an installer would, and compares for certain.

This runs the sdist's code, and that of its build requirements, with the rights of whoever
asks for it: nothing here is a sandbox.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from native_skew.audit.credentials import Credentials
from native_skew.audit.errors import AuditError, IndexRefusedError, RebuildError
from native_skew.audit.facts import Contents, wheel_contents
from native_skew.audit.judge import ReleaseFindings
from native_skew.audit.read import Examined, words
from native_skew.audit.release import File
from native_skew.audit.rules import CLAIMS_STATIC, REBUILT, UNTOLD
from native_skew.audit.simple import IndexClient
from native_skew.findings import Finding, Location
from native_skew.toolchain import Processes, Sandbox, environment
from native_skew.toolchain import user_index as live

_LIMIT = 1800.0  # seconds
_ALL = 1024**3  # bytes of shared objects; the wheel is on disk


def with_rebuild(judgement: ReleaseFindings, index: IndexClient | None) -> ReleaseFindings:
    """``judgement`` with what a build says besides."""
    examined = judgement.examined
    sdist = examined.release.sdist
    if sdist is None:
        note = UNTOLD.finding("There is no sdist to build.", _place(examined))
        return msgspec.structs.replace(judgement, findings=(*judgement.findings, note))
    try:
        filename, built = _build(sdist, index)
    except AuditError as error:
        return msgspec.structs.replace(
            judgement,
            findings=(*judgement.findings, UNTOLD.finding(str(error), _place(examined))),
            errors=(*judgement.errors, error),
        )
    more = tuple(_findings(examined, sdist, filename, built))
    return msgspec.structs.replace(judgement, findings=(*judgement.findings, *more))


def _build(sdist: File, index: IndexClient | None) -> tuple[str, Contents]:
    """The name and the contents of the wheel that pip builds of ``sdist``."""
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
                limit=_LIMIT,
            )
        finally:
            processes.stop()
        wheels = sorted(out.glob("*.whl")) if out.is_dir() else []
        if done.exit_code or len(wheels) != 1:
            known = index.transport.credentials if index else Credentials()
            known.take(url)
            raise RebuildError(sdist.filename, done.exit_code, known.hidden(done.output))
        with wheels[0].open("rb") as stream:
            contents = wheel_contents(wheels[0].name, sdist.name, stream, _ALL)
        return wheels[0].name, contents


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
    for metadata, names in examined.groups():
        if words(metadata) == words(made):
            continue
        less = sorted(set(metadata.requires_dist) - set(made.requires_dist))
        more = sorted(set(made.requires_dist) - set(metadata.requires_dist))
        needs = sorted(built.needs())
        yield REBUILT.finding(
            f"Built here and now, {filename} says {_listed(more)} where {len(names)} of the "
            f"release's files, e.g. {names[0]}, say {_listed(less)}. It needs "
            f"{', '.join(needs) or 'no library from outside'}.",
            _place(examined, sdist.filename),
            {
                "built": filename,
                "built_requires": tuple(more),
                "published_requires": tuple(less),
                "needs": tuple(needs),
                "files": names,
            },
        )
    said_by_sdist = examined.metadata.get(sdist.filename)
    if said_by_sdist and said_by_sdist.promises_static and words(said_by_sdist) != words(made):
        yield CLAIMS_STATIC.finding(
            f"PKG-INFO (Metadata {said_by_sdist.metadata_version}) promises that Requires-Dist is "
            "fixed, and the build says something else.",
            _place(examined, sdist.filename),
        )


def _listed(texts: list[str]) -> str:
    return ", ".join(f"«{each}»" for each in texts) or "nothing"


def _place(examined: Examined, filename: str = "") -> Location:
    release = examined.release
    return Location(file=filename, distribution=release.name, version=release.version)
