"""Why modules cannot be loaded: what they lack, joined with distributions and requirements."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Iterator

from native_skew.binaries import Loaded, MissingVersions, Unresolved
from native_skew.doctor import rules
from native_skew.doctor.environment import Environment
from native_skew.doctor.extension_modules import Damaged, ExtensionModule
from native_skew.doctor.inventory import Distribution
from native_skew.doctor.library_owners import Owners, Shipped, version
from native_skew.doctor.pins import Pins
from native_skew.doctor.skew import Skew, skew_finding
from native_skew.findings import Evidence, Finding, Location
from native_skew.installers import Cause

# https://docs.nvidia.com/cuda/cuda-c-programming-guide/ : libcuda.so.1 comes with the driver
_DRIVERS = re.compile(
    r"lib(cuda|cudadebugger|nvidia-[\w-]+|nvcuvid|nvoptix|amdocl64|ze_intel_gpu)\.so(\.\d+)*"
)
_LIBCS = re.compile(r"(libc\.musl-\w+|ld-musl-\w+|ld-linux[\w-]*)\.so\.\d+")
_SHOWN = 6  # names in a sentence; all are in the evidence


class Explanations:
    """The joins over one environment.

    Args:
        environment: what is looked at.
        owners: of its shared objects.
        pins: its requirements.

    """

    def __init__(self, environment: Environment, owners: Owners, pins: Pins) -> None:
        self._environment, self._owners, self._pins = environment, owners, pins
        self.explained: set[tuple[str, str]] = set()  # holder and provider of violated pins

    def of_modules(self, modules: list[ExtensionModule]) -> Iterator[Finding]:
        """What is missing, skews first put together by consumer and provider."""
        skews: dict[tuple[str, str, Cause], Skew] = {}
        alike: dict[object, list[tuple[Distribution, Unresolved, ExtensionModule]]] = {}
        reported: set[tuple[str, str]] = set()
        for module in modules:
            for unresolved in module.closure.unresolved:
                consumer = self._owners.of(unresolved.needer.path) or module.owner
                if skew := self._skew(consumer, unresolved, module):
                    key = consumer.name, skew.provider.name, skew.cause
                    skews[key] = skews[key].joined(skew) if key in skews else skew
                elif (unresolved.needer.path, unresolved.name) not in reported:
                    reported.add((unresolved.needer.path, unresolved.name))
                    # One finding for all files of a distribution that lack the same.
                    same = consumer.name, unresolved.name, unresolved.damaged, unresolved.foreign
                    alike.setdefault(same, []).append((consumer, unresolved, module))
            for missing in module.missing_versions:
                if (missing.needer.path, missing.library.path) not in reported:
                    reported.add((missing.needer.path, missing.library.path))
                    yield self._missing_versions(module, missing)
            if module.undefined:
                yield self._undefined(module)
        for cases in alike.values():
            consumer, unresolved, module = cases[0]
            if self._environment.libc and not self._owners.named(unresolved.name):
                continue  # the system that it is for is not at hand, and may have it
            yield self._plain(
                consumer, unresolved, module, tuple(c[1].needer.path for c in cases[1:])
            )
        for skew in skews.values():
            self.explained.add((skew.consumer.name, skew.provider.name))
            yield skew_finding(skew, self._environment, self._pins)

    def damaged(self, files: Iterable[Damaged]) -> Iterator[Finding]:
        """Files that an import would open and that cannot be loaded."""
        for each in files:
            yield rules.DAMAGED_FILE.finding(
                f"It cannot be loaded: {each.reason}. Reinstall {each.owner.title}.",
                self._location(each.path, each.owner),
                {"reason": each.reason},
            )

    def _skew(
        self, consumer: Distribution, unresolved: Unresolved, module: ExtensionModule
    ) -> Skew | None:
        """The skew behind ``unresolved``: a distribution ships another version of the library."""
        if self._owners.named(unresolved.name):
            return None
        pins = self._pins.of(consumer)
        # A wheel's copies of one library differ in how much of the version the name has.
        by_version = sorted(
            self._owners.other_versions(unresolved.name), key=lambda each: -len(version(each.name))
        )
        related = [
            each
            for each in by_version
            if each.owner.name in pins or self._is_sought(unresolved.needer, each)
        ]
        if not related:
            return None
        # What it requires comes before what merely lies where it looks.
        best = min(related, key=lambda each: each.owner.name not in pins)
        pin = pins.get(best.owner.name)
        cause: Cause = "unstamped"
        if pin and not pin.holds:
            cause = "stamped"
        elif pin and pin.bounded:
            cause = "stale"
        return Skew(
            cause=cause,
            consumer=consumer,
            provider=best.owner,
            pin=pin,
            modules=(module.name,),
            file=unresolved.needer.path,
            needed=(unresolved.name,),
            shipped=(best.name,),
        )

    def _is_sought(self, needer: Loaded, shipped: Shipped) -> bool:
        """Whether ``needer`` looks for libraries where ``shipped`` lies."""
        return shipped.path.rpartition("/")[0] in needer.folders

    def _plain(
        self,
        consumer: Distribution,
        unresolved: Unresolved,
        module: ExtensionModule,
        more: tuple[str, ...],
    ) -> Finding:
        """A missing library that is no skew; ``more`` are other files that lack it as well."""
        place = self._location(unresolved.needer.path, consumer)
        evidence: Evidence = {
            "needed": unresolved.name,
            "module": module.name,
            "by_way_of": _by_way_of(unresolved),
            **({"also": more} if more else {}),
        }
        needs = _needs(place, unresolved, more)
        passed_over = {os.path.realpath(path) for path in unresolved.foreign}
        named = self._owners.named(unresolved.name)
        if owners := [each for each in named if os.path.realpath(each.path) not in passed_over]:
            who = ", ".join(sorted({each.owner.title or "a file" for each in owners}))
            return rules.PRELOADED_LIBRARY.finding(
                f"{needs}, which {who} ships off its search path: it works where that is "
                "loaded first.",
                place,
                {**evidence, "shipped": tuple(each.path for each in owners)},
            )
        if unresolved.damaged:
            return rules.DAMAGED_FILE.finding(
                f"{needs}, and the loader stops at {unresolved.damaged}.", place, evidence
            )
        if _LIBCS.fullmatch(unresolved.name):
            return rules.FOREIGN_LIBC.finding(
                f"{needs}, another C library's than the interpreter's. Install a "
                f"{'manylinux' if 'musl' in unresolved.name else 'musllinux'} wheel.",
                place,
                evidence,
            )
        if unresolved.foreign:
            return rules.FOREIGN_ARCHITECTURE.finding(
                f"{needs}; {', '.join(unresolved.foreign[:_SHOWN])} is for another architecture.",
                place,
                {**evidence, "foreign": unresolved.foreign},
            )
        if _DRIVERS.fullmatch(unresolved.name):
            return rules.MISSING_DRIVER.finding(
                f"{needs}, which comes with a device's driver: nothing to do without one.",
                place,
                evidence,
            )
        return self._absent(needs, consumer, unresolved, place, evidence)

    def _absent(
        self,
        needs: str,
        consumer: Distribution,
        unresolved: Unresolved,
        place: Location,
        evidence: Evidence,
    ) -> Finding:
        absent = [pin for pin in self._pins.of(consumer).values() if pin.installed is None]
        sites = tuple(str(site) for site in self._environment.sites)
        inside = any(folder.startswith(sites) for folder in unresolved.needer.folders)
        if absent:
            self.explained.update((pin.holder.name, pin.provider) for pin in absent)
            names = ", ".join(pin.text for pin in absent)
            return rules.MISSING_LIBRARY.finding(
                f"{needs}; no installed distribution ships it, and {consumer.title} requires "
                f"{names}, which is not installed.",
                place,
                {**evidence, "requires": tuple(pin.text for pin in absent)},
            )
        if inside:
            return rules.MISSING_LIBRARY.finding(
                f"{needs}, looks for it inside of the environment, and no installed distribution "
                f"ships it. Reinstall {consumer.title}, or install what it was built with.",
                place,
                evidence,
            )
        return rules.MISSING_SYSTEM_LIBRARY.finding(
            f"{needs}, and the system has no such library. Install it with the system's package "
            "manager.",
            place,
            evidence,
        )

    def _undefined(self, module: ExtensionModule) -> Finding:
        """Symbols that nobody defines: from a provider of another version, where one is loaded."""
        pins = self._pins.of(module.owner)
        names = ", ".join(f"`{name}`" for name in module.undefined[:_SHOWN])
        loaded = [self._owners.of(each.path) for each in module.closure.files[1:]]
        others = [each for each in loaded if each and each.name != module.owner.name]
        provider = next((each for each in others if each.name in pins), next(iter(others), None))
        if provider is None:
            return rules.UNDEFINED_SYMBOL.finding(
                f"`{module.name}` needs {names}, which no library that it loads defines.",
                self._location(module.file.path, module.owner),
                {"module": module.name, "symbols": module.undefined},
            )
        self.explained.add((module.owner.name, provider.name))
        skew = Skew(
            cause="symbol",
            consumer=module.owner,
            provider=provider,
            pin=pins.get(provider.name),
            modules=(module.name,),
            file=module.file.path,
            needed=module.undefined,
            shipped=tuple(
                os.path.basename(each.path)  # noqa: PTH119
                for each in module.closure.files
                if self._owners.of(each.path) is provider
            ),
            built_against=module.stamp,
        )
        return skew_finding(skew, self._environment, self._pins)

    def _missing_versions(self, module: ExtensionModule, missing: MissingVersions) -> Finding:
        """A library that lacks a version of its symbols."""
        consumer = self._owners.of(missing.needer.path) or module.owner
        provider = self._owners.of(missing.library.path)
        place = self._location(missing.needer.path, consumer)
        if provider and provider.name and provider is not consumer:
            remedy = f"Install a newer {provider.name}, or build {consumer.name} with this one."
        elif provider:
            remedy = f"Reinstall {consumer.title or 'it'}."
        else:
            remedy = (
                f"Install a wheel of {consumer.name or 'it'} that was made for a system as old as "
                "this one (manylinux), build it here, or update the system."
            )
        listed = ", ".join(f"`{each}`" for each in missing.versions[:_SHOWN])
        library = self._environment.relative(missing.library.path)
        return rules.OLDER_LIBRARY.finding(
            f"`{place.file}` needs {listed} of `{missing.name}`, and `{library}` does not define "
            f"it: it is older than the one that was built with. {remedy}",
            place,
            {
                "module": module.name,
                "needed": missing.name,
                "versions": missing.versions,
                "library": missing.library.path,
                "provider": provider.name if provider else None,
            },
        )

    def _location(self, path: str, owner: Distribution) -> Location:
        return Location(
            file=self._environment.relative(path), distribution=owner.name, version=owner.version
        )


def _needs(place: Location, unresolved: Unresolved, more: tuple[str, ...]) -> str:
    who = f"`{place.file}` and {len(more)} more need" if more else f"`{place.file}` needs"
    return f"{who} `{unresolved.name}`"


def _by_way_of(unresolved: Unresolved) -> tuple[str, ...]:
    return tuple(each.path for each in unresolved.chain) if len(unresolved.chain) > 1 else ()
