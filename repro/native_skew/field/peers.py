"""What other tools say of the same environment: found, or not."""

from __future__ import annotations

from collections.abc import Iterator

from native_skew.field.case import EnvironmentCase
from native_skew.field.place import Place
from native_skew.field.record import Peer


def ask(_case: EnvironmentCase, _place: Place) -> Iterator[Peer]:
    """Asks each of them."""
    return iter(())
