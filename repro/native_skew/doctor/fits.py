"""The versions of a provider for which a wheel from an index was built, as its files tell."""

from __future__ import annotations

import re

import msgspec
from packaging.version import InvalidVersion, Version

from native_skew.distributions import Distribution, library_names
from native_skew.doctor.pins import Pin

# torch_scatter-2.1.2+pt21cpu, flash_attn-2.6.3+cu123torch2.3cxx11abifalse
_TORCH = re.compile(r"\+.*?(?:pt|torch)(\d)\.?(\d+)")
_LEADING = re.compile(r"\d+\.\d+")
_SAMPLES = 30


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """Versions of a provider."""

    provider: str
    versions: str
    samples: tuple[str, ...] = ()  # some of them, to ask of other requirements
    # Whether a library's name alone tells them: the index may have none any more, or none that goes
    # with what else is newest.
    of_name: bool = False

    def __str__(self) -> str:
        return f"{self.provider}{self.versions}"

    def suits(self, pin: Pin) -> bool:
        """Whether ``pin`` admits any of the samples."""
        return any(map(pin.admits, self.samples)) or not self.samples


def fit(
    provider: Distribution, pin: Pin | None, consumer: Distribution, needed: str, shipped: str
) -> Fit | None:
    """The versions of ``provider`` for which ``consumer`` was built; None if nothing tells.

    ``needed`` is the library that is missing, or empty; ``shipped`` is the one in its place.
    """
    if pin and not pin.holds and pin.bounded:
        return _wanted(pin)
    lowest = pin.lowest if pin else ""
    start = _of_library(
        provider.version, library_names.version(needed), library_names.version(shipped), lowest
    )
    of_name = _is_older(start, provider.version)
    if start and (_starts(lowest, start) or _starts(start, lowest)):
        # The requirement starts where the library's name does: there is such a release.
        start, of_name = min(start, lowest, key=len), False
    # If anything newer will do, a provider's own requirements are the newest as well.
    of_name = of_name or bool(pin and not pin.holds)
    if not start and provider.name == "torch" and (match := _TORCH.search(consumer.version)):
        start = f"{match[1]}.{match[2]}"
    if not start and pin and pin.holds and lowest:
        # What is installed is admitted and does not fit: the range starts with what was built for.
        start = match[0] if (match := _LEADING.match(lowest)) else lowest
    if start := start or _in_step(lowest, consumer):
        return _of_series(provider, start, of_name=of_name)
    return _wanted(pin) if pin and lowest else None


def newer(
    provider: Distribution, pin: Pin | None, consumer: Distribution, versions: tuple[str, ...]
) -> Fit | None:
    """The same for a provider's library that is too old: it lacks ``versions`` of its symbols."""
    if pin and not pin.holds:
        return fit(provider, pin, consumer, "", "")
    installed = provider.version
    named = (match[0] for each in versions if (match := _LEADING.search(each)))
    # Qt_6.7 is of Qt 6.7, and GLIBCXX_3.4.30 of GCC 12.
    told = [e for e in named if _is_older(installed, e) and _starts(e[: e.index(".")], installed)]
    start = max(told, key=Version, default="") or _in_step(pin.lowest if pin else "", consumer)
    return _of_series(provider, start) if start else None


def _wanted(pin: Pin) -> Fit:
    return Fit(provider=pin.provider, versions=str(pin.specifier), samples=(pin.lowest,))


def _of_series(provider: Distribution, start: str, *, of_name: bool = False) -> Fit:
    samples = (start, *(f"{start}.{number}" for number in range(_SAMPLES)))
    return Fit(provider=provider.name, versions=f"=={start}.*", samples=samples, of_name=of_name)


def _in_step(lowest: str, consumer: Distribution) -> str:
    """The release series of distributions released in step, as PyQt6 and PyQt6-Qt6; or empty."""
    series = _LEADING.match(lowest)
    return series[0] if series and _starts(series[0], consumer.version) else ""


def _starts(one: str, other: str) -> bool:
    """Whether ``other`` is ``one``, or a version of that series."""
    return bool(one) and f"{other}.".startswith(f"{one}.")


def _is_older(one: str, other: str) -> bool:
    try:
        return bool(one) and Version(one) < Version(other)
    except InvalidVersion:
        return False


def _of_library(installed: str, needed: str, shipped: str, lowest: str) -> str:
    """The first numbers of the release, if the library's name is made from them; or empty."""
    if not (needed and shipped):
        return ""
    if _starts(shipped, installed):
        return needed
    major, own = needed.partition(".")[0], shipped.partition(".")[0]
    # liburdfdom_model.so.3.0 of urdfdom 3.1, where urdfdom>=4 is required
    if own != major and _starts(own, installed) and _starts(major, lowest):
        return major
    try:
        release = (*Version(installed).release, 0)
    except InvalidVersion:
        return ""
    # libarrow.so.1500 of pyarrow 15.0
    if needed.isdecimal() and shipped == f"{100 * release[0] + release[1]}":
        return f"{int(needed) // 100}.{int(needed) % 100}"
    return ""
