"""A part of a matrix, made up."""

from __future__ import annotations

import msgspec

from native_skew.run.parts import Part, Shard


def part_of(*cells: str, **more: object) -> Part:
    part = Part(
        shard=Shard(),
        kit_version="1",
        definitions={"unstamped-pin": "a", "native": "b"},
        cells=cells,
    )
    return msgspec.structs.replace(part, **more)
