"""A finding: which rule, where, why, and what to do. Values only."""

from __future__ import annotations

import inspect
from typing import Any, Literal, get_args

import msgspec

from native_skew.errors import ExitCode
from native_skew.findings.words import plain

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

Level = Literal["error", "warning", "note"]
FailOn = Literal["error", "warning"]  # the lowest level that makes a run end with 1
# What a finding rests on, by name: texts, numbers, and lists of texts.
EvidenceValue = str | int | bool | tuple[str, ...] | None
Evidence = dict[str, EvidenceValue]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be found.

    An error is broken now; a warning is skew that has not been seen to break; a note is said and
    does not count.
    """

    id: str  # its name in every output, e.g. ``missing-library``
    level: Level  # of its findings, where they state none
    title: str  # what was found, a short sentence
    description: str  # what it means and what is not meant by it, one paragraph

    def finding(
        self,
        message: str,
        location: Location,
        evidence: Evidence | None = None,
        advice: tuple[Advice, ...] = (),
        level: Level | None = None,
    ) -> Finding:
        """A finding of this rule."""
        return Finding(
            rule=self.id,
            level=level or self.level,
            message=plain(message),
            location=Location(**_plain_values(msgspec.structs.asdict(location))),
            evidence=_plain_values(evidence or {}),
            advice=advice,
        )


class Location(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Where it is: ``file`` is relative to what was looked at, with forward slashes."""

    file: str = ""
    distribution: str = ""
    version: str = ""


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """A remedy with the names and versions of the case filled in.

    Attributes:
        remedy: its id in ``native_skew.installers.remedies.REMEDIES``; empty where it is none of these.
        title: what it is.
        tool: what the commands are for, e.g. ``uv sync``; empty where for any.
        files: content by name. A ``pyproject.toml`` is what to add to one's own.
        commands: command lines to type, in order.
        needs: the tool's oldest release that knows all of it, as ``pip 25.3``; empty where any does.
        trap: what it costs, or where it fails; empty where nothing is known.
        source: an address where it is documented; empty where there is none.

    """

    remedy: str
    title: str
    tool: str = ""
    files: dict[str, str] = {}
    commands: tuple[str, ...] = ()
    needs: str = ""
    trap: str = ""
    source: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found. ``message`` is whole sentences; ``advice`` has the best first."""

    rule: str
    level: Level
    message: str
    location: Location
    evidence: Evidence = {}
    advice: tuple[Advice, ...] = ()


class BriefFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as kept beside other evidence, without the advice that follows from it."""

    rule: str
    level: Level
    message: str


class Ignored(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that the project's settings say not to count, and why."""

    finding: Finding
    reason: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that one run of a command says.

    Attributes:
        command: ``doctor`` or ``audit``.
        subject: what was looked at, as a person calls it.
        kit_version: of native-skew.
        looked_at: how many of what, e.g. ``{"distributions": 12}``.
        findings: errors first; within a level in the order found.
        together: what mends all of them, in its order, where that is more than one's advice.
        ignored: found, and not counted.
        fail_on: the lowest level that counts.
        not_examined: what was not looked at, and why; a phrase each.

    """

    command: str
    subject: str
    kit_version: str
    looked_at: dict[str, int]
    findings: tuple[Finding, ...]
    together: Advice | None = None
    not_examined: tuple[str, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    fail_on: FailOn = "warning"
    kind: Literal["native-skew findings 1"] = "native-skew findings 1"

    def brief(self) -> tuple[BriefFinding, ...]:
        """The findings, each in short."""
        return msgspec.convert(self.findings, tuple[BriefFinding, ...], from_attributes=True)

    @property
    def exit_code(self) -> ExitCode:
        """1 where there is an error or a warning, else 0; with ``fail_on`` error, for that alone.

        What could not look ends with 2.
        """
        counts = ("error",) if self.fail_on == "error" else ("error", "warning")
        return ExitCode.of(changed=any(each.level in counts for each in self.findings))


def _plain_values(values: dict[str, Any]) -> dict[str, Any]:
    found = {
        key: plain(value) if isinstance(value, str) else value for key, value in values.items()
    }
    return {k: tuple(map(plain, v)) if isinstance(v, tuple) else v for k, v in found.items()}


def ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then notes."""
    levels = get_args(Level)
    return tuple(sorted(findings, key=lambda each: levels.index(each.level)))


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``kind``.

    Its descriptions are docstrings, from which CPython strips the indentation since 3.13:
    https://docs.python.org/3/whatsnew/3.13.html#other-language-changes
    """
    return {**_cleaned(msgspec.json.schema(kind)), "$schema": _DIALECT}


def _cleaned(value: Any) -> Any:
    """``value`` with the descriptions in it as ``inspect.cleandoc`` leaves a docstring."""
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: inspect.cleandoc(each)
        if key == "description" and isinstance(each, str)
        else _cleaned(each)
        for key, each in value.items()
    }
