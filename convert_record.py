"""Converts docs/results to its packed form and proves that nothing was lost. Run once."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from native_skew import results
from native_skew.timeline import record
from native_skew.timeline.record import Line


def plain(value: Any) -> Any:
    """What is read of the JSON that ``value`` becomes."""
    return json.loads(msgspec.json.encode(value))


def prove(old: Path, new: Path, compared: Counter[str]) -> None:
    """Every file of ``old``, as raw JSON, against the record in ``new``."""
    known = results.read_all(new)
    for path in results.paths(old):
        raw = json.loads(path.read_bytes())
        now = plain(known.pop(path.relative_to(old).as_posix().removesuffix(".json")))
        for entry in raw["journal"]:
            del entry["user_agent"]
        for step in raw["steps"]:
            for command in step["commands"]:
                del command["seconds"]
        for finding in raw["diagnosis"] or ():
            del finding["remedies"]
        for file in raw["published"]:
            del file["sha256"]
        del raw["seconds"]
        if not raw["expected"]:
            compared["unstated before"] += 1
        for key in raw:
            if key == "published":
                # what packaging reads of Dynamic is in lower case
                for each in (*raw[key], *now[key]):
                    each["dynamic"] = [d.lower() for d in each["dynamic"]]
            if key in ("expected", "expected_because") and raw[key] != now[key]:
                compared[f"{key}: the scenario has changed since"] += 1
                continue
            assert raw[key] == now[key], (path, key, raw[key], now[key])
            compared[key] += 1
        compared["requests"] += len(raw["journal"])
        compared["commands"] += sum(len(step["commands"]) for step in raw["steps"])
        compared["findings"] += len(raw["diagnosis"] or ())
        compared["cells"] += 1
    assert not known, known


def main(old: Path, new: Path) -> None:
    """Writes ``new`` from ``old``, then compares both."""
    compared: Counter[str] = Counter()
    results.pack(map(results.read, results.paths(old)), new)
    prove(old, new, compared)
    print("matrix:", dict(compared))
    compared.clear()
    lines = {}
    for path in sorted((old / "timeline/lines").glob("*/*/*/*.json")):
        line = msgspec.json.decode(path.read_bytes(), type=Line)
        lines[line.question.id] = line
    cells = map(results.read, results.paths(old / "timeline/cells"))
    record.write(lines.values(), cells, new / "timeline")
    assert record.read_all(new / "timeline") == lines
    prove(old / "timeline/cells", new / "timeline", compared)
    print("timeline:", len(lines), "lines,", dict(compared))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
