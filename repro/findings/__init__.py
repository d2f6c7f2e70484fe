"""What `doctor` and `audit` say: findings, in one form and in every form that people and CI read."""

from repro.findings.model import Advice, Evidence, Finding, Level, Location, Report, Rule
from repro.findings.output import FORMS, Form, output_options, write

__all__ = [
    "FORMS",
    "Advice",
    "Evidence",
    "Finding",
    "Form",
    "Level",
    "Location",
    "Report",
    "Rule",
    "output_options",
    "write",
]
