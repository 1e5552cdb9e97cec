# SPDX-License-Identifier: MIT
"""One model on all engines: outputs are checked, then the engines take turns, so that what disturbs the machine
disturbs all alike."""
import contextlib
import dataclasses
import itertools
import math
import pathlib
import tempfile
import time

import numpy as np
import onnx
from onnx import numpy_helper

from . import engines
from .engines import Failed
from .models import Case, numbered

LARGEST_ERROR = 2e-3  # of an output, as a share of its largest element
PAUSE = 0.004  # seconds in which the threads of the engine before go to sleep


def error_of(folder, case):
    """The largest difference to the reference, as a share of the reference's largest element."""
    worst = 0.0
    for path in numbered(case.folder, "output"):
        want = numpy_helper.to_array(onnx.load_tensor(path))
        made = pathlib.Path(folder) / path.name
        if not made.exists():
            raise Failed(f"no {path.stem}")
        got = numpy_helper.to_array(onnx.load_tensor(made))
        if got.size != want.size:
            raise Failed(f"{path.stem} is {list(got.shape)}, not {list(want.shape)}")
        if want.size == 0 or want.dtype.kind not in "fiub":
            continue
        want, got = want.astype(np.float64).ravel(), got.astype(np.float64).ravel()
        error = np.abs(got - want).max() / max(np.abs(want).max(), 1e-30)
        worst = max(worst, error) if math.isfinite(error) else math.inf
    return worst


@dataclasses.dataclass
class Job:
    case: Case
    threads: int
    isa: str  # "best", or "avx2": see narrow.py

    def key(self):
        return f"{self.case.name}/{self.threads}/{self.isa}"


class Contender:
    """An engine's process and what was measured of it."""
    def __init__(self, engine, job, options, start):
        self.engine, self.job, self.options, self.start_process = engine, job, options, start
        self.result = {"load_ms": [], "first_ms": [], "peak_mb": [], "rounds": [], "cpu_ms": []}
        self.process = None
        self.turn = 1

    def start(self):
        self.process = self.start_process(self.engine, self.job, self.options)
        before = self.process.ask("memory")["rss_kb"]
        self.result["load_ms"].append(self.process.ask("load")["load_ms"])
        self.result["first_ms"].append(self.process.ask("first")["ms"][0])
        memory = self.process.ask("memory")
        self.result["peak_mb"].append((memory["peak_kb"] - before) / 1024)
        if "activations_kb" in memory:
            self.result["activations_mb"] = memory["activations_kb"] / 1024

    def stop(self):
        if self.process:
            self.process.close()
            self.process = None

    def check(self):
        with tempfile.TemporaryDirectory() as folder:
            self.process.ask(f"save {folder}")
            error = error_of(folder, self.job.case)
        self.result["error"] = error
        if not error <= LARGEST_ERROR:
            raise Failed(f"wrong result: error {error:.1e}")

    def warm_up(self):
        """Runs until a run takes as long as the one before, and learns how many make a turn."""
        begin = time.monotonic()
        ms = self.process.ask("run 1")["ms"][0]
        while time.monotonic() - begin < self.options.turn_ms / 1000:
            ms = min(ms, *self.process.ask("run 3")["ms"])
        self.turn = max(1, math.ceil(self.options.turn_ms / max(ms, 1e-3)))

    def take_turn(self):
        answer = self.process.ask(f"run {self.turn}")
        self.result["rounds"].append(answer["ms"])
        self.result["cpu_ms"].append(answer["cpu_ms"])

    @contextlib.contextmanager
    def guarded(self, failures):
        """A failure takes this engine out of the rest."""
        try:
            yield
        except Failed as failure:
            failures[self.engine] = str(failure)
            self.stop()


def compare(job, names, options, progress, start=engines.start):
    """The results of all engines by name; one that failed has only "failed"."""
    failures = {}
    contenders = [Contender(engine, job, options, start) for engine in names]
    alone = job.case.megabytes > options.alone_megabytes

    def each():
        return [c for c in contenders if c.engine not in failures]

    for load in range(options.loads):
        for c in each():
            progress(f"load {load + 1}/{options.loads} {c.engine}")
            with c.guarded(failures):
                c.stop()
                c.start()
                if load == 0:
                    c.check()
            if alone:
                c.stop()
    if not alone:
        for c in each():
            with c.guarded(failures):
                c.warm_up()
    for number, shift in zip(range(options.rounds), itertools.cycle(range(len(contenders)))):
        progress(f"round {number + 1}/{options.rounds}")
        for c in sorted(each(), key=lambda c: (contenders.index(c) - shift) % len(contenders)):
            with c.guarded(failures):
                if alone:
                    c.start()
                time.sleep(PAUSE)
                c.take_turn()
            if alone:
                c.stop()
    for c in contenders:
        c.stop()
    return {c.engine: {"failed": failures[c.engine]} if c.engine in failures else c.result for c in contenders}
