"""The cases: one TOML file each; its ``kind`` says what is asked, and its name is its id."""

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
    """What an import comes to: it fails and says ``fails``; or it succeeds, where that is empty."""

    imports: str
    fails: str = ""


class Expect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding that is right."""

    rule: str  # its id
    or_rules: tuple[str, ...] = ()  # ids under which it is right as well
    distribution: str = ""  # whose it is; empty for any
    # What it has to name: libraries, symbols, files, packages of the system.
    names: tuple[str, ...] = ()
    level: Level = "error"  # of the finding
    confirm: bool = False  # whether only an import shows it, so that the plain run need not find it


class Case(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every case has."""

    title: str  # what it is, a phrase
    id: str = ""  # the file's name
    follows: tuple[str, ...] = ()  # addresses of the reports or documents that it follows
    expect: tuple[Expect, ...] = ()  # the findings that are right; none where it must be silent

    @property
    def kind(self) -> str:
        """Its kind, as the file says it."""
        return str(self.__struct_config__.tag)


class EnvironmentCase(
    Case, frozen=True, kw_only=True, tag="environment", forbid_unknown_fields=True
):
    """An environment that doctor is asked of."""

    python: str = "3.11"  # the interpreter that it is made with
    packages: tuple[str, ...] = ()  # all that is installed, pinned; written as requirements.txt
    # Command lines for ``sh``, in the case's folder. ``$PYTHON`` is the interpreter and ``$SITE``
    # the environment's folder of packages; it is active as ``.venv``.
    make: str
    # Packages of a bare Debian root in which all of it takes place; none for this machine itself.
    root: tuple[str, ...] = ()
    # What doctor is asked, with ``$ROOT`` for the root's folder.
    doctor: tuple[str, ...] = (".venv",)
    # What imports come to before doctor is asked. An environment without ``expect`` has all of its
    # packages and modules imported besides.
    truth: tuple[Truth, ...] = ()
    # Why modules of a sound environment cannot be imported by their own name, by patterns of names.
    by_itself: dict[str, str] = {}
    not_examined: tuple[str, ...] = ()  # what doctor has to say that it did not look at
    # Rules of findings that hang on the machine, and are of another thing.
    besides: tuple[str, ...] = ()
    mends: bool = True  # whether something mends it; else ``because`` says why not
    because: str = ""


class ReleaseCase(Case, frozen=True, kw_only=True, tag="release", forbid_unknown_fields=True):
    """A release that audit is asked of."""

    audit: tuple[str, ...]  # what it is asked
    because: str  # why that is right: what its files say


class LockCase(Case, frozen=True, kw_only=True, tag="lock", forbid_unknown_fields=True):
    """A lock that audit is asked of."""

    project: str  # the pyproject.toml that it is made of
    audit: tuple[str, ...] = ()  # what audit is asked besides
    because: str  # why that is right: what was seen when it was installed


class SdistCase(Case, frozen=True, kw_only=True, tag="sdist", forbid_unknown_fields=True):
    """A published sdist whose folder adopt is asked of."""

    sdist: str  # ``name==version``
    because: str  # why that is right
    changes: tuple[str, ...] = ()  # lines that the diff adds; none where it must change nothing
    says: tuple[str, ...] = ()  # words that it must say


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
    """Those of ``names`` and ``kinds``; empty stands for all.

    Raises:
        UnknownNameError: one of ``names`` is no case.
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
    """Whether ``finding`` is the one expected, with all that it has to name."""
    text = msgspec.json.encode(finding).decode()
    return (
        finding.rule in (expect.rule, *expect.or_rules)
        and finding.level == expect.level
        and canonicalize_name(expect.distribution)
        in ("", canonicalize_name(finding.location.distribution))
        and all(name in text for name in expect.names)
    )


def has(expect: Expect, report: Report) -> bool:
    """Whether ``report`` has the finding expected."""
    return any(is_expected(expect, each) for each in report.findings)


def unexpected(
    report: Report, expected: Collection[Expect], besides: Collection[str]
) -> Iterator[BriefFinding]:
    """Findings that count, and that are neither expected nor of a rule in ``besides``."""
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
