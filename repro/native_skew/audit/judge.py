"""Judges a release: all of audit except the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from native_skew import __version__
from native_skew.audit import consistency, later_builds, linkage
from native_skew.audit.errors import AuditError
from native_skew.audit.providers import Providers
from native_skew.audit.read import Examined, Step, examine, words
from native_skew.audit.release import Reader, Release
from native_skew.audit.rules import INCOMPLETE, REDIRECTED, SIDECAR, UNTOLD
from native_skew.audit.simple import IndexClient
from native_skew.findings import Finding, Report, listed, ordered

_SHOWN = 4


class AuditFindings(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one release or lock."""

    findings: tuple[Finding, ...]
    errors: tuple[AuditError, ...]  # what could not be examined
    looked_at: dict[str, int]  # how many things of each kind
    # What was left out, besides the parts that a finding names.
    not_examined: tuple[str, ...] = ()


class ReleaseFindings(AuditFindings, frozen=True, kw_only=True):
    """What was found in one release, and what it is based on."""

    examined: Examined


def judge(
    release: Release,
    reader: Reader,
    index: IndexClient | None,
    step: Step = lambda: None,
    thorough: bool = False,
) -> ReleaseFindings:
    """Judges ``release``, as read by ``examine``; without ``index``, by its own files alone."""
    examined = examine(release, reader, step, thorough)
    errors = list(examined.errors)
    found = [*consistency.findings(examined), *_sidecars(examined), *_unread(examined)]
    place = release.place()
    if index is None:
        found.append(
            UNTOLD.finding(
                "Without an index, whose libraries the wheels need and what a build may take "
                "cannot be told.",
                place,
            )
        )
    else:
        providers = Providers(index, reader)
        try:
            links = linkage.trace(examined, providers)
            errors += links.errors
            found += linkage.findings(examined, links)
            found += linkage.of_another_numpy(examined, providers)
            found += later_builds.findings(examined, links, providers)
        except AuditError as error:
            errors.append(error)
        found += [
            REDIRECTED.finding(f"Redirected to {host}, and read from there.", place)
            for host in sorted(index.transport.elsewhere)
        ]
    found += [INCOMPLETE.finding(str(each), place) for each in errors]
    contents = examined.contents.values()
    return ReleaseFindings(
        findings=tuple(found),
        errors=tuple(errors),
        looked_at={
            "releases": 1,
            "files": len(examined.metadata),
            "wheels opened": len(contents),
            "wheels not opened": examined.unopened,
            "modules read": sum(len(each.modules) for each in contents),
        },
        examined=examined,
    )


def report(subject: str, audited: list[AuditFindings], traffic: dict[str, int]) -> Report:
    """The command's report on all of them."""
    looked_at = Counter[str]()
    for each in audited:
        looked_at.update(each.looked_at)
    found = [each for one in audited for each in one.findings]
    places = (each.location for each in found if each.rule == INCOMPLETE.id)
    parts = (f"a part of {e.file or f'{e.distribution} {e.version}'}" for e in places)
    left_out = (each for one in audited for each in one.not_examined)
    return Report(
        command="audit",
        subject=subject,
        kit_version=__version__,
        looked_at={**looked_at, **traffic},
        findings=ordered(found),
        not_examined=(*dict.fromkeys(parts), *left_out),
    )


def _sidecars(examined: Examined) -> Iterator[Finding]:
    for file in examined.release.files:
        held = examined.contents.get(file.filename)
        if held is None or file.sidecar is None:
            continue
        beside = examined.metadata[file.filename]
        if words(beside) != words(held.metadata):
            yield SIDECAR.finding(
                "The index offers metadata beside this wheel that says "
                f"«{'; '.join(beside.requires_dist)}»; METADATA in the wheel says "
                f"«{'; '.join(held.metadata.requires_dist)}».",
                examined.release.place(file.filename),
            )


def _unread(examined: Examined) -> Iterator[Finding]:
    release = examined.release
    unread = sum(each.unread for each in examined.contents.values())
    total = sum(len(each.libraries) for each in examined.contents.values())
    if unread:
        wheels = [name for name, each in examined.contents.items() if each.unread]
        size = round(sum(each.size or 0 for each in release.wheels) / 1e6)
        yield INCOMPLETE.finding(
            f"{unread} of the {total} shared objects in the wheels that were opened were not read, "
            f"to save traffic: the largest of {listed(wheels, '', _SHOWN)}. --thorough reads all of "
            f"every wheel{f' (up to {size} MB)' if size else ''}, and a downloaded file is read whole.",
            release.place(),
            {"unread": unread, "total": total, "wheels": tuple(wheels)},
        )
    for filename, contents in examined.contents.items():
        if contents.damaged:
            yield INCOMPLETE.finding(
                f"Not shared objects, or damaged: {listed(contents.damaged, '', _SHOWN)}.",
                release.place(filename),
                {"damaged": contents.damaged},
            )
