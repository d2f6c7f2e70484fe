"""Values -> TOML as people write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomlkit

from native_skew.installers.base import Tables


def dumps(data: Mapping[str, Any]) -> str:
    """``data`` as TOML; tables inside arrays stand on one line."""
    return tomlkit.dumps(_table(data))


def _table(data: Mapping[str, Any]) -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    for key, value in data.items():
        document[key] = _value(value)
    return document


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        table = tomlkit.table(is_super_table=all(isinstance(v, Mapping) for v in value.values()))
        for key, each in value.items():
            table[key] = _value(each)
        return table
    if isinstance(value, Tables):
        tables = tomlkit.aot()
        for each in value:
            tables.append(_value(each))
        return tables
    if isinstance(value, (list, tuple)):
        array = tomlkit.array()
        for each in value:
            array.append(_inline(each) if isinstance(each, Mapping) else each)
        return array
    return value


def _inline(data: Mapping[str, Any]) -> Any:
    table = tomlkit.inline_table()
    table.update({key: list(v) if isinstance(v, tuple) else v for key, v in data.items()})
    return table
