"""A million damaged files for the readers of ELF, Mach-O and PE files, wheels and caches: ``nox -s fuzz``.

Each input is a sound file, damaged at places that a seed decides. Anything but the
readers' own errors is a failure, and so is an input that takes 20 seconds or the
process beyond its memory. The seed of a failure is printed: give it to see it again.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from native_skew.binaries import ld_cache as cache
from native_skew.binaries import numpy_c_api, other_formats, symbol_versions, symbols
from native_skew.binaries.image import Image, ImageError
from native_skew.doctor import inventory
from native_skew.doctor.diagnosis import diagnose
from native_skew.doctor.errors import NotAnEnvironmentError, WheelError
from native_skew.doctor.sites import Sites
from support.other_systems import mach_o, pe

MEMORY = 512 << 20  # bytes of address space beyond what the start took
SECONDS = 20
# A long name, so that to look up a few costs less than to read them all.
SOURCE = (
    f"int {'long' * 500}(void) {{ return 1; }}\n"
    "int missing(void), puts(char *); int shown(void) { puts(0); return missing(); }\n"
)
INTERESTING = (0, 1, 0x7F, 0x80, 0xFF)


def sound_elf(folder: Path) -> bytes:
    (folder / "x.c").write_text(SOURCE)
    (folder / "x.map").write_text("V1 { shown; long*; };\n")
    command = ["cc", "-shared", "-fPIC", "-s", "-Wl,-soname,libx.so.1", "-Wl,-rpath,$ORIGIN"]
    command.append("-Wl,--version-script=x.map")
    subprocess.run([*command, "-o", "libx.so", "x.c"], cwd=folder, check=True)
    return (folder / "libx.so").read_bytes()


def sound_wheel(elf: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/_e.abi3.so", elf[:2000])
        archive.writestr("x-1.dist-info/METADATA", "Name: x\nVersion: 1\nRequires-Dist: y<2\n")
        archive.writestr("x-1.dist-info/RECORD", "x/_e.abi3.so,,\n")
    return stream.getvalue()


def damaged(sound: bytes, chance: random.Random) -> bytes:
    raw = bytearray(sound)
    for _ in range(chance.randint(1, 10)):
        # The first kilobytes hold the headers; the dynamic section lies anywhere.
        at = chance.randrange(min(len(raw), chance.choice((512, 4096, len(raw)))))
        size = chance.choice((1, 2, 4, 8))
        value = chance.choice((None, *INTERESTING))
        raw[at : at + size] = chance.randbytes(size) if value is None else bytes([value]) * size
    return bytes(raw[: chance.randrange(len(raw))] if chance.random() < 0.1 else raw)


def read_elf(path: Path) -> None:
    with contextlib.suppress(ImageError), Image(path) as image:
        for read in (
            symbols.undefined,
            lambda image: symbols.undefined(image, python=False),
            symbols.all_defined,
            lambda image: symbols.defined(image, [b"shown", b"missing"]),
            lambda image: symbols.defined(
                image, [b"shown", b"missing", *(bytes([each]) for each in range(99))]
            ),
            lambda image: symbols.location(image, b"shown"),
            symbol_versions.wanted,
            symbol_versions.defined,
        ):
            with contextlib.suppress(ImageError):
                read(image)


def one(number: int, seed: int, sound: dict[str, bytes], folder: Path) -> None:
    chance = random.Random(f"{seed}:{number}")
    kinds = ("elf", "cache", "record", "wheel", "mach-o", "pe")
    kind = chance.choices(kinds, (80, 5, 3, 2, 5, 5))[0]
    if kind == "elf":
        path = folder / "x.so"
        path.write_bytes(damaged(sound["elf"], chance))
        read_elf(path)
        numpy_c_api.compiled(path)
    elif kind == "cache":
        path = folder / "cache"
        path.write_bytes(damaged(sound["cache"], chance))
        cache.read(path)
    elif kind == "record":
        info = folder / "site" / "x-1.dist-info"
        info.mkdir(parents=True, exist_ok=True)
        for name in ("METADATA", "RECORD", "WHEEL"):
            (info / name).write_bytes(damaged(sound["record"], chance))
        inventory.read(Sites(folders=(folder / "site",)))
    elif kind in ("mach-o", "pe"):
        path = folder / "other"
        path.write_bytes(damaged(sound[kind], chance))
        other_formats.system_of(path)
        with contextlib.suppress(ImageError):
            (other_formats.mach_o if kind == "mach-o" else other_formats.pe)(path)
    else:
        path = folder / "x-1-py3-none-any.whl"
        path.write_bytes(damaged(sound["wheel"], chance))
        with contextlib.suppress(WheelError, NotAnEnvironmentError):
            diagnose(path)
        path.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--only", type=int, help="the number of one input")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder = Path(name)
        elf = sound_elf(folder)
        entries = cache.PATH.read_bytes() if cache.PATH.exists() else b"glibc-ld.so.cache1.1" * 9
        text = b"Name: x\nVersion: 1\nTag: py3-none-any\nx/_e.abi3.so,sha256=x,1\n" * 3
        sound = {
            "elf": elf,
            "cache": entries,
            "record": text,
            "wheel": sound_wheel(elf),
            "mach-o": mach_o(("@rpath/libx.1.dylib",), ("@loader_path/x",), "@rpath/liby.dylib"),
            "pe": pe(("x-1.dll", "KERNEL32.dll")),
        }
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
        numbers = range(options.inputs) if options.only is None else [options.only]
        started = time.monotonic()
        for number in numbers:
            signal.alarm(SECONDS)
            try:
                one(number, options.seed, sound, folder)
            except BaseException:
                kept = Path(f"fuzz-{options.seed}-{number}")
                shutil.copytree(folder, kept, dirs_exist_ok=True)
                print(f"failed: --seed {options.seed} --only {number}; files in {kept}")
                raise
            if number % 50_000 == 49_999:
                print(f"{number + 1} inputs in {time.monotonic() - started:.0f} s", flush=True)
        signal.alarm(0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(numbers)} inputs, seed {options.seed}: none crashed; {peak} MB at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
