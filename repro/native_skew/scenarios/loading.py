"""The scenarios: one TOML file each, read and checked here.

All problems of a file are reported at once: first those that its JSON Schema finds, then those of
meaning (a version, a requirement, a reference).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec.toml
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import parse_tag
from packaging.version import Version

from native_skew import shipped
from native_skew.errors import ScenarioError, UnknownNameError
from native_skew.findings import schema_of
from native_skew.installers import GROUPS, INSTALLERS, REMEDIES, TOOLS, is_version
from native_skew.scenarios.model import Scenario

FOLDER = shipped("scenarios")


def load(path: Path) -> Scenario:
    """Reads one scenario file; its name is the scenario's id.

    Raises ``ScenarioError`` with all problems, each naming its place in the file.
    """
    try:
        data = msgspec.toml.decode(path.read_bytes())
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise ScenarioError(path, [str(error)]) from error
    problems = [
        f"{error.json_path.removeprefix('$.')}: {error.message}"
        for error in jsonschema.Draft202012Validator(_schema()).iter_errors(data)
    ]
    if "id" in data:
        problems.append("id: is the file's name; remove the key")
    if problems:
        raise ScenarioError(path, problems)
    scenario = msgspec.structs.replace(msgspec.convert(data, Scenario), id=path.stem)
    if problems := list(_problems(scenario)):
        raise ScenarioError(path, problems)
    return scenario


def load_all(folder: Path = FOLDER) -> dict[str, Scenario]:
    """All scenarios of ``folder`` by id, in the order of their names."""
    return {path.stem: load(path) for path in sorted(folder.glob("*.toml"))}


def find(name: str, folder: Path = FOLDER) -> Scenario:
    """The scenario called ``name``; raises ``UnknownNameError`` if there is none."""
    known = {path.stem: path for path in folder.glob("*.toml")}
    if name not in known:
        raise UnknownNameError("scenario", name, known)
    return load(known[name])


def find_variants(text: str) -> tuple[Scenario, tuple[str, ...]]:
    """Parses ``scenario`` or ``scenario/variant``: the scenario, and the variants meant.

    Raises ``UnknownNameError`` if there is no such scenario or variant.
    """
    name, _, variant = text.partition("/")
    scenario = find(name)
    if not variant:
        return scenario, scenario.variant_names()
    if variant not in scenario.variant_names():
        raise UnknownNameError(f"variant of {name}", variant, scenario.variant_names())
    return scenario, (variant,)


@cache
def _schema() -> dict[str, Any]:
    return schema_of(Scenario)


def _problems(scenario: Scenario) -> Iterator[str]:
    """What is well-formed but makes no sense."""
    yield from _versions(scenario)
    yield from _requirements(scenario)
    yield from _wheels(scenario)
    yield from _references(scenario)
    if not scenario.live and not (scenario.providers and scenario.consumers):
        yield "providers, consumers: a scenario that is not live publishes both"
    last = max(len(scenario.steps_of(variant)) for variant in scenario.variant_names())
    for place, release in _releases(scenario):
        if not 1 <= release.step <= last:
            yield f"{place}.step: {release.step} is not one of the {last} steps"


def _releases(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    for kind in ("providers", "consumers"):
        for number, release in enumerate(getattr(scenario, kind)):
            yield f"{kind}[{number}]", release


def _versions(scenario: Scenario) -> Iterator[str]:
    for place, text in (
        *((f"{place}.version", release.version) for place, release in _releases(scenario)),
        ("versions.older", scenario.versions.older),
        ("versions.newer", scenario.versions.newer),
    ):
        if not is_version(text):
            yield f"{place}: {text!r} is not a version"
        elif not place.startswith("consumers") and len(Version(text).release) < 2:
            yield f"{place}: {text!r} needs an ABI number and a source number at its end"


def _requirements(scenario: Scenario) -> Iterator[str]:
    lists: dict[str, Iterable[str]] = {"ask.requirements": scenario.ask.requirements}
    for name, variant in scenario.variants.items():
        if variant.ask:
            lists[f"variants.{name}.ask.requirements"] = variant.ask.requirements
    for number, consumer in enumerate(scenario.consumers):
        place = f"consumers[{number}]"
        for index, wheel in enumerate(consumer.wheels):
            lists[f"{place}.wheels[{index}].requires-dist"] = wheel.requires_dist
        if consumer.sdist:
            lists[f"{place}.sdist.requires-dist"] = consumer.sdist.requires_dist
            lists[f"{place}.sdist.build-requires"] = consumer.sdist.build_requires
    for place, texts in lists.items():
        for index, text in enumerate(texts):
            try:
                Requirement(text)
            except InvalidRequirement as error:
                yield f"{place}[{index}]: {text!r} is not a requirement ({error.args[0].splitlines()[0]})"


def _wheels(scenario: Scenario) -> Iterator[str]:
    published = {release.version for release in scenario.providers}
    for number, consumer in enumerate(scenario.consumers):
        for index, wheel in enumerate(consumer.wheels):
            place = f"consumers[{number}].wheels[{index}]"
            if wheel.tag != "here" and not _is_tag(wheel.tag):
                yield f"{place}.tag: {wheel.tag!r} is neither 'here' nor python-abi-platform"
            if (wheel.tag == "here") != (wheel.built_against is not None):
                yield f'{place}.built-against: goes with tag = "here", and only with it'
            if wheel.built_against and wheel.built_against not in published:
                yield f"{place}.built-against: no provider {wheel.built_against} is published"


def _is_tag(text: str) -> bool:
    text = text.replace("{python}", "cp311")
    return text.count("-") == 2 and all(text.split("-")) and bool(parse_tag(text))


def _references(scenario: Scenario) -> Iterator[str]:
    variants = scenario.variant_names()
    for place, release in _releases(scenario):
        yield from _unknown(f"{place}.variants", release.variants, variants)
    yield from _unknown("remedies", scenario.remedies, REMEDIES)
    yield from _unknown("repairs.remedies", scenario.repairs.all_remedies, REMEDIES)
    yield from _unknown("repairs.also", scenario.repairs.also, variants)
    yield from _unknown("repairs.after", [scenario.repairs.after], scenario.all_remedies)
    yield from _unknown("repairs.variants", scenario.repairs.variants, variants)
    for number, expect in enumerate(scenario.expect):
        place = f"expect[{number}]"
        yield from _unknown(f"{place}.installers", expect.installers, {*GROUPS, *INSTALLERS})
        where = scenario if expect.start == "fresh" else scenario.repairs
        yield from _unknown(f"{place}.remedies", expect.remedies, where.all_remedies)
        yield from _unknown(f"{place}.variants", expect.variants, variants)
        if expect.tool_versions:
            yield from _tool_versions(f"{place}.tool-versions", expect.tool_versions)
        try:
            SpecifierSet(expect.pythons)
        except InvalidSpecifier:
            yield f"{place}.pythons: {expect.pythons!r} is not a version specifier"


def _tool_versions(place: str, text: str) -> Iterator[str]:
    try:
        name = Requirement(text).name
    except InvalidRequirement:
        yield f"{place}: {text!r} is not a tool and its versions, as 'uv<0.8.5'"
    else:
        yield from _unknown(place, [name], TOOLS)


def _unknown(place: str, names: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{place}: unknown {name!r}; known are {', '.join(sorted(known))}"
