"""``[tool.native-skew]`` of the project's ``pyproject.toml``: what is ignored, and what fails."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from native_skew.distributions import regular_files
from native_skew.doctor import rules
from native_skew.doctor.errors import SettingsError
from native_skew.findings import FailOn, Finding, Ignored, Location, Report

_BYTES = 4 << 20


class Ignore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Findings that are not to count. All given fields must match; ``file`` is a pattern."""

    reason: str
    rule: str = ""
    distribution: str = ""
    file: str = ""

    def fits(self, finding: Finding) -> bool:
        """Whether ``finding`` is ignored."""
        place = finding.location
        named = canonicalize_name(self.distribution)
        return (
            self.rule in ("", finding.rule)
            and named in ("", canonicalize_name(place.distribution))
            and (not self.file or fnmatchcase(place.file, self.file))
        )

    def __str__(self) -> str:
        stated = {"rule": self.rule, "distribution": self.distribution, "file": self.file}
        return ", ".join(f"{key} {value}" for key, value in stated.items() if value)


class Settings(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True
):
    """The table, with its defaults."""

    fail_on: FailOn = "warning"
    ignore: tuple[Ignore, ...] = ()


def read(here: Path) -> tuple[Settings, Path | None]:
    """The settings of the project in which ``here`` lies, and their file.

    That is the nearest ``pyproject.toml``, in ``here`` or above, that has the table.

    Raises:
        SettingsError: the table says what is not known, or an ignore says too little.

    """
    for folder in (here, *here.parents):
        path = folder / "pyproject.toml"
        try:
            content = regular_files.content(str(path), _BYTES)
            if b"native-skew" not in content:
                continue  # most projects have no such table, and are not to be checked here
            data = regular_files.toml(content)
        except FileNotFoundError:
            continue
        except (OSError, ValueError, RecursionError) as error:
            raise SettingsError(path, [getattr(error, "strerror", None) or str(error)]) from error
        tool = data.get("tool")
        table = tool.get("native-skew") if isinstance(tool, dict) else None
        if table is not None:
            return _checked(path, table), path
    return Settings(), None


def _checked(path: Path, table: object) -> Settings:
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(path, [str(error)]) from error
    known, problems = {rule.id for rule in rules.RULES}, []
    for number, each in enumerate(settings.ignore, 1):
        if not each.reason.strip():
            problems.append(f"ignore {number}: it gives no reason")
        if not str(each):
            problems.append(
                f"ignore {number}: it names neither a rule nor a distribution nor a file"
            )
        if each.rule and each.rule not in known:
            problems.append(f"ignore {number}: there is no rule {each.rule!r}")
    if problems:
        raise SettingsError(path, problems)
    return settings


def applied(report: Report, settings: Settings, file: Path | None) -> Report:
    """``report`` without what is ignored; an ignore that matches nothing becomes a note."""
    kept: list[Finding] = []
    ignored: list[Ignored] = []
    used: set[Ignore] = set()
    for finding in report.findings:
        fitting = [each for each in settings.ignore if each.fits(finding)]
        used.update(fitting)
        if fitting:
            ignored.append(Ignored(finding=finding, reason=fitting[0].reason))
        else:
            kept.append(finding)
    kept += [
        rules.UNUSED_IGNORE.finding(
            f"{file.name if file else 'The settings'} ignores {each}, which fits nothing that was "
            "found: take it out.",
            Location(file=file.name if file else ""),
        )
        for each in settings.ignore
        if each not in used
    ]
    return msgspec.structs.replace(
        report, findings=rules.arranged(kept), ignored=tuple(ignored), fail_on=settings.fail_on
    )
