"""The whole matrix: in parts, interrupted and gone on with, joined again."""
