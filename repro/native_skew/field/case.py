"""The cases: one TOML file each, whose ``kind`` says what is tried and whose name is the id."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from native_skew import shipped
from native_skew.distributions import regular_files
from native_skew.errors import UnknownNameError
from native_skew.field.errors import CaseError
from native_skew.findings import BriefFinding, Finding, Level, Report

CASES = shipped("field", "cases")


class Truth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an import ends: with an error that contains ``fails``, or, if that is empty, well."""

    imports: str
    fails: str = ""


class Expect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A correct finding."""

    rule: str  # the rule's id
    or_rules: tuple[str, ...] = ()  # ids of rules that are correct as well
    distribution: str = ""  # the distribution that it is about; empty for any
    # What it must name: libraries, symbols, files, packages of the system.
    names: tuple[str, ...] = ()
    level: Level = "error"
    confirm: bool = False  # whether only an import shows it: the plain run need not find it then


class Case(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """The fields of every case."""

    title: str
    id: str = ""  # the file's name
    follows: tuple[str, ...] = ()  # URLs of the reports or documents that it follows
    expect: tuple[Expect, ...] = ()  # the correct findings; empty if there must be none

    @property
    def kind(self) -> str:
        """Its kind, as in the file."""
        return str(self.__struct_config__.tag)


class EnvironmentCase(
    Case, frozen=True, kw_only=True, tag="environment", forbid_unknown_fields=True
):
    """An environment for doctor."""

    python: str = "3.11"  # the interpreter that it is created with
    packages: tuple[str, ...] = ()  # everything installed, pinned; written to requirements.txt
    # Command lines for ``sh``, in the case's folder. ``$PYTHON`` is the interpreter and ``$SITE``
    # the environment's folder of packages; the environment is active as ``.venv``.
    make: str
    # Packages of a bare Debian root in which everything runs; empty to run on this machine itself.
    root: tuple[str, ...] = ()
    # Doctor's arguments, with ``$ROOT`` for the root's folder.
    doctor: tuple[str, ...] = (".venv",)
    # How imports end before doctor runs. If there is no ``expect``, all packages and modules are
    # imported as well.
    truth: tuple[Truth, ...] = ()
    # By pattern of names: why modules of a sound environment cannot be imported by themselves.
    by_itself: dict[str, str] = {}
    not_examined: tuple[str, ...] = ()  # what doctor must report as not examined
    # Rules of findings that depend on the machine and are about something else.
    besides: tuple[str, ...] = ()
    mends: bool = True  # whether it can be repaired; otherwise ``because`` says why not
    because: str = ""


class ReleaseCase(Case, frozen=True, kw_only=True, tag="release", forbid_unknown_fields=True):
    """A release for audit."""

    audit: tuple[str, ...]  # audit's arguments
    because: str  # why the expected findings are correct: what its files say


class LockCase(Case, frozen=True, kw_only=True, tag="lock", forbid_unknown_fields=True):
    """A lock for audit."""

    project: str  # the pyproject.toml to lock
    audit: tuple[str, ...] = ()  # audit's further arguments
    because: str  # why the expected findings are correct: what was seen when it was installed


class SdistCase(Case, frozen=True, kw_only=True, tag="sdist", forbid_unknown_fields=True):
    """A published sdist whose folder is for adopt."""

    sdist: str  # ``name==version``
    because: str  # why the expected changes are correct
    changes: tuple[str, ...] = ()  # lines that the diff adds; empty if it must change nothing
    says: tuple[str, ...] = ()  # words that the output must contain


_Any = EnvironmentCase | ReleaseCase | LockCase | SdistCase


def load(path: Path) -> Case:
    """Reads one case.

    Raises:
        CaseError: the file is wrong.

    """
    try:
        data = regular_files.toml(path.read_bytes())
        case: Case = msgspec.convert(data, _Any)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise CaseError(path, str(error)) from error
    if case.id:
        raise CaseError(path, "id is the file's name: remove the key")
    if isinstance(case, EnvironmentCase):
        for each in case.packages:
            if not _is_pinned(each):
                raise CaseError(path, f"{each!r} is not pinned")
        if not case.mends and not case.because:
            raise CaseError(path, "mends = false needs a because")
    return msgspec.structs.replace(case, id=path.stem)


def load_all(folder: Path = CASES) -> dict[str, Case]:
    """All cases by id."""
    return {path.stem: load(path) for path in sorted(folder.glob("*.toml"))}


def select(names: tuple[str, ...], kinds: tuple[str, ...], folder: Path = CASES) -> list[Case]:
    """The cases with these ``names`` and ``kinds``; an empty tuple means all.

    Raises:
        UnknownNameError: one of ``names`` is not a case.
        CaseError: a file is wrong.

    """
    known = load_all(folder)
    for name in names:
        if name not in known:
            raise UnknownNameError("case", name, known)
    return [
        each
        for each in known.values()
        if (not names or each.id in names) and (not kinds or each.kind in kinds)
    ]


def is_expected(expect: Expect, finding: Finding) -> bool:
    """Whether ``finding`` is the expected one, with all names."""
    text = msgspec.json.encode(finding).decode()
    return (
        finding.rule in (expect.rule, *expect.or_rules)
        and finding.level == expect.level
        and canonicalize_name(expect.distribution)
        in ("", canonicalize_name(finding.location.distribution))
        and all(name in text for name in expect.names)
    )


def has(expect: Expect, report: Report) -> bool:
    """Whether ``report`` has the expected finding."""
    return any(is_expected(expect, each) for each in report.findings)


def unexpected(
    report: Report, expected: Collection[Expect], besides: Collection[str]
) -> Iterator[BriefFinding]:
    """Errors and warnings that are neither expected nor of a rule in ``besides``."""
    for finding, brief in zip(report.findings, report.brief(), strict=True):
        right = finding.rule in besides or any(is_expected(each, finding) for each in expected)
        if finding.level != "note" and not right:
            yield brief


def _is_pinned(text: str) -> bool:
    try:
        found = Requirement(text)
    except InvalidRequirement:
        return False
    return [each.operator for each in found.specifier] == ["=="] and "*" not in str(found.specifier)
