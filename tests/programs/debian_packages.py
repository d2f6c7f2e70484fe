"""Makes ``debian_packages.toml`` again: which Debian package ships a system library.

``PYTHONPATH=tests python -m programs.debian_packages`` has apt fetch the release's Contents index, whose
signature it checks, into a folder of its own: https://wiki.debian.org/RepositoryFormat#A.22Contents.22_indices
Which libraries are in the table is decided by the table: those that wheels are known to take from
the system, manylinux's list among them (https://peps.python.org/pep-0600/). Add a name with an
empty package, and run this.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import tomlkit

from native_skew import shipped

TABLE = shipped("doctor", "debian_packages.toml")

_CONTENTS = {
    "MetaKey": "$(COMPONENT)/Contents-$(ARCHITECTURE)",
    "ShortDescription": "Contents-$(ARCHITECTURE)",
    "Description": "$(RELEASE)/$(COMPONENT) $(ARCHITECTURE) Contents",
    "DefaultEnabled": "true",
}
_LINE = re.compile(r"(?:usr/)?lib/x86_64-linux-gnu/([^/\s]+\.so[^/\s]*)\s+(\S+)")


def packages(lines: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """The package of each of ``names``, as the lines of a Contents index have it.

    Of several packages the first in the order of the alphabet is taken, and none that is for
    debugging or development.
    """
    wanted, found = set(names), dict[str, str]()
    for line in lines:
        match = _LINE.match(line)
        if match and match[1] in wanted:
            owners = [each.rpartition("/")[2] for each in match[2].split(",")]
            plain = sorted(each for each in owners if not each.endswith(("-dev", "-dbg")))
            if plain:
                found[match[1]] = min(plain[0], found.get(match[1], plain[0]))
    return found


def _contents(folder: Path) -> list[str]:
    options = [f"Acquire::IndexTargets::deb::Contents-deb::{k}={v}" for k, v in _CONTENTS.items()]
    options.append(f"Dir::State::lists={folder}")
    settings = [word for each in options for word in ("-o", each)]
    (folder / "partial").mkdir()
    subprocess.run(["apt-get", "-q", *settings, "update"], check=True, stdout=sys.stderr)
    files = sorted(folder.glob("*debian.org*_main_Contents-*")) or sorted(
        folder.glob("*Contents-*")
    )
    done = subprocess.run(
        ["/usr/lib/apt/apt-helper", "cat-file", *map(str, files)],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


def main() -> None:
    """Writes the table anew."""
    table = tomlkit.parse(TABLE.read_text(encoding="utf-8"))
    names = sorted(table["libraries"])
    with tempfile.TemporaryDirectory() as folder:
        found = packages(_contents(Path(folder)), names)
    libraries = tomlkit.table()
    for name in names:
        libraries[name] = found.get(name, "")
        if name not in found:
            sys.stderr.write(f"{name}: no package of this release ships it\n")
    table["libraries"] = libraries
    TABLE.write_text(tomlkit.dumps(table), encoding="utf-8")


if __name__ == "__main__":
    main()
