"""The whole matrix: in parts, interrupted and gone on with, joined again."""

from native_skew.matrix.commands import matrix, merge

__all__ = ["matrix", "merge"]
