"""What audit can find, in the order in which code scanning lists it."""

from __future__ import annotations

from native_skew.findings import Rule

LOCK_BREAKS = Rule(
    id="lock-will-break",
    level="error",
    title="A package of this lock is built against another library than the lock gives",
    description="No wheel of the lock fits there, or a setting wants a build. The build takes "
    "another version of a provider than the lock has, and links a library that the locked one "
    "does not ship: a published wheel of the same release shows the link. The import fails, or "
    "the installer refuses what was built.",
)
LOCK_NO_BUILD = Rule(
    id="lock-will-not-build",
    level="error",
    title="A package of this lock is built without what its setup.py imports",
    description="It is built in isolation, and its build requirements do not bring a package that "
    "its setup.py always imports, and that the lock has; or it imports pkg_resources, which "
    "the setuptools that the build takes no longer has.",
)
ACTIVE = Rule(
    id="skew-active",
    level="error",
    title="A build of this release runs with another library than it was built with",
    description="The sdist's Requires-Dist is dynamic, or its metadata older than 2.2; a "
    "distribution is both a build requirement and a requirement; a wheel needs a library of it "
    "and does not bundle it; and the newest one that a build may take is outside what the wheels "
    "ask for. A tool that reads a wheel and builds the sdist installs a pair that does not fit.",
)
OUTSIDE = Rule(
    id="build-outside-requirement",
    level="error",
    title="A build takes a version that the release itself rules out at run time",
    description="The sdist's metadata is fixed, and its build requirements allow a newer version of "
    "a library than its Requires-Dist. Every tool that builds it gets a module for one version "
    "and installs another.",
)
REBUILT = Rule(
    id="rebuilt-differs",
    level="error",
    title="Built today, the sdist gives other requirements than the release's files",
    description="The sdist was built in isolation (--rebuild), and its metadata compared.",
)
UNDECLARED = Rule(
    id="undeclared-library",
    level="error",
    title="A wheel needs another distribution's library and does not require it",
    description="A shared object needs a library that the wheel does not hold and that a "
    "distribution outside its Requires-Dist ships. It is chance whether the right version is there. "
    "It is a warning if only an extra asks for that distribution.",
)
SIDECAR = Rule(
    id="sidecar-differs",
    level="error",
    title="The metadata beside a wheel is not the wheel's",
    description="The index's PEP 658 file and METADATA in the wheel differ in meaning; pip aborts.",
)
LATENT = Rule(
    id="skew-latent",
    level="warning",
    title="This release will skew when its provider's next version leaves the range",
    description="Like skew-active, but the newest version that a build may take is still within "
    "what the wheels ask for.",
)
DISAGREE = Rule(
    id="files-disagree",
    level="warning",
    title="The files of one release ask for different things",
    description="Requires-Dist, Requires-Python or Provides-Extra differ in meaning, not in "
    "spelling. A tool that reads one file and installs another follows the wrong one. It is a "
    "note if nothing depends on it on any Python and platform that was examined.",
)
CLAIMS_STATIC = Rule(
    id="sdist-claims-static",
    level="warning",
    title="The sdist promises fixed requirements and computes them",
    description="Metadata 2.2 or newer without «Dynamic: Requires-Dist» promises that the built "
    "metadata will say the same (PEP 643). Its setup.py makes install_requires from an imported "
    "package, or a build from source (--rebuild) said something else. Tools that believe the "
    "promise use a stamp from the maintainer's machine.",
)
TOO_WIDE = Rule(
    id="range-too-wide",
    level="warning",
    title="A wheel's requirement allows versions without the library it needs",
    description="A shared object needs a library by a name that carries a version (its SONAME), and "
    "the newest version that Requires-Dist allows ships the library under another name.",
)
ROTTEN = Rule(
    id="rotten-build-requirement",
    level="warning",
    title="A build requirement does not work with today's setuptools",
    description="pkg_resources is gone since setuptools 82. The sdist's setup.py, or the version of "
    "a provider that the wheels ask for, imports it at once, and nothing holds setuptools back: "
    "building against that version (match-runtime, a build constraint) fails.",
)
NOT_BUILT_WITH = Rule(
    id="undeclared-build-requirement",
    level="warning",
    title="A setup.py imports what its isolated build does not have",
    description="setup.py always imports what Requires-Dist names, or what modules are built "
    "with (NumPy, torch, Cython), and the build requirements do not bring it. An isolated build "
    "fails; one without isolation is for the version that it finds.",
)
INCOMPLETE = Rule(
    id="incomplete",
    level="warning",
    title="Not all was looked at",
    description="Files that cannot be read, and modules that were skipped to save traffic: the "
    "absence of findings means nothing for them. --thorough reads every wheel completely.",
)
REQUIREMENT = Rule(
    id="unreadable-requirement",
    level="warning",
    title="A requirement that no tool can read",
    description="A Requires-Dist or Requires-Python does not follow the specification.",
)
SPELLING = Rule(
    id="dynamic-spelling",
    level="note",
    title="Tools read this spelling of Dynamic differently",
    description="setuptools writes «Dynamic: requires-dist»; uv takes only «Requires-Dist» as "
    "dynamic, and believes the sdist's stamped requirements. Field names are case-insensitive; a "
    "note.",
)
REDIRECTED = Rule(
    id="redirected",
    level="note",
    title="The index leads to another host",
    description="A redirect was followed; what it led to was checked like the rest.",
)
LOCK_MAY_BREAK = Rule(
    id="lock-may-break",
    level="warning",
    title="A package of this lock is built with another version of a provider than the lock gives",
    description="Like lock-will-break, but no published wheel shows what is linked, or the "
    "library's name has no version.",
)
LOCK_LATER = Rule(
    id="lock-may-break-later",
    level="warning",
    title="A build of this lock's package will take the provider's next version, the lock will not",
    description="What is built fits today. Nothing holds the build to the version in the lock, "
    "and the name of the provider's library has changed from release to release, or "
    "has no version.",
)
LOCK_UNKNOWN = Rule(
    id="lock-not-known",
    level="note",
    title="What a build of this lock's package will link cannot be told",
    description="Only its setup.py or build backend knows; a build would tell.",
)
LOCK_BUILDS = Rule(
    id="lock-builds",
    level="note",
    title="Packages of this lock are built from source",
    description="They are not seen to link to a library of another package of the lock.",
)
LOCK_NOTHING_FITS = Rule(
    id="lock-nothing-fits",
    level="note",
    title="A package of this lock cannot be installed somewhere",
    description="No wheel of the lock fits, and there is nothing to build, or building is off.",
)
UNTOLD = Rule(
    id="not-told",
    level="note",
    title="Something was not looked at",
    description="The message says what could not be told, and what would tell it.",
)

RULES = tuple(each for each in list(vars().values()) if isinstance(each, Rule))
