"""The kit's JSON Schemas: the same words from every interpreter."""

from __future__ import annotations

import msgspec

from native_skew.findings import schema_of


class Indented(msgspec.Struct):
    """What it is.

    Attributes:
        description: what it says.

    """

    description: str = "  kept as it is"


class Stripped(msgspec.Struct):
    __doc__ = "What it is.\n\nAttributes:\n    description: what it says.\n\n"  # as 3.13 has it

    description: str = "  kept as it is"


def test_a_docstring_is_the_same_however_the_interpreter_indents_it() -> None:
    Indented.__doc__ = "What it is.\n\n    Attributes:\n        description: what it says.\n\n    "
    assert Indented.__doc__ != Stripped.__doc__
    shapes = [schema_of(kind)["$defs"][kind.__name__] for kind in (Indented, Stripped)]
    assert [each.pop("title") for each in shapes] == ["Indented", "Stripped"]
    assert shapes[0] == shapes[1]
    assert shapes[0]["description"].endswith("\n    description: what it says.")
    # A field of that name is no docstring, nor is its default.
    assert shapes[0]["properties"]["description"] == {
        "type": "string",
        "default": "  kept as it is",
    }
