"""Core metadata and WHEEL: written for the fake pair, read from any distribution.

Reading is as lenient as installers are: if a single-use field is repeated, the first counts; bytes
that are not UTF-8 are replaced; the description is ignored. Specifications:
https://packaging.python.org/en/latest/specifications/core-metadata/
https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import re

import msgspec
from packaging.version import Version

# Seven of forty fields: parsing the whole message would take longer than the rest of doctor.
_FIELDS = re.compile(
    r"^(Metadata-Version|Name|Version|Requires-Dist|Requires-Python|Provides-Extra|Dynamic)"
    r":(.*(?:\n[ \t].*)*)",
    re.MULTILINE | re.IGNORECASE,
)

# https://packaging.python.org/en/latest/specifications/name-normalization/
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_EXTRA = re.compile(r"""\bextra\s*==\s*["']([^"']+)["']""")  # in a marker
_LONGEST = 200  # characters of a name or a version


class CoreMetadata(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The fields that resolvers read, as written; empty if missing."""

    metadata_version: str = ""
    name: str
    version: str
    requires_dist: tuple[str, ...] = ()
    requires_python: str = ""
    provides_extra: tuple[str, ...] = ()
    dynamic: tuple[str, ...] = ()


def parse(data: bytes) -> CoreMetadata:
    """Parses METADATA or PKG-INFO; raises ValueError if there is no name or version."""
    # Up to the first empty line, which may be line one.
    head = (b"\n" + data.replace(b"\r\n", b"\n")).partition(b"\n\n")[0]
    fields: dict[str, list[str]] = {}
    for key, value in _FIELDS.findall(head.decode("utf-8", "replace")):
        fields.setdefault(key.lower(), []).append(" ".join(value.split()))
    one = {key: values[0] for key, values in fields.items()}
    if not one.get("name") or not one.get("version"):
        raise ValueError("its metadata has no name or no version")
    return CoreMetadata(
        metadata_version=one.get("metadata-version", ""),
        name=one["name"],
        version=one["version"],
        requires_dist=tuple(fields.get("requires-dist", ())),
        requires_python=one.get("requires-python", ""),
        provides_extra=tuple(fields.get("provides-extra", ())),
        dynamic=tuple(fields.get("dynamic", ())),
    )


def is_name(text: str) -> bool:
    """Whether ``text`` is a valid distribution name of reasonable length."""
    return len(text) <= _LONGEST and bool(_NAME.fullmatch(text))


def is_version(text: str) -> bool:
    """Whether ``text`` is a valid version of reasonable length."""
    try:
        return len(text) <= _LONGEST and bool(Version(text))
    except ValueError:  # InvalidVersion too
        return False


def wheel_values(data: bytes, key: str) -> tuple[str, ...]:
    """The values of a field of WHEEL, e.g. of ``Tag``."""
    lines = data.decode("utf-8", "replace").splitlines()
    return tuple(line.partition(":")[2].strip() for line in lines if line.startswith(f"{key}:"))


def core_metadata(
    name: str,
    version: str,
    requires_dist: tuple[str, ...],
    dynamic: str | None = None,
    requires_python: str = "",
) -> bytes:
    """Writes METADATA or PKG-INFO.

    ``dynamic`` is written verbatim: tools differ in how they read its spelling, and ``packaging``
    would convert it to lower case.
    """
    extras = sorted({name for each in requires_dist for name in _EXTRA.findall(each)})
    fields = {
        "metadata_version": "2.4",
        "name": name,
        "version": version,
        "summary": f"Part of the fake pair that native-skew publishes: {name}",
        "requires_dist": list(requires_dist),
        **({"requires_python": requires_python} if requires_python else {}),
        **({"provides_extra": extras} if extras else {}),
    }
    from packaging.metadata import Metadata  # noqa: PLC0415  (readers do not need it)

    message = Metadata.from_raw(fields, validate=True).as_rfc822()  # type: ignore[arg-type]
    if dynamic:
        message["Dynamic"] = dynamic
    return message.as_bytes()
