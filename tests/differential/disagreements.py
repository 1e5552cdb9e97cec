# SPDX-License-Identifier: MIT
"""The known differences: disagreements.tsv has an operator, what its description and the message must match, a reason."""
import collections
import re

import numpy as np
import onnx

ENOUGH = 2000  # cases of an operator without a match say that the entry is no longer needed


def describe(case):
    """One line a node: Resize-19(float[1,1,4,4], , float[4]; mode=cubic)."""
    arrays = dict(case.feeds) | {t.name: onnx.numpy_helper.to_array(t) for t in case.model.graph.initializer}
    opset = next(i.version for i in case.model.opset_import if i.domain in ("", "ai.onnx"))
    lines = []
    for node in case.model.graph.node:
        inputs = []
        for name in node.input:
            a = arrays.get(name)
            small = a is not None and a.size <= 8
            inputs.append("" if not name else "?" if a is None else f"{np.asarray(a).dtype}{list(a.shape)}"
                          + (str(np.asarray(a).tolist()) if small else ""))
        attributes = [f"{a.name}={onnx.helper.get_attribute_value(a)!r}"[:60] for a in node.attribute]
        lines.append(f"{node.op_type}-{opset}({', '.join(inputs)}; {', '.join(attributes)})")
    return " -> ".join(lines)


class Table:
    def __init__(self, path):
        self.entries, self.matched, self.seen = [], collections.Counter(), collections.Counter()
        for line in path.read_text().splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            operator, described, message, reason = line.split("\t")
            assert reason.strip(), f"{path}: no reason for {operator}"
            self.entries.append((operator, re.compile(described), re.compile(message)))

    def saw(self, operators):
        self.seen.update(set(operators))

    def match(self, case, message):
        text = describe(case)
        for i, (operator, described, words) in enumerate(self.entries):
            if operator in case.operators and described.search(text) and words.search(message):
                self.matched[i] += 1
                return True
        return False

    def stale(self):
        return [f"{e[0]} {e[1].pattern}" for i, e in enumerate(self.entries)
                if not self.matched[i] and self.seen[e[0]] >= ENOUGH]
