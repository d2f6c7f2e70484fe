"""Modules of macOS and Windows, the smallest that their readers accept."""

from __future__ import annotations

import struct


def mach_o(needed: tuple[str, ...], search: tuple[str, ...] = (), name: str = "") -> bytes:
    """A 64-bit bundle, or a library with an install name, with load commands alone.

    https://github.com/apple-oss-distributions/xnu/blob/main/EXTERNAL_HEADERS/mach-o/loader.h
    """

    def command(kind: int, text: str, fixed: bytes) -> bytes:
        data = text.encode() + b"\0"
        data += b"\0" * (-len(data) % 8)
        size = 12 + len(fixed) + len(data)
        pad = b"\0" * (-size % 8)
        return struct.pack("<III", kind, size + len(pad), 12 + len(fixed)) + fixed + data + pad

    commands = [command(0x0C, each, struct.pack("<III", 2, 0, 0)) for each in needed]
    commands += [command(0x0D, name, struct.pack("<III", 2, 0, 0))] if name else []
    commands += [command(0x8000001C, each, b"") for each in search]
    body = b"".join(commands)
    head = struct.pack("<IiiIIIII", 0xFEEDFACF, 0x0100000C, 0, 8, len(commands), len(body), 0, 0)
    return head + body


def pe(needed: tuple[str, ...]) -> bytes:
    """A PE32+ DLL with an import table alone.

    https://learn.microsoft.com/en-us/windows/win32/debug/pe-format
    """
    base, raw = 0x1000, 0x200
    table = 20 * (len(needed) + 1)
    thunks = base + table
    names = thunks + 32
    directory, text = b"", b""
    for each in needed:
        directory += struct.pack("<IIIII", thunks, 0, 0, names + len(text), thunks + 16)
        text += each.encode() + b"\0"
    ordinal = struct.pack("<QQ", 1 << 63 | 1, 0)
    section = (directory + b"\0" * 20 + ordinal * 2 + text).ljust(0x400, b"\0")
    optional = struct.pack("<HBBIIIII", 0x20B, 0, 0, 0, 0, 0, 0, base)
    optional += struct.pack("<QII", 0x180000000, 0x1000, 0x200)
    optional += struct.pack("<HHHHHHIIIIHH", 6, 0, 0, 0, 6, 0, 0, 0x3000, raw, 0, 3, 0)
    optional += struct.pack("<QQQQII", 0x1000, 0x1000, 0x1000, 0x1000, 0, 16)
    directories = [(0, 0)] * 16
    directories[1] = (base, table)
    optional += b"".join(struct.pack("<II", *each) for each in directories)
    header = b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0"
    header += struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, len(optional), 0x2022) + optional
    header += b".rdata\0\0" + struct.pack(
        "<IIIIIIHHI", len(section), base, len(section), raw, 0, 0, 0, 0, 0x40000040
    )
    return header.ljust(raw, b"\0") + section
