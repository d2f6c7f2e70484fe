"""Which versions of a provider a wheel from an index was built for, by what its files say."""

from __future__ import annotations

import re

import msgspec
from packaging.version import InvalidVersion, Version

from native_skew.distributions import library_names
from native_skew.doctor.inventory import Distribution
from native_skew.doctor.pins import Pin

# torch_scatter-2.1.2+pt21cpu, flash_attn-2.6.3+cu123torch2.3cxx11abifalse
_TORCH = re.compile(r"\+.*?(?:pt|torch)(\d)\.?(\d+)")
_LEADING = re.compile(r"\d+\.\d+")
_SAMPLES = 30


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """Versions of a provider.

    Attributes:
        samples: some of them, to ask of other requirements.
        of_name: whether a library's name alone tells them, and they are older than what is
            installed: the index may have none of them any more.

    """

    provider: str
    versions: str
    samples: tuple[str, ...] = ()
    of_name: bool = False

    def __str__(self) -> str:
        return f"{self.provider}{self.versions}"

    def suits(self, pin: Pin) -> bool:
        """Whether ``pin`` admits any of the samples."""
        return any(map(pin.admits, self.samples)) or not self.samples


def fit(
    provider: Distribution, pin: Pin | None, consumer: Distribution, needed: str, shipped: str
) -> Fit | None:
    """The versions of ``provider`` that ``consumer`` was built for; None where nothing tells.

    Args:
        provider: what is installed.
        pin: the consumer's requirement on it.
        consumer: what was built.
        needed: the library that is missing, or empty.
        shipped: the one that the provider has in its place.

    """
    if pin and not pin.holds and pin.bounded:
        return Fit(provider=provider.name, versions=str(pin.specifier), samples=(pin.lowest,))
    start = _of_library(
        provider.version, library_names.version(needed), library_names.version(shipped)
    )
    of_name = bool(start) and _is_older(start, provider.version)
    if not start and provider.name == "torch" and (match := _TORCH.search(consumer.version)):
        start = f"{match[1]}.{match[2]}"
    if not start and pin and pin.holds and pin.lowest:
        # What is installed is admitted and does not fit: the range starts with what was built for.
        start = match[0] if (match := _LEADING.match(pin.lowest)) else pin.lowest
    if not start and pin and (in_step := _LEADING.match(pin.lowest)):
        # What is released in step, as PyQt6 and PyQt6-Qt6 are: of one series.
        start = in_step[0] if f"{consumer.version}.".startswith(f"{in_step[0]}.") else ""
    if start:
        samples = (start, *(f"{start}.{number}" for number in range(_SAMPLES)))
        versions = f"=={start}.*"
        return Fit(provider=provider.name, versions=versions, samples=samples, of_name=of_name)
    if pin and pin.lowest:
        return Fit(provider=provider.name, versions=str(pin.specifier), samples=(pin.lowest,))
    return None


def _is_older(one: str, other: str) -> bool:
    try:
        return Version(one) < Version(other)
    except InvalidVersion:
        return False


def _of_library(installed: str, needed: str, shipped: str) -> str:
    """What a release starts with, where the library's name is made from it; or empty."""
    if needed and shipped and f"{installed}.".startswith(f"{shipped}."):
        return needed
    try:
        release = (*Version(installed).release, 0)
    except InvalidVersion:
        return ""
    # libarrow.so.1500 of pyarrow 15.0
    if needed.isdecimal() and shipped == f"{100 * release[0] + release[1]}":
        return f"{int(needed) // 100}.{int(needed) % 100}"
    return ""
