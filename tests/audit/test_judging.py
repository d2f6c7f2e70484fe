"""One release on disk is judged: what counts, what is left out, and that this is reported."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from test_transport import opened

from native_skew import __version__
from native_skew.audit.errors import AuditError, FileRefusedError, IndexRefusedError
from native_skew.audit.facts import Contents
from native_skew.audit.judge import ReleaseFindings, judge, report
from native_skew.audit.locks import LockFindings
from native_skew.audit.modules import SharedObject
from native_skew.audit.release import Cache, File, Reader, Release, local
from native_skew.audit.resolver_metadata import parse
from native_skew.audit.simple import IndexClient
from native_skew.distributions.archives import wheel_file
from native_skew.distributions.metadata import core_metadata
from native_skew.findings import Finding, Location
from native_skew.toolchain.compiler import Compiler
from support.recorded_release import linked

PLACE = Location(distribution="victim", version="1.0")
TAGS = ("cp312-cp312-manylinux_2_17_x86_64", "cp313-cp313-manylinux_2_17_x86_64")
NAMES = tuple(f"victim-1.0-{tag}.whl" for tag in TAGS)
SAID = parse(core_metadata("victim", "1.0", ("lib<2",)))


class Known(Reader):
    """What was read of each file; or why it could not be."""

    def __init__(self, contents: dict[str, Contents], beside: Any = SAID) -> None:
        super().__init__(None, Cache(None))
        self._contents, self._beside = contents, beside

    def metadata(self, _: File) -> Any:
        if isinstance(self._beside, AuditError):
            raise self._beside
        return self._beside

    def contents(self, file: File, *_: int) -> Contents:
        if file.filename not in self._contents:
            raise FileRefusedError(file.filename, "is damaged")
        return self._contents[file.filename]


def release(**more: Any) -> Release:
    files = (File(filename=each, name="victim", version="1.0", path="/x", **more) for each in NAMES)
    return Release(name="victim", version="1.0", files=tuple(files))


def held(**more: Any) -> Contents:
    return Contents(metadata=SAID, **more)


def of(found: ReleaseFindings, rule: str) -> list[Finding]:
    return [each for each in found.findings if each.rule == rule]


def test_files_on_disk_are_read_and_counted(tmp_path: Path, cc: Compiler) -> None:
    members = {"victim/_m.so": linked(("libx.so.1",), (), cc), "victim/_bad.so": b"text"}
    for tag in TAGS:
        metadata = core_metadata("victim", "1.0", ("lib<2",))
        made = wheel_file("victim", "1.0", tag, metadata, members, 1)
        (tmp_path / made.filename).write_bytes(made.content)
    files = tuple(local(each) for each in sorted(tmp_path.iterdir()))
    read = itertools.count()
    found = judge(
        Release(name="victim", version="1.0", files=files),
        Reader(None, Cache(None)),
        None,
        lambda: next(read),
    )
    assert next(read) == len(NAMES)
    assert [each.rule for each in found.findings] == ["incomplete", "incomplete", "not-told"]
    first, second, last = found.findings
    assert first.message.startswith("Not shared objects, or damaged: victim/_bad.so (")
    assert first.message.endswith(").")
    assert first.location == Location(file=NAMES[1], distribution="victim", version="1.0")
    assert second.location.file == NAMES[0]
    assert "victim/_bad.so" in str(first.evidence["damaged"])
    assert last.location == PLACE
    made = report("victim", [found], {"requests": 3})
    assert made.looked_at == {
        "releases": 1,
        "files": 2,
        "wheels opened": 2,
        "wheels not opened": 0,
        "modules read": 2,
        "requests": 3,
    }
    assert (made.command, made.subject, made.kit_version) == ("audit", "victim", __version__)
    assert made.not_examined == tuple(f"a part of {each}" for each in reversed(NAMES))
    assert [each.level for each in made.findings] == ["warning", "warning", "note"]


def test_of_many_damaged_files_the_first_are_named() -> None:
    for number, more in ((4, "."), (5, " and 1 more."), (6, " and 2 more.")):
        names = tuple(f"_{n}.so" for n in range(number))
        found = judge(release(), Known({each: held(damaged=names) for each in NAMES}), None)
        first = of(found, "incomplete")[0]
        assert first.message == f"Not shared objects, or damaged: {', '.join(names[:4])}{more}"
        assert first.evidence == {"damaged": names}


def test_what_was_passed_over_to_save_bytes_is_said() -> None:
    module = SharedObject(path="a.so", needed=())
    left = held(libraries=("a.so", "b.so", "c.so"), modules=(module,), unread=2)
    whole = held(libraries=("a.so",), modules=(module,))
    found = judge(release(), Known({NAMES[0]: left, NAMES[1]: whole}), None)
    (finding,) = of(found, "incomplete")
    assert finding.message.startswith(
        "2 of the 4 shared objects in the wheels that were opened were not read, to save traffic: "
        f"the largest of {NAMES[0]}. --thorough reads"
    )
    assert finding.evidence == {"unread": 2, "total": 4, "wheels": (NAMES[0],)}
    assert finding.location == PLACE
    assert report("victim", [found], {}).looked_at["modules read"] == 2
    assert not of(judge(release(), Known(dict.fromkeys(NAMES, whole)), None), "incomplete")


@pytest.mark.parametrize(("number", "more"), [(4, ""), (5, " and 1 more"), (6, " and 2 more")])
def test_of_many_wheels_the_first_are_named(number: int, more: str) -> None:
    names = [f"victim-1.0-cp3{n}-cp3{n}-manylinux_2_17_x86_64.whl" for n in range(10, 10 + number)]
    files = tuple(File(filename=e, name="victim", version="1.0", path="/x") for e in names)
    reader = Known(dict.fromkeys(names, held(libraries=("a.so",), unread=1)))
    found = judge(Release(name="victim", version="1.0", files=files), reader, None)
    (finding,) = of(found, "incomplete")
    listed = ", ".join(sorted(names, reverse=True)[:4])
    assert f"the largest of {listed}{more}. --thorough" in finding.message


def test_metadata_beside_a_wheel_that_is_another() -> None:
    own = msgspec.structs.replace(
        held(), metadata=parse(core_metadata("victim", "1.0", ("lib<3",)))
    )
    contents = {NAMES[0]: own, NAMES[1]: held()}
    found = judge(release(sidecar={}), Known(contents), None)
    (finding,) = of(found, "sidecar-differs")
    assert finding.location == Location(file=NAMES[0], distribution="victim", version="1.0")
    assert "says «lib<2»; METADATA in the wheel says «lib<3»" in finding.message
    # There is none beside it: what was read is the wheel's.
    assert not of(judge(release(), Known(contents), None), "sidecar-differs")


def test_what_cannot_be_read_is_said_and_the_rest_judged() -> None:
    found = judge(release(), Known({NAMES[0]: held()}), None)
    assert [NAMES[1] in str(each) for each in found.errors] == [True]
    (finding,) = of(found, "incomplete")
    assert (finding.message, finding.location) == (str(found.errors[0]), PLACE)
    made = report("victim", [found], {})
    assert made.not_examined
    assert (made.looked_at["wheels opened"], made.looked_at["wheels not opened"]) == (1, 1)


def test_where_nothing_can_be_read_there_is_no_judgement() -> None:
    refused = IndexRefusedError("https://index.example/x", "answers 500")
    with pytest.raises(IndexRefusedError, match="answers 500"):
        judge(release(), Known({}, refused), None)


def test_what_an_index_adds() -> None:
    """Whose libraries the wheels need; that it led elsewhere; and that it does not answer."""
    url = "https://index.example/simple/"
    needing = held(modules=(SharedObject(path="a.so", needed=("liblib.so.1",)),))
    for contents, rules in ((held(), set()), (needing, {"incomplete"})):
        failing = requests.ConnectionError("away")
        transport, index = opened({f"{url}{name}/": failing for name in ("lib", "victim")})
        reader = Known(dict.fromkeys(NAMES, contents))
        found = judge(release(), reader, IndexClient(url, transport))
        assert {each.rule for each in found.findings} - {"not-told"} == rules
        assert bool(index.seen) is bool(rules)
        transport.elsewhere |= {"b.example", "a.example"}
        again = judge(release(), Known(dict.fromkeys(NAMES, held())), IndexClient(url, transport))
        assert [each.message for each in of(again, "redirected")] == [
            f"Redirected to {host}.example, and read from there." for host in "ab"
        ]
        assert {each.location for each in of(again, "redirected")} == {PLACE}


def test_locks_are_counted_without_releases() -> None:
    lock = LockFindings(
        findings=(),
        errors=(),
        looked_at={"locks": 1, "packages": 3},
        not_examined=("a file",),
        outlooks=(),
    )
    made = report("x", [lock, lock], {"requests": 1})
    assert made.looked_at == {"locks": 2, "packages": 6, "requests": 1}
    assert made.not_examined == ("a file", "a file")
