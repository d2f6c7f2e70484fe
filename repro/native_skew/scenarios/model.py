"""The scenario's model: what is published, what is asked, what is expected; and the cell.

A scenario file (``scenarios/*.toml``) states what the index offers, what the user asks for in each
step, which verdict is expected of each cell, and why. The runner combines it with tools, remedies
and interpreters.
"""

from __future__ import annotations

from typing import Final, Literal, TypeVar, get_args

import msgspec

from native_skew.installers import INSTALLERS
from native_skew.verdict import Verdict

PROVIDER = "fake-corelibs"
CONSUMER: Final = "fake-softioc"

# What a remedy is applied to: a new environment; or what the plain command left broken, with its
# project, environment and cache.
Start = Literal["fresh", "after-failure"]
STARTS: tuple[Start, ...] = get_args(Start)

Dynamic = Literal["absent", "Requires-Dist", "requires-dist"]
CachePolicy = Literal[
    "public",
    "fresh-pages",
    "no-immutable",
    "no-cache",
    "no-validators",
    "no-cache-control",
    "none",
]
Platform = Literal["linux", "macos", "windows"]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A TOML table: every key known, kebab-case in the file."""


class Wheel(Table, frozen=True):
    """A published wheel of the consumer.

    Only wheels that fit this machine are compiled. The others hold no module: an installer here can
    use nothing but their metadata.
    """

    # A full wheel tag, in which ``{python}`` stands for the interpreter's (cp311); or ``here``, for
    # a wheel that fits the interpreter in use.
    tag: str
    requires_dist: tuple[str, ...] = ()
    built_against: str | None = None  # the provider's version that it is compiled with, if it is


class Sdist(Table, frozen=True):
    """A published source distribution of the consumer; its PKG-INFO has ``requires_dist``."""

    build_requires: tuple[str, ...]
    requires_dist: tuple[str, ...] = ()
    dynamic: Dynamic = "absent"  # as its PKG-INFO has it
    # Whether its setup.py takes the range from the provider in the build environment; otherwise the
    # built wheel has ``requires_dist`` too.
    stamps: bool = True


class ProviderRelease(Table, frozen=True):
    """A release of fake-corelibs: one wheel with the library and its header."""

    version: str
    step: int = 1  # the step before which it is released
    variants: tuple[str, ...] = ()  # those that have it; empty for all
    needs_pkg_resources: bool = False
    # Whether the library's name carries its ABI version.
    soname: Literal["versioned", "unversioned"] = "versioned"
    # What its ABI changes: a function's symbol, or a struct's layout.
    changes: Literal["nothing", "symbol", "struct"] = "nothing"


class ConsumerRelease(Table, frozen=True):
    """A release of a consumer: wheels, an sdist, or both."""

    version: str
    # The consumer under test; or a second one that links to the same provider, as pvxslibs does
    # beside softioc, and only has to keep working.
    name: Literal["fake-softioc", "fake-pvxslibs"] = CONSUMER
    step: int = 1
    variants: tuple[str, ...] = ()
    wheels: tuple[Wheel, ...] = ()
    sdist: Sdist | None = None


class Ask(Table, frozen=True):
    """What the user asks for, before any remedy."""

    requirements: tuple[str, ...] = (CONSUMER,)
    build_from_source: tuple[str, ...] = ()
    # The project's Requires-Python, for tools that read it; by default this minor version or newer.
    requires_python: str = ""
    lock_platforms: tuple[Platform, ...] = ()  # for tools that lock for every platform by default


class Step(Table, frozen=True):
    """One installation, or one half of it."""

    title: str = "install"
    # Lock and install, only lock, or only install from the lock of an earlier step.
    action: Literal["install", "lock", "sync"] = "install"
    build_from_source: tuple[str, ...] = ()  # in addition to the scenario's
    environment: Literal["keep", "new"] = "keep"
    cache: Literal["keep", "new"] = "keep"
    remedy: bool = True  # whether the cell's remedy is applied


class Variant(Table, frozen=True):
    """A named variation of the scenario: another question, other steps or cache headers."""

    title: str
    https: bool = False  # whether the index is asked over TLS: only then pip caches pages
    ask: Ask | None = None
    steps: tuple[Step, ...] = ()
    cache_headers: CachePolicy | None = None


class Versions(Table, frozen=True):
    """The provider's two versions, which remedies name."""

    older: str
    newer: str


class Repairs(Table, frozen=True):
    """The remedies that are tried on an environment that the plain command left broken."""

    remedies: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()  # those in which they are tried; empty for all
    also: dict[str, tuple[str, ...]] = {}  # further remedies, by variant
    after: str = "nothing"  # the remedy that left it broken

    @property
    def all_remedies(self) -> tuple[str, ...]:
        """The remedies of all variants."""
        return (*self.remedies, *(name for names in self.also.values() for name in names))


class Expectation(Table, frozen=True):
    """The verdict expected of some cells, and why. Empty filters mean all.

    A verdict other than ``unsupported`` applies only to cells that the installer supports.
    """

    verdict: Verdict
    because: str
    installers: tuple[str, ...] = ()  # names of ``GROUPS``, or ids of single installers
    remedies: tuple[str, ...] = ("nothing",)
    variants: tuple[str, ...] = ()
    tool_versions: str = ""  # a tool and its versions, as ``uv<0.8.5``
    pythons: str = ""  # a version specifier of ``major.minor``
    start: Start = "fresh"


class Live(Table, frozen=True):
    """The names of a real pair, installed from the user's own index with ``--live``."""

    consumer: str
    provider: str
    module: str
    requires: tuple[str, ...] = ()  # what the consumer needs besides the provider


class Scenario(Table, frozen=True):
    """One scenario file; ``id`` is its name."""

    title: str
    summary: str
    family: Literal["stamped", "unstamped", "stale wheel cache", "stamped, provider rotten"]
    sources: tuple[str, ...]
    versions: Versions
    ask: Ask = Ask()
    remedies: tuple[str, ...] = ()
    repairs: Repairs = Repairs()
    providers: tuple[ProviderRelease, ...] = ()
    consumers: tuple[ConsumerRelease, ...] = ()
    steps: tuple[Step, ...] = (Step(),)
    variants: dict[str, Variant] = {}
    cache_headers: CachePolicy = "public"
    expect: tuple[Expectation, ...] = ()
    live: Live | None = None
    id: str = ""

    @property
    def consumer(self) -> str:
        """The distribution with the native module, e.g. ``fake-softioc``."""
        return self.live.consumer if self.live else CONSUMER

    @property
    def provider(self) -> str:
        """The distribution whose library the consumer links to."""
        return self.live.provider if self.live else PROVIDER

    @property
    def module(self) -> str:
        """The consumer's import name."""
        return self.live.module if self.live else CONSUMER.replace("-", "_")

    @property
    def all_remedies(self) -> tuple[str, ...]:
        """The remedies that make sense here, ``nothing`` among them."""
        return ("nothing", *self.remedies)

    def remedies_from(self, start: Start, variant: str) -> tuple[str, ...]:
        """The remedies that are tried in ``variant`` from ``start``."""
        if start == "fresh":
            return self.all_remedies
        broken = not self.repairs.variants or variant in self.repairs.variants
        tried = self.repairs.remedies if broken else ()
        return (*tried, *self.repairs.also.get(variant, ()))

    def variant_names(self) -> tuple[str, ...]:
        """The variants' names; a scenario without variants has the one called ``only``."""
        return tuple(self.variants) or ("only",)

    def ask_of(self, variant: str) -> Ask:
        """What is asked in ``variant``."""
        found = self.variants.get(variant)
        return found.ask if found and found.ask else self.ask

    def other_consumers(self, variant: str) -> tuple[str, ...]:
        """Other distributions that link to the provider in ``variant`` and must keep working."""
        published = (release.name for release in releases_of(self.consumers, variant))
        return tuple(sorted({name for name in published if name != self.consumer}))

    def steps_of(self, variant: str) -> tuple[Step, ...]:
        """The installations of ``variant``, in order."""
        found = self.variants.get(variant)
        return found.steps if found and found.steps else self.steps

    def is_https(self, variant: str) -> bool:
        """Whether the index is asked over TLS in ``variant``."""
        return variant in self.variants and self.variants[variant].https

    def cache_headers_of(self, variant: str) -> CachePolicy:
        """The index's cache headers in ``variant``."""
        found = self.variants.get(variant)
        return found.cache_headers if found and found.cache_headers else self.cache_headers


Release = TypeVar("Release", ProviderRelease, ConsumerRelease)


def releases_of(releases: tuple[Release, ...], variant: str) -> tuple[Release, ...]:
    """The ``releases`` that are published in ``variant``."""
    return tuple(r for r in releases if not r.variants or variant in r.variants)


class Cell(msgspec.Struct, frozen=True, kw_only=True, order=True, omit_defaults=True):
    """One scenario in one variant, one installer in one version, one remedy, one Python, one start."""

    scenario: str
    variant: str
    installer: str
    version: str
    remedy: str
    python: str
    start: Start = "fresh"

    @property
    def id(self) -> str:
        """The cell's name, and the path of its result below the results' folder."""
        tool = f"{self.installer}@{self.version}"
        return f"{self.scenario}/{self.variant}/{tool}/{self.attempt}.{self.python}"

    @property
    def tool(self) -> str:
        """The installer's tool; if there is no such installer any more, the installer's id."""
        known = INSTALLERS.get(self.installer)
        return known.tool if known else self.installer

    @property
    def attempt(self) -> str:
        """The remedy, and where it starts from unless that is nothing at all."""
        return self.remedy if self.start == "fresh" else f"{self.remedy}+{self.start}"

    @property
    def question(self) -> tuple[str, str, str, str]:
        """The cell without versions: what stays the same when a tool is released anew."""
        return self.scenario, self.variant, self.installer, self.attempt

    @property
    def python_version(self) -> str:
        """``3.11`` of ``cp311``."""
        digits = "".join(filter(str.isdigit, self.python))
        return f"{digits[0]}.{digits[1:]}"

    @property
    def python_number(self) -> int:
        """Orders Pythons: 311 of ``cp311``; 0 where its name has no number."""
        return int("0" + "".join(filter(str.isdigit, self.python)))

    def is_of(self, name: str) -> bool:
        """Whether it belongs to ``name``, a ``scenario`` or a ``scenario/variant``."""
        return f"{self.scenario}/{self.variant}/".startswith(f"{name}/")

    @property
    def command(self) -> str:
        """The command line that runs this cell again."""
        return f"native-skew run {self.arguments}"

    @property
    def arguments(self) -> str:
        """The arguments of ``native-skew run`` that run this cell again."""
        return (
            f"--scenario {self.scenario}/{self.variant} "
            f"--installer {self.installer}=={self.version} --remedy {self.remedy}"
            + (f" --start {self.start}" if self.start != "fresh" else "")
            + (" --live" if self.scenario.endswith("-live") else "")
        )
