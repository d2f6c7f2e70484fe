"""Findings of `doctor` and `audit`, and their output for people and CI."""

from native_skew.findings.model import (
    Advice,
    BriefFinding,
    Evidence,
    FailOn,
    Finding,
    Ignored,
    Level,
    Location,
    Report,
    Rule,
    ordered,
    schema_of,
)
from native_skew.findings.output import FORMS, Form, output_options, write
from native_skew.findings.words import SHOWN, counted, listed, needing, plain, plain_lines, terminal
