"""The command ``native-skew``: its subcommands, and how each of them ends."""

from __future__ import annotations

import importlib
import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click
from click.shell_completion import CompletionItem

from native_skew import __version__
from native_skew.errors import ExitCode, SkewError

# By kind of reader. For each name: the folder with the command, the command in it, its line in
# --help. A folder is imported only when its command runs: importing all of them is slow.
COMMANDS: dict[str, dict[str, tuple[str, str, str]]] = {
    "Look at what you have": {
        "doctor": ("doctor", "doctor", "Which modules of an environment are skewed, and why."),
        "audit": ("audit", "audit", "Whether a release will skew those who install it."),
        "adopt": ("adopt", "adopt", "What in a project's build files causes skew, as a diff."),
    },
    "Begin": {
        "new": ("new", "new", "A project that does not skew, from a template."),
    },
    "Reproduce": {
        "run": ("run", "run", "Run cells, and compare them with what is recorded."),
        "serve": ("run", "serve", "Keep a scenario's index up, to type the commands yourself."),
        "show": ("run", "show", "What a scenario publishes and asks."),
        "list": ("run", "list_", "The names of scenarios, installers and remedies."),
    },
    "Evidence": {
        "report": ("run", "report", "Show what is recorded, without running anything."),
        "diff": ("results", "diff", "The cells whose verdict differs between two runs."),
        "export": ("export", "export", "A recorded cell as a folder that needs no kit."),
        "matrix": ("run", "matrix", "Run everything, in parts and resumable."),
        "merge": ("run", "merge", "Join the parts of a matrix."),
        "timeline": ("timeline", "timeline", "In which release of a tool a verdict changed."),
        "field": ("field", "field", "Try doctor, audit and adopt on real packages."),
        "schema": ("run", "schema", "The JSON Schema of a result."),
    },
}
# The extra that each folder's commands need.
EXTRAS = {
    "audit": "audit",
    "adopt": "audit",
    "new": "new",
    **dict.fromkeys(("run", "results", "export", "timeline", "field"), "laboratory"),
}
_ENTRIES = {name: entry for section in COMMANDS.values() for name, entry in section.items()}

_SHOWN = 300  # characters of an unforeseen error


class Commands(click.Group):
    """The subcommands; each is imported when it runs, not to be listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Their names, by reader."""
        return list(_ENTRIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name; raises ``SkewError`` if its extra is not installed."""
        if cmd_name not in _ENTRIES:
            return None
        stage, attribute, _ = _ENTRIES[cmd_name]
        try:
            command = getattr(importlib.import_module(f"native_skew.{stage}"), attribute)
        except ModuleNotFoundError as error:
            missing = (error.name or "").partition(".")[0]
            if stage not in EXTRAS or missing == "native_skew":
                raise
            extra = f"native-skew[{EXTRAS[stage]}]"
            raise SkewError(
                f"native-skew {cmd_name}: {missing} is not installed; this command needs more than "
                f"doctor does: pip install '{extra}' (with uv: uvx '{extra}' {cmd_name}; "
                f"in a clone: pip install '.[{EXTRAS[stage]}]')"
            ) from error
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Lists them, by reader; long lines are wrapped, not cut."""
        for title, section in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl([(name, text) for name, (_, _, text) in section.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The completions of ``incomplete``."""
        found = [
            CompletionItem(name, help=text)
            for name, (_, _, text) in _ENTRIES.items()
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  native-skew doctor .venv       is this environment skewed?
  native-skew audit dist/        will this release skew others?
  native-skew run                see the failure happen
  native-skew COMMAND --help     options and examples of a command

Each exits with 0 if all is well, 1 if something was found or changed, 2 if it could not
look or run.""",
)
@click.version_option(__version__, prog_name="native-skew")
def cli() -> None:
    """Finds, explains and reproduces skew in native Python packages.

    A native module is skewed when it was built against one version of another package's
    shared library, and runs with another.
    """


def _crash(error: Exception) -> str:
    """What went wrong and where, in one line: a traceback could show a file's content."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = str(error)
    shown = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
    return (
        f"{type(error).__name__}: {shown} ({Path(last.filename).name}:{last.lineno}, {last.name})"
    )


def main() -> NoReturn:
    """The entry point: every foreseen error is one message on standard error, no traceback."""
    for name in ("SIGTERM", "SIGHUP"):  # also when the terminal goes away
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) is not signal.SIG_IGN:  # as nohup asks for
            signal.signal(number, signal.default_int_handler)
    code: int = ExitCode.COULD_NOT_RUN
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
    except SkewError as error:
        _tell(f"error: {error}")
    except OSError as error:
        where = str(error.filename or "work folder")
        _tell(f"error: {where}: {error.strerror}", lines=False)
    except (KeyboardInterrupt, click.Abort):
        _tell("interrupted: every process was ended, nothing was recorded")
        code = ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001  (a crash must not end with Python's 1: «changed»)
        _tell(f"error: {_crash(error)}; this is a bug: please report it", lines=False)
    sys.exit(code)


def _tell(text: str, *, lines: bool = True) -> None:
    """Prints ``text``, made plain; on one line unless ``lines``."""
    from native_skew.findings import plain, plain_lines  # noqa: PLC0415  (not needed to start)

    click.echo((plain_lines if lines else plain)(text), err=True)
