"""Each finding about what cannot be loaded: its rule, its evidence, and what it leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_facts import installed, only, rules

from native_skew.doctor.diagnosis import diagnose
from native_skew.findings import Finding, Location
from native_skew.toolchain.compiler import Compiler
from support.recorded_release import linked

MODULE = "user/_m.abi3.so"
BUILT_HERE, FROM_AN_INDEX = "cp311-abi3-linux_x86_64", "cp311-abi3-manylinux_2_17_x86_64"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


def put(  # a distribution as if installed
    site: Path,
    name: str,
    files: dict[str, bytes],
    *requires: str,
    version: str = "1",
    tag: str = FROM_AN_INDEX,
    installer: str = "uv",
) -> None:
    more = "".join(f"Requires-Dist: {each}\n" for each in requires)
    info = installed(site, name, *files, version=version, more=more)
    (info / "WHEEL").write_text(f"Generator: tool 1\nTag: {tag}\n")
    (info / "INSTALLER").write_text(installer)
    for file, content in files.items():
        path = site / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def of(site: Path, rule: str) -> Finding:
    return only(diagnose(site), rule)


# --- whose library it is that is missing


@pytest.mark.parametrize(
    ("needed", "search", "tag", "rule"),
    [
        # Nothing looks for it among the packages: the system is to have it.
        ("libfoo.so.1", "", FROM_AN_INDEX, "missing-system-library"),
        ("libfoo.so.1", "/opt/elsewhere", FROM_AN_INDEX, "missing-system-library"),
        # Others' libraries are not looked for beside its own ...
        ("libfoo.so.1", "$ORIGIN", FROM_AN_INDEX, "missing-system-library"),
        ("libfoo.so.1", "$ORIGIN/../user.libs", FROM_AN_INDEX, "missing-system-library"),
        # ... except for what was built here, and in another distribution's folder.
        ("libfoo.so.1", "$ORIGIN", BUILT_HERE, "missing-library"),
        ("libfoo.so.1", "$ORIGIN/../other", FROM_AN_INDEX, "missing-library"),
        # Known to come from the system, wherever it is looked for.
        ("libodbc.so.2", "$ORIGIN/../other", BUILT_HERE, "missing-system-library"),
        # A copy that auditwheel named is never the system's.
        ("libfoo-1a2b3c4d.so.1", "", FROM_AN_INDEX, "missing-library"),
        ("libfoo-1a2b3c4.so.1", "", FROM_AN_INDEX, "missing-system-library"),
        # Nor is a framework's.
        ("libc10.so", "", FROM_AN_INDEX, "missing-library"),
        ("libc10.so.1", "", FROM_AN_INDEX, "missing-system-library"),
        ("libtensorflow_cc.so.2", "", FROM_AN_INDEX, "missing-library"),
        # What comes with a device's driver cannot be installed.
        ("libcuda.so.1", "", FROM_AN_INDEX, "missing-driver"),
        ("libcuda.so.1", "$ORIGIN", BUILT_HERE, "missing-driver"),
        ("libnvidia-ml.so.1", "", FROM_AN_INDEX, "missing-driver"),
        ("libcudart.so.12", "", FROM_AN_INDEX, "missing-system-library"),
        # Another C library's.
        ("libc.musl-x86_64.so.1", "", FROM_AN_INDEX, "foreign-libc"),
        ("ld-linux-aarch64.so.1", "", FROM_AN_INDEX, "foreign-libc"),
    ],
)
def test_whose_a_missing_library_is(
    site: Path, compiler: Compiler, needed: str, search: str, tag: str, rule: str
) -> None:
    put(site, "user", {MODULE: linked((needed,), (search,) if search else (), compiler)}, tag=tag)
    finding = of(site, rule)
    assert finding.evidence["needed"] == needed
    assert finding.location == Location(file=MODULE, distribution="user", version="1")
    assert f"`{MODULE}` needs `{needed}`" in finding.message


def test_a_system_library_is_told_whole(site: Path, compiler: Compiler) -> None:
    """By way of a library of its own, which is the file that needs it."""
    own = linked(("libodbc.so.2",), (), compiler, soname="libown.so")
    put(
        site,
        "user",
        {"user/libown.so": own, MODULE: linked(("libown.so",), ("$ORIGIN",), compiler)},
    )
    finding = of(site, "missing-system-library")
    assert finding.level == "error"
    assert finding.location == Location(file="user/libown.so", distribution="user", version="1")
    assert finding.evidence == {
        "needed": "libodbc.so.2",
        "module": "user._m",
        "modules": ("user._m",),
        "by_way_of": (f"{site}/{MODULE}", f"{site}/user/libown.so"),
    }
    assert "Install it with the system's package manager" in finding.message
    assert any("libodbc" in command for each in finding.advice for command in each.commands)


@pytest.mark.parametrize(
    ("number", "more"), [(1, ""), (2, ""), (6, ""), (7, " and 1 more"), (8, " and 2 more")]
)
@pytest.mark.parametrize("absent", [True, False])
def test_of_many_names_the_first_are_in_the_sentence(
    site: Path, compiler: Compiler, number: int, more: str, absent: bool
) -> None:
    names = tuple(f"libfoo{n}.so.1" for n in range(number))
    requires = ("provider>=2",) if absent else ()
    put(site, "user", {MODULE: linked(names, (), compiler)}, *requires)
    finding = of(site, "missing-library" if absent else "missing-system-library")
    assert f"{', '.join(f'`{each}`' for each in names[:6])}{more}" in finding.message
    assert (" more" in finding.message) is bool(more)
    assert names[6:] == () or f"`{names[6]}`" not in finding.message
    assert finding.evidence["needed"] == (names if number > 1 else names[0])
    requirement = finding.evidence.get("requires")
    assert requirement == (("provider>=2",) if absent else None)


@pytest.mark.parametrize(
    ("requires", "tag", "moves"),
    [
        ("lib>=2", FROM_AN_INDEX, True),  # the newest lib may be newer than what it was built with
        ("lib>=2,<3", FROM_AN_INDEX, False),
        ("lib>=2", BUILT_HERE, False),  # no newer release of it is built with another
    ],
)
def test_what_may_be_too_new_is_moved_with_its_consumer(
    site: Path, compiler: Compiler, requires: str, tag: str, moves: bool
) -> None:
    put(site, "user", {MODULE: linked(("liblib.so.2",), (), compiler)}, requires, tag=tag)
    (advice,) = of(site, "missing-library").advice
    command = advice.commands[0]
    assert ("--upgrade" in command, "user" in command) == (moves, moves)
    assert moves or all(each in command for each in requires.removeprefix("lib").split(","))


def test_libraries_that_should_be_there_are_a_finding_each(site: Path, compiler: Compiler) -> None:
    names = ("libfoo-1a2b3c4d.so.1", "libbar-1a2b3c4d.so.1")
    put(site, "user", {MODULE: linked(names, (), compiler)})
    found = diagnose(site).findings
    assert [(each.rule, each.evidence["needed"]) for each in found] == [
        ("missing-library", name) for name in names
    ]


def test_cuda_s_libraries_are_no_package_of_the_system(site: Path, compiler: Compiler) -> None:
    put(site, "user", {MODULE: linked(("libcudart.so.12",), (), compiler)})
    finding = of(site, "missing-system-library")
    assert "NVIDIA's wheels" in finding.message
    assert finding.advice == ()


@pytest.mark.parametrize("device", [True, False])
def test_what_goes_with_a_framework_s_build_for_a_device(
    site: Path, compiler: Compiler, device: bool
) -> None:
    """Beside a torch for CPUs only, the toolkit's libraries are not another cause."""
    names = ("libtorch_cuda.so", "libcudart.so.12") if device else ("libcudart.so.12",)
    put(site, "torch", {"torch/lib/libtorch.so": linked((), (), compiler)}, version="2.6.0")
    put(site, "user", {MODULE: linked(names, (), compiler)}, "torch==2.5.1")
    found = rules(diagnose(site))
    expected = "skewed-library" if device else "missing-system-library"
    assert [each for each in found if each != "violated-requirement"] == [expected]


def test_a_framework_s_own_library_is_no_skew_with_itself(site: Path, compiler: Compiler) -> None:
    put(site, "torch", {"torch/_m.abi3.so": linked(("libtorch_cuda.so",), (), compiler)})
    assert of(site, "missing-library").location.distribution == "torch"


@pytest.mark.parametrize(
    ("python", "level"),
    [("", "error"), ("try:\n    from . import _m\nexcept ImportError:\n    pass\n", "note")],
)
def test_an_optional_module_is_told_whole(
    site: Path, compiler: Compiler, python: str, level: str
) -> None:
    other = MODULE.replace("_m", "_n")
    module = linked(("libodbc.so.2", "libx11.so.6"), (), compiler)
    put(site, "user", {MODULE: module, other: module, "user/__init__.py": b""})
    (site / "user/__init__.py").write_text(python + python.replace("_m", "_n"))
    if level == "error":
        assert of(site, "missing-system-library").level == level
        return
    finding = of(site, "optional-module")
    assert (finding.level, finding.location.file) == (level, MODULE)
    assert finding.evidence == {
        "needed": ("libodbc.so.2", "libx11.so.6"),
        "modules": ("user._m", "user._n"),
    }
    assert "`user._m` and 1 more cannot be loaded without `libodbc.so.2`, `libx11.so.6`" in (
        finding.message
    )


@pytest.mark.parametrize(
    ("names", "rule"),
    [
        (("_ffmpeg5", "_ffmpeg6"), "optional-module"),  # its package tries one after the other
        (("_ffmpeg5",), "missing-system-library"),
        (("_ffmpeg5", "_other6"), "missing-system-library"),
    ],
)
def test_numbered_modules_of_which_one_suffices(
    site: Path, compiler: Compiler, names: tuple[str, ...], rule: str
) -> None:
    module = linked(("libodbc.so.2",), (), compiler)
    put(site, "user", {f"user/{each}.abi3.so": module for each in names})
    finding = of(site, rule)
    assert finding.evidence["modules"] == tuple(f"user.{each}" for each in names)
    both = "files" in finding.evidence if rule != "optional-module" else True
    assert both is (len(names) > 1 or rule == "optional-module")


def test_some_optional_and_some_not(site: Path, compiler: Compiler) -> None:
    module = linked(("libodbc.so.2",), (), compiler)
    other = linked(("libodbcinst.so.2",), (), compiler)
    put(site, "user", {MODULE: module, "user/_n.abi3.so": other})
    (site / "user/__init__.py").write_text("def f():\n    from . import _n\n")
    found = {each.rule: each for each in diagnose(site).findings}
    assert set(found) == {"missing-system-library", "optional-module"}
    assert found["missing-system-library"].evidence["modules"] == ("user._m",)
    assert found["optional-module"].evidence["modules"] == ("user._n",)


# --- what an installed distribution has of it


def test_a_skew_is_told_whole(site: Path, compiler: Compiler) -> None:
    """Two modules, each with two libraries of one provider, are one cause."""
    files = {
        MODULE: linked(("liba.so.2", "libb.so.2"), ("$ORIGIN/../lib",), compiler),
        "user/_n.abi3.so": linked(("libb.so.2", "libc9.so.2"), ("$ORIGIN/../lib",), compiler),
    }
    shipped = {f"lib/lib{each}.so.1": linked((), (), compiler) for each in ("a", "b", "c9")}
    put(site, "lib", shipped, version="1.5")
    put(site, "user", files, "lib>=2,<3", tag=BUILT_HERE)
    put(site, "fellow", {}, "lib")
    finding = of(site, "skewed-library")
    assert finding.location == Location(file=MODULE, distribution="user", version="1")
    assert finding.evidence == {
        "cause": "stamped",
        "modules": ("user._m", "user._n"),
        "needed": ("liba.so.2", "libb.so.2", "libc9.so.2"),
        "provider": "lib",
        "installed": "1.5",
        "shipped": ("liba.so.1", "libb.so.1", "libc9.so.1"),
        "requirement": "lib>=2,<3",
        "requirement_holds": False,
        "built_against": "2",
        "built_here": True,
        "generator": "tool 1",
        "installer": "uv",
        "imports_pkg_resources": None,
    }
    assert finding.message.startswith(
        f"`{MODULE}` needs `liba.so.2`, `libb.so.2`, `libc9.so.2`; lib 1.5 ships `liba.so.1`, "
        "`libb.so.1`, `libc9.so.1`; user's own metadata wants `lib>=2,<3`, which is not what is "
        "installed; the wheel was built here from source by tool 1, and installed by uv; `fellow` "
        "requires that library too, "
    )
    assert finding.advice
    put(site, "user", files, "lib>=2,<3", tag=BUILT_HERE, installer="pip")
    command = "pip --python .venv install --no-binary user --upgrade fellow user==1 lib==2"
    assert of(site, "skewed-library").advice[0].commands == (command,)
    put(site, "user", files, "lib>=2,<3", installer="conda")
    assert "; conda installed it; " in of(site, "skewed-library").message
    put(site, "second", {}, "lib")
    assert "`fellow`, `second` require that library too" in of(site, "skewed-library").message


@pytest.mark.parametrize(("number", "more"), [(6, ""), (7, " and 1 more"), (8, " and 2 more")])
def test_of_many_fellows_the_first_are_in_the_sentence(
    site: Path, compiler: Compiler, number: int, more: str
) -> None:
    put(site, "lib", {"lib/liba.so.1": linked((), (), compiler)})
    put(site, "user", {MODULE: linked(("liba.so.2",), (), compiler)}, "lib")
    for n in range(number):
        put(site, f"fellow{n}", {}, "lib")
    listed = ", ".join(f"`fellow{n}`" for n in range(6))
    assert f"; {listed}{more} require that library too" in of(site, "skewed-library").message


@pytest.mark.parametrize("forged", ["lib", "user"])
def test_no_forged_version_reaches_a_command_line(
    site: Path, compiler: Compiler, forged: str
) -> None:
    put(site, "lib", {"lib/liba.so.1": linked((), (), compiler)})
    put(site, "user", {MODULE: linked(("liba.so.2",), (), compiler)}, "lib")
    assert of(site, "skewed-library").advice
    metadata = site / f"{forged}-1.dist-info/METADATA"
    metadata.write_text(metadata.read_text().replace("Version: 1", "Version: 1; id"))
    assert of(site, "skewed-library").advice == ()


@pytest.mark.parametrize(
    ("requires", "cause", "rule", "told"),
    [
        ("lib>=2", "stamped", "skewed-library", "wants `lib>=2`, which is not what is installed"),
        ("lib>=1", "unstamped", "skewed-library", "in an isolated build or out of a cache"),
        ("lib", "unstamped", "skewed-library", "wants `lib`, which is installed"),
        ("", "unstamped", "skewed-library", "metadata does not mention lib"),
    ],
)
@pytest.mark.parametrize("tag", [BUILT_HERE, FROM_AN_INDEX])
def test_what_the_metadata_tells_of_a_skew(
    site: Path, compiler: Compiler, requires: str, cause: str, rule: str, told: str, tag: str
) -> None:
    put(site, "lib", {"lib/liba.so.1": linked((), (), compiler)}, version="1.5")
    module = linked(("liba.so.2",), ("$ORIGIN/../lib",), compiler)
    put(site, "user", {MODULE: module}, *filter(None, (requires,)), tag=tag)
    finding = of(site, rule)
    assert finding.evidence["cause"] == cause
    assert finding.evidence["requirement"] == (requires or None)
    here = tag == BUILT_HERE
    assert (told in finding.message) is (here or "isolated" not in told)
    assert ("built here from source" in finding.message) is here
    assert finding.evidence["built_against"] == ("2" if cause == "stamped" else None)


def test_a_build_tree_that_was_left_over(site: Path, compiler: Compiler) -> None:
    """The metadata requires what is installed, and excludes what was used in the build."""
    put(site, "lib", {"lib/liba.so.1": linked((), (), compiler)}, version="1.5")
    module = linked(("liba.so.2",), ("$ORIGIN/../lib",), compiler)
    put(site, "user", {MODULE: module}, "lib<2", tag=BUILT_HERE)
    finding = of(site, "stale-build")
    assert (finding.evidence["cause"], finding.evidence["requirement_holds"]) == ("stale", True)
    assert "wants `lib<2`, which is installed: the module was compiled earlier" in finding.message


def test_what_is_required_comes_before_what_lies_where_it_looks(
    site: Path, compiler: Compiler
) -> None:
    library = linked((), (), compiler)
    put(site, "aside", {"aside/liba.so.1": library})
    put(site, "lib", {"lib/liba.so.1.5": library})
    module = linked(("liba.so.2",), ("$ORIGIN/../aside",), compiler)
    put(site, "user", {MODULE: module})
    assert of(site, "skewed-library").evidence["provider"] == "aside"
    put(site, "user", {MODULE: module}, "lib")
    assert of(site, "skewed-library").evidence["provider"] == "lib"


def test_a_library_that_nothing_leads_to_is_no_skew(site: Path, compiler: Compiler) -> None:
    put(site, "lib", {"lib/liba.so.1": linked((), (), compiler)})
    put(site, "user", {MODULE: linked(("liba.so.2",), (), compiler)})
    assert of(site, "missing-system-library").evidence["needed"] == "liba.so.2"


def test_a_library_under_its_very_name_off_the_path(site: Path, compiler: Compiler) -> None:
    library = linked((), (), compiler)
    put(site, "lib", {"lib/liba.so.1": library, "lib/libb.so.1": library}, version="1.5")
    put(site, "user", {MODULE: linked(("liba.so.1", "libb.so.1"), (), compiler)})
    finding = of(site, "preloaded-library")
    assert finding.evidence == {
        "needed": ("liba.so.1", "libb.so.1"),
        "module": "user._m",
        "by_way_of": (),
        "shipped": (f"{site}/lib/liba.so.1", f"{site}/lib/libb.so.1"),
    }
    assert "`liba.so.1`, `libb.so.1`, which lib 1.5 ships off the search path" in finding.message
    assert finding.location == Location(file=MODULE, distribution="user", version="1")


def test_the_loader_stops_at_a_damaged_library(site: Path, compiler: Compiler) -> None:
    put(site, "lib", {"lib/liba.so.1": b"a linker's script"})
    module = linked(("liba.so.1",), ("$ORIGIN/../lib",), compiler)
    put(site, "user", {MODULE: module, "user/_n.abi3.so": module})
    finding = of(site, "damaged-file")
    assert finding.message == (
        "`lib/liba.so.1` cannot be loaded: not an ELF file. `user._m` and 1 more need it. Reinstall lib 1."
    )
    assert finding.location.distribution == "lib"
    assert finding.evidence == {"reason": "not an ELF file", "modules": ("user._m", "user._n")}


def test_one_damaged_library_is_one_finding_however_it_is_found(
    site: Path, compiler: Compiler
) -> None:
    """As numpy.libs, which modules in several folders look for, each by a path of its own."""
    put(site, "lib", {"lib/liba.so.1": b"text", "lib/libb.so.1": b"text"})
    module = linked(("liba.so.1",), ("$ORIGIN/../lib",), compiler)
    deeper = linked(("libb.so.1",), ("$ORIGIN/../../lib",), compiler)
    put(site, "user", {MODULE: module, "user/a/_n.abi3.so": deeper})
    finding = of(site, "damaged-file")
    assert finding.evidence["files"] == ("lib/liba.so.1", "lib/libb.so.1")
    assert finding.evidence["modules"] == ("user._m", "user.a._n")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_files_damaged_alike_are_one_finding(site: Path, number: int) -> None:
    names = tuple(f"user/_{n}.abi3.so" for n in range(number))
    put(site, "user", dict.fromkeys(names, b"text"))
    put(site, "other", {"other/_m.abi3.so": b"text"})
    ours, theirs = sorted(
        diagnose(site).findings, key=lambda each: -len(each.location.distribution)
    )
    assert (ours.location.distribution, theirs.location.distribution) == ("other", "user")
    who = f"`{names[0]}`" + (f" and {number - 1} more" if number > 1 else "")
    assert theirs.message.startswith(f"{who} cannot be loaded: not an ELF file. Reinstall user 1")
    assert theirs.evidence == {
        "reason": "not an ELF file",
        **({"files": names} if number > 1 else {}),
    }
    assert theirs.location.file == names[0]
    assert "--reinstall-package user user==1" in theirs.advice[0].commands[0]


# --- symbols, and their versions


def test_symbols_that_nobody_defines_are_told_whole(site: Path, compiler: Compiler) -> None:
    names = [f"lacked_{n}" for n in range(7)]
    uses = "".join(f"extern int {each}(void);\n" for each in names)
    first = uses + f"int f(void) {{ return {'+'.join(f'{each}()' for each in names)}; }}\n"
    second = "extern int lacked_0(void);\nint f(void) { return lacked_0(); }\n"
    files = {MODULE: linked((), (), compiler, first)}
    put(site, "user", files)
    finding = of(site, "undefined-symbol")
    listed = ", ".join(f"`{each}`" for each in names[:6])
    assert f"`user._m` needs {listed} and 1 more, which no library" in finding.message
    assert finding.evidence == {"module": "user._m", "symbols": tuple(names)}
    put(site, "user", {**files, "user/_n.abi3.so": linked((), (), compiler, second)})
    finding = of(site, "undefined-symbol")
    assert "`user._m` and 1 more need " in finding.message
    assert finding.location == Location(file=MODULE, distribution="user", version="1")
    assert finding.evidence == {
        "module": "user._m",
        "symbols": tuple(names),
        "modules": ("user._m", "user._n"),
        "files": (MODULE, "user/_n.abi3.so"),
    }


USES_G = "extern int g(void);\nint f(void) { return g(); }\n"


@pytest.mark.parametrize("requires", [True, False])
def test_a_loaded_library_that_lacks_a_symbol(
    site: Path, compiler: Compiler, requires: bool
) -> None:
    """Of two that are loaded, the one that is required; else the first."""
    for name in ("aside", "lib"):
        file = {f"{name}/lib{name}.so": linked((), (), compiler, soname=f"lib{name}.so")}
        put(site, name, file, version="1.5")
    needed, search = ("libaside.so", "liblib.so"), ("$ORIGIN/../aside", "$ORIGIN/../lib")
    module = linked(needed, search, compiler, USES_G + 'char user_built_against[] = "2.0";\n')
    put(site, "user", {MODULE: module}, *(("lib",) if requires else ()), tag=BUILT_HERE)
    finding = of(site, "undefined-symbol")
    provider = "lib" if requires else "aside"
    assert finding.evidence["provider"] == provider
    assert finding.evidence["shipped"] == (f"lib{provider}.so",)
    assert (finding.evidence["cause"], finding.evidence["needed"]) == ("symbol", ("g",))
    assert finding.evidence["built_against"] == "2.0"
    assert finding.evidence["modules"] == ("user._m",)
    assert "needs the symbol `g`" in finding.message
    assert f"{provider} 1.5 ships `lib{provider}.so`, which lacks it" in finding.message
    both = {MODULE: module, "user/_n.abi3.so": module}
    put(site, "user", both, *(("lib",) if requires else ()), tag=BUILT_HERE)
    assert of(site, "undefined-symbol").evidence["modules"] == ("user._m", "user._n")


@pytest.fixture
def versioned(tmp_path: Path, compiler: Compiler) -> bytes:
    """A module that was linked to a libm.so.6 with a version that no system's has."""
    (tmp_path / "x.c").write_text("double cos(double x) { return x; }\n")
    (tmp_path / "map").write_text("FAR_FUTURE { cos; };\n")
    script = "-Wl,-soname,libm.so.6,--version-script,map"
    stub = compiler.shared_object(tmp_path, "x.c", "stub.so", "-nostdlib", script)
    (tmp_path / "stub.so").write_bytes(stub)
    (tmp_path / "m.c").write_text("double cos(double);\ndouble f(double x) { return cos(x); }\n")
    return compiler.shared_object(tmp_path, "m.c", "m.so", "-nostdlib", "stub.so")


def test_a_system_that_is_older_than_the_one_that_was_built_on(
    site: Path, versioned: bytes
) -> None:
    put(site, "user", {MODULE: versioned, "user/_n.abi3.so": versioned})
    finding = of(site, "older-library")
    assert finding.location == Location(file=MODULE, distribution="user", version="1")
    library = finding.evidence.pop("library")
    assert str(library).endswith("/libm.so.6")
    assert finding.evidence == {
        "module": "user._m",
        "needed": "libm.so.6",
        "versions": ("FAR_FUTURE",),
        "provider": None,
        "modules": ("user._m", "user._n"),
        "files": (MODULE, "user/_n.abi3.so"),
    }
    assert f"`{MODULE}` and 1 more need `FAR_FUTURE` of `libm.so.6`" in finding.message
    assert "Install a wheel of user that was made for a system as old as this one" in (
        finding.message
    )


def test_a_distribution_whose_own_library_is_older(
    site: Path, versioned: bytes, compiler: Compiler, tmp_path: Path
) -> None:
    (tmp_path / "map").write_text("PAST { cos; };\n")
    script = "-Wl,-soname,libm.so.6,--version-script,map,-rpath,$ORIGIN"
    own = compiler.shared_object(tmp_path, "x.c", "own.so", "-nostdlib", script)
    search = "-Wl,-rpath,$ORIGIN"
    module = compiler.shared_object(tmp_path, "m.c", "m.so", "-nostdlib", "stub.so", search)
    put(site, "user", {MODULE: module, "user/libm.so.6": own})
    finding = of(site, "older-library")
    assert finding.evidence["provider"] == "user"
    assert "Reinstall user 1." in finding.message


@pytest.mark.parametrize(
    ("node", "requires", "told", "command"),
    [
        ("NEW", (), "Install a newer lib, or build user with this one.", "lib user"),
        ("NEW", ("lib",), "Install a newer lib, or build user with this one.", "lib user"),
        # The symbols' version tells which one, if nothing else was built with the older one.
        ("LIB_1.6", ("lib",), "Install a newer lib", "'lib==1.6.*' user==1"),
        (
            "NEW",
            ("lib>=2",),
            "user 1 requires `lib>=2`, and 1.5 is installed. Install the version that is required.",
            "'lib>=2' user==1 fellow",
        ),
    ],
)
def test_a_provider_that_is_older_than_the_one_that_was_built_with(
    site: Path,
    tmp_path: Path,
    compiler: Compiler,
    node: str,
    requires: tuple[str, ...],
    told: str,
    command: str,
) -> None:
    made = {}
    for name, version in (("NEW", node), ("OLD", "OLD")):
        (tmp_path / "x.c").write_text("int one(void) { return 1; }\n")
        (tmp_path / "map").write_text(f"{version} {{ one; }};\n")
        script = "-Wl,-soname,liblib.so.6,--version-script,map"
        made[name] = compiler.shared_object(tmp_path, "x.c", f"{name}.so", "-nostdlib", script)
        (tmp_path / f"{name}.so").write_bytes(made[name])
    (tmp_path / "m.c").write_text("int one(void);\nint f(void) { return one(); }\n")
    search = "-Wl,-rpath,$ORIGIN/../lib"
    module = compiler.shared_object(tmp_path, "m.c", "m.so", "-nostdlib", "NEW.so", search)
    put(site, "lib", {"lib/liblib.so.6": made["NEW"]}, version="1.5")
    put(site, "user", {MODULE: module})
    assert rules(diagnose(site)) == []
    (site / "lib/liblib.so.6").write_bytes(made["OLD"])
    put(site, "user", {}, *requires)
    installed(site, "user", MODULE, more="".join(f"Requires-Dist: {each}\n" for each in requires))
    if requires == ("lib>=2",):
        put(site, "fellow", {}, "lib<2")
    finding = of(site, "older-library")  # and no requirement that is violated besides
    assert finding.evidence["provider"] == "lib"
    assert finding.evidence["versions"] == (node,)
    assert f"`{node}` of `liblib.so.6`, and `user/../lib/liblib.so.6` does not define it" in (
        finding.message
    )
    assert told in finding.message
    assert finding.advice[0].commands[0].endswith(f" {command}")


# --- modules that load, and with what


def outside(tmp_path: Path, name: str, content: bytes) -> str:
    """A library without an owner, and the folder in which it lies."""
    folder = tmp_path / "outside"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return str(folder)


@pytest.mark.parametrize(
    ("inner", "files", "mixed"),
    [
        ("liba.so.2", ("liba.so.1", "liba.so.2"), True),
        ("liba.so.1", ("liba.so.1", "liba.so.2"), False),  # one of them, twice
        ("libz.so.2", ("liba.so.1", "libz.so.2"), False),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_two_generations_that_a_module_itself_brings_in(
    site: Path, compiler: Compiler, inner: str, files: tuple[str, ...], mixed: bool, named: bool
) -> None:
    members = {
        f"user/{each}": linked((), (), compiler, soname=each if named else "") for each in files
    }
    middle = linked((inner,), ("$ORIGIN",), compiler, soname="libmiddle.so")
    module = linked(("liba.so.1", "libmiddle.so"), ("$ORIGIN",), compiler)
    put(site, "user", {**members, "user/libmiddle.so": middle, MODULE: module})
    report = diagnose(site)
    assert rules(report) == ["mixed-generations"] * mixed
    if mixed:
        (finding,) = report.findings
        first, second = f"{site}/user/./liba.so.1", f"{site}/user/./liba.so.2"
        assert {str(each).replace("/./", "/") for each in finding.evidence.values()} == {
            "user._m", first.replace("/./", "/"), second.replace("/./", "/")
        }  # fmt: skip
        assert set(finding.evidence) == {"module", "loads", "beside"}
        assert str(finding.evidence["loads"]).endswith("liba.so.1")
        assert "and by way of another library also" in finding.message
        assert finding.location == Location(file=MODULE, distribution="user", version="1")


@pytest.mark.parametrize(
    ("needed", "shipped", "requires", "mixed"),
    [
        ("liba.so.2", "liba.so.1", ("lib",), True),
        ("liba.so.2", "liba.so.2", ("lib",), False),  # both are of one generation
        ("liba.so", "liba.so", ("lib",), True),  # of which nothing tells
        ("liba.so", "liba.so.1", ("lib",), True),
        ("liba.so.2", "liba.so.1", (), False),
        ("liba.so.2", "libz.so.1", ("lib",), False),
    ],
)
def test_a_provider_s_library_that_is_taken_from_elsewhere(
    site: Path,
    tmp_path: Path,
    compiler: Compiler,
    needed: str,
    shipped: str,
    requires: tuple[str, ...],
    mixed: bool,
) -> None:
    folder = outside(tmp_path, needed, linked((), (), compiler, soname=needed))
    own = linked((), (), compiler, soname="libown.so")
    module = linked(("libown.so", needed), ("$ORIGIN",), compiler)
    put(site, "lib", {f"lib/{shipped}": linked((), (), compiler)}, version="1.5")
    put(site, "user", {MODULE: module, "user/libown.so": own}, *requires)
    report = diagnose(site, (folder,))
    assert rules(report) == ["mixed-generations"] * mixed
    if mixed:
        (finding,) = report.findings
        assert finding.evidence == {
            "module": "user._m",
            "loads": f"{folder}/{needed}",
            "beside": f"{site}/lib/{shipped}",
        }
        assert f"loads `{folder}/{needed}`; lib 1.5 brings its own `lib/{shipped}`" in (
            finding.message
        )


STAMP = 'char user_built_against[] = "{}";\n'


@pytest.mark.parametrize(
    ("stamp", "installed_version", "requires", "tag", "found"),
    [
        ("1.0.5", "1.1.0", ("lib",), BUILT_HERE, True),
        ("1.0.5", "1.1.0", ("lib",), FROM_AN_INDEX, True),
        ("1.0.5", "1.0.9", ("lib",), BUILT_HERE, False),  # the last number may differ
        ("1.0", "1.0.9", ("lib",), BUILT_HERE, True),
        ("1.0.5", "no version", ("lib",), BUILT_HERE, False),
        ("no version", "1.1.0", ("lib",), BUILT_HERE, False),
        ("", "1.1.0", ("lib",), BUILT_HERE, False),
        ("1.0.5", "1.1.0", (), BUILT_HERE, False),
        ("1.0.5", "1.1.0", ("lib", "lib2"), BUILT_HERE, False),  # which of them it is of
    ],
)
def test_a_stamp_of_another_abi(
    site: Path,
    compiler: Compiler,
    stamp: str,
    installed_version: str,
    requires: tuple[str, ...],
    tag: str,
    found: bool,
) -> None:
    names = ("liblib.so", "liblib2.so")
    for name in ("lib", "lib2"):
        content = linked((), (), compiler, soname=f"lib{name}.so")
        put(site, name, {f"{name}/lib{name}.so": content})
        metadata = site / f"{name}-1.dist-info/METADATA"
        metadata.write_text(metadata.read_text().replace(": 1\n", f": {installed_version}\n"))
    search = ("$ORIGIN/../lib", "$ORIGIN/../lib2")
    module = linked(names, search, compiler, STAMP.format(stamp) if stamp else "")
    put(site, "user", {MODULE: module}, *requires, tag=tag)
    report = diagnose(site)
    assert rules(report) == ["other-abi"] * found
    if found:
        (finding,) = report.findings
        assert finding.level == "warning"
        assert finding.evidence == {
            "module": "user._m",
            "built_against": stamp,
            "provider": "lib",
            "installed": installed_version,
        }
        assert finding.location == Location(file=MODULE, distribution="user", version="1")
        assert f"built against lib {stamp}, and loads the library of lib {installed_version}" in (
            finding.message
        )
        assert bool(finding.advice) is (tag == BUILT_HERE)


def test_what_does_not_even_load_has_no_other_abi(site: Path, compiler: Compiler) -> None:
    put(site, "lib", {"lib/liblib.so": linked((), (), compiler, soname="liblib.so")}, version="2")
    source = STAMP.format("1.0") + USES_G
    module = linked(("liblib.so",), ("$ORIGIN/../lib",), compiler, source)
    put(site, "user", {MODULE: module}, "lib")
    assert rules(diagnose(site)) == ["undefined-symbol"]
