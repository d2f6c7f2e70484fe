"""The finding of one skew, with its whole cause and its remedies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from native_skew.distributions import Distribution, imports_at_once, regular_files
from native_skew.doctor import rules
from native_skew.doctor.environment import Environment
from native_skew.doctor.fits import fit
from native_skew.doctor.mending import fitting, rebuilding
from native_skew.doctor.pins import Pin
from native_skew.findings import Advice, Evidence, Finding, Rule, listed

if TYPE_CHECKING:
    from native_skew.installers import Cause

_FILES, _BYTES = 64, 256 * 1024  # of Python, near the top of a provider's package
_RULES: dict[Cause, Rule] = {
    "stamped": rules.SKEWED_LIBRARY,
    "unstamped": rules.SKEWED_LIBRARY,
    "stale": rules.STALE_BUILD,
    "symbol": rules.UNDEFINED_SYMBOL,
}


class Skew(msgspec.Struct, frozen=True, kw_only=True):
    """A consumer that was built with another version of a provider than is installed."""

    cause: Cause  # what the metadata tells of how that came
    consumer: Distribution
    provider: Distribution
    pin: Pin | None  # the consumer's requirement on the provider, or of what it requires
    modules: tuple[str, ...]  # those that fail, as one imports them
    file: str  # what needs it
    needed: tuple[str, ...]  # libraries or symbols that are missing
    shipped: tuple[str, ...]  # the provider's libraries of the same stems
    built_against: str = ""  # the provider's version, if the module says it
    linking: tuple[str, ...] = ()  # the other distributions that link to the provider

    def joined(self, other: Skew) -> Skew:
        """Both as one."""
        return msgspec.structs.replace(
            self,
            modules=tuple(dict.fromkeys((*self.modules, *other.modules))),
            needed=tuple(dict.fromkeys((*self.needed, *other.needed))),
            shipped=tuple(dict.fromkeys((*self.shipped, *other.shipped))),
        )

    @property
    def newer(self) -> str:
        """The provider's version that the module was built with, as far as files tell."""
        if self.built_against:
            return self.built_against
        return self.pin.lowest if self.pin and not self.pin.holds else ""


def skew_finding(skew: Skew, environment: Environment) -> Finding:
    """The finding with its whole cause, and the remedies for it."""
    consumer, provider = skew.consumer, skew.provider
    of_symbol, stamped = skew.cause == "symbol", skew.cause == "stamped"
    rotten = importer_of_pkg_resources(provider, environment.sites) if stamped else ""
    fellows = environment.pins.requiring(provider.name, besides=consumer.name)
    said = [
        f"`{environment.relative(skew.file)}` needs {'the symbol ' if of_symbol else ''}"
        f"{listed(skew.needed)}; {provider.title} ships "
        f"{listed(skew.shipped) if skew.shipped else 'none'}{', which lacks it' if of_symbol else ''}",
        _pinned(skew),
        _made(consumer),
    ]
    if rotten:
        said.append(
            f"to build with the installed version is no way out: its `{rotten}` imports "
            "pkg_resources, which is gone since setuptools 82"
        )
    if fellows:  # what a repair must not break
        said.append(
            f"{listed(fellows)} {'require' if fellows[1:] else 'requires'} that library too, and "
            "must move with it where it is moved"
        )
    evidence: Evidence = {
        "cause": skew.cause,
        "modules": skew.modules,
        "needed": skew.needed,
        "provider": provider.name,
        "installed": provider.version,
        "shipped": skew.shipped,
        "requirement": skew.pin.text if skew.pin else None,
        "requirement_holds": skew.pin.holds if skew.pin else None,
        "built_against": skew.newer or None,
        "built_here": consumer.built_here,
        "generator": consumer.generator,
        "installer": consumer.installer,
        "imports_pkg_resources": rotten or None,
    }
    # What is no valid name or version gets into no command line.
    valid = consumer.has_valid_names and provider.has_valid_names
    return _RULES[skew.cause].finding(
        "; ".join(said) + ".",
        environment.location(consumer, skew.file),
        evidence,
        _advice(skew, "rotten" if rotten else skew.cause, environment) if valid else (),
    )


def _advice(skew: Skew, cause: Cause, environment: Environment) -> tuple[Advice, ...]:
    """The remedies; a wheel from an index is not built here, so the versions must be changed."""
    consumer, provider = skew.consumer, skew.provider
    if consumer.built_here and consumer.is_of_index:
        stamped = skew.pin.range if skew.pin else ""
        return rebuilding(cause, consumer, provider, skew.newer, environment, stamped)
    needed = "" if skew.cause == "symbol" else skew.needed[0]
    found = fit(provider, skew.pin, consumer, needed, next(iter(skew.shipped), ""))
    # A consumer that does not say what it needs is released for the provider's newest.
    with_it = () if skew.pin or found else (provider.name,)
    return fitting(found, consumer, environment, linking=(*skew.linking, *with_it))


def _pinned(skew: Skew) -> str:
    """What the consumer's metadata says about it."""
    pin = skew.pin
    if pin is None:
        return f"{skew.consumer.name}'s own metadata does not mention {skew.provider.name}"
    wants = f"{pin.holder.name}'s own metadata wants `{pin.text}`, which is"
    if not pin.holds:
        return f"{wants} not what is installed"
    if skew.cause == "stale":
        return (
            f"{wants} installed: the module was compiled earlier and packed again, from a build "
            "tree that was left over"
        )
    where = ", in an isolated build or out of a cache" if skew.consumer.built_here else ""
    return f"{wants} installed: it was built with another version{where}"


def _made(consumer: Distribution) -> str:
    if consumer.installer == "conda":
        return "conda installed it"
    where = "was built here from source" if consumer.built_here else "was built elsewhere"
    if not consumer.is_of_index:
        where += " and came from no index: with the installed version, it is built again there"
    generator = f" by {consumer.generator}" if consumer.generator else ""
    installer = f", and installed by {consumer.installer}" if consumer.installer else ""
    return f"the wheel {where}{generator}{installer}"


def importer_of_pkg_resources(provider: Distribution, sites: Iterable[Path]) -> str:
    """The first of the provider's files that always imports pkg_resources; empty for none.

    With today's setuptools nothing can then be built against it: pkg_resources is gone since 82,
    https://setuptools.pypa.io/en/latest/history.html#v82-0-0.
    """
    for path in islice(_python_files(provider, sites), _FILES):
        with suppress(OSError):
            if imports_at_once(regular_files.text(str(path), _BYTES), "pkg_resources"):
                return f"{path.parent.name}/{path.name}"
    return ""


def _python_files(provider: Distribution, sites: Iterable[Path]) -> Iterator[Path]:
    for site in sites:
        inside = (Path(f).relative_to(site) for f in provider.files if Path(f).is_relative_to(site))
        for package in sorted({path.parts[0] for path in inside if len(path.parts) > 1}):
            yield from sorted((site / package).glob("*.py"))
