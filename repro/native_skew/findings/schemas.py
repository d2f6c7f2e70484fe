"""JSON Schemas of the kit's files: the same from every interpreter."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``kind``.

    Its descriptions are docstrings, from which CPython strips the indentation since 3.13:
    https://docs.python.org/3/whatsnew/3.13.html#other-language-changes
    """
    return {**_cleaned(msgspec.json.schema(kind)), "$schema": _DIALECT}


def _cleaned(value: Any) -> Any:
    """``value`` with the descriptions in it as ``inspect.cleandoc`` leaves a docstring."""
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: inspect.cleandoc(each)
        if key == "description" and isinstance(each, str)
        else _cleaned(each)
        for key, each in value.items()
    }
