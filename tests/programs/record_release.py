"""Records what `audit` reads of a real release, so that tests can serve it again.

    PYTHONPATH=tests python -m programs.record_release softioc==4.6.1 ...

asks the configured index and writes ``tests/audit/recorded/NAME-VERSION/``: the files' names on the pages
(of a provider: its newest versions, and those that were opened), the fields of each METADATA
that resolvers read, the build requirements, and of the wheels that were opened the shared
objects' names, what each needs, and which modules the Python files import at once. No code
and no binary is kept: these are facts of published files.
"""

from __future__ import annotations

import ast
import datetime as dt
import sys
from pathlib import Path

import msgspec
from packaging.version import Version

from native_skew.audit import facts
from native_skew.audit.command import find
from native_skew.audit.judge import judge
from native_skew.audit.release import Cache, File, Reader
from native_skew.audit.simple import IndexClient
from native_skew.audit.transport import Transport
from native_skew.distributions import library_names
from native_skew.distributions.sdists import SourceTexts
from native_skew.toolchain import user_index as live
from support.recorded_release import FOLDER, Opened, Recorded

FIELDS = (
    "metadata-version",
    "name",
    "version",
    "requires-dist",
    "requires-python",
    "provides-extra",
    "dynamic",
)
NEWEST = 3


class _Recorder(Reader):
    """A reader that remembers what it was asked."""

    def __init__(self, transport: Transport, recorded: Recorded) -> None:
        super().__init__(transport, Cache(None))
        self.recorded = recorded
        self.texts: dict[str, bytes] = {}

    def source(self, file: File) -> SourceTexts:
        found = super().source(file)
        self.texts[file.filename] = found.pkg_info
        self.recorded.build_requires[file.filename] = found.build_requires
        return found

    def members(self, file: File) -> tuple[str, ...]:
        found = super().members(file)
        libraries = tuple(sorted(each for each in found if library_names.is_library(each)))
        self.recorded.opened.setdefault(file.filename, Opened(libraries=libraries))
        return found

    def contents(self, file: File, budget: int, python: int = 0) -> facts.Contents:
        found = super().contents(file, budget, python)
        kept = {name: imports for name, text in found.python.items() if (imports := _imports(text))}
        by_needs: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
        for each in found.modules:
            by_needs.setdefault((each.needed, each.search), []).append(each.path)
        before = self.recorded.opened.get(file.filename)
        if before is None or len(by_needs) > len(before.modules) or kept:
            self.recorded.opened[file.filename] = Opened(
                libraries=found.libraries,
                modules=[(tuple(paths), *needs) for needs, paths in by_needs.items()],
                python=kept,
            )
        with self._wheel(file) as zipped:
            info = zipped.dist_info(file.name)
            self.texts[file.filename] = zipped.read(f"{info}/METADATA")
        return found

    def _metadata(self, file: File) -> facts.ResolverMetadata:
        with self._wheel(file) as zipped:
            info = zipped.dist_info(file.name)
            self.texts[file.filename] = zipped.read(f"{info}/METADATA")
        return facts.metadata_of(file.filename, self.texts[file.filename])


def _imports(text: str) -> str:
    """The import metadata at the top level, and nothing else."""
    tree = ast.parse(text)
    found = [each for each in tree.body if isinstance(each, (ast.Import, ast.ImportFrom))]
    return "".join(f"{ast.unparse(each)}\n" for each in found)


def _fields(data: bytes) -> str:
    header = data.decode("utf-8").replace("\r\n", "\n").partition("\n\n")[0]
    kept = [e for e in header.splitlines() if e.partition(":")[0].lower() in FIELDS]
    return "".join(f"{each}\n" for each in kept)


def _versions(files: tuple[File, ...], recorded: Recorded) -> set[str]:
    versions = sorted({each.version for each in files}, key=Version, reverse=True)
    opened = {each.version for each in files if each.filename in recorded.opened}
    return {*versions[:NEWEST], *opened}


def record(text: str) -> Path:
    """Records the release that ``text`` names; returns its folder."""
    url = live.index_url()
    with Transport() as transport:
        index = IndexClient(url, transport)
        recorded = Recorded(date=dt.datetime.now(tz=dt.timezone.utc).date().isoformat())
        reader = _Recorder(transport, recorded)
        (release,) = find((text,), index)
        recorded.release = f"{release.name}=={release.version}"
        judged = judge(release, reader, index)
        assert not judged.errors, judged.errors
        for project, files in index._pages.items():
            kept = _versions(files, recorded) if project != release.name else {release.version}
            recorded.pages[project] = tuple(
                (each.filename, each.requires_python, each.yanked, each.size or 0)
                for each in files
                if each.version in kept
            )
    folder = FOLDER / f"{release.name}-{release.version}"
    folder.mkdir(parents=True, exist_ok=True)
    names: dict[str, str] = {}
    for filename, data in sorted(reader.texts.items()):
        header = _fields(data)
        names.setdefault(header, f"METADATA.{len(names) + 1}")
        (folder / names[header]).write_text(header, encoding="utf-8")
        recorded.metadata[filename] = names[header]
    encoded = msgspec.json.format(msgspec.json.encode(recorded, order="deterministic"), indent=1)
    (folder / "release.json").write_bytes(encoded + b"\n")
    return folder


if __name__ == "__main__":
    for each in sys.argv[1:]:
        sys.stdout.write(f"{record(each)}\n")
