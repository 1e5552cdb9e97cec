# SPDX-License-Identifier: MIT
"""Kante beside ONNX Runtime, OpenVINO and ncnn; `bench/compare/make.sh --help` says more."""
import argparse
import json
import os
import pathlib
import sys
import time

from . import engines, machine, measure, models, page, statistics

ROOT = engines.ROOT


def arguments():
    parser = argparse.ArgumentParser(
        prog="bench/compare/make.sh", formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        description="Compares runtimes on the models of the zoo's cache and on real ones: time to load, first run, "
                    "median and p90, memory, ratio to Kante. Results are kept in a JSON file, a run replaces those "
                    "of its models, and a page is written from it.")
    parser.add_argument("--models", nargs="+", default=[], metavar="NAME", help="names or patterns; all if none")
    parser.add_argument("--folders", nargs="+", type=pathlib.Path, default=models.default_folders(),
                        help="folders of models in ONNX's test layout")
    parser.add_argument("--engines", nargs="+", choices=engines.NAMES, default=list(engines.NAMES))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--isa", nargs="+", choices=("avx2", "best"), default=["avx2", "best"],
                        help="avx2: the other runtimes may use no AVX-512 (copies of them, see narrow.py)")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each engine")
    parser.add_argument("--turn-ms", "--min-time", type=float, default=200, help="least duration of a turn")
    parser.add_argument("--loads", type=int, default=3, help="fresh processes for the time to load")
    parser.add_argument("--max-megabytes", type=float, help="leave out larger models")
    parser.add_argument("--alone-megabytes", type=float, default=1500,
                        help="engines with larger models are alive one at a time")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for one answer of an engine")
    parser.add_argument("--worker", type=pathlib.Path, default=ROOT / "build/release/kante_bench_worker")
    parser.add_argument("--json", type=pathlib.Path, default=ROOT / "build/compare.json")
    parser.add_argument("--page", type=pathlib.Path, help="write this page, such as docs/performance.md")
    return parser.parse_args()


def open_results(path, versions):
    """What earlier runs measured, unless on another machine or with other versions of the other runtimes."""
    fresh = {"machine": machine.describe(), "versions": versions, "load_average": [99, 0], "results": {}}
    if not path.exists():
        return fresh
    old = json.loads(path.read_text())
    if old["machine"] != fresh["machine"] or any(
            old["versions"].get(e) not in (None, v) for e, v in versions.items() if e not in engines.KANTES):
        print("earlier results are of another machine or other versions: dropped", file=sys.stderr)
        return fresh
    old["versions"] |= versions
    return old


def save(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text)
    partial.replace(path)


def line_of(entry):
    parts = []
    for engine, result in entry["engines"].items():
        text = "failed" if "failed" in result else f"{page.short(result['p50_ms'])} ms"
        parts.append(f"{engine} {text}" + (f" (x{entry['ratios'][engine]['ratio']:.2f})" if engine in entry["ratios"] else ""))
    return ", ".join(parts)


def entry_of(job, results):
    ratios = {}
    kante = results.get("kante", {"failed": ""})
    for engine, result in results.items():
        if engine != "kante" and "failed" not in result and "failed" not in kante:
            ratios[engine] = statistics.ratio(result, kante)
    done = {e: r if "failed" in r else statistics.summary(r) for e, r in results.items()}
    return {"model": job.case.name, "family": job.case.family, "megabytes": job.case.megabytes,
            "threads": job.threads, "isa": job.isa, "engines": done, "ratios": ratios}


def main():
    options = arguments()
    versions = engines.available(options.engines, options.worker)
    missing = [e for e in options.engines if e not in versions]
    if missing:
        print(f"not installed, left out: {', '.join(missing)}", file=sys.stderr)
    cases = models.find(options.folders, options.models)
    if options.max_megabytes:
        cases = [c for c in cases if c.megabytes <= options.max_megabytes]
    if not cases:
        sys.exit("bench: no models; zoo/make.sh exports some")
    data = open_results(options.json, versions)
    jobs = [measure.Job(case, threads, isa) for isa in options.isa for case in cases for threads in options.threads]
    for number, job in enumerate(jobs, 1):
        head = f"[{number}/{len(jobs)}] {job.key()}: "

        def progress(text, head=head):
            if sys.stderr.isatty():
                print(f"\r\033[K{head}{text}", end="", file=sys.stderr, flush=True)

        begin = time.monotonic()
        results = measure.compare(job, list(versions), options, progress)
        entry = entry_of(job, results)
        load = os.getloadavg()[0]
        data["results"][job.key()] = entry | {"version": versions.get("kante"), "load": load}
        data["load_average"] = [min(load, data["load_average"][0]), max(load, data["load_average"][1])]
        save(options.json, json.dumps(data, indent=1) + "\n")
        if options.page:
            save(options.page, page.write(data))
        progress("")
        print(f"{head}{line_of(entry)} [{time.monotonic() - begin:.0f} s]", flush=True)
        for engine, result in entry["engines"].items():
            if "failed" in result:
                print(f"    {engine}: {result['failed']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
