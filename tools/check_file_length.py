#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that no source file has more than 600 lines, but for those that file_length_allow.txt excuses."""
import pathlib
import statistics
import sys

from sources import files, is_code

LIMIT = 600
P90_LIMIT = 400


def excuses(root):
    """Lines 'path: reason' of the allow-list; a line without a reason excuses nothing."""
    path = root / "tools" / "file_length_allow.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    pairs = [line.split(":", 1) for line in lines if ":" in line and not line.startswith("#")]
    return {name.strip(): reason.strip() for name, reason in pairs if reason.strip()}


def check(root):
    allowed = excuses(root)
    lengths = {p.relative_to(root).as_posix(): len(p.read_text().splitlines())
               for p in files(root) if is_code(p)}
    found = [f"{name}: {n} lines, the limit is {LIMIT}" for name, n in lengths.items()
             if n > LIMIT and name not in allowed]
    found += [f"tools/file_length_allow.txt: {name} needs no excuse" for name in allowed
              if lengths.get(name, 0) <= LIMIT]
    ours = sorted(n for name, n in lengths.items() if name.startswith(("src/", "include/")))
    if len(ours) > 9:
        p90 = ours[int(len(ours) * 0.9)]
        print(f"file length: {len(ours)} files, median {statistics.median(ours):.0f}, p90 {p90}, "
              f"longest {ours[-1]}")
        if p90 > P90_LIMIT:
            found.append(f"src: nine of ten files should have fewer than {P90_LIMIT} lines, p90 is {p90}")
    return found


if __name__ == "__main__":
    here = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    complaints = check(here)
    print("\n".join(complaints) or "file length: ok")
    sys.exit(bool(complaints))
