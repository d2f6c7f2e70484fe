"""Real packages, broken as people break them: the truth about each, and what the kit says."""

from native_skew.field.case import load_all
from native_skew.field.command import field
from native_skew.field.record import read_all
