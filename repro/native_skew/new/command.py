"""The command ``native-skew new``."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

import click
from cookiecutter.config import get_user_config
from cookiecutter.exceptions import (
    CookiecutterException,
    FailedHookException,
    OutputDirExistsException,
)
from cookiecutter.generate import generate_context
from cookiecutter.main import cookiecutter

from native_skew import recorded, shipped
from native_skew.errors import ExitCode
from native_skew.findings import plain
from native_skew.new import origin, provider, questions
from native_skew.new.errors import (
    AnswersError,
    FolderTakenError,
    IncompatibleProvidersError,
    UnknownAnswerError,
)

TEMPLATES = {
    "consumer": "native-consumer",
    "provider": "native-provider",
    "application": "uv-application",
}


def folder() -> Path:
    """Where the templates are: in a clone, or in the installed package."""
    packed = shipped("templates")
    return packed if packed.is_dir() else recorded().resolve().parents[1] / "templates"


@click.command(
    epilog="""\b
Examples:
  native-skew new consumer
  native-skew new consumer provider_distribution=pyarrow language=pybind11
  native-skew new application --no-input --output-dir projects"""
)
@click.argument("kind", type=click.Choice(list(TEMPLATES)))
@click.argument("given", metavar="[NAME=VALUE …]", nargs=-1)
@click.option("--no-input", is_flag=True, help="Ask nothing; use the defaults.")
@click.option("--no-index", is_flag=True, help="Do not read or fetch the provider.")
@click.option(
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    help="The folder in which to create the project.",
)
def new(
    kind: str, given: tuple[str, ...], no_input: bool, no_index: bool, output_dir: Path
) -> None:
    """Creates a project of KIND.

    KIND is a package that links to another's library (consumer), one that ships such a library
    (provider), or a project that has to build an affected package with uv (application).

    Asks for the answers that are not given as NAME=VALUE; an unknown NAME prints all names. The
    defaults for a provider's library, header and versions are read from its installation here or
    from its newest wheel. Exits with 0 if the project was created, 2 if not.
    """
    template = folder() / TEMPLATES[kind]
    pairs = dict(each.partition("=")[::2] for each in given)
    for each in given:
        if "=" not in each:
            raise UnknownAnswerError(each, ["NAME=VALUE"])
    try:
        settings = get_user_config()
    except CookiecutterException as error:
        raise click.ClickException(plain(str(error))) from None
    context = generate_context(
        str(template / "cookiecutter.json"), default_context=settings["default_context"]
    )["cookiecutter"]
    try:
        answers = questions.asked(
            context, pairs, (lambda *_: {}) if no_index else _offered, not no_input
        )
    except EOFError:
        raise click.Abort from None
    requirements = questions.requirements(context, answers)
    if answers.get("more_providers") and not no_index:
        for together in (requirements, provider.lowest(requirements)):
            if provider.contradictory(together):
                raise IncompatibleProvidersError(together)
    # It logs a traceback if a template refuses answers, after a message that says why.
    logging.getLogger("cookiecutter").addHandler(logging.NullHandler())
    # Makes the template's own check recommend this command.
    os.environ["NATIVE_SKEW_NEW"] = "1"
    try:
        made = cookiecutter(
            str(template),
            no_input=True,
            extra_context={**answers, "__native_skew": origin.source("audit")},
            output_dir=str(output_dir),
        )
    except FailedHookException:
        raise AnswersError from None
    except OutputDirExistsException as error:
        raise FolderTakenError(Path(str(error).split('"')[1])) from None
    except (CookiecutterException, OSError) as error:
        raise click.ClickException(plain(str(error))) from None
    finally:
        del os.environ["NATIVE_SKEW_NEW"]
    click.echo(plain(made))
    click.get_current_context().exit(ExitCode.SOUND)


def _offered(name: str, known: Mapping[str, str]) -> dict[str, str]:
    click.echo(
        f"Reading what {plain(name)} ships, installed here or in its newest wheel "
        "(--no-index leaves that out)",
        err=True,
    )
    found = provider.offered(name, known)
    if not found:
        click.echo(
            f"{plain(name)}: no shared library of it was found, installed here or in a wheel; look "
            "at the library, the header and the versions that are offered",
            err=True,
        )
    return found
