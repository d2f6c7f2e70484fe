"""``--confirm`` compared with what was found in the files: what it contradicts."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from native_skew.binaries.image import Header
from native_skew.binaries.loader import Closure, Loaded
from native_skew.distributions import nameless
from native_skew.doctor import import_errors, rules
from native_skew.doctor.confirm import confirmed
from native_skew.doctor.environment import Environment
from native_skew.doctor.extension_modules import ExtensionModule
from native_skew.doctor.interpreter import EnvironmentPython
from native_skew.doctor.inventory import Inventory
from native_skew.findings import Advice, Evidence, Level, Location, Report, Rule

_HEADER = Header(
    machine=62, bits=64, little=True, interpreter="", soname="", needed=(),
    rpath="", runpath="", no_default=False, tags={},
)  # fmt: skip


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Modules that import, that fail, and that end their process."""
    sources = {
        "sound": "",
        "unwell": "raise ImportError('of its own\\nforged')",
        "killed": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "leaves": "import sys; sys.exit(0)",
        "ends": "import os, sys; sys.stderr.write('last words\\n'); os._exit(3)",
        "hangs": "import time; time.sleep(600)",
        "noisy": "import os, sys; print('{}'); os.write(os.open(sys.argv[1], 1), b'{no line\\n')",
        "closes": "import os; os.closerange(0, 4096)",
        "lazy/__init__": "def f():\n    from . import extra",
        "lazy/extra": "raise RuntimeError('no device')",
        "lazy/needed": "raise ImportError('libx.so.1: cannot open shared object file')",
        "lazy/user": "from . import needed",
        "strict/__init__": "from . import part",
        "strict/part": "raise ValueError('numpy.dtype size changed')",
        "keeps/__init__": "from . import part\nraise ImportError('version conflict')",
        "keeps/part": "",
        "refuses/__init__": "",
        "refuses/part": "",
        "refuses/user": "from . import part\nraise ImportError('of another version')",
        "deep/__init__": "",
        "deep/inner/__init__": "from . import part",
        "deep/inner/part": "raise ValueError('numpy.dtype size changed')",
        "deep/tests/__init__": "import no_such_distribution",
        "deep/tests/part": "",
        "second": "import sys\nif 'fir_st' not in sys.modules: raise ImportError('first first')",
        "fir_st/__init__": "",
    }
    for name, source in sources.items():
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{source}\n")
    (tmp_path / "damaged.abi3.so").write_bytes(b"/* no ELF file */")
    program = tmp_path / "python"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(tmp_path))} exec {shlex.quote(sys.executable)} "$@"\n'
    )
    program.chmod(0o755)
    return Environment(
        subject="x",
        root=tmp_path,
        sites=(tmp_path,),
        interpreter=EnvironmentPython(python="3", program=program),
        distributions=(),
    )


def module(name: str) -> ExtensionModule:
    file = Loaded(path=f"/{name}.so", identity=(0, 0), header=_HEADER)
    closure = Closure(files=(file,), unresolved=(), by_name={})
    return ExtensionModule(name=name, file=file, owner=nameless(()), closure=closure)


@pytest.mark.parametrize(
    ("name", "level", "added"),
    [
        ("sound", None, []),
        ("sound", "note", []),
        ("sound", "warning", []),  # it said that the import succeeds
        ("sound", "error", ["imports-after-all"]),
        ("damaged", None, ["import-fails"]),
        ("damaged", "warning", ["import-fails"]),
        ("damaged", "error", []),
        ("unwell", None, ["import-fails"]),
        ("unwell", "error", []),
        ("killed", None, ["import-fails"]),
        ("leaves", None, ["import-fails"]),
        ("ends", None, ["import-fails"]),
        ("noisy", None, []),
        ("closes", None, []),
        ("lazy.extra", None, ["fails-by-itself"]),
        ("lazy.extra", "note", []),  # said already
        ("lazy.needed", None, ["import-fails"]),
        ("strict.part", None, ["import-fails"]),
        ("deep.inner.part", None, ["import-fails"]),
        ("deep.tests.part", None, ["fails-by-itself"]),
        ("second", None, ["import-fails"]),
    ],
)
@pytest.mark.parametrize("key", ["module", "modules"])
def test_what_an_import_adds(
    environment: Environment, name: str, level: Level | None, added: list[str], key: str
) -> None:
    evidence = {key: name if key == "module" else ("other", name)}
    found = [rules.UNDEFINED_SYMBOL.finding("said", Location(), evidence, level=level)]
    report = Report(
        command="doctor",
        subject="x",
        kit_version="1",
        looked_at={},
        findings=tuple(found) if level else (),
    )
    confirming = confirmed(report, [module(name)], environment)
    assert confirming.looked_at == {"imports": name.count(".") + 1}
    more = [each for each in confirming.findings if each not in report.findings]
    assert [each.rule for each in more] == added
    assert all(each.evidence == {"module": name} for each in more)
    assert not any("\n" in each.message for each in more)


def confirm(environment: Environment, *names: str, limit: float = 60) -> Report:
    report = Report(command="doctor", subject="x", kit_version="1", looked_at={}, findings=())
    return confirmed(report, [module(name) for name in names], environment, limit)


@pytest.mark.slow
def test_what_hangs_is_ended_and_the_others_are_imported(environment: Environment) -> None:
    report = confirm(environment, "hangs", "sound", limit=3)
    (finding,) = report.findings
    assert (finding.rule, "no end after 3 s" in finding.message) == ("import-fails", True)
    assert report.looked_at == {"imports": 2}


def test_a_package_that_fails_with_its_module_loaded_already(environment: Environment) -> None:
    """psutil compares its module's version with its own."""
    (finding,) = confirm(environment, "keeps.part").findings
    assert (finding.rule, finding.evidence) == ("import-fails", {"module": "keeps"})


def test_who_refuses_a_module_that_is_not_the_one_installed(environment: Environment) -> None:
    """PIL.Image compares; PIL does not, and the module imports by itself."""
    part = module("refuses.part")
    changed = Inventory(distributions=(), changed=((part.owner, (part.file.path,)),))
    assert confirm(environment, "refuses.part").findings == ()
    (finding,) = confirm(replace(environment, inventory=changed), "refuses.part").findings
    assert (finding.rule, finding.evidence) == ("import-fails", {"module": "refuses.user"})


def test_how_a_process_ended_is_said(environment: Environment) -> None:
    said = {each.evidence["module"]: each.message for each in confirm(
        environment, "killed", "ends", "leaves"
    ).findings}  # fmt: skip
    assert "ended by SIGSEGV" in said["killed"]
    assert "ended with 3: last words" in said["ends"]
    assert "SystemExit" in said["leaves"]


def test_a_child_goes_on_behind_one_that_died(environment: Environment) -> None:
    """In one package: what comes after it is still imported, and equal failures are one finding."""
    package = environment.root / "many"
    package.mkdir()
    (package / "__init__.py").touch()
    for number in range(3):
        (package / f"a{number}.py").write_text("import os; os.abort()\n")
        (package / f"b{number}.py").touch()
    names = [f"many.{kind}{n}" for n in range(3) for kind in "ab"]
    report = confirm(environment, *names)
    (finding,) = report.findings
    assert finding.evidence["modules"] == ("many.a0", "many.a1", "many.a2")
    assert "SIGABRT" in finding.message
    assert report.looked_at == {"imports": 7}


@pytest.mark.parametrize("line", ['{"starts": "\xff"}', '{"x": ' + "[" * 3000])
def test_a_line_of_a_module_s_own_that_is_none(environment: Environment, line: str) -> None:
    (environment.root / "scrawls.py").write_text(
        f"import sys\nopen(sys.argv[1], 'a', encoding='latin-1').write({line!r} + '\\n')\n"
    )
    assert confirm(environment, "scrawls").findings == ()


@pytest.mark.parametrize("word", ["starts", "ends"])
def test_a_report_that_a_module_has_written_itself(environment: Environment, word: str) -> None:
    """It reports only what was not asked: the child is started once."""
    (environment.root / "forges.py").write_text(
        "import os, sys\n"
        f"open(sys.argv[1], 'w').write('{{\"{word}\": \"other\"}}\\n')\n"
        "os._exit(0)\n"
    )
    report = confirm(environment, "forges")
    (finding,) = report.findings
    assert (finding.rule, report.looked_at) == ("import-fails", {"imports": 1})
    assert "ended with 0" in finding.message


def test_no_more_of_a_report_is_read_than_imports_write(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    (environment.root / "writes.py").write_text(
        "import os, sys\nos.write(os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND), b'{}\\n' * 333)\n"
    )
    assert confirm(environment, "writes").findings == ()
    monkeypatch.setattr("native_skew.doctor.confirm._POLL", 60.0)  # it ends before it is looked at
    monkeypatch.setattr("native_skew.doctor.confirm._REPORT_BYTES", 500)
    assert [each.rule for each in confirm(environment, "writes").findings] == ["import-fails"]


@pytest.mark.parametrize(
    ("requires", "added"),
    [("Second_Part[x]==1; extra == 'y'", []), ("second-part-more", ["import-fails"])],
)
def test_what_another_package_has_to_import_first(
    environment: Environment, requires: str, added: list[str]
) -> None:
    """As psycopg_binary, which refuses where psycopg was not imported before it."""
    first = msgspec.structs.replace(nameless(()), name="fir-st", requires_dist=(requires,))
    owner = msgspec.structs.replace(nameless(()), name="second-part")
    second = msgspec.structs.replace(module("second"), owner=owner)
    both = msgspec.structs.replace(environment, distributions=(first, owner))
    report = Report(command="doctor", subject="x", kit_version="1", looked_at={}, findings=())
    assert [each.rule for each in confirmed(report, [second], both).findings] == added


def _report(rule: Rule, distribution: str, evidence: Evidence) -> Report:
    found = rule.finding("said", Location(distribution=distribution), evidence)
    return Report(
        command="doctor", subject="x", kit_version="1", looked_at={}, findings=(found,)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("report", "added"),
    [
        # Of one that has to be reinstalled whatever else it lacks, and of the library's name.
        (_report(rules.MISSING_FILE, "mine", {"files": ("a/libother.so",)}), []),
        (_report(rules.FOREIGN_LIBC, "a", {"distributions": ("a", "mine")}), []),
        (_report(rules.MISSING_FILE, "other", {"files": ("a.libs/libx.so.1",)}), []),
        (_report(rules.MISSING_LIBRARY, "other", {"needed": "libx.so.1"}), []),
        # Its package fails because of another module, which has the finding.
        (_report(rules.OTHER_NUMPY, "mine", {"modules": ("lazy.user",)}), []),
        # It needs no library itself, but imports an optional module that lacks one.
        (
            _report(rules.OPTIONAL_MODULE, "a", {"module": "lazy.b", "needed": ("libx.so.1",)}),
            ["fails-by-itself"],
        ),
        # What is of another cause stays a finding.
        (_report(rules.MISSING_FILE, "other", {"files": ("a/libother.so",)}), ["import-fails"]),
        (_report(rules.OTHER_NUMPY, "mine", {"modules": ("sound",)}), ["import-fails"]),
    ],
)
def test_one_cause_is_one_finding(
    environment: Environment, report: Report, added: list[str]
) -> None:
    owner = msgspec.structs.replace(nameless(()), name="mine")
    names = ("lazy.needed", "lazy.user", "sound")
    modules = [msgspec.structs.replace(module(name), owner=owner) for name in names]
    found = confirmed(report, modules, environment).findings
    assert [e.rule for e in found if e.rule in ("import-fails", "fails-by-itself")] == added


def test_modules_that_are_their_package_s_face_and_do_not_fit(environment: Environment) -> None:
    """PyQt6 imports none of its own; sip's words have each module's name."""
    qt = environment.root / "qt"
    qt.mkdir()
    (qt / "__init__.py").touch()
    for name in ("Core", "Gui", "_inner"):
        (qt / f"{name}.py").write_text(
            f"raise RuntimeError('sip has 13.6, but the qt.{name} module requires ABI v13.8')\n"
        )
    owner = msgspec.structs.replace(nameless(()), name="qt")
    advice = Advice(remedy="", title="Install", commands=("uv pip install sip",))
    report = _report(rules.VIOLATED_REQUIREMENT, "qt", {})
    report = msgspec.structs.replace(
        report, findings=(msgspec.structs.replace(report.findings[0], advice=(advice,)),)
    )
    modules = [
        msgspec.structs.replace(module(f"qt.{name}"), owner=owner)
        for name in ("Core", "Gui", "_inner")
    ]
    first, _, last = confirmed(report, modules, environment).findings
    assert (first.rule, first.evidence["modules"]) == ("import-fails", ("qt.Core", "qt.Gui"))
    assert first.advice == (advice,)  # what it requires is most likely why
    assert (last.rule, last.evidence["module"]) == ("fails-by-itself", "qt._inner")


def test_packages_of_python_alone_are_imported(environment: Environment) -> None:
    site = environment.root
    sources = {
        "audio.py": "raise OSError('PortAudio library not found')",
        "fine/__init__.py": "",
        "extra.py": "import no_such_distribution",  # a requirement is judged by itself
        "tests/__init__.py": "raise OSError('of nobody')",
        "fine/part.py": "raise OSError('nothing at the top')",
        "of/several/__init__.py": "raise OSError('in a namespace')",
        "of/absent/__init__.py": "import no_such_distribution",
        "of/_audio/__init__.py": "raise OSError('nobody imports it')",
    }
    info = site / "audio-1.dist-info"
    info.mkdir()
    (info / "RECORD").write_text("".join(f"{name},sha256=x,1\n" for name in sources))
    for name, source in sources.items():
        (site / name).parent.mkdir(exist_ok=True, parents=True)
        (site / name).write_text(f"{source}\n")
    owner = nameless(name="audio", info=str(info))
    # What an editable install's own code finds, by its name, and one that is called otherwise.
    (site / "hook_ed.py").write_text("")
    url = '{"dir_info": {"editable": true}, "url": "file:///project"}'
    hooked = [nameless(name=name, direct_url=url) for name in ("hook-ed", "other")]
    both = msgspec.structs.replace(environment, distributions=(owner, *hooked))
    report = confirm(both)
    fail = {"audio", "of.several"}
    assert {each.evidence["module"] for each in report.findings} == fail
    assert {each.rule for each in report.findings} == {"import-fails"}
    assert report.looked_at == {"imports": 7}
    (site / "hook_ed.py").write_text("raise ImportError('undefined symbol')\n")
    found = {each.evidence["module"] for each in confirm(both).findings}
    assert found == {*fail, "hook_ed"}


@pytest.mark.parametrize(
    ("error", "found"),
    [
        ("ImportError: cannot import name '_lazywhere' from 'base.util' (/x/base/util.py)", True),
        ("ImportError: cannot import name '_lazywhere' from 'others.util' (/x/util.py)", False),
        ("ModuleNotFoundError: No module named 'base.plotting'", False),
        ("RuntimeError: base: no device", False),
    ],
)
def test_a_part_that_no_longer_fits_what_its_distribution_requires(
    environment: Environment, error: str, found: bool
) -> None:
    """statsmodels.api beside a SciPy that lacks what it imports: the package imports none of it."""
    kind, _, words = error.partition(": ")
    package = environment.root / "above"
    package.mkdir()
    sources = {
        "__init__": "",
        "core": "",
        "api": f"raise {kind}({words!r})",
        "_own": "raise TypeError",
    }
    for name, source in sources.items():
        (package / f"{name}.py").write_text(f"{source}\n")
    for name in ("base", "above"):
        (environment.root / f"{name}-1.dist-info").mkdir()
        (environment.root / f"{name}-1.dist-info/RECORD").write_text(f"{name}/__init__.py,,\n")
    (environment.root / "base").mkdir()
    (environment.root / "base/__init__.py").touch()
    base, above = (
        replace(
            nameless(name=each, version="1", info=f"{environment.root}/{each}-1.dist-info"),
            requires_dist=needs,
        )
        for each, needs in (("base", ()), ("above", ("base",)))
    )
    above = replace(above, files=(f"{package}/core.so",))
    report = Report(command="doctor", subject="x", kit_version="1", looked_at={}, findings=())
    both = replace(environment, distributions=(base, above))
    report = confirmed(report, [replace(module("above.core"), owner=above)], both)
    assert [e.evidence["module"] for e in report.findings] == ["above.api"] * found
    assert all("does not fit base 1" in e.message and e.advice for e in report.findings)
    assert report.looked_at == {"imports": 4}  # above, its core and api, and base


@pytest.mark.parametrize("fails", [True, False])
def test_the_failure_of_what_is_required_is_said_of_that(
    environment: Environment, fails: bool
) -> None:
    """pandas, whose error is that NumPy cannot be imported."""
    site = environment.root
    both = []
    for name, source, requires in (
        ("base", "raise OSError('of its own')" if fails else "", ()),
        ("above", "raise ImportError('Unable to import base')", ("base",)),
        ("beside", "raise OSError('of its own')" if fails else "", ("base",)),
    ):
        (site / f"{name}-1.dist-info").mkdir()
        (site / f"{name}-1.dist-info/RECORD").write_text(f"{name}.py,sha256=x,1\n")
        (site / f"{name}.py").write_text(f"{source}\n")
        one = nameless(name=name, info=str(site / f"{name}-1.dist-info"))
        both.append(replace(one, requires_dist=requires))
    report = confirm(replace(environment, distributions=tuple(both)))
    assert [each.evidence["module"] for each in report.findings] == ["base" if fails else "above"]


@pytest.mark.parametrize(
    ("marker", "fails", "found"),
    [
        ("; extra == 'test'", False, ["fails-by-itself"]),
        ("; extra == 'test'", True, ["import-fails"]),  # who requires it cannot do without
        ("", False, ["import-fails"]),
    ],
)
def test_what_an_extra_alone_requires_and_nobody_misses(
    environment: Environment, marker: str, fails: bool, found: list[str]
) -> None:
    """matplotlib-inline, which IPython requires, without matplotlib."""
    site = environment.root
    both = []
    for name, source, requires in (
        ("inline", "import plotting", f"plotting{marker}"),
        ("shell", "import inline" if fails else "", "inline"),
    ):
        (site / f"{name}-1.dist-info").mkdir()
        (site / f"{name}-1.dist-info/RECORD").write_text(f"{name}.py,sha256=x,1\n")
        (site / f"{name}.py").write_text(f"{source}\n")
        one = nameless(name=name, info=str(site / f"{name}-1.dist-info"))
        both.append(replace(one, requires_dist=(requires,)))
    report = confirm(replace(environment, distributions=tuple(both)))
    assert [each.rule for each in report.findings] == found
    assert report.findings[0].location.distribution == "inline"


@pytest.mark.parametrize(("name", "found"), [("own-one", True), ("other", False)])
def test_the_package_that_a_distribution_is_named_for(
    environment: Environment, name: str, found: bool
) -> None:
    """Without its requirement it is broken; another package beside it may need an extra."""
    info = environment.root / f"{name.replace('-', '_')}-1.dist-info"
    info.mkdir()
    (info / "RECORD").write_text("own_one.py,sha256=x,1\n")
    (environment.root / "own_one.py").write_text("import pkg_resources_of_old\n")
    one = nameless(name=name, info=str(info))
    report = confirm(replace(environment, distributions=(one,)))
    assert [each.evidence["module"] for each in report.findings] == ["own_one"] * found


@pytest.mark.parametrize(
    ("error", "needed"),
    [("Could not load it", ("libportaudio.so.2",)), ("of another kind", None)],
)
def test_what_an_optional_module_lacks_may_be_what_the_package_needs(
    environment: Environment, error: str, needed: tuple[str, ...] | None
) -> None:
    """torchcodec, which has a library for each FFmpeg, and needs one of them."""
    (environment.root / "unwell.py").write_text(f"raise RuntimeError('{error}')\n")
    owner = replace(nameless(()), name="unwell")
    optional = rules.OPTIONAL_MODULE.finding(
        "", Location(distribution="unwell"), {"needed": ("libportaudio.so.2",)}
    )
    module_ = replace(module("unwell"), owner=owner)
    report = Report(
        command="doctor", subject="", kit_version="", looked_at={}, findings=(optional,)
    )
    found = confirmed(report, [module_], environment)
    (finding,) = (each for each in found.findings if each.rule == "import-fails")
    assert finding.evidence.get("needed") == needed
    assert bool(finding.advice) is bool(needed)


def test_nothing_of_the_kit_s_own_is_imported(environment: Environment) -> None:
    """Its files lie beside the child's."""
    assert Path(import_errors.__file__).with_name("loaded_by_name.py").exists()
    (environment.root / "asks.py").write_text("import loaded_by_name\n")
    (finding,) = confirm(environment, "asks").findings
    assert "No module named 'loaded_by_name'" in finding.message


def test_what_an_import_leaves_running_is_ended(environment: Environment) -> None:
    """It keeps the report's pipe open, but doctor does not wait for that."""
    number = environment.root / "number"
    (environment.root / "leaves_one.py").write_text(
        "import subprocess, sys\n"
        "wait = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "child = subprocess.Popen(wait, close_fds=False)\n"
        f"open({str(number)!r}, 'w').write(str(child.pid))\n"
    )
    assert confirm(environment, "leaves_one").findings == ()
    state = Path(f"/proc/{number.read_text()}/stat")
    ended = time.monotonic() + 30
    while state.exists() and state.read_text().split()[2] != "Z":  # otherwise the kernel will soon
        assert time.monotonic() < ended
        time.sleep(0.05)
