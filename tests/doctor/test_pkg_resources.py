"""A provider that can no longer be built against: what doctor leaves out of its advice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from native_skew.distributions import nameless
from native_skew.doctor.diagnosis import diagnose
from native_skew.doctor.skew import importer_of_pkg_resources

OLDER, NEWER = "7.0.7.99.1.2", "7.0.10.99.0.2"
STAMP = f"fake-corelibs>={NEWER},<7.0.10.99.1"
PROVIDER = "site/provider/lib/libx.so.1"


@pytest.mark.parametrize("rotten", [True, False])
def test_a_rotten_provider_is_not_to_be_built_with(pair, rotten: bool) -> None:  # type: ignore[no-untyped-def]
    provider = pair.provider(needs_pkg_resources=rotten)
    (finding,) = diagnose(pair.install(provider, pair.consumer(NEWER, STAMP))).findings
    offered = {each.remedy for each in finding.advice}
    assert offered == (
        # With an older setuptools beside it the provider can be built against.
        {"override", "match-runtime-setuptools-rebuild"}
        if rotten
        else {
            "override",
            "build-constraint-rebuild",
            "build-requirement-rebuild",
            "match-runtime-rebuild",
        }
    )
    assert ("imports pkg_resources" in finding.message) == rotten
    assert bool(finding.evidence["imports_pkg_resources"]) == rotten


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import pkg_resources\n", True),
        ("from pkg_resources import parse_version\n", True),
        ("try:\n    import pkg_resources\nexcept ImportError:\n    pass\n", False),
        ("def late():\n    import pkg_resources\n", False),
        ("import pkg_resources_like\n", False),
        ("this is not Python", False),
    ],
)
def test_what_counts_is_an_import_that_cannot_be_avoided(
    tmp_path: Path, text: str, found: bool
) -> None:
    package = tmp_path / "site" / "provider"
    package.mkdir(parents=True)
    (package / "version.py").write_text(text, encoding="utf-8")
    provider = nameless((str(tmp_path / PROVIDER),))
    named = importer_of_pkg_resources(provider, [tmp_path / "site"])
    assert named == ("provider/version.py" if found else "")


def test_odd_files_and_other_sites_are_passed_over(tmp_path: Path) -> None:
    package = tmp_path / "site" / "provider"
    package.mkdir(parents=True)
    os.mkfifo(package / "a.py")
    (package / "b.py").symlink_to("b.py")
    (package / "c.py").write_text("#" * 300_000 + "\nimport pkg_resources\n", encoding="utf-8")
    provider = nameless((str(tmp_path / PROVIDER), "/etc/y.so"))
    assert importer_of_pkg_resources(provider, [tmp_path / "site", tmp_path / "other"]) == ""
