#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints docs/ort-compat.md from src/api/c/slots.inc."""
import pathlib
import re

SLOTS = pathlib.Path(__file__).resolve().parent.parent / "src/api/c/slots.inc"
LINE = re.compile(r'(REAL|PARTIAL|STUB)\((\d+), (\w+), .*?\)(?:, "(.*)")?\)$')


def slots():
    """Yields (state, number, name, difference) of each slot, in order."""
    for line in SLOTS.read_text().splitlines():
        if match := LINE.match(line):
            state, number, name, difference = match.groups()
            yield state, int(number), name, difference or ""


def main():
    rows = list(slots())
    assert [row[1] for row in rows] == list(range(len(rows))), "slots.inc lacks a number"
    count = {state: sum(row[0] == state for row in rows) for state in ("REAL", "PARTIAL", "STUB")}
    print("# Compatibility with ONNX Runtime's C ABI\n")
    print("Written from `src/api/c/slots.inc` by `make docs`. `OrtGetApiBase()->GetApi(v)` gives one table for every `v` "
          "from 1 to 30.")
    print(f"Of its {len(rows)} slots {count['REAL']} do what ONNX Runtime's do on a CPU, {count['PARTIAL']} differ as "
          f"said below,")
    print(f"and {count['STUB']} answer `ORT_NOT_IMPLEMENTED` with their name (or, where they give no status, nothing). "
          "No slot is null.\n")
    print("## Real, with a difference\n\n| slot | function | difference |\n|--:|---|---|")
    for state, number, name, difference in rows:
        if state == "PARTIAL":
            print(f"| {number} | {name} | {difference} |")
    for state, title in (("REAL", "Real"), ("STUB", "Not implemented")):
        print(f"\n## {title}\n\n| slot | function |\n|--:|---|")
        for s, number, name, _ in rows:
            if s == state:
                print(f"| {number} | {name} |")


if __name__ == "__main__":
    main()
