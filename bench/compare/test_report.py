# SPDX-License-Identifier: MIT
"""Tests of what needs no runtime: python3 -m unittest bench.compare.test_report"""
import pathlib
import tempfile
import unittest

from . import models, narrow, page, statistics


def result(rounds, **more):
    return {"rounds": rounds, "load_ms": [3, 1, 2], "first_ms": [5], "peak_mb": [40.0], "cpu_ms": [9.0], "error": 1e-6} | more


class Statistics(unittest.TestCase):
    def test_percentile_lies_between_neighbours(self):
        self.assertEqual(statistics.percentile([3, 1, 2], 0.5), 2)
        self.assertAlmostEqual(statistics.percentile([0, 10], 0.9), 9)

    def test_summary_pools_the_runs_of_all_rounds(self):
        found = statistics.summary(result([[1, 2], [3], [4, 5]]))
        self.assertEqual((found["p50_ms"], found["min_ms"], found["runs"], found["load_ms"]), (3, 1, 5, 2))

    def test_ratio_of_steady_engines_is_exact(self):
        found = statistics.ratio(result([[2, 2]] * 5), result([[1, 1]] * 5))
        self.assertEqual((found["ratio"], found["low"], found["high"]), (2, 2, 2))

    def test_a_disturbance_of_both_leaves_the_ratio(self):
        found = statistics.ratio(result([[2], [2], [20]]), result([[1], [1], [10]]))
        self.assertEqual((found["low"], found["high"]), (2, 2))

    def test_a_disturbance_of_one_widens_the_interval(self):
        found = statistics.ratio(result([[2], [3], [2], [4]]), result([[1], [1], [1], [1]]))
        self.assertLess(found["low"], found["high"])

    def test_geometric_mean(self):
        self.assertAlmostEqual(statistics.geometric_mean([1, 4]), 2)


class Models(unittest.TestCase):
    def test_folders_with_results_are_found_and_files_come_in_numerical_order(self):
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            for folder in ("a", ".partial", "bare"):
                (root / folder / "test_data_set_0").mkdir(parents=True)
                (root / folder / "model.onnx").write_bytes(b"x" * 1000)
            for number in (10, 9):
                (root / f"a/test_data_set_0/output_{number}.pb").touch()
                (root / f".partial/test_data_set_0/output_{number}.pb").touch()
            found = models.find([root, root / "missing"], [])
            self.assertEqual([(c.name, c.family, c.megabytes) for c in found], [("a", "real", 0.001)])
            self.assertEqual([p.name for p in models.numbered(root / "a", "output")], ["output_9.pb", "output_10.pb"])
            self.assertEqual(models.find([root], ["b*"]), [])


class Page(unittest.TestCase):
    def test_rows_are_sorted_by_the_worst_ratio_and_failures_are_named(self):
        def entry(name, ratio):
            done = statistics.summary(result([[10]]))
            return {"model": name, "family": "vision", "megabytes": 5, "threads": 1, "isa": "best", "version": "1",
                    "engines": {"kante": done, "onnxruntime": done, "ncnn": {"failed": "no | way in /some/folder/x.so " + "z" * 300}},
                    "ratios": {"onnxruntime": {"ratio": ratio, "low": ratio, "high": ratio}}}

        text = page.write({
            "machine": {"cpu": "C", "cores": 2, "memory_gb": 4, "system": "S", "instructions": ["avx2"]},
            "versions": {"kante": "1", "onnxruntime": "2", "ncnn": "3"}, "load_average": [0.1, 0.2],
            "results": {"fast/1": entry("fast", 4.0), "slow/1": entry("slow", 1.0)}})
        self.assertLess(text.index("| slow |"), text.index("| fast |"))
        self.assertIn("**2.00**", text)
        self.assertIn("- slow, ncnn: no / way in x.so zzz", text)
        self.assertIn("zzz...\n", text)
        self.assertIn("*CNNs, geometric mean*", text)


    def test_memory_stands_beside_what_is_promised(self):
        kante = statistics.summary(result([[10]], load_ms=[2], first_ms=[8], peak_mb=[30.0], activations_mb=4.0))
        low = statistics.summary(result([[11]], peak_mb=[20.0], activations_mb=4.0))
        other = statistics.summary(result([[12]], load_ms=[20], first_ms=[20], peak_mb=[50.0]))
        entry = {"model": "m", "family": "vision", "megabytes": 10 * (1 << 20) / 1e6,
                 "engines": {"kante": kante, "kante-low": low, "onnxruntime": other},
                 "ratios": {"kante-low": statistics.ratio(result([[11]] * 5), result([[10]] * 5))}}
        row = page.costs([entry], ["kante", "kante-low", "onnxruntime"])[2]
        self.assertIn("| 0.10 | 0.25 | 2.00 + 8.00 | 20.0 + 20.0 | 30 of 24 | 20 of 46 | 50 | 1.10 (1.10–1.10) |", row)


class Narrow(unittest.TestCase):
    def test_the_two_forms_have_one_length(self):
        self.assertEqual(len(narrow.XGETBV), len(narrow.PUSH_POP))

    def test_a_library_without_the_instruction_stays_as_it_is(self):
        with tempfile.TemporaryDirectory() as name:
            library = pathlib.Path(name, "lib.so")
            library.write_bytes(b"no such code")
            narrow.patch(library)
            self.assertEqual(library.read_bytes(), b"no such code")


if __name__ == "__main__":
    unittest.main()
