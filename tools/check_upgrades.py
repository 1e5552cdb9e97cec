#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that each older form of an operator has a test of values at the last version that had it.

  tools/check_upgrades.py            tests/schemas/changes.tsv against the cases of tests/conformance/old_opsets and of
                                     OpTest(name, version) in src/ops
  tools/check_upgrades.py --update   write that file from the onnx package that is installed

A version has a form of its own when the next one takes other inputs, outputs or attributes, refuses a type, or by
SAME_SIGNATURE. An attribute that the next version lacks must be set by a case; one whose default the next version
changes must be left out by a case.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_schemas  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[1]
TABLE = ROOT / "tests" / "schemas" / "changes.tsv"
CASES = ROOT / "tests" / "conformance" / "old_opsets"

# Changes of meaning that no signature shows: name -> the last version before, and what changed.
SAME_SIGNATURE = {
    "GroupNormalization": (18, "scale and bias are those of channels"),
    "Max": (6, "broadcasts"),
    "Mean": (6, "broadcasts"),
    "Min": (6, "broadcasts"),
    "PRelu": (6, "the slope broadcasts from the last dimension"),
    "Sum": (6, "broadcasts"),
}


SAME = "types or words only"


def read_table():
    """(name with domain, version) -> (next version, attributes to set, attributes to leave out, what differs)."""
    rows = {}
    for line in TABLE.read_text().splitlines():
        if not line.startswith("#"):
            name, old, new, gone, default, what = line.split("\t")
            rows[name, int(old)] = (int(new), set(gone.split()) - {"-"}, set(default.split()) - {"-"}, what)
    return rows


def stored_cases():
    """(name, opset, has(attribute)) of old_opsets: folders NN_Name_OPSET whose model holds attribute names as text."""
    for model in sorted(CASES.glob("*/model.onnx")):
        _, name, opset = model.parent.name.split("_")
        data = model.read_bytes()
        yield name, int(opset), lambda a, data=data: bytes([10, len(a)]) + a.encode() in data


def written_cases():
    """The same of statements OpTest("Name", opset)...Run();"""
    start = re.compile(r'OpTest(?: \w+)?\("(\w+)", (\d+)(?:, "([\w.]+)"|, (k\w+))?\)')
    for file in sorted((ROOT / "src" / "ops").rglob("*_test.cc")):
        text = file.read_text()
        for at in start.finditer(text):
            statement = text[at.start():text.find(";\n", at.start())]
            if ".Run(" in statement:
                domain = at[3] or ("ai.onnx.ml" if at[4] else "")
                yield (check_schemas.full_name(domain, at[1]), int(at[2]),
                       lambda a, statement=statement: f'"{a}"' in statement)


def check(rows, cases, schemas):
    """What lacks a case; `cases` as stored_cases gives them, `schemas` as check_schemas.wanted."""
    cases = list(cases)
    pairs = {(name, old): new for name, (versions, _) in schemas.items()
             for old, new in zip(*(lambda v: (v, v[1:]))(sorted(map(int, versions))))}
    found = [f"{TABLE.name} does not say how {name}-{old} and {name}-{new} differ"
             for (name, old), new in sorted(pairs.items()) if rows.get((name, old), (0,))[0] != new]
    for (name, old), (new, gone, default, what) in sorted(rows.items()):
        mine = [has for case, opset, has in cases if case == name and old <= opset < new]
        if what == SAME:
            continue
        if not mine:
            found.append(f"no case of {name}-{old}; what version {new} has otherwise: {what}")
            continue
        found += [f"no case of {name}-{old} sets {a}, which version {new} lacks"
                  for a in sorted(gone) if not any(has(a) for has in mine)]
        found += [f"no case of {name}-{old} leaves out {a}, whose default version {new} changes"
                  for a in sorted(default) if all(has(a) for has in mine)]
    return found


def difference(old, new):
    """Attributes that `new` lacks, attributes whose default it changes, a list of all that differs."""
    from onnx import helper

    def default(attribute):
        return helper.get_attribute_value(attribute.default_value) if attribute.default_value.type else None

    a, b = old.attributes, new.attributes
    both = sorted(set(a) & set(b))
    gone = sorted(set(a) - set(b))
    changed = [n for n in both if default(a[n]) != default(b[n]) and not a[n].required]
    what = [f"-{n}" for n in gone] + [f"+{n}" for n in sorted(set(b) - set(a))]
    what += [f"{n}: default {default(a[n])}, then {default(b[n])}" for n in changed]
    what += [f"{n}: {a[n].type.name}, then {b[n].type.name}" for n in both if a[n].type != b[n].type]
    what += [f"{n}: required" for n in both if b[n].required and not a[n].required]
    for x, y in ((old.inputs, new.inputs), (old.outputs, new.outputs)):
        if [p.option for p in x] != [p.option for p in y]:
            what.append(f"{' '.join(p.name for p in x)}, then {' '.join(p.name for p in y)}")
        for p, q in zip(x, y):
            lost = sorted(t[7:-1] for t in set(p.types) - set(q.types) if t.startswith("tensor("))
            what += [f"{p.name}: not {' '.join(lost)}"] if lost else []
    if new.deprecated and not old.deprecated:
        gone, what = [], ["deprecated"]
    if SAME_SIGNATURE.get(old.name, (0,))[0] == old.since_version:
        what.append(SAME_SIGNATURE[old.name][1])
    return gone, changed, what


def update():
    import onnx
    history = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        history.setdefault(check_schemas.full_name(schema.domain, schema.name), []).append(schema)
    lines = [f"# How the versions of ONNX {onnx.__version__}'s operators differ: name, version, next version, attributes "
             "that the next lacks,", "# attributes whose default it changes, all that differs. Made by "
             "tools/check_upgrades.py --update."]
    for name, schemas in sorted(history.items()):
        schemas.sort(key=lambda schema: schema.since_version)
        for old, new in zip(schemas, schemas[1:]):
            gone, changed, what = difference(old, new)
            lines.append("\t".join([name, str(old.since_version), str(new.since_version), " ".join(gone) or "-",
                                    " ".join(changed) or "-", "; ".join(what) or SAME]))
    TABLE.write_text("\n".join(lines) + "\n")


def main():
    if sys.argv[1:] == ["--update"]:
        update()
        return 0
    if len(sys.argv) != 1:
        print(__doc__)
        return 2
    complaints = check(read_table(), [*stored_cases(), *written_cases()], check_schemas.wanted())
    print("\n".join(complaints) or "upgrades: ok")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
