#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the stripped size of libkante.so: check_size.py LIBRARY [LIMIT_IN_BYTES]."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

LIMIT = 2_700_000


def stripped_size(library):
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "library.so"
        shutil.copy(library, copy)
        subprocess.run(["strip", "--strip-all", str(copy)], check=True)
        return copy.stat().st_size


def check(library, limit=LIMIT):
    size = stripped_size(library)
    print(f"size: {size:,} of {limit:,} bytes")
    return [f"{library}: {size:,} bytes stripped, the limit is {limit:,}"] if size > limit else []


if __name__ == "__main__":
    complaints = check(sys.argv[1], *map(int, sys.argv[2:3]))
    print("\n".join(complaints) or "size: ok")
    sys.exit(bool(complaints))
