"""What of the package's metadata is known to whoever publishes it alone: see ``REPO_URL``."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

HERE = Path(__file__).parent


class Addresses(MetadataHookInterface):
    """Sets the project's URLs, and the README with links that work on the index."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Adds to ``metadata`` in place."""
        # By its path: its package needs what is not installed for a build.
        addresses = runpy.run_path(str(HERE / "repro" / "native_skew" / "addresses.py"))
        repository = addresses["repo_url"]()
        readme = (HERE / "README.md").read_text(encoding="utf-8")
        text = addresses["absolute"](readme, repository)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        if repository:
            metadata["urls"] = addresses["urls"](repository)
