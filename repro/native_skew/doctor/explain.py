"""Explains why modules cannot be loaded: joins what they lack with distributions and pins."""

from __future__ import annotations

import os.path
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace
from packaging.requirements import Requirement

from native_skew.binaries import Loaded, MissingVersions, Unresolved
from native_skew.distributions import Distribution, library_names, stem
from native_skew.doctor import disk, importers, rules, system_libraries
from native_skew.doctor.disk import of_several
from native_skew.doctor.environment import Environment
from native_skew.doctor.extension_modules import ExtensionModule, Unusable
from native_skew.doctor.fits import newer
from native_skew.doctor.inventory import Shipped
from native_skew.doctor.mending import fitting, installing, moving, reinstalling, required
from native_skew.doctor.pins import Pin, of_extras
from native_skew.doctor.skew import Skew, skew_finding
from native_skew.findings import Advice, Evidence, Finding, listed, needing

if TYPE_CHECKING:
    from native_skew.installers import Cause

# https://docs.nvidia.com/cuda/cuda-c-programming-guide/ : libcuda.so.1 comes with the driver
_DRIVERS = re.compile(
    r"lib(cuda|cudadebugger|nvidia-[\w-]+|nvcuvid|nvoptix|amdocl64|ze_intel_gpu)\.so(\.\d+)*"
)
# musl's libc.so has no number, and glibc's file of that name is a text for its linker:
# https://wiki.musl-libc.org/functional-differences-from-glibc
_MUSL = re.compile(r"(libc\.musl-\w+|ld-musl-\w+)\.so\.\d+|libc\.so")
_GLIBC = re.compile(r"ld-linux[\w-]*\.so\.\d+")
# The owners of libraries without a version in their names, if none of that name is there.
_FRAMEWORKS = {
    "torch": re.compile(r"lib(torch|c10|shm)(_\w+)?\.so"),
    "tensorflow": re.compile(r"libtensorflow_\w+\.so(\.\d+)*"),
}
# The names that auditwheel gives to libraries in a wheel: libfoo-1a2b3c4d.so.1
_VENDORED = re.compile(r"-[0-9a-f]{8}(\.|$)")
_OF_SYSTEM = ("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[-_.\d]")


class _Case(NamedTuple):
    """One name that is not found: who needs it, and the module that would load that."""

    consumer: Distribution
    unresolved: Unresolved
    module: ExtensionModule


class _Lack:
    """All that ``cases`` of one distribution lack, in the words of a finding."""

    def __init__(self, cases: list[_Case], environment: Environment) -> None:
        first = cases[0]
        paths = tuple(dict.fromkeys(each.unresolved.needer.path for each in cases))
        self.names = tuple(dict.fromkeys(each.unresolved.name for each in cases))
        self.modules = tuple(dict.fromkeys(each.module.name for each in cases))
        self.place = environment.location(first.consumer, paths[0])
        self.needs = f"{needing(self.place.file, len(paths))} {listed(self.names)}"
        self.them = "them" if self.names[1:] else "it"
        self.evidence: Evidence = {
            "needed": self.names if self.names[1:] else self.names[0],
            "module": first.module.name,
            "by_way_of": _by_way_of(first.unresolved),
            **environment.all_files(paths),
        }


class _Older(NamedTuple):
    """One library that lacks symbol versions that a file needs."""

    module: ExtensionModule
    missing: MissingVersions
    consumer: Distribution
    provider: Distribution | None


class Explanations:
    """The explanations for one environment."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._owners, self._pins = environment.owners, environment.pins
        inventory = environment.inventory
        lost = (*inventory.gone, *inventory.beside)
        self._gone = {path.rpartition("/")[2] for _, paths in lost for path in paths}
        self._numbered: set[str] = set()
        self._newer: dict[str, set[str]] = {}  # than a provider: who needs more of it, by its name
        self._is_asked_for: dict[str, bool] = {}  # whether a module is optional, by its name
        self._sound: tuple[tuple[str, str], ...] = ()  # modules that load, and whose they are
        self._stops_at: list[Unusable] = []  # libraries that modules need and that are damaged
        self.explained: set[tuple[str, str]] = set()  # holder and provider of violated pins

    def of_modules(self, modules: list[ExtensionModule]) -> Iterator[Finding]:
        """The findings of what is missing; skews are grouped by consumer and provider first."""
        skews: dict[tuple[str, str, Cause], Skew] = {}
        alike: dict[object, list[_Case]] = {}
        older: dict[tuple[str, str], list[_Older]] = {}
        without: dict[object, list[ExtensionModule]] = {}
        reported: set[tuple[str, str]] = set()
        without_number = Counter(_NUMBER.sub("", name) for name in {e.name for e in modules})
        self._numbered = {name for name, number in without_number.items() if number > 1}
        self._sound = tuple((e.name, e.owner.name) for e in modules if e.loads)
        for module in self._without_alternatives(modules):
            for unresolved in self._gaps(module):
                consumer = self._owners.of(unresolved.needer.path) or module.owner
                case = _Case(consumer, unresolved, module)
                if skew := self._skew(case):
                    key = consumer.name, skew.provider.name, skew.cause
                    skews[key] = skews[key].joined(skew) if key in skews else skew
                elif (unresolved.needer.path, unresolved.name) not in reported:
                    reported.add((unresolved.needer.path, unresolved.name))
                    # One finding for all files of a distribution that lack the same.
                    same = consumer.name, unresolved.name, unresolved.foreign
                    alike.setdefault(same, []).append(case)
            for missing in module.missing_versions:
                if (missing.needer.path, missing.library.path) not in reported:
                    reported.add((missing.needer.path, missing.library.path))
                    consumer = self._owners.of(missing.needer.path) or module.owner
                    provider = self._owners.of(missing.library.path)
                    # A newer Qt's forty modules over one older Qt are one cause.
                    cause = consumer.name, provider.name if provider else missing.library.path
                    older.setdefault(cause, []).append(_Older(module, missing, consumer, provider))
            if module.undefined:
                if skew := self._undefined_skew(module):
                    key = skew.consumer.name, skew.provider.name, skew.cause
                    skews[key] = skews[key].joined(skew) if key in skews else skew
                else:
                    without.setdefault(module.owner.name, []).append(module)
        for consumer_name, provider_name in older:
            self._newer.setdefault(provider_name, set()).add(consumer_name)
        yield from map(self._missing_versions, older.values())
        # An older library also lacks symbols, and an older provider whole libraries: one cause.
        skews = {key: skew for key, skew in skews.items() if key[:2] not in older}
        of_framework = {key[0] for key in skews if key[1] in _FRAMEWORKS}
        rest = [
            cases
            for cases in alike.values()
            if not self._is_of_older(cases[0], older)
            # What belongs to the framework's build for a device gets no finding of its own.
            and not (
                cases[0].consumer.name in of_framework
                and system_libraries.is_of_cuda(cases[0].unresolved.name)
            )
        ]
        yield from map(self._undefined, without.values())
        yield from self._missing(rest)
        for key, skew in skews.items():
            holder = skew.pin.holder if skew.pin else skew.consumer
            self.explained.add((holder.name, skew.provider.name))
            # Others whose modules lack a library of the provider, or load one.
            linking = {name for name, of, _ in skews if of == key[1]} | {
                module.owner.name
                for module in modules
                if any(self._owners.of(each.path) is skew.provider for each in module.libraries)
            }
            others = tuple(sorted(linking - {skew.consumer.name, skew.provider.name, ""}))
            yield skew_finding(replace(skew, linking=others), self._environment)

    def _gaps(self, module: ExtensionModule) -> Iterator[Unresolved]:
        """What ``module`` lacks; libraries that are there but damaged are kept for ``damaged``."""
        for each in module.closure.unresolved:
            path, _, why = each.damaged.partition(": ")
            # glibc's libc.so is a text for its linker, and musl's is what the module needs.
            if path and not _is_libc(each.name):
                owner = self._owners.of(path) or module.owner
                one = Unusable(path=os.path.normpath(path), owner=owner, why=why, name=module.name)
                self._stops_at.append(one)
            elif each.name not in self._gone:  # else it is said of the distribution that lost it
                yield each

    def _without_alternatives(self, modules: list[ExtensionModule]) -> list[ExtensionModule]:
        """``modules`` without the alternatives to one that loads, or that lacks only what is gone."""
        sound = set()
        for each in modules:
            # What it lacks is loaded first, or is in a finding about the distribution that lost it.
            gone = all(gap.name in self._gone for gap in each.closure.unresolved)
            has_all = (each.preloaded or gone) and not (each.undefined or each.missing_versions)
            sound |= {each.name} if each.loads or has_all else set()
        return [
            each
            for each in modules
            if not each.variant or each.loads or each.preloaded or each.name not in sound
        ]

    def damaged(self, files: Iterable[Unusable]) -> Iterator[Finding]:
        """Findings of files that imports or Python code would load, and that cannot be loaded.

        Call it after ``of_modules``, which collects the libraries that stop modules.
        """
        alike: dict[tuple[str, str], list[Unusable]] = {}
        for each in (*files, *self._stops_at):
            alike.setdefault((each.owner.name, each.why), []).append(each)
        for several in alike.values():
            first = several[0]
            paths = tuple({os.path.realpath(each.path): each.path for each in several}.values())
            who = listed([*map(self._environment.relative, paths)], shown=1)
            modules = tuple(dict.fromkeys(each.name for each in several if each.name))
            needed = (
                f" {needing(modules[0], len(modules))} {'them' if paths[1:] else 'it'}."
                if modules
                else ""
            )
            yield rules.DAMAGED_FILE.finding(
                f"{who} cannot be loaded: {first.why}.{needed} Reinstall {first.owner.title or 'it'}.",
                self._environment.location(first.owner, first.path),
                {
                    "reason": first.why,
                    **({"modules": modules} if modules else {}),
                    **self._environment.all_files(paths),
                },
                reinstalling(first.owner),
            )

    def _missing(self, groups: list[list[_Case]]) -> Iterator[Finding]:
        """Findings of missing libraries without skew; a distribution has one for all the system's."""
        of_system: dict[str, list[_Case]] = {}
        elsewhere: dict[str, list[_Case]] = {}
        of_absent: dict[str, list[_Case]] = {}
        of_libc: dict[bool, list[_Case]] = {}
        for cases in groups:
            first = cases[0]
            # The system that it is for is not at hand, and may have it.
            away = self._environment.is_elsewhere and self._environment.target.system == "linux"
            if away and not self._owners.named(first.unresolved.name):
                continue
            if self._is_of_system(first):
                of_system.setdefault(first.consumer.name, []).extend(cases)
            elif self._shipped_elsewhere(first.unresolved):
                elsewhere.setdefault(first.consumer.name, []).extend(cases)
            elif self._absent(first.consumer) and not _has_own_reason(first.unresolved):
                of_absent.setdefault(first.consumer.name, []).extend(cases)
            elif _is_libc(first.unresolved.name):
                of_libc.setdefault(_is_musl(first.unresolved.name), []).extend(cases)
            else:
                yield self._plain(cases)
        yield from map(self._plain, of_libc.values())
        yield from map(self._lacks_of_absent, of_absent.values())
        yield from map(self._preloaded, elsewhere.values())
        for cases in of_system.values():
            needed: list[_Case] = []
            optional: list[_Case] = []
            for each in cases:
                is_optional = each.module.by_file or self._is_optional(each.module)
                (optional if is_optional else needed).append(each)
            if needed:
                yield self._lacks_of_system(needed)
            if optional:
                yield self._optional(optional)

    def _is_of_older(self, case: _Case, older: Mapping[tuple[str, str], list[_Older]]) -> bool:
        """Whether the library is missing in a folder of a provider that is known to be too old."""
        folders = set(case.unresolved.needer.folders)
        return any(
            each.provider and folders & {path.rpartition("/")[0] for path in each.provider.files}
            for (consumer, _), cases in older.items()
            if consumer == case.consumer.name
            for each in cases[:1]
        )

    def _is_optional(self, module: ExtensionModule) -> bool:
        if module.name not in self._is_asked_for:
            use = importers.use_of(module.name, self._environment.sites)
            optional = use == "on demand" or (use == "unknown" and self._is_one_of_many(module))
            self._is_asked_for[module.name] = optional
        return self._is_asked_for[module.name]

    def _is_one_of_many(self, module: ExtensionModule) -> bool:
        """Whether its package may work without it, though none of its files says so."""
        # _ffmpeg5 and _ffmpeg6: its package tries one after the other.
        if _NUMBER.sub("", module.name) in self._numbered:
            return True
        # CUDA alone is lacking, and others of its distribution load, as cupy's do.
        lacking = [each.name for each in module.closure.unresolved]
        others = any(owner == module.owner.name for _, owner in self._sound)
        if others and all(map(system_libraries.is_of_cuda, lacking)):
            return True
        # daal4py imports another module of its own, and no file of it this one; a package
        # that imports none, as PyQt6, leaves each of them to others.
        package = module.name.partition(".")[0]
        beside = [name for name, _ in self._sound if name.startswith(f"{package}.")]
        return importers.imports_one_of(package, beside, self._environment.sites)

    def _is_of_system(self, case: _Case) -> bool:
        """Whether the system should have it: no distribution has it, in any version or condition."""
        unresolved, name = case.unresolved, case.unresolved.name
        if _has_own_reason(unresolved) or self._owners.named(name) or _framework(name):
            return False
        if system_libraries.is_known(name):
            return True
        if _VENDORED.search(name) or "/" in name:
            return False
        if self._absent(case.consumer) or self._built_in(case):
            return False
        top_of = self._environment.top
        own = {top.name for path in case.consumer.files if (top := top_of(path))}
        # Where auditwheel puts copies; all of them may be the system's own.
        own |= {f"{name}.libs" for name in (*own, case.consumer.name.replace("-", "_"))}
        inside = {top.name for e in unresolved.needer.folders if (top := top_of(f"{e}/"))}
        # Others' libraries are not looked for beside its own, except for what was built here.
        return not (inside if case.consumer.built_here else inside - own)

    def _built_in(self, case: _Case) -> tuple[str, ...]:
        """The folders outside of the environment in which a module built here looks for libraries.

        A published wheel may name folders of the machine that built it, which do not count.
        """
        own = case.consumer
        editable = not own.name or own.is_editable
        if not (own.built_here or editable):
            return ()
        top_of = self._environment.top
        return tuple(
            each
            for each in case.unresolved.needer.folders
            if not f"{each}/".startswith(_OF_SYSTEM)
            # An editable install's build folder lies beside its sources.
            and (not top_of(f"{each}/") or (editable and not os.path.isdir(each)))  # noqa: PTH112
        )

    def _lacks_of_system(self, cases: list[_Case]) -> Finding:
        first, lack = cases[0], _Lack(cases, self._environment)
        names, it = lack.names, lack.them
        ones = (each.module for each in cases if each.module.name == first.module.name)
        several, either = {each.variant for each in ones}, ""
        if first.module.variant and len(several) > 1:
            either = (
                f" `{first.module.name}` has {len(several)} alternatives, one of which suffices."
            )
        where = f"Install {it} with the system's package manager."
        extra, wanted = self._extra(first.consumer, names)
        if wanted:
            where = f"{first.consumer.title} requires what ships {it} in its extra `{extra}`."
        elif any(map(system_libraries.is_of_cuda, names)):
            where = f"CUDA's come with NVIDIA's wheels, or with its toolkit: no system's package has {it}."
        return rules.MISSING_SYSTEM_LIBRARY.finding(
            f"{lack.needs}, and the system has no such "
            f"{'libraries' if names[1:] else 'library'}. {where}{either}",
            lack.place,
            {
                **lack.evidence,
                "modules": lack.modules,
                **({"extra": extra, "requires": wanted} if wanted else {}),
            },
            installing(wanted, first.consumer.installer)
            if wanted
            else system_libraries.advise(names, self._environment.image),
        )

    def _extra(self, consumer: Distribution, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """The extra of ``consumer`` that brings the libraries ``names``, and what that requires.

        It is the one where most of them are in a requirement's name, as ``libcublas.so.12`` is in
        ``nvidia-cublas-cu12``; empty if there is none, or all of it is installed.
        """
        there = {each.name for each in self._environment.distributions}
        words = {_WORD.split(stem(each).removeprefix("lib"))[0].lower() for each in names}
        best: tuple[str, tuple[str, ...]] = ("", ())
        most = 0
        for extra, requirements in of_extras(consumer).items():
            absent = tuple(e for e in requirements if Requirement(e).name not in there)
            parts = {part for each in absent for part in Requirement(each).name.split("-")}
            if len(words & parts) > most:
                best, most = (extra, absent), len(words & parts)
        return best

    def _optional(self, cases: list[_Case]) -> Finding:
        lack, owner = _Lack(cases, self._environment), cases[0].consumer
        return rules.OPTIONAL_MODULE.finding(
            f"{listed(lack.modules, shown=1)} cannot be loaded without {listed(lack.names)}, which "
            f"the system does not have; {owner.title} imports it only when it is asked for.",
            lack.place,
            {"needed": lack.names, "modules": lack.modules},
        )

    def _skew(self, case: _Case) -> Skew | None:
        """The skew behind ``case``: a distribution ships another version of the library."""
        name, needer = case.unresolved.name, case.unresolved.needer
        if self._owners.named(name):
            return None
        pins = self._pins.of(case.consumer)
        by_version = _by_version(self._owners.other_versions(name))
        related = [e for e in by_version if e.owner.name in pins or self._is_sought(needer, e)]
        if not related:  # openvino-genai requires openvino by way of its tokenizers alone
            pins = self._pins.in_turn(case.consumer)
            related = [each for each in by_version if each.owner.name in pins]
        if not related:  # a part that the provider has no longer, beside parts that it has
            related = [
                each
                for each in _by_version(self._owners.of_family(name))
                if each.owner.name not in ("", case.consumer.name) and self._is_sought(needer, each)
            ]
        if not related:
            return self._framework_skew(case)
        # What it requires comes before what merely lies where it looks.
        best = min(related, key=lambda each: each.owner.name not in pins)
        pin = pins.get(best.owner.name)
        cause: Cause = "unstamped"
        if pin and not pin.holds:
            cause = "stamped"
        elif pin and pin.bounded and case.consumer.built_here:
            cause = "stale"
        return _library_skew(case, cause, best.owner, pin, (best.name,))

    def _framework_skew(self, case: _Case) -> Skew | None:
        """The finding of a framework without the library, such as a build for CPUs only."""
        name = _framework(case.unresolved.name)
        provider = next((e for e in self._environment.distributions if e.name == name), None)
        if not name or provider is None or provider.name == case.consumer.name:
            return None
        pin = self._pins.of(case.consumer).get(name)
        known = (path.rpartition("/")[2] for path in provider.files)
        shipped = tuple(each for each in known if _framework(each) == name)
        cause: Cause = "stamped" if pin and not pin.holds else "unstamped"
        return _library_skew(case, cause, provider, pin, shipped)

    def _is_sought(self, needer: Loaded, shipped: Shipped) -> bool:
        return shipped.path.rpartition("/")[0] in needer.folders

    def _plain(self, cases: list[_Case]) -> Finding:
        """The finding of a library that all of ``cases`` lack: neither skew nor the system's."""
        consumer, unresolved, module = cases[0]
        name, foreign = unresolved.name, unresolved.foreign
        also = tuple(each.unresolved.needer.path for each in cases[1:])
        place = self._environment.location(consumer, unresolved.needer.path)
        more: Evidence = {"also": also} if also else {}
        advice: tuple[Advice, ...] = ()
        rule = rules.MISSING_LIBRARY
        if _is_libc(name):
            owners = list({each.consumer.name: each.consumer for each in cases}.values())
            rule, more, advice = (
                rules.FOREIGN_LIBC,
                more | of_several(owners),
                reinstalling(*owners),
            )
            wheel = "manylinux" if _is_musl(name) else "musllinux"
            why = f", another C library's than the interpreter's. Install a {wheel} wheel."
        elif foreign:
            rule, more = rules.FOREIGN_ARCHITECTURE, more | {"foreign": foreign}
            why = f"; {listed(foreign)} is for another architecture."
        elif _DRIVERS.fullmatch(name):
            rule = rules.MISSING_DRIVER
            why = ", which comes with a device's driver: nothing to do without one."
        elif built_in := self._built_in(cases[0]):
            more |= {"looked_in": built_in}
            why = (
                f", looks for it in {listed(built_in)}, where it was built, and it is not there. "
                f"Build {consumer.title or 'it'} again."
            )
        else:
            advice = reinstalling(consumer) if _VENDORED.search(name) else ()
            why = (
                ", looks for it inside of the environment, and no installed distribution ships it. "
                f"Reinstall {consumer.title or 'it'}, or install what it was built with."
            )
        return rule.finding(
            f"{needing(place.file, len(cases))} `{name}`{why}",
            place,
            {"needed": name, "module": module.name, "by_way_of": _by_way_of(unresolved), **more},
            advice,
        )

    def _shipped_elsewhere(self, unresolved: Unresolved) -> list[Shipped]:
        """The files of distributions that are the library, off the search path."""
        passed_over = {os.path.realpath(path) for path in unresolved.foreign}
        named = self._owners.named(unresolved.name)
        return [each for each in named if os.path.realpath(each.path) not in passed_over]

    def _preloaded(self, cases: list[_Case]) -> Finding:
        """All that the files of one distribution need to be loaded first."""
        lack = _Lack(cases, self._environment)
        shipped = [found for each in cases for found in self._shipped_elsewhere(each.unresolved)]
        who = ", ".join(sorted({each.owner.title or "a file" for each in shipped}))
        ships = "ship" if "," in who else "ships"
        return rules.PRELOADED_LIBRARY.finding(
            f"{lack.needs}, which {who} {ships} off the search path: it works where that is "
            "loaded first.",
            lack.place,
            {**lack.evidence, "shipped": tuple(dict.fromkeys(each.path for each in shipped))},
        )

    def _absent(self, consumer: Distribution) -> list[Pin]:
        return [pin for pin in self._pins.of(consumer).values() if pin.is_missed]

    def _lacks_of_absent(self, cases: list[_Case]) -> Finding:
        """The finding of all that a distribution lacks because its requirement is not installed."""
        lack, consumer = _Lack(cases, self._environment), cases[0].consumer
        absent = self._absent(consumer)
        self.explained.update((pin.holder.name, pin.provider) for pin in absent)
        texts = tuple(pin.text for pin in absent)
        return rules.MISSING_LIBRARY.finding(
            f"{lack.needs}; no installed distribution ships {lack.them}, and {consumer.title} "
            f"requires {', '.join(texts)}, which is not installed.",
            lack.place,
            {**lack.evidence, "modules": lack.modules, "requires": texts},
            self._advice_of_absent(consumer, absent, lack.names),
        )

    def _advice_of_absent(
        self, consumer: Distribution, absent: list[Pin], names: tuple[str, ...]
    ) -> tuple[Advice, ...]:
        if not consumer.has_valid_names:
            return ()
        # Any version is allowed, the newest would be installed, and the name may be an older one's.
        unbounded = any(map(library_names.version, names)) and not any(p.bounded for p in absent)
        if unbounded and consumer.is_of_index and not consumer.built_here:
            every = (consumer.name, *(pin.provider for pin in absent))
            return moving(every, consumer.installer)
        return required(absent, self._environment, consumer.installer)

    def _undefined(self, modules: list[ExtensionModule]) -> Finding:
        """The finding of symbols that nobody defines, for the modules of one distribution."""
        first = modules[0]
        symbols = tuple(dict.fromkeys(name for each in modules for name in each.undefined))
        who = needing(first.name, len(modules))
        changed, why = disk.changed(first.owner, self._environment)
        return rules.UNDEFINED_SYMBOL.finding(
            f"{who} {listed(symbols)}, which no library that it loads defines."
            f"{f' {why}' if why else ''}",
            self._environment.location(first.owner, first.file.path),
            {
                "module": first.name,
                "symbols": symbols,
                **({"modules": tuple(each.name for each in modules)} if modules[1:] else {}),
                **self._environment.all_files(tuple(each.file.path for each in modules)),
                **({"changed": changed} if changed else {}),
            },
            reinstalling(first.owner) if changed else (),
        )

    def _undefined_skew(self, module: ExtensionModule) -> Skew | None:
        """The provider that is loaded in another version and should define what is undefined."""
        pins = self._pins.of(module.owner)
        loaded = [self._owners.of(each.path) for each in module.libraries]
        others = [each for each in loaded if each and each.name != module.owner.name]
        provider = next((each for each in others if each.name in pins), next(iter(others), None))
        if provider is None:
            return None
        paths = (e.path for e in module.libraries if self._owners.of(e.path) is provider)
        return Skew(
            cause="symbol",
            consumer=module.owner,
            provider=provider,
            pin=pins.get(provider.name),
            modules=(module.name,),
            file=module.file.path,
            needed=module.undefined,
            shipped=tuple(path.rpartition("/")[2] for path in paths),
            built_against=module.stamp,
        )

    def _missing_versions(self, cases: list[_Older]) -> Finding:
        """The finding of a provider's libraries that lack versions of their symbols."""
        module, missing, consumer, provider = cases[0]
        paths = tuple(each.missing.needer.path for each in cases)
        versions = tuple(dict.fromkeys(v for each in cases for v in each.missing.versions))
        place = self._environment.location(consumer, missing.needer.path)
        pin = self._pins.of(consumer).get(provider.name) if provider else None
        if provider and provider.name and provider is not consumer:
            remedy = f"Install a newer {provider.name}, or build {consumer.name} with this one."
            fellows = self._pins.requiring(provider.name, besides=consumer.name)
            # Who else was built with the older one may need it: nothing but the newest fits all.
            told = newer(provider, pin, consumer, () if fellows else versions)
            # PyQt6-NetworkAuth-Qt6 links to Qt, and does not say so.
            linking = tuple(sorted(self._newer[provider.name])) if pin is None else ()
            advice = fitting(told, consumer, self._environment, provider, linking)
        else:
            # Of what was built for a newer system, a wheel for this one is chosen or made.
            advice = reinstalling(consumer)
            remedy = f"Reinstall {consumer.title or 'it'}."
            # Otherwise it is the environment's, whoever put it there.
            if not (provider or self._environment.top(missing.library.path)):
                remedy = (
                    f"Install a wheel of {consumer.name or 'it'} that was made for a system as old "
                    "as this one (manylinux), build it here, or update the system."
                )
        if provider and pin and not pin.holds:
            self.explained.add((consumer.name, provider.name))
            remedy = (
                f"{consumer.title} requires `{pin.text}`, and {provider.version} is installed. "
                f"Install the version that is required."
            )
        library = self._environment.relative(missing.library.path)
        return rules.OLDER_LIBRARY.finding(
            f"{needing(place.file, len(set(paths)))} {listed(versions)} of `{missing.name}`, and `{library}` does not define "
            f"it: it is older than the one that was built with. {remedy}",
            place,
            {
                "module": module.name,
                "needed": missing.name,
                "versions": versions,
                "library": missing.library.path,
                "provider": provider.name if provider else None,
                "modules": tuple(dict.fromkeys(each.module.name for each in cases)),
                **self._environment.all_files(paths),
            },
            advice,
        )


def _library_skew(
    case: _Case, cause: Cause, provider: Distribution, pin: Pin | None, shipped: tuple[str, ...]
) -> Skew:
    return Skew(
        cause=cause,
        consumer=case.consumer,
        provider=provider,
        pin=pin,
        modules=(case.module.name,),
        file=case.unresolved.needer.path,
        needed=(case.unresolved.name,),
        shipped=shipped,
    )


def _by_version(shipped: list[Shipped]) -> list[Shipped]:
    """A wheel's copies of one library differ in how much of the version is in the name."""
    return sorted(shipped, key=lambda each: -len(library_names.version(each.name)))


def _framework(library: str) -> str:
    return next((name for name, each in _FRAMEWORKS.items() if each.fullmatch(library)), "")


def _is_musl(library: str) -> bool:
    return bool(_MUSL.fullmatch(library))


def _is_libc(library: str) -> bool:
    return bool(_is_musl(library) or _GLIBC.fullmatch(library))


def _has_own_reason(unresolved: Unresolved) -> bool:
    """Whether a library is missing because of what it is, whatever is installed."""
    name = unresolved.name
    return bool(unresolved.foreign or _is_libc(name) or _DRIVERS.fullmatch(name))


def _by_way_of(unresolved: Unresolved) -> tuple[str, ...]:
    return tuple(each.path for each in unresolved.chain) if len(unresolved.chain) > 1 else ()
