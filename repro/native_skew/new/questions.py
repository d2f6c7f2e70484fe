"""Asks a template's questions with cookiecutter's own prompts.

cookiecutter asks for all answers or for none, and computes the defaults before it asks. Here, given
answers are not asked for, and a provider's files are read once it is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from cookiecutter.environment import StrictEnvironment
from cookiecutter.prompt import (
    prompt_for_config,
    read_user_choice,
    read_user_variable,
    render_variable,
)

from native_skew.new.errors import BracesError, UnknownAnswerError

Offer = Callable[[str, Mapping[str, str]], dict[str, str]]


def asked(
    context: Mapping[str, Any], given: Mapping[str, str], offer: Offer, ask: bool
) -> dict[str, str]:
    """All answers, in the template's order.

    Args:
        context: the content of cookiecutter.json.
        given: answers that are not asked for.
        offer: from a provider's name and the template's defaults to those from its files.
        ask: whether to ask; otherwise the defaults are used.

    Raises:
        BracesError: an answer contains a template.
        UnknownAnswerError: ``given`` has an unknown name, or a value that is not a choice.

    """
    questions = {name: raw for name, raw in context.items() if not name.startswith("_")}
    for name, value in given.items():
        if name not in questions:
            raise UnknownAnswerError(f"{name}={value}", list(questions))
        if isinstance(questions[name], list) and value not in questions[name]:
            raise UnknownAnswerError(f"{name}={value}", questions[name])
    prompts = dict(context.get("__prompts__", {}))
    environment = StrictEnvironment(context={"cookiecutter": dict(context)})
    answers: dict[str, str] = {}
    found: dict[str, str] = {}
    for number, (name, raw) in enumerate(questions.items(), 1):
        answers[name] = given.get(name) or ""
        if name not in given:
            place = f"  [dim][{number}/{len(questions)}][/] "
            if isinstance(raw, list):
                first = found.get(name, raw[0])
                choices = [first, *(each for each in raw if each != first)]
                answer = read_user_choice(name, choices, prompts, place) if ask else first
            else:
                default = found.get(name) or render_variable(environment, raw, answers)
                answer = read_user_variable(name, default, prompts, place) if ask else default
            answers[name] = str(answer)
        if re.search(r"\{[{%#]", answers[name]):  # cookiecutter takes it for a template
            raise BracesError(name)
        if (name, answers[name]) == ("language", "nanobind"):
            found["build_backend"] = "scikit-build-core"  # the template refuses any other
        if name == "provider_distribution":
            usual = {
                each: str(
                    render_variable(environment, questions[each], _filled(questions, answers))
                )
                for each in ("provider_library", "provider_include_folder", "provider_header")
            }
            found = offer(answers[name], usual)
    return answers


def requirements(context: Mapping[str, Any], answers: Mapping[str, str]) -> list[str]:
    """The requirements of a project with these answers; empty if its template has none."""
    everything = prompt_for_config({"cookiecutter": {**context, **answers}}, no_input=True)
    said = str(everything.get("__requirements", ""))
    return [each for each in said.split(";") if each]


def _filled(questions: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers so far, with the usual import name for the one that is not yet known."""
    name = answers["provider_distribution"].lower().replace("-", "_").replace(".", "_")
    return {**dict.fromkeys(questions, ""), **answers, "provider_import_name": name}
