"""Real packages, broken as people break them: what is true of each, and what the kit says of it."""

from native_skew.field.case import CASES, Case, ReleaseCase, load_all
from native_skew.field.command import field
from native_skew.field.record import FOLDER, Result, read_all
