#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that a kante program knows every operator of ONNX, each of its versions and each type of its first input.

  tools/check_schemas.py build/release/kante            compare with tests/schemas/onnx_schemas.tsv
  tools/check_schemas.py --update                       write that file from the onnx package that is installed
"""
import pathlib
import subprocess
import sys

TABLE = pathlib.Path(__file__).resolve().parents[1] / "tests" / "schemas" / "onnx_schemas.tsv"

# domain.name: why the program need not know it yet
NOT_YET = {
    "ai.onnx.preview.training.Gradient": "comes with training",
}
# domain.name: types of the first input that the program refuses, and why
UNORDERED = "complex128 complex64"
NO_ARITHMETIC = "complex128 complex64 string"
NARROWER = {
    "Col2Im": (NO_ARITHMETIC, "adds"),
    "GridSample": (NO_ARITHMETIC, "interpolates"),
    "Resize": (NO_ARITHMETIC, "interpolates"),
    "Unique": (UNORDERED, "sorts"),
}
# ONNX's C names for element types; the others are spelt alike.
SPELLING = {"float": "float32", "double": "float64"}


def full_name(domain, name):
    return f"{domain}.{name}" if domain else name


def wanted():
    """name -> (versions, types of the first input or None where it is no tensor)."""
    rows = {}
    for line in TABLE.read_text().splitlines():
        if line.startswith("#"):
            continue
        domain, name, versions, types = line.split("\t")
        rows[full_name("" if domain == "ai.onnx" else domain, name)] = (
            set(versions.split()), None if types == "-" else set(types.split()))
    return rows


def known(program):
    """The same of a program, as `kante ops --markdown` lists it; types are None for all of them."""
    table = subprocess.run([program, "ops", "--markdown"], check=True, capture_output=True, text=True).stdout
    rows = {}
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) >= 6 and cells[2][:1].isdigit():
            domain, name, versions, _, _, types = cells[:6]
            rows[full_name("" if domain == "ai.onnx" else domain, name)] = (
                set(versions.split()), None if types == "all" else set(types.split()))
    return rows


def check(want, have, not_yet=None, narrower=None):
    not_yet = NOT_YET if not_yet is None else not_yet
    narrower = NARROWER if narrower is None else narrower
    found = [f"{name} is excused but known" for name in not_yet if name in have]
    for name, (versions, types) in sorted(want.items()):
        if name not in have:
            if name not in not_yet:
                found.append(f"{name} is not known")
            continue
        has_versions, has_types = have[name]
        if versions != has_versions:
            found.append(f"{name} has versions {' '.join(sorted(versions, key=int))}, "
                         f"not {' '.join(sorted(has_versions, key=int))}")
        missing = set() if types is None or has_types is None else types - has_types
        excused = set(narrower.get(name, ("", ""))[0].split())
        if missing - excused:
            found.append(f"{name} takes {' '.join(sorted(missing - excused))} too")
        if excused - missing:
            found.append(f"{name} needs no excuse for {' '.join(sorted(excused - missing))}")
    return found


def update():
    import onnx
    history = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        history.setdefault((schema.domain, schema.name), []).append(schema)
    lines = [f"# Operators of ONNX {onnx.__version__}: domain, name, versions, types of the first input where it is a "
             "tensor.", "# Made by tools/check_schemas.py --update."]
    for (domain, name), schemas in sorted(history.items()):
        schemas.sort(key=lambda schema: schema.since_version)
        first = next((s.inputs[0] for s in reversed(schemas) if s.inputs), None)
        types = sorted(t[7:-1] for t in first.types if t.startswith("tensor(")) if first else []
        lines.append("\t".join([domain or "ai.onnx", name, " ".join(str(s.since_version) for s in schemas),
                                " ".join(SPELLING.get(t, t) for t in types) or "-"]))
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("\n".join(lines) + "\n")


def main():
    if sys.argv[1:] == ["--update"]:
        update()
        return 0
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    complaints = check(wanted(), known(sys.argv[1]))
    print("\n".join(complaints) or "schemas: ok")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
