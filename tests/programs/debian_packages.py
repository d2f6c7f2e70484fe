"""Makes ``debian_packages.toml`` again: which Debian package ships a system library, in each release.

``PYTHONPATH=tests python -m programs.debian_packages`` has apt fetch the releases' Contents and
Packages indexes, whose signatures it checks, into a folder of its own:
https://wiki.debian.org/DebianRepository/Format. Which releases and libraries are in the table is
decided by the table: those that wheels are known to take from the system, manylinux's list among
them (https://peps.python.org/pep-0600/). Add a release with an empty table, or a name with an
empty package to the first, and run this.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
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
_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
_DEPENDS = re.compile(r"^(?:Pre-)?Depends: (.+)$")
_LINE = re.compile(r"(?:usr/)?lib/x86_64-linux-gnu/([^/\s]+\.so[^/\s]*)\s+(\S+)")


def packages(
    lines: Iterable[str], names: Iterable[str], depended_on: Mapping[str, int]
) -> dict[str, str]:
    """The package of each of ``names``, from the lines of a Contents index.

    Of several packages the one that most others depend on is taken (another may conflict with
    what is installed), and none that is for debugging or development.
    """
    wanted, found = set(names), dict[str, set[str]]()
    for line in lines:
        match = _LINE.match(line)
        if match and match[1] in wanted:
            owners = [each.rpartition("/")[2] for each in match[2].split(",")]
            plain = [each for each in owners if not each.endswith(("-dev", "-dbg"))]
            found.setdefault(match[1], set()).update(plain)
    return {
        name: min(owners, key=lambda each: (-depended_on.get(each, 0), each))
        for name, owners in found.items()
        if owners
    }


def dependents(lines: Iterable[str]) -> Counter[str]:
    """For each package, how many others of a Packages index name it first among alternatives."""
    found = (match[1].split(",") for line in lines if (match := _DEPENDS.match(line)))
    return Counter(each.split()[0].partition(":")[0] for group in found for each in group)


def _indexes(release: str, folder: Path) -> tuple[list[str], list[str]]:
    """The lines of ``release``'s Contents and Packages, from this machine's Debian mirror."""
    targets = _output("apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN)").splitlines()
    archive = next(line.split()[0] for line in targets if line.endswith("/debian/ Debian"))
    sources = folder / "sources"
    sources.write_text(f"deb [signed-by={_KEYS}] {archive} {release} main\n", encoding="utf-8")
    (folder / "partial").mkdir()
    options = [f"Acquire::IndexTargets::deb::Contents-deb::{k}={v}" for k, v in _CONTENTS.items()]
    options += [f"Dir::State::lists={folder}", f"Dir::Etc::sourcelist={sources}"]
    settings = [
        word for each in (*options, "Dir::Etc::sourceparts=/dev/null") for word in ("-o", each)
    ]
    subprocess.run(["apt-get", "-q", *settings, "update"], check=True, stdout=sys.stderr)
    contents, listed = (sorted(folder.glob(f"*_main_{each}*")) for each in ("Contents-", "binary-"))
    return _lines(contents), _lines(listed)


def _lines(files: Iterable[Path]) -> list[str]:
    return _output("/usr/lib/apt/apt-helper", "cat-file", *map(str, files)).splitlines()


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Writes the table again: the first release completely, and the others' differences from it."""
    table = tomlkit.parse(TABLE.read_text(encoding="utf-8"))
    first, *_ = table
    names = sorted(table[first])
    for release in list(table):
        with tempfile.TemporaryDirectory() as folder:
            contents, listed = _indexes(release, Path(folder))
        found = packages(contents, names, dependents(listed))
        table[release] = tomlkit.table()
        for name in names:
            package = found.get(name, "")
            if release == first or package != table[first][name]:
                table[release][name] = package
    TABLE.write_text(tomlkit.dumps(table), encoding="utf-8")


if __name__ == "__main__":
    main()
