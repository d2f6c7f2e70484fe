"""What each start of the command costs, and what its help says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from native_skew import cli
from native_skew.errors import SkewError
from support.command import Call

# Each costs what a person notices, and neither doctor nor a list of commands has a use for it.
HEAVY = (
    "asyncio",
    "bs4",
    "elftools",
    "filelock",
    "http.server",
    "jsonschema",
    "pip",
    "pydantic",
    "pypi_simple",
    "requests",
    "tomlkit",
    "urllib3",
    "werkzeug",
)
NOT_TO_LIST = (*HEAVY, "configupdater", "msgspec", "packaging", "rich", "wheel")
NAMES = [name for section in cli.COMMANDS.values() for name in section]


def _loaded(argument: str, names: tuple[str, ...]) -> list[str]:
    """Which of the modules are loaded after the command has answered."""
    program = (
        "import sys\nfrom native_skew import cli\n"
        f"cli.cli.main({argument.split()}, standalone_mode=False)\n"
        f"print(*({set(names)!r} & sys.modules.keys()), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stderr.split()


def test_a_list_of_commands_loads_none_of_them() -> None:
    assert _loaded("--help", NOT_TO_LIST) == []


def test_doctor_loads_nothing_heavy() -> None:
    assert _loaded("doctor --help", HEAVY) == []


def test_what_is_loaded_is_seen() -> None:
    assert "werkzeug" in _loaded("run --help", HEAVY)


def _commands() -> Iterator[tuple[str, click.Command]]:
    group = cli.cli
    assert isinstance(group, cli.Commands)
    with click.Context(group, info_name="native-skew") as context:
        for name in NAMES:
            command = group.get_command(context, name)
            assert command
            yield name, command


def test_the_table_names_the_commands_as_they_name_themselves() -> None:
    assert {name: command.name for name, command in _commands()} == {n: n for n in NAMES}


def test_every_command_and_every_option_has_a_text() -> None:
    without = [
        f"{name}: {parameter.name}"
        for name, command in _commands()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not (parameter.help or "").endswith((".", ")"))
    ]
    assert not without
    assert not [name for name, command in _commands() if not command.help]


@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_fits_80_columns_and_cuts_nothing(name: str) -> None:
    with click.Context(cli.cli, info_name="native-skew", terminal_width=78) as context:
        command = cli.cli.get_command(context, name) if name else cli.cli  # type: ignore[attr-defined]
        with click.Context(command, info_name=name, parent=context) as inner:
            text = command.get_help(inner)
    assert max(map(len, text.splitlines())) <= 78
    assert "..." not in text.partition("\n")[2]
    for section in cli.COMMANDS.values():
        for _, _, line in section.values():
            assert name or line in text


def test_examples_are_of_commands_and_options_that_there_are() -> None:
    known = {
        name: {option for parameter in command.params for option in parameter.opts}
        for name, command in _commands()
    }
    examples = [
        line.split()[1:]
        for _, command in [("", cli.cli), *_commands()]
        for line in (command.epilog or "").splitlines()
        if line.startswith("  native-skew ")
    ]
    assert len(examples) > len(NAMES)
    for name, *words in examples:
        if name != "COMMAND":
            assert {word for word in words if word.startswith("--")} <= known[name], (name, words)


def test_help_is_in_the_order_of_its_readers(call: Call) -> None:
    code, out, _ = call("--help")
    assert code == 0
    places = [out.index(f"{title}:") for title in cli.COMMANDS]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "arguments",
    [
        ("doctor", ".", "--json", "--sarif"),
        ("doctor", ".", "--github", "--sarif"),
        ("audit", ".", "--json", "--github"),
        ("report", "--json", "--markdown"),
        ("report", "--svg", "picture.svg", "--markdown"),
        ("diff", ".", ".", "--json", "--markdown"),
    ],
)
def test_what_excludes_each_other_is_refused(call: Call, arguments: tuple[str, ...]) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert "exclude each other" in err


def test_one_of_them_is_not_refused(call: Call) -> None:
    assert call("doctor", "tests", "--json")[2].find("exclude each other") == -1


def test_a_shell_completes_commands_without_loading_them() -> None:
    with click.Context(cli.cli, info_name="native-skew") as context:
        found = {each.value: each.help for each in cli.cli.shell_complete(context, "re")}
        options = {each.value for each in cli.cli.shell_complete(context, "--")}
    assert found == {"report": "Show what is recorded, without running anything."}
    assert "--help" in options


def test_what_is_not_installed_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.startswith("native_skew.audit")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "requests", None)
    with click.Context(cli.cli) as context, pytest.raises(SkewError) as caught:
        cli.cli.get_command(context, "audit")  # type: ignore[attr-defined]
    assert "pip install 'native-skew[audit]'" in str(caught.value)
    assert "requests" in str(caught.value)


def _without_extras(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command where nothing is installed but what every installation brings."""
    extras = {*HEAVY, "platformdirs", "truststore"} - {"asyncio", "http.server", "tomlkit"}
    program = (
        f"import sys\nsys.modules.update(dict.fromkeys({extras!r}))\n"
        f"sys.argv = {['native-skew', *arguments]!r}\n"
        "from native_skew import cli\ncli.main()\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


def test_doctor_needs_no_extra() -> None:
    doctor = _without_extras("doctor", sys.prefix, "--json")
    assert "looked_at" in doctor.stdout, doctor.stderr
    adopt = _without_extras("adopt", "tests/adopt/projects/sound")
    assert "native-skew[audit]" in adopt.stderr


def test_each_other_command_names_its_extra() -> None:
    without = set(NAMES) - {"doctor"}
    assert without == {name for name in NAMES if cli.COMMANDS and _extra_of(name)}
    for name in ("audit", "run", "diff"):
        done = _without_extras(name, "--help")
        assert done.returncode == 2
        assert f"'native-skew[{_extra_of(name)}]'" in done.stderr


def _extra_of(name: str) -> str | None:
    return cli.EXTRAS.get(next(s[name][0] for s in cli.COMMANDS.values() if name in s))
