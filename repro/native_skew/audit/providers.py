"""The other distributions: their newest versions, and the libraries that these ship."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from native_skew.audit.release import File, Reader
from native_skew.audit.resolver_metadata import ResolverMetadata
from native_skew.audit.simple import IndexClient
from native_skew.audit.targets import TargetPython
from native_skew.distributions import SourceTexts, library_names

# What auditwheel, delocate and delvewheel put beside modules: copies for these modules only.
_BUNDLED = re.compile(r"(^|/)[^/]*\.(libs|dylibs)/[^/]*$", re.IGNORECASE)
# Not libshiboken6.abi3.so.6.8, which others link.
_MODULE = re.compile(r"\.((cpython-|cp3|pypy)[^/]*|abi3t?)\.so$|\.pyd$", re.IGNORECASE)
_PYTHON_BUDGET = 256 * 1024  # bytes of a provider's Python files


class Providers:
    """Distributions on an index, as one target sees them.

    Each method raises ``AuditError`` if the index cannot be asked, or a file cannot be read.

    Files known to be uploaded on the day ``released_before`` (ISO 8601) or later are left out.
    """

    def __init__(self, index: IndexClient, reader: Reader, released_before: str = "") -> None:
        self._index, self._reader, self._before = index, reader, released_before
        self._shipped: dict[str, frozenset[str]] = {}
        self._libraries: dict[tuple[str, str, str], frozenset[str]] = {}
        self._usable_versions: dict[tuple[str, str], frozenset[str]] = {}
        self._metadata: dict[tuple[str, str], ResolverMetadata | None] = {}

    def newest(self, name: str, specifier: SpecifierSet, target: TargetPython) -> str | None:
        """The newest version that ``specifier`` allows and ``target`` can have, if any."""
        return next(iter(self.versions(name, specifier, target)), None)

    def versions(self, name: str, specifier: SpecifierSet, target: TargetPython) -> list[str]:
        """All such versions, the newest first.

        Pre-releases as with installers: if the specifier names one, or nothing else fits.
        """
        key = (name, target.title)
        if key not in self._usable_versions:
            self._usable_versions[key] = frozenset(e.version for e in self._usable(name, target))
        return sorted(specifier.filter(self._usable_versions[key]), key=Version, reverse=True)

    def oldest(self, name: str, specifier: SpecifierSet, target: TargetPython) -> str | None:
        """The oldest version that ``specifier`` allows and that has a wheel that fits, if any."""
        wheels = {each.version for each in self._usable(name, target) if each.is_wheel}
        return min(specifier.filter(wheels), key=Version, default=None)

    def _usable(self, name: str, target: TargetPython) -> Iterator[File]:
        for each in self._index.files(name):
            if each.yanked or (self._before and each.uploaded >= self._before):
                continue
            fits = not each.is_wheel or target.rank(each) is not None
            if fits and target.admits(each.requires_python):
                yield each

    def shipped(self, name: str, version: str, target: TargetPython) -> frozenset[str]:
        """The file names of the shared objects in the wheel of that version for ``target``.

        Without bundled ones. If that version would be built, those of the wheel for the nearest
        Python or machine of the same system: a build makes the same. Empty if there is no such
        wheel, or it is for any platform.
        """
        wheel = self._nearest(name, version, target)
        if wheel is None or not target.is_near(wheel) or wheel.is_pure:
            return frozenset()
        if wheel.filename not in self._shipped:
            self._shipped[wheel.filename] = frozenset(
                PurePosixPath(each).name
                for each in self._reader.members(wheel)
                if library_names.is_library(each) and not _BUNDLED.search(each)
            )
        return self._shipped[wheel.filename]

    def libraries(self, name: str, version: str, target: TargetPython) -> frozenset[str]:
        """Those of ``shipped`` to which others can link, that is, not extension modules.

        Their names are the same on all of a system's Pythons and machines: any wheel tells them.
        """
        key = (name, version, target.system)
        if key not in self._libraries:
            shipped = self.shipped(name, version, target)
            self._libraries[key] = frozenset(e for e in shipped if not _MODULE.search(e))
        return self._libraries[key]

    def metadata(self, name: str, version: str, target: TargetPython) -> ResolverMetadata | None:
        """The metadata of the wheel nearest to the first ``target`` given; None without a wheel."""
        key = (name, version)
        if key not in self._metadata:
            wheel = self._nearest(name, version, target)
            self._metadata[key] = self._reader.metadata(wheel) if wheel else None
        return self._metadata[key]

    def requires(
        self, name: str, version: str | None, target: TargetPython
    ) -> tuple[Requirement, ...]:
        """What that version requires on ``target``, if a wheel tells."""
        metadata = self.metadata(name, version, target) if version else None
        return metadata.applicable(target.environment) if metadata else ()

    def source(self, name: str, version: str) -> SourceTexts | None:
        """What the sdist of that version says, if there is no wheel of it; else None."""
        files = [each for each in self._index.files(name) if each.version == version]
        if not files or any(each.is_wheel for each in files):
            return None
        return self._reader.source(files[0])

    def _wheels(self, name: str, version: str) -> list[File]:
        return [e for e in self._index.files(name) if e.is_wheel and e.version == version]

    def _nearest(self, name: str, version: str, target: TargetPython) -> File | None:
        """The wheel of that version that tells most about ``target``."""
        return min(self._wheels(name, version), key=target.distance, default=None)

    def is_native(self, name: str, version: str) -> bool:
        """Whether that version has a wheel for a specific platform."""
        return not all(each.is_pure for each in self._wheels(name, version))

    def brings(self, name: str, version: str, folder: str, target: TargetPython) -> bool:
        """Whether the wheel of that version nearest to ``target`` has ``folder``."""
        wheel = self._nearest(name, version, target)
        members = self._reader.members(wheel) if wheel else ()
        return any(each.startswith(f"{folder}/") for each in members)

    def python(self, name: str, version: str, target: TargetPython) -> dict[str, str]:
        """The small Python files near the top of that version's wheel, by path; see ``brings``."""
        wheel = self._nearest(name, version, target)
        return self.texts(wheel) if wheel else {}

    def texts(self, wheel: File) -> dict[str, str]:
        """The small Python files near the top of a wheel, by path."""
        return self._reader.contents(wheel, 0, _PYTHON_BUDGET).python


def wanted(requirements: Iterable[Requirement], name: str) -> SpecifierSet | None:
    """What ``requirements`` together ask of distribution ``name``; None if they do not name it."""
    found = [each for each in requirements if canonicalize_name(each.name) == name]
    if not found:
        return None
    together = SpecifierSet()
    for each in found:
        together &= each.specifier
    return together


def is_exact(specifier: SpecifierSet) -> bool:
    """Whether one version is allowed, ``==1.4``."""
    return any(each.operator in {"==", "==="} and "*" not in each.version for each in specifier)


def is_within(inner: SpecifierSet, outer: SpecifierSet, above: str = "0.dev0") -> bool:
    """Whether no version from ``above`` on that ``inner`` allows is outside ``outer``.

    Versions known or to come: a build takes the newest, and what is older is taken by none.

    Specifiers are intervals: it is enough to ask at, just before and just after each bound
    of either, and far beyond.
    """
    bounds = {each.version.removesuffix(".*") for each in (*inner, *outer)}
    probes = ["0", "99999", *bounds]
    for bound in bounds:
        *_, last = release = list(Version(bound).release)
        probes += [f"{bound}.post1", f"{Version(bound).base_version}.dev0"]
        probes += [".".join(map(str, (*release, 0, 1)))]
        for length in range(1, len(release) + 1):  # ~=1.4.2 and ==1.4.* end at 1.5
            head = [*release[: length - 1], release[length - 1] + 1]
            probes.append(".".join(map(str, head)))
        if last:
            probes.append(".".join(map(str, (*release[:-1], last - 1, 99999))))
    return all(
        outer.contains(each, prereleases=True)
        for each in probes
        if Version(each) >= Version(above) and inner.contains(each, prereleases=True)
    )
