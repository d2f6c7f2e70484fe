"""Findings of `doctor` and `audit`, and the forms in which people and CI read them."""

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
    plain,
    plain_lines,
)
from native_skew.findings.output import FORMS, Form, output_options, write
from native_skew.findings.schemas import schema_of
from native_skew.findings.terminal import terminal
from native_skew.findings.words import SHOWN, listed, needing
