# SPDX-License-Identifier: MIT
"""libkante.so beside ONNX Runtime's library, both through the C ABI; `bench/abi/make.sh --help` says more."""
import argparse
import importlib.util
import os
import pathlib
import sys

from ..compare import engines, measure, models, statistics
from ..compare.__main__ import line_of, open_results, save
from . import page, tensors

ROOT = engines.ROOT
BUILD = ROOT / "build/release"
ONE_NODE = "one node"
NAMES = ("kante", "onnxruntime", "kante bound", "onnxruntime bound")


def installed_library():
    """That of the Python package."""
    found = importlib.util.find_spec("onnxruntime")
    folder = pathlib.Path(found.origin).parent / "capi" if found else pathlib.Path("/nowhere")
    return next(iter(sorted(folder.glob("libonnxruntime.so*"))), None)


def arguments():
    parser = argparse.ArgumentParser(
        prog="bench/abi/make.sh", formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        description="Times two libraries through ONNX Runtime's C ABI with one client: time to create a session, first "
                    "run, Run and RunWithBinding, and what a run of one node costs.")
    parser.add_argument("--kante", type=pathlib.Path, default=BUILD / "libkante.so")
    parser.add_argument("--onnxruntime", type=pathlib.Path, default=installed_library())
    parser.add_argument("--worker", type=pathlib.Path, default=BUILD / "kante_abi_worker")
    parser.add_argument("--models", nargs="+", default=[], metavar="NAME", help="names or patterns; all if none")
    parser.add_argument("--folders", nargs="+", type=pathlib.Path, default=models.default_folders())
    parser.add_argument("--max-megabytes", type=float, default=50, help="leave out larger models")
    parser.add_argument("--threads", nargs="+", type=int, default=[1])
    parser.add_argument("--rounds", type=int, default=15, help="turns of each")
    parser.add_argument("--turn-ms", type=float, default=100, help="least duration of a turn")
    parser.add_argument("--loads", type=int, default=5, help="fresh processes for the time to create a session")
    parser.add_argument("--timeout", type=float, default=120, help="seconds for one answer")
    parser.add_argument("--json", type=pathlib.Path, default=ROOT / "build/compare-abi.json")
    parser.add_argument("--page", type=pathlib.Path, help="write this page, such as docs/performance-abi.md")
    parser.set_defaults(alone_megabytes=float("inf"))
    return parser.parse_args()


class Client(engines.Process):
    """A worker process with a library in it."""
    def ask(self, command):
        result = super().ask(command)
        if command.startswith("save "):
            tensors.outputs_as_protobuf(pathlib.Path(command.split()[1]))
        return result


def start(name, job, options):
    library, _, bound = name.partition(" ")
    inputs = tensors.prepare_inputs(job.case, BUILD / "abi" / job.case.name)
    command = [options.worker, getattr(options, library), job.case.folder / "model.onnx", inputs, job.threads,
               "bind" if bound else "run"]
    return Client(list(map(str, command)), job.case, options.timeout)


def cases_of(options):
    folder = BUILD / "abi" / "one_node"
    tensors.one_node_model(folder)
    found = [c for c in models.find(options.folders, options.models) if c.megabytes <= options.max_megabytes]
    return [models.Case(ONE_NODE, "one node", folder, 0.0), *found]


def entry_of(job, results):
    ratios = {}
    for slow, fast in (("onnxruntime", "kante"), ("onnxruntime bound", "kante bound")):
        if "failed" not in results[slow] and "failed" not in results[fast]:
            ratios[slow] = statistics.ratio(results[slow], results[fast])
    done = {name: r if "failed" in r else statistics.summary(r) for name, r in results.items()}
    return {"model": job.case.name, "family": job.case.family, "threads": job.threads, "engines": done, "ratios": ratios}


def main():
    options = arguments()
    for path in (options.kante, options.onnxruntime, options.worker):
        if not path or not path.exists():
            sys.exit(f"bench: {path or 'a library of ONNX Runtime'} is not there")
    versions = {e: engines.version(e) or "unknown" for e in ("kante", "onnxruntime")}
    data = open_results(options.json, versions)
    for threads in options.threads:
        for case in cases_of(options):
            job = measure.Job(case, threads, "best")
            entry = entry_of(job, measure.compare(job, NAMES, options, lambda text: None, start))
            entry["load"] = os.getloadavg()[0]
            data["results"][job.key()] = entry
            save(options.json, page.as_json(data))
            if options.page:
                save(options.page, page.write(data, ONE_NODE))
            print(f"{case.name}/{threads}: {line_of(entry)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
