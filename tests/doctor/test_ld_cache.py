"""Facts about the machine are those that its files tell now."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import pytest

from native_skew.binaries import ld_cache as cache
from native_skew.doctor.diagnosis import diagnose
from support.compiler import cc


def cache_file(**files: str) -> bytes:
    """An /etc/ld.so.cache with these names and files."""
    texts, entries = b"", b""
    start = 48 + 24 * len(files)
    for name, file in files.items():
        key, value = (start + len(texts), start + len(texts) + len(name) + 1)
        texts += f"{name}\0{file}\0".encode()
        entries += struct.pack("=iIIIQ", 3, key, value, 0, 0)
    head = b"glibc-ld.so.cache1.1" + struct.pack("=II", len(files), len(texts)) + bytes(20)
    return head + entries + texts


def test_a_changed_cache_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "ld.so.cache"
    path.write_bytes(cache_file(one="/lib/one"))
    assert cache.read(path) == cache.read(path) == {"one": ("/lib/one",)}
    path.write_bytes(cache_file(other="/lib/other"))
    assert cache.read(path) == {"other": ("/lib/other",)}
    replaced = tmp_path / "new"
    replaced.write_bytes(cache_file(third="/lib/third"))
    os.utime(replaced, ns=(0, path.stat().st_mtime_ns))  # as old as what it replaces, and as large
    replaced.replace(path)
    assert cache.read(path) == {"third": ("/lib/third",)}
    path.unlink()
    assert cache.read(path) == {}


def test_an_interpreter_that_changed_is_read_again(tmp_path: Path) -> None:
    """Its symbols, which a module needs, go and come back between two diagnoses."""
    home = tmp_path / "home"
    site = home / "lib" / f"python3.{sys.version_info[1]}" / "site-packages"
    info = site / "needy-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: needy\nVersion: 1\n")
    (info / "RECORD").write_text("needy.abi3.so,,\n")
    (tmp_path / "needy.c").write_text("extern int wanted(void);\nint it(void){return wanted();}\n")
    cc("-shared", "-fPIC", "-o", site / "needy.abi3.so", tmp_path / "needy.c")
    python = home / "bin" / "python"
    python.parent.mkdir()

    def built(function: str) -> list[str]:
        (tmp_path / "main.c").write_text(f"int {function}(void){{return 0;}}\nint main(){{}}\n")
        cc("-rdynamic", "-o", python, tmp_path / "main.c")
        return [finding.rule for finding in diagnose(home).findings]

    assert built("wanted") == []
    assert built("absent") == ["undefined-symbol"]
    assert built("wanted") == []


@pytest.mark.parametrize("path", ["/no/such/file", "nul\0byte"])
def test_what_is_not_there_is_no_cache(path: str) -> None:
    assert cache.read(Path(path)) == {}
