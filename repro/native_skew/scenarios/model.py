"""What a scenario is: what is published, what is asked, what must come out; and a cell of it.

A scenario file (``scenarios/*.toml``) states what the index offers, what the user asks for step by
step, and which verdict each cell that matters must have, and why. Everything else (which tool,
which remedy) is multiplied onto it by the runner.
"""

from __future__ import annotations

from typing import Final, Literal, TypeVar, get_args

import msgspec

from native_skew.installers import INSTALLERS
from native_skew.verdict import Verdict

PROVIDER = "fake-corelibs"
CONSUMER: Final = "fake-softioc"

# From where the remedy is applied: to nothing at all; or to what the plain command left broken,
# with that project, environment and cache.
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

    Only one that fits here is compiled. All others hold no module: their metadata is all that an
    installer on this machine can use.
    """

    # A full wheel tag, in which ``{python}`` stands for the interpreter's (cp311), or ``here`` for
    # a wheel that fits the interpreter at hand.
    tag: str
    requires_dist: tuple[str, ...] = ()
    built_against: str | None = None  # with which provider it is compiled, where it is


class Sdist(Table, frozen=True):
    """A published source distribution of the consumer; its PKG-INFO has ``requires_dist``."""

    build_requires: tuple[str, ...]
    requires_dist: tuple[str, ...] = ()
    dynamic: Dynamic = "absent"  # as its PKG-INFO has it
    # Whether its setup.py takes the range from the provider in the build environment; else it says
    # ``requires_dist`` too.
    stamps: bool = True


class ProviderRelease(Table, frozen=True):
    """A release of fake-corelibs: one wheel with the library and its header."""

    version: str
    step: int = 1  # before which it is released
    variants: tuple[str, ...] = ()  # in which it is; empty for all
    needs_pkg_resources: bool = False
    # Whether the library's name carries its ABI version.
    soname: Literal["versioned", "unversioned"] = "versioned"
    # What is new in its ABI: a function's symbol, or a struct's layout.
    changes: Literal["nothing", "symbol", "struct"] = "nothing"


class ConsumerRelease(Table, frozen=True):
    """A release of a consumer: wheels, an sdist, or both."""

    version: str
    # The one that is looked at; or a second one, linked to the same provider as pvxslibs is beside
    # softioc, which only has to go on working.
    name: Literal["fake-softioc", "fake-pvxslibs"] = CONSUMER
    step: int = 1
    variants: tuple[str, ...] = ()
    wheels: tuple[Wheel, ...] = ()
    sdist: Sdist | None = None


class Ask(Table, frozen=True):
    """What the user asks for, before any remedy."""

    requirements: tuple[str, ...] = (CONSUMER,)
    build_from_source: tuple[str, ...] = ()
    # What the user's project says, where a tool asks; without it, this minor version and newer.
    requires_python: str = ""
    lock_platforms: tuple[Platform, ...] = ()  # for tools that else lock for every platform


class Step(Table, frozen=True):
    """One installation, or one half of it."""

    title: str = "install"
    # All of it, the lock alone, or the installation of a lock that an earlier step left.
    action: Literal["install", "lock", "sync"] = "install"
    build_from_source: tuple[str, ...] = ()  # besides what the scenario asks
    environment: Literal["keep", "new"] = "keep"
    cache: Literal["keep", "new"] = "keep"
    remedy: bool = True  # whether the cell's remedy is applied


class Variant(Table, frozen=True):
    """A named variation of the scenario: another question, other steps or cache headers."""

    title: str
    https: bool = False  # whether the index is asked over TLS: pip keeps pages only then
    ask: Ask | None = None
    steps: tuple[Step, ...] = ()
    cache_headers: CachePolicy | None = None


class Versions(Table, frozen=True):
    """The two providers in play; remedies name them."""

    older: str
    newer: str


class Repairs(Table, frozen=True):
    """What is tried on the environment that the plain command left broken."""

    remedies: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()  # in which they are; empty for all
    also: dict[str, tuple[str, ...]] = {}  # what is tried in a variant besides
    after: str = "nothing"  # the remedy that was tried before, and led there

    @property
    def all_remedies(self) -> tuple[str, ...]:
        """The remedies that are tried in any variant."""
        return (*self.remedies, *(name for names in self.also.values() for name in names))


class Expectation(Table, frozen=True):
    """Cells that must have this verdict, and why. Empty filters mean all.

    Any verdict but ``unsupported`` is of the cells that the installer can do.
    """

    verdict: Verdict
    because: str
    installers: tuple[str, ...] = ()  # of ``GROUPS``, or ids for what is one's alone
    remedies: tuple[str, ...] = ("nothing",)
    variants: tuple[str, ...] = ()
    tool_versions: str = ""  # a tool and its versions, as ``uv<0.8.5``
    pythons: str = ""  # a version specifier of ``major.minor``
    start: Start = "fresh"


class Live(Table, frozen=True):
    """Names of a real pair, installed from the user's own index with ``--live``."""

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
        """The distribution that is built, e.g. ``fake-softioc``."""
        return self.live.consumer if self.live else CONSUMER

    @property
    def provider(self) -> str:
        """The distribution whose library it links to."""
        return self.live.provider if self.live else PROVIDER

    @property
    def module(self) -> str:
        """The consumer's import name."""
        return self.live.module if self.live else CONSUMER.replace("-", "_")

    @property
    def all_remedies(self) -> tuple[str, ...]:
        """The remedies that make sense here; doing nothing always does."""
        return ("nothing", *self.remedies)

    def remedies_from(self, start: Start, variant: str) -> tuple[str, ...]:
        """The remedies that are tried in ``variant`` from ``start``."""
        if start == "fresh":
            return self.all_remedies
        broken = not self.repairs.variants or variant in self.repairs.variants
        tried = self.repairs.remedies if broken else ()
        return (*tried, *self.repairs.also.get(variant, ()))

    def variant_names(self) -> tuple[str, ...]:
        """The variants' names; a scenario without any has the one variant ``only``."""
        return tuple(self.variants) or ("only",)

    def ask_of(self, variant: str) -> Ask:
        """What is asked in ``variant``."""
        found = self.variants.get(variant)
        return found.ask if found and found.ask else self.ask

    def other_consumers(self, variant: str) -> tuple[str, ...]:
        """What else links to the provider in ``variant``: it must go on working."""
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
    """Those of ``releases`` that are published in ``variant``."""
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
        """The tool of its installer; of one that is gone, the installer's id."""
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
