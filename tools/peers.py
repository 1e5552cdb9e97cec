#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What other runtimes have of each operator, beside the table of `kante ops --markdown`.

  kante ops --markdown | tools/peers.py          adds the columns of tests/schemas/peers.tsv
  tools/peers.py --update RESULTS SUITE          writes the counts of that file; needs the onnx package

RESULTS has a line "outcome<tab>test" for each test that ONNX Runtime ran, SUITE is the folder of the tests. A test counts
for every operator of its main graph; one of an expanded function counts for the function.
"""
import collections
import pathlib
import re
import sys

TABLE = pathlib.Path(__file__).resolve().parents[1] / "tests" / "schemas" / "peers.tsv"

# Operators that a runtime is known to lack; both lists are what could be read off, not all.
SEQUENCES = ("ConcatFromSequence SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength "
             "SequenceMap SplitToSequence")
OPTIONALS = "Optional OptionalGetElement OptionalHasElement"
STRINGS = "RegexFullMatch StringConcat StringNormalizer StringSplit TfIdfVectorizer"
LOSSES = "NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss"
LACKING = {
    "tract": f"{SEQUENCES} {OPTIONALS} {STRINGS} {LOSSES} AffineGrid Bernoulli BitCast CausalConvWithState CenterCropPad "
             "Col2Im CumProd DeformConv Det ImageDecoder LinearAttention Loop LpPool MaxRoiPool MaxUnpool "
             "ReverseSequence RoiAlign SwiGLU TensorScatter Unique",
    "RTen": f"{OPTIONALS} {STRINGS} {LOSSES} BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Celu Col2Im "
            "Compress DeformConv GroupNormalization HammingWindow HannWindow Hardmax LRN MelWeightMatrix Mish QLinearConv "
            "QLinearMatMul RNN RoiAlign Scan Selu Shrink Softsign SpaceToDepth ThresholdedRelu Unique",
}
LACKING = {runtime: set(names.split()) for runtime, names in LACKING.items()}


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


def join(page, tests, lacking):
    """The page with two more columns in its table."""
    out = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| domain |"):
            line += " ONNX Runtime passes | lacking in |"
        elif line.startswith("|---"):
            line += "---|---|"
        elif line.startswith("|"):
            operator = (cells[0], cells[1])
            absent = [r for r, names in lacking.items() if cells[0] == "ai.onnx" and cells[1] in names]
            line += f" {tests.get(operator, '')} | {' '.join(absent)} |"
        elif re.fullmatch(r"\d+ operators\.", line):
            out += ["*ONNX Runtime passes*: how many of ONNX's node tests of the operator ONNX Runtime 1.30.0 passes on its CPU.",
                    "*Lacking in*: which of tract and RTen 0.25 are known to lack it; the lists are not complete.", ""]
        out.append(line)
    return "\n".join(out)


def main():
    if sys.argv[1:2] == ["--update"] and len(sys.argv) == 4:
        update(*sys.argv[2:])
    elif len(sys.argv) == 1:
        print(join(sys.stdin.read(), facts(), LACKING))
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
