"""What a scenario publishes, known without compiling or packing any of it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from native_skew.scenarios import (
    PROVIDER,
    ConsumerRelease,
    Scenario,
    Wheel,
    releases_of,
)


class PublishedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the index offered, and what its metadata said."""

    filename: str
    step: int
    requires_dist: tuple[str, ...]
    dynamic: tuple[str, ...]


def published_in(
    scenario: Scenario, variant: str, python: str, platform: str
) -> tuple[PublishedRecord, ...]:
    """The files of the pair that the index offers in ``variant``, in all steps.

    Args:
        scenario: says what is published; a live one publishes nothing of its own.
        variant: one of its variants.
        python: the interpreter's wheel tag, e.g. ``cp311``.
        platform: the wheel tag of what is compiled there, e.g. ``linux_x86_64``.

    """
    provider = PROVIDER.replace("-", "_")
    return (
        *(
            PublishedRecord(
                filename=f"{provider}-{each.version}-py3-none-{platform}.whl",
                step=each.step,
                requires_dist=(),
                dynamic=(),
            )
            for each in releases_of(scenario.providers, variant)
        ),
        *(
            file
            for each in releases_of(scenario.consumers, variant)
            for file in _consumer(each, python, platform)
        ),
    )


def _consumer(release: ConsumerRelease, python: str, platform: str) -> Iterator[PublishedRecord]:
    stem = f"{release.name.replace('-', '_')}-{release.version}"
    if sdist := release.sdist:
        yield PublishedRecord(
            filename=f"{stem}.tar.gz",
            step=release.step,
            requires_dist=sdist.requires_dist,
            # Its spelling counts for tools; what is read of it is in lower case.
            dynamic=() if sdist.dynamic == "absent" else (sdist.dynamic,),
        )
    for wheel in release.wheels:
        yield PublishedRecord(
            filename=f"{stem}-{wheel_tag(wheel, python, platform)}.whl",
            step=release.step,
            requires_dist=wheel.requires_dist,
            dynamic=(),
        )


def wheel_tag(wheel: Wheel, python: str, platform: str) -> str:
    """The tag that ``wheel`` has for an interpreter, whose own tags are given."""
    if wheel.tag == "here":
        return f"{python}-{python}-{platform}"
    return wheel.tag.replace("{python}", python)
