"""A scenario in words: what it publishes, asks and expects."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text
from rich.tree import Tree

from native_skew.publish.fakes import provider_title
from native_skew.scenarios import ConsumerRelease, Scenario, releases_of


def scenario_tree(scenario: Scenario) -> Tree:
    """What a scenario publishes and asks, as a tree."""
    tree = Tree(Text(f"{scenario.id}: {scenario.title}", style="bold"))
    tree.add(Text(" ".join(scenario.summary.split())))
    for variant in scenario.variant_names():
        title = variant_title(scenario, variant) or "the only variant"
        branch = tree.add(Text(f"{variant}: {title}"))
        for line in circumstances(scenario, variant):
            branch.add(Text(line.replace("`", "")))
    tree.add("remedies").add(Text(", ".join(scenario.all_remedies)))
    expected = tree.add("expected")
    for each in scenario.expect:
        where = ", ".join((*each.variants, *each.installers)) or "everywhere"
        expected.add(Text(f"{each.verdict}: {where}; {', '.join(each.remedies)}: {each.because}"))
    sources = tree.add("sources")
    for source in scenario.sources:
        sources.add(Text(source))
    return tree


def variant_title(scenario: Scenario, variant: str) -> str:
    """The title of ``variant``; empty where it is the only one."""
    return scenario.variants[variant].title if variant in scenario.variants else ""


def circumstances(scenario: Scenario, variant: str) -> Iterator[str]:
    """What is asked, done and published in ``variant``, in lines of Markdown."""
    ask, steps = scenario.ask_of(variant), scenario.steps_of(variant)
    built = "".join(f", with `{each}` built from source" for each in ask.build_from_source)
    yield f"asked: {_codes(ask.requirements)}{built}"
    for number, step in enumerate(steps if len(steps) > 1 else (), 1):
        words = [step.title, f"environment: {step.environment}", f"cache: {step.cache}"]
        words += [f"{step.action} alone"] if step.action != "install" else []
        words += [f"with `{each}` built from source" for each in step.build_from_source]
        yield f"step {number}: {'; '.join(words)}"
    for provider in releases_of(scenario.providers, variant):
        yield f"published, step {provider.step}: {provider_title(provider)}"
    for consumer in releases_of(scenario.consumers, variant):
        for line in _files(consumer):
            yield f"published, step {consumer.step}: {consumer.name} {consumer.version}, {line}"
    headers = scenario.cache_headers_of(variant)
    if headers != "public":
        yield f"cache headers of the index: {headers}"


def _files(consumer: ConsumerRelease) -> Iterator[str]:
    if sdist := consumer.sdist:
        stamps = "stamps what it is built with" if sdist.stamps else "stamps nothing"
        dynamic = "" if sdist.dynamic == "absent" else f" and `Dynamic: {sdist.dynamic}`"
        yield (
            f"sdist: {stamps}; its PKG-INFO requires {_codes(sdist.requires_dist)}{dynamic}; its "
            f"build requires {_codes(sdist.build_requires)}"
        )
    for wheel in consumer.wheels:
        tag = "a wheel that fits here" if wheel.tag == "here" else f"wheel `{wheel.tag}`"
        yield f"{tag}: requires {_codes(wheel.requires_dist)}"


def _codes(texts: tuple[str, ...]) -> str:
    return ", ".join(f"`{each}`" for each in texts) or "nothing"
