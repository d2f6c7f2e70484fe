"""Real packages, broken as people break them: the truth about each, and what the kit says."""

from native_skew.field.case import CASES, Case, ReleaseCase, load_all
from native_skew.field.command import field
from native_skew.field.record import FOLDER, CaseResult, read_all
