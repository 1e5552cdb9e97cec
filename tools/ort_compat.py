#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints docs/ort-compat.md from the lists of slots in src/api/c."""
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "src/api/c"
STATES = ("REAL", "PARTIAL", "ABSENT", "STUB")
LINE = re.compile(r'(REAL|PARTIAL|ABSENT|STUB)\((\d+), (\w+), .*?\)(?:, "(.*)")?\)$')


def slots(name="slots.inc"):
    """Yields (state, number, name, difference) of each slot of a list, in order."""
    for line in (FOLDER / name).read_text().splitlines():
        if match := LINE.match(line):
            state, number, name, difference = match.groups()
            yield state, int(number), name, difference or ""


def table(rows, state, column=None):
    """Prints the slots in one state."""
    print(f"| slot | function |{f' {column} |' if column else ''}\n|--:|---|{'---|' if column else ''}")
    for s, number, name, difference in rows:
        if s == state:
            print(f"| {number} | {name} |{f' {difference} |' if column else ''}")


def main():
    rows = list(slots())
    assert [row[1] for row in rows] == list(range(len(rows))), "slots.inc lacks a number"
    count = {state: sum(row[0] == state for row in rows) for state in STATES}
    print("# Compatibility with ONNX Runtime's C ABI\n")
    print("Written from the lists of slots in `src/api/c` by `make docs`. `OrtGetApiBase()->GetApi(v)` gives one table for "
          "every `v`\nfrom 1 to 30.")
    print(f"Of its {len(rows)} slots {count['REAL']} do what ONNX Runtime's do on a CPU, {count['PARTIAL']} differ as "
          f"said below,")
    print(f"{count['ABSENT']} are of execution providers that are not built in, and say so as ONNX Runtime's builds for "
          f"the CPU do,")
    print(f"and {count['STUB']} answer `ORT_NOT_IMPLEMENTED` with their name (or, where they give no status, nothing). "
          "No slot is null.\n")
    print("## Real, with a difference\n")
    table(rows, "PARTIAL", "difference")
    print("\n## Not implemented\n")
    table(rows, "STUB")
    print("\n## Tables beside it\n")
    for title, name in (("OrtModelEditorApi", "editor_slots.inc"), ("OrtCompileApi", "compile_slots.inc")):
        more = list(slots(name))
        differ = [f"`{row[2]}` ({row[3]})" for row in more if row[0] == "PARTIAL"]
        print(f"- `{title}`: {len(more)} slots, all real" + (" but for " + ", ".join(differ) if differ else "") + ".")
    print("- `OrtEpApi` and `OrtInteropApi`: every slot answers `ORT_NOT_IMPLEMENTED`. `OrtTrainingApi` is null, as in "
          "stock builds.")
    for state, title in (("REAL", "Real"), ("ABSENT", "Of providers that are not built in")):
        print(f"\n## {title}\n")
        table(rows, state)


if __name__ == "__main__":
    main()
