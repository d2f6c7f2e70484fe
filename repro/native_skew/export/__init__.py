"""Exports a recorded cell: a folder that reproduces it without the kit, and a report's text."""

from native_skew.export import findings
from native_skew.export.command import export
from native_skew.export.findings import SourceQuote, UpstreamFinding
