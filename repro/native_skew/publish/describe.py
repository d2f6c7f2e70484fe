"""A scenario in words: what it publishes, what it asks, what it expects."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from rich.tree import Tree

from native_skew.publish.fakes import provider_title
from native_skew.scenarios import CONSUMER, ConsumerRelease, Scenario, releases_of


def scenario_tree(scenario: Scenario) -> Tree:
    """What a scenario publishes and asks, as a tree."""
    tree = Tree(Text(f"{scenario.id}: {scenario.title}", style="bold"))
    tree.add(Text(" ".join(scenario.summary.split())))
    for variant in scenario.variant_names():
        _add_variant(tree, scenario, variant)
    tree.add("remedies").add(Text(", ".join(scenario.all_remedies)))
    expected = tree.add("expected")
    for each in scenario.expect:
        where = ", ".join((*each.variants, *each.installers)) or "everywhere"
        expected.add(Text(f"{each.verdict}: {where}; {', '.join(each.remedies)}: {each.because}"))
    sources = tree.add("sources")
    for source in scenario.sources:
        sources.add(Text(source))
    return tree


def _add_variant(tree: Tree, scenario: Scenario, variant: str) -> None:
    title = scenario.variants[variant].title if variant in scenario.variants else "the only variant"
    branch = tree.add(Text(f"{variant}: {title}"))
    ask = scenario.ask_of(variant)
    branch.add(Text(f"asked: {' '.join(ask.requirements)}"))
    if ask.build_from_source:
        branch.add(Text(f"from source: {' '.join(ask.build_from_source)}"))
    steps = branch.add("steps")
    for number, step in enumerate(scenario.steps_of(variant), 1):
        words = [f"{number}. {step.title}", f"environment: {step.environment}"]
        words += [f"cache: {step.cache}"]
        words += [f"{step.action} alone"] if step.action != "install" else []
        words += (
            [f"{' '.join(step.build_from_source)} from source"] if step.build_from_source else []
        )
        steps.add("; ".join(words))
    published = branch.add("published")
    for provider in releases_of(scenario.providers, variant):
        published.add(Text(f"step {provider.step}: {provider_title(provider)}"))
    for consumer in releases_of(scenario.consumers, variant):
        for line in _consumer_lines(consumer):
            published.add(Text(f"step {consumer.step}: {line}"))


def _name(consumer: ConsumerRelease) -> str:
    return consumer.version if consumer.name == CONSUMER else f"{consumer.name} {consumer.version}"


def _consumer_lines(consumer: ConsumerRelease) -> Iterable[str]:
    if consumer.sdist:
        sdist = consumer.sdist
        stamps = "stamps what it is built with" if sdist.stamps else "stamps nothing"
        yield (
            f"sdist {_name(consumer)}: {stamps}; PKG-INFO requires {' '.join(sdist.requires_dist)}, "
            f"Dynamic {sdist.dynamic}"
        )
    for wheel in consumer.wheels:
        yield f"wheel {_name(consumer)} {wheel.tag}: requires {' '.join(wheel.requires_dist)}"
