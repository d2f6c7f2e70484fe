"""Compares what a library promises to its callers with what was recorded for its ABI.

The library has to be built with debugging information; see `nox -s abi`. New functions
and types keep an ABI, everything else is a new one, and needs a new SONAME.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

from elftools.dwarf.die import DIE
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

QUALIFIERS = {
    "DW_TAG_const_type": "const",
    "DW_TAG_volatile_type": "volatile",
    "DW_TAG_restrict_type": "restrict",
}
KINDS = {
    "DW_TAG_structure_type": "struct",
    "DW_TAG_union_type": "union",
    "DW_TAG_enumeration_type": "enum",
}


class Promise(TypedDict):
    """Signatures of exported functions, and the layout of what they take and return."""

    functions: dict[str, str]
    types: dict[str, list[str]]


def attribute(die: DIE, name: str, default: Any = None) -> Any:
    """An attribute's value, decoded."""
    if name not in die.attributes:
        return default
    value = die.attributes[name].value
    return value.decode() if isinstance(value, bytes) else value


def target(die: DIE) -> DIE | None:
    """The type that a type, a member or a function refers to; void has none."""
    return die.get_DIE_from_attribute("DW_AT_type") if "DW_AT_type" in die.attributes else None


def type_name(die: DIE | None) -> str:
    """A type as one would write it."""
    if die is None:
        return "void"
    if die.tag in QUALIFIERS:
        return f"{QUALIFIERS[die.tag]} {type_name(target(die))}"
    if die.tag == "DW_TAG_pointer_type":
        inner = type_name(target(die))
        return inner + ("*" if inner.endswith("*") else " *")
    if die.tag == "DW_TAG_array_type":
        bounds = (attribute(child, "DW_AT_upper_bound", -1) + 1 for child in die.iter_children())
        return type_name(target(die)) + "".join(f"[{bound}]" for bound in bounds)
    if die.tag == "DW_TAG_subroutine_type":
        return signature(die)
    name = attribute(die, "DW_AT_name", "(unnamed)")
    return f"{KINDS[die.tag]} {name}" if die.tag in KINDS else str(name)


def parameters(die: DIE) -> list[DIE]:
    """The parameters of a function."""
    return [child for child in die.iter_children() if child.tag == "DW_TAG_formal_parameter"]


def signature(die: DIE) -> str:
    """Return type and parameter types of a function."""
    names = [type_name(target(parameter)) for parameter in parameters(die)]
    result = type_name(target(die))
    return f"{result}{'' if result.endswith('*') else ' '}({', '.join(names) or 'void'})"


def layout(die: DIE) -> list[str]:
    """Size and members of a struct or union, or the values of an enum."""
    lines = [f"size {attribute(die, 'DW_AT_byte_size')}"]
    for child in die.iter_children():
        name = attribute(child, "DW_AT_name", "(unnamed)")
        if child.tag == "DW_TAG_enumerator":
            lines.append(f"{name} = {attribute(child, 'DW_AT_const_value')}")
        elif child.tag == "DW_TAG_member":
            offset = attribute(child, "DW_AT_data_member_location", 0)
            lines.append(f"{offset} {name}: {type_name(target(child))}{bits(child)}")
    return lines


def bits(member: DIE) -> str:
    """The place of a bit field."""
    if "DW_AT_bit_size" not in member.attributes:
        return ""
    start, size = (attribute(member, f"DW_AT_{key}") for key in ("data_bit_offset", "bit_size"))
    return f", bits {start}+{size}"


def is_public(die: DIE) -> bool:
    """Whether a type is defined in a header; one in a source file is opaque to callers."""
    program = die.dwarfinfo.line_program_for_CU(die.cu)  # type: ignore[arg-type]
    index = attribute(die, "DW_AT_decl_file", 0)
    if program is None or "DW_AT_byte_size" not in die.attributes:
        return False
    # Counted from 1 before DWARF 5 (https://dwarfstd.org/doc/DWARF5.pdf, 6.2.4).
    entry = program["file_entry"][index - (program["version"] < 5)]
    return bool(entry.name.decode().endswith((".h", ".hh", ".hpp")))


def reached(die: DIE | None, seen: set[int]) -> Iterator[DIE]:
    """All types that a type leads to."""
    if die is None or die.offset in seen:
        return
    seen.add(die.offset)
    yield die
    for inner in [die, *die.iter_children()]:
        yield from reached(target(inner), seen)


def type_layouts(function: DIE, seen: set[int]) -> dict[str, list[str]]:
    """The public types that a function's callers have to know."""
    found: dict[str, list[str]] = {}
    for start in [function, *parameters(function)]:
        named = ""
        for die in reached(target(start), seen):
            if die.tag == "DW_TAG_typedef":
                named = attribute(die, "DW_AT_name")
            if die.tag in KINDS and is_public(die):
                found[f"{KINDS[die.tag]} {attribute(die, 'DW_AT_name', named)}"] = layout(die)
    return found


def exported(elf: ELFFile) -> set[str]:
    """The names that the dynamic linker can see."""
    table = elf.get_section_by_name(".dynsym")
    symbols = table.iter_symbols() if isinstance(table, SymbolTableSection) else ()
    return {symbol.name for symbol in symbols if symbol.name and symbol["st_shndx"] != "SHN_UNDEF"}


def promise(library: Path) -> Promise:
    """What a library promises."""
    result: Promise = {"functions": {}, "types": {}}
    with library.open("rb") as file:
        elf = ELFFile(file)
        if not elf.has_dwarf_info(strict=True):
            raise SystemExit(f"{library.name} has no debugging information; build it as Debug")
        names, seen = exported(elf), set[int]()
        for unit in elf.get_dwarf_info().iter_CUs():
            for die in unit.get_top_DIE().iter_children():
                if die.tag == "DW_TAG_subprogram" and attribute(die, "DW_AT_name") in names:
                    result["functions"][attribute(die, "DW_AT_name")] = signature(die)
                    result["types"] |= type_layouts(die, seen)
        for name in sorted(names - result["functions"].keys()):
            result["functions"][name] = "data"
    return result


def breaks(old: Promise, new: Promise) -> Iterator[str]:
    """What callers built for the old one would find changed."""
    for name, stated in old["functions"].items():
        found = new["functions"].get(name)
        if found is None:
            yield f"{name}: is gone"
        elif found != stated:
            yield f"{name}: was {stated}, is {found}"
    for name, lines in old["types"].items():
        if name in new["types"] and new["types"][name] != lines:
            yield f"{name}: was {'; '.join(lines)}, is {'; '.join(new['types'][name])}"


def main() -> int:
    """Compare, or record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write what is found")
    parser.add_argument("library", type=Path)
    parser.add_argument("record_file", type=Path)
    arguments = parser.parse_args()
    found, file = promise(arguments.library), arguments.record_file
    if arguments.record:
        file.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    if not file.exists():
        print(f"{file} is missing: a new ABI; record it with nox -s abi -- --record")
        return 1
    problems = list(breaks(json.loads(file.read_text(encoding="utf-8")), found))
    for line in problems:
        print(line, file=sys.stderr)
    functions, types = (len(part) for part in (found["functions"], found["types"]))
    print(f"{functions} functions, {types} types: {len(problems)} breaks")
    if problems:
        print("Raise the part of the version that is the ABI, and record it.", file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
