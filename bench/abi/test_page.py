# SPDX-License-Identifier: MIT
"""Tests of what needs no runtime: python3 -m unittest bench.abi.test_page"""
import unittest

from ..compare import statistics
from . import page


def measured(ms):
    return {"rounds": [[ms]] * 3, "load_ms": [2], "first_ms": [3], "peak_mb": [4.0], "cpu_ms": [1.0], "error": 0}


def entry(model, kante, other):
    raw = {"kante": measured(kante), "kante bound": measured(kante)}
    done = {name: statistics.summary(r) for name, r in raw.items()}
    if other is None:
        failed = {"failed": "no /some/folder/x.so"}
        return {"model": model, "threads": 1, "load": 0.5, "ratios": {},
                "engines": done | {"onnxruntime": failed, "onnxruntime bound": failed}}
    slow = measured(other)
    ratio = statistics.ratio(slow, raw["kante"])
    return {"model": model, "threads": 1, "load": 0.5, "ratios": {"onnxruntime": ratio, "onnxruntime bound": ratio},
            "engines": done | {"onnxruntime": statistics.summary(slow), "onnxruntime bound": statistics.summary(slow)}}


class Page(unittest.TestCase):
    def test_overheads_are_in_microseconds_and_failures_are_named(self):
        text = page.write({
            "machine": {"cpu": "C", "cores": 2, "memory_gb": 4, "system": "S"},
            "versions": {"kante": "1", "onnxruntime": "2"},
            "results": {"a": entry("tiny", 0.0005, 0.001), "b": entry("large", 5.0, 20.0), "c": entry("odd", 1.0, None)}},
            "tiny")
        rows = {line.split(" | ")[0].strip("| "): line for line in text.splitlines() if line.startswith("| ")}
        self.assertIn("0.50 / 0.50", rows["tiny"])
        self.assertIn("2.00 (2.00–2.00)", rows["tiny"])
        self.assertIn("| large | 5.00 / 5.00 | 20.0 / 20.0 | 4.00 (4.00–4.00)", text)
        self.assertIn("- odd, onnxruntime: no x.so", text)
        self.assertLess(text.index("| tiny"), text.index("| large"))


if __name__ == "__main__":
    unittest.main()
