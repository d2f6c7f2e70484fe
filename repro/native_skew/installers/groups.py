"""What installers have in common: the names that a scenario's expectations use.

A group says how an installer works, as far as that decides what a skew does to it. A new
installer names its groups, and is expected what its likes are expected.
"""

from __future__ import annotations

# In one of the first four, and any of the others.
GROUPS: dict[str, str] = {
    "builds-metadata": (
        "passes over wheels that do not fit, and builds the sdist for its metadata before it "
        "resolves: pip's resolver, whoever runs it"
    ),
    "reads-nearest-wheel": (
        "resolves with the metadata of one wheel, the one that comes nearest to fitting here: uv's "
        "resolver, whoever runs it"
    ),
    "reads-first-wheel": "resolves with the metadata of the first wheel that the index lists",
    "reads-lock-target-wheel": (
        "resolves with the metadata of a wheel that fits any Python and platform of the lock"
    ),
    "locks-for-all-platforms": (
        "makes one lock for every platform, from the first wheel by name that a Python of the "
        "project's can have, though another fits here"
    ),
    "locks": "writes a lock, from which another command installs, on another machine too",
    "resolves-again-at-sync": "hands the pins of its lock to a resolver that looks at what is built",
    "hands-resolution-to-builds": "can build with the very versions that it resolved for run time",
    "hands-no-resolution-to-builds": "uv's interfaces for one command: builds know of no resolution",
    "reads-installed-metadata": "a second run resolves with the metadata of what is installed",
    "keeps-locked-versions": "a second run leaves alone what is there in the version that is locked",
    "keeps-environment": "a second run does nothing where the same is asked for again",
}
