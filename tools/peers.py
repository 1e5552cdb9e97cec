#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What other runtimes have of each operator, beside the table of `kante ops --markdown`.

  kante ops --markdown | tools/peers.py          adds the columns of tests/schemas/{peers,runtimes}.tsv
  tools/peers.py --update RESULTS SUITE          writes the counts of that file; needs the onnx package
  tools/peers.py --runtimes tract VERSION SOURCES RTen VERSION SOURCES   writes tests/schemas/runtimes.tsv

RESULTS has a line "outcome<tab>test" for each test that ONNX Runtime ran, SUITE is the folder of the tests. A test counts
for every operator of its main graph; one of an expanded function counts for the function.
"""
import collections
import pathlib
import re
import sys

TABLE = pathlib.Path(__file__).resolve().parents[1] / "tests" / "schemas" / "peers.tsv"

RUNTIMES = TABLE.with_name("runtimes.tsv")
CONTRIB = "com.microsoft"


def read_tract(folder):
    """(domain, name) of what tract's importer registers; it looks at names alone, so that a name of ONNX means ONNX's."""
    onnx = {line.split("\t")[1] for line in TABLE.with_name("onnx_schemas.tsv").read_text().splitlines()
            if line.startswith("ai.onnx\t")}
    ml = {line.split("\t")[1] for line in TABLE.with_name("onnx_schemas.tsv").read_text().splitlines()
          if line.startswith("ai.onnx.ml\t")}
    for path in sorted(pathlib.Path(folder, "onnx/src").rglob("*.rs")):
        text = path.read_text()
        for name in re.findall(r'reg\.insert\(\s*"(\w+)"', text):
            yield ("ai.onnx" if name in onnx else "ai.onnx.ml" if name in ml else CONTRIB), name
            if "node.domain" in text and CONTRIB in text:
                yield CONTRIB, name
    yield "ai.onnx", "Constant"


def read_rten(folder):
    """(domain, name) of what RTen's reader of ONNX files registers, with all features."""
    text = re.sub(r"\s+", " ", pathlib.Path(folder, "src/op_registry/onnx_registry.rs").read_text())
    for arguments in re.findall(r"register_op!\(([^)$]*)\)", text):
        words = [word.strip() for word in arguments.split(",") if word.strip() and "feature" not in word]
        domain = words.pop(0).strip('"') if words[0].startswith('"') else "ai.onnx"
        yield domain, words[0].strip('"')
    yield "ai.onnx", "Constant"


def update_runtimes(*arguments):
    lines = ["# What other runtimes register when they read ONNX files: runtime, version, domain, operator. Made by",
             "# tools/peers.py --runtimes tract VERSION SOURCES RTen VERSION SOURCES."]
    readers = {"tract": read_tract, "RTen": read_rten}
    for runtime, version, folder in zip(arguments[::3], arguments[1::3], arguments[2::3]):
        for domain, name in sorted(set(readers[runtime](folder))):
            lines.append(f"{runtime}\t{version}\t{domain}\t{name}")
    RUNTIMES.write_text("\n".join(lines) + "\n")


def runtimes():
    """{(runtime, version): {(domain, name)}}"""
    found = collections.defaultdict(set)
    for line in RUNTIMES.read_text().splitlines():
        if not line.startswith("#"):
            runtime, version, domain, name = line.split("\t")
            found[runtime, version].add((domain, name))
    return found


def update(results, suite):
    import onnx

    def operators(test):
        graph = onnx.load(f"{suite}/{test}/model.onnx", load_external_data=False).graph
        return {(node.domain or "ai.onnx", node.op_type) for node in graph.node}

    counts = collections.Counter()
    passes = collections.Counter()
    for line in pathlib.Path(results).read_text().splitlines():
        outcome, test = line.split("\t")[:2]
        whole = re.sub(r"_expanded.*", "", test)
        for operator in operators(whole if pathlib.Path(suite, whole).is_dir() else test):
            counts[operator] += 1
            passes[operator] += outcome == "PASS"
    lines = ["# Tests of ONNX's backend suite (node) for each operator: domain, name, how many there are, how many ONNX Runtime",
             "# 1.30.0 passes on its CPU. Made by tools/peers.py --update."]
    lines += [f"{domain}\t{name}\t{counts[domain, name]}\t{passes[domain, name]}" for domain, name in sorted(counts)]
    TABLE.write_text("\n".join(lines) + "\n")


def facts():
    rows = (line.split("\t") for line in TABLE.read_text().splitlines() if not line.startswith("#"))
    return {(domain, name): f"{passed} of {count}" for domain, name, count, passed in rows}


def join(page, tests, others):
    """The page with a column for each other runtime in its table."""
    out = []
    counts = collections.Counter()
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| domain |"):
            line += " ONNX Runtime passes |" + "".join(f" {runtime} |" for runtime, _ in others)
        elif line.startswith("|---"):
            line += "---|" * (1 + len(others))
        elif line.startswith("|"):
            operator = (cells[0], cells[1])
            line += f" {tests.get(operator, '')} |"
            for other, names in others.items():
                counts[other] += operator in names
                line += " yes |" if operator in names else " |"
        elif re.fullmatch(r"\d+ operators\.", line):
            names = " and ".join(f"{runtime} {version} ({counts[runtime, version]})" for runtime, version in others)
            out += ["*ONNX Runtime passes*: how many of ONNX's node tests of the operator ONNX Runtime 1.30.0 passes on its CPU.",
                    f"What {names} register of these operators when they read a model is marked *yes*; types, attributes and",
                    "versions may be fewer.", ""]
        out.append(line)
    return "\n".join(out)


def main():
    if sys.argv[1:2] == ["--update"] and len(sys.argv) == 4:
        update(*sys.argv[2:])
    elif sys.argv[1:2] == ["--runtimes"] and len(sys.argv) in (5, 8):
        update_runtimes(*sys.argv[2:])
    elif len(sys.argv) == 1:
        print(join(sys.stdin.read(), facts(), runtimes()))
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
