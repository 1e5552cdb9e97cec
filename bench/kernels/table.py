# SPDX-License-Identifier: MIT
"""Writes docs/performance-kernels.md: table.py FOLDER PAGE. FOLDER holds kernels_bench's JSON, a file a group."""
import json
import pathlib
import subprocess
import sys

from bench.compare import machine

GROUPS = ["GEMM", "GEMV", "Convolution", "Attention", "Pointwise", "Normalisation", "Softmax", "Transpose"]
NAMES = {"avx2": "AVX2", "avx512": "AVX-512", "sse4": "SSE4", "neon": "NEON"}


def read(folder):
    """The best repetition of each benchmark, the best peaks that any of them measured, and load averages."""
    best, peaks, loads = {}, {}, []
    for group in GROUPS:
        path = folder / f"{group}.json"
        if not path.exists():
            continue
        report = json.loads(path.read_text())
        loads += report["context"].get("load_avg", [])[:1]
        for run in report["benchmarks"]:
            if run.get("run_type") == "aggregate" or run.get("error_occurred"):
                continue
            _, case, target, threads, *_ = run["name"].split("/")
            peak = peaks.setdefault((target, threads), [0, 0])
            peak[:] = max(peak[0], run["peak GFLOP/s"]), max(peak[1], run["peak GB/s"])
            kept = best.setdefault((group, case), {}).setdefault((target, threads), run)
            if run["us"] < kept["us"]:
                best[group, case][target, threads] = run
    return best, peaks, loads


def cells(run, peak):
    if run is None:
        return [""] * 5
    flops = [f"{run['GFLOP/s']:.1f}", f"{100 * run['GFLOP/s'] / peak[0]:.0f} %"] if run["GFLOP/s"] else ["", ""]
    return [f"{run['us']:.1f}" if run["us"] < 1000 else f"{run['us']:.0f}", *flops,
            f"{run['GB/s']:.1f}", f"{100 * run['GB/s'] / peak[1]:.0f} %"]


def page(best, peaks, loads):
    about = machine.describe()
    version = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    lines = [
        "# Performance of kernels", "",
        "Written by `make bench-kernels` (`bench/kernels`). Each case is a graph of one operator, or of the few that a fusion",
        "makes one, and runs as in a model: weights are constants and packed, the input is in memory. Times are the 10th",
        "percentile: with one thread of its processor time, with two of the wall clock. FLOPs are those of the direct form, so",
        "that Winograd may pass the peak. Bytes count input, weights and output once: what fits into the caches may pass the",
        "bandwidth of memory, and what is written out of them costs more than is counted, because a line is read before it is",
        "written.", "",
        f"- **Machine**: {about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB, {' '.join(about['instructions'])}; "
        f"{about['system']}. " + (f"Load average before the runs: {min(loads):.1f} to {max(loads):.1f}; above the number of "
                                  "cores, others were at work, and times of two threads say little." if loads else ""),
        f"- **Kante** {version}.",
        "- **Peaks** of fused multiply-adds and of reading memory were measured between the cases, the best counts: " +
        "; ".join(f"{NAMES.get(target, target)}, {threads} thread{'s' if threads != '1' else ''}: {flops:.0f} GFLOP/s, "
                  f"{gb:.1f} GB/s" for (target, threads), (flops, gb) in sorted(peaks.items())) + "."]
    for target in sorted({target for target, _ in peaks}):
        for group in GROUPS:
            rows = {case: runs for (g, case), runs in best.items() if g == group}
            if not rows:
                continue
            lines += ["", f"## {group}, {NAMES.get(target, target)}", "",
                      "| case | how | µs | GFLOP/s | of FMA | GB/s | of memory | 2 threads: µs | GFLOP/s | of FMA | GB/s | "
                      "of memory |", "|---|---|" + "--:|" * 10]
            for case, runs in rows.items():
                one, two = runs.get((target, "1")), runs.get((target, "2"))
                how = (one or two or {}).get("label", "")
                both = [*cells(one, peaks.get((target, "1"))), *cells(two, peaks.get((target, "2")))]
                lines.append("| " + " | ".join([case, how, *both]) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    found = read(pathlib.Path(sys.argv[1]))
    if not found[0]:
        sys.exit(f"no results in {sys.argv[1]}")
    pathlib.Path(sys.argv[2]).write_text(page(*found))
