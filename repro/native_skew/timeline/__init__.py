"""Verdicts through time: one question asked of a tool's releases, and where the answer changes."""

from native_skew.timeline import record
from native_skew.timeline.command import timeline
from native_skew.timeline.record import Flip, Line, between
from native_skew.timeline.search import minor_release
