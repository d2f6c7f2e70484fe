"""The kit's side of the comparison with packse: a process that builds, or builds and serves.

``python -m native_skew.bench.publisher build FOLDER SCENARIO.toml…`` writes the distributions;
``… serve PORT SCENARIO.toml…`` answers on 127.0.0.1 until it is ended.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from native_skew.bench.packing import published
from native_skew.publish import Index, Publication


def main(arguments: Sequence[str]) -> None:
    """Does what the arguments say."""
    command, place, *scenarios = arguments
    packed = {Path(each).stem: published(Path(each)) for each in scenarios}
    if command == "build":
        for name, files in packed.items():
            (Path(place) / name).mkdir()
            for file in files:
                (Path(place) / name / file.filename).write_bytes(file.content)
        return
    with Index(int(place)) as index:
        for name, files in packed.items():
            index.publish(name, Publication(files))
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
