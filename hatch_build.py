"""What the build adds: what its publisher alone knows, and the evidence in less space."""

from __future__ import annotations

import gzip
import runpy
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

HERE = Path(__file__).parent
RECORD = HERE / "docs" / "results"


class Addresses(MetadataHookInterface):
    """Sets the project's URLs, and the README with links that work on the index."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Adds to ``metadata`` in place."""
        # By its path: its package needs what is not installed for a build.
        place = HERE / "repro" / "native_skew" / "site" / "repository.py"
        repository = runpy.run_path(str(place))
        url = repository["repo_url"]()
        readme = (HERE / "README.md").read_text(encoding="utf-8")
        text = repository["absolute"](readme, url)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        if url:
            metadata["urls"] = repository["urls"](url)


class Evidence(BuildHookInterface[Any]):
    """Puts the record's evidence into the wheel compressed: doctor's users get it, too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds files to ``build_data``; an editable installation reads the clone's own."""
        self._folder = Path(tempfile.mkdtemp(prefix="native-skew-"))
        if version == "editable":
            return
        for number, path in enumerate(sorted(RECORD.rglob("*.jsonl"))):
            compressed = self._folder / f"{number}.gz"
            compressed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
            place = f"native_skew/recorded/{path.relative_to(RECORD).as_posix()}.gz"
            build_data["force_include"][str(compressed)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Removes what was made for it."""
        shutil.rmtree(self._folder, ignore_errors=True)
