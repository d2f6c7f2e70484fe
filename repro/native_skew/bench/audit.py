"""What an audit fetches, against downloading the files."""

from __future__ import annotations

from native_skew import __version__
from native_skew.audit import AuditError, Cache, IndexClient, Reader, Transport, judge
from native_skew.bench.record import Bar, Measurement, NotMeasuredError, Row, Setting
from native_skew.distributions import DistributionFile, core_metadata, wheel_file
from native_skew.publish import Index, Publication
from native_skew.toolchain import user_index as live

# The first has 60 wheels; the last is small, and shows that the share is not small for it.
_REAL = ("scipy==1.18.1", "numpy", "softioc==4.6.1")
_JUDGED = _REAL[0]
_SHARE = 5.0  # percent
_WHEELS, _PAYLOAD = 60, 1024 * 1024

TITLE = "The audit against downloading the files"
HOW = (
    "Real releases are audited on the index that pip is set up with, without a cache: the pages, "
    "every file's metadata, one Linux wheel's shared objects for each different metadata, and "
    "what was looked up of other distributions, all counted as bytes of answers' bodies. They are "
    "set against the sizes of the release's files. Then the same for 60 made-up wheels of 1 MiB "
    "each on the kit's own index, once with metadata files beside the wheels (PEP 658) and once "
    "without them, from ranges alone. Of small wheels the audit fetches a larger share: a page, a "
    "directory and a METADATA have their size whatever the wheel's."
)


def measure(setting: Setting) -> Measurement:  # noqa: ARG001  # nothing is timed
    """Counts the bytes and requests of audits."""
    try:
        rows = [_row(name, live.index_url(), name) for name in _REAL]
    except AuditError as error:
        raise NotMeasuredError(str(error)) from error
    with Index() as index:
        for title, sidecars in (("metadata files", True), ("ranges alone", False)):
            url = index.publish(str(len(rows)), Publication(_made_up(), sidecars=sidecars))
            rows.append(_row(f"{_WHEELS} made-up wheels, {title}", url, "made-up"))
    judged = [rows[_REAL.index(_JUDGED)], *rows[len(_REAL) :]]
    return Measurement(
        id="audit",
        title=TITLE,
        how=HOW,
        columns=("files", "their size, MB", "fetched, MB", "fetched, %", "requests"),
        rows=tuple(rows),
        bars=tuple(
            Bar(name=f"{row.name}: percent fetched", value=row.values[3], at_most=_SHARE)
            for row in judged
        ),
        versions={"native-skew": __version__},
    )


def _row(title: str, url: str, wanted: str) -> Row:
    """One audit, with nothing kept from another."""
    name, _, version = wanted.partition("==")
    with Transport() as transport:
        index = IndexClient(url, transport)
        release = index.release(name, version)
        judged = judge(release, Reader(transport, Cache(None)), index)
        if judged.errors:
            raise NotMeasuredError(str(judged.errors[0]))
        requests, fetched = transport.traffic.values()
    return Row(
        name=title if version or title != name else f"{name}=={release.version}",
        values=(
            float(len(release.files)),
            round(release.size / 1e6, 2),
            round(fetched / 1e6, 3),
            round(100 * fetched / release.size, 2),
            float(requests),
        ),
    )


def _made_up() -> tuple[DistributionFile, ...]:
    """Wheels whose one member is as large as a module, and cannot be read as one."""
    metadata = core_metadata("made-up", "1.0", ("lib<2,>=1",))
    members = {"made_up/_extension.abi3.so": bytes(_PAYLOAD)}
    tags = (f"cp3{8 + number % 8}-none-linux_{number}" for number in range(_WHEELS))
    return tuple(wheel_file("made-up", "1.0", tag, metadata, members, 1) for tag in tags)
