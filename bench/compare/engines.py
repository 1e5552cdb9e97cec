# SPDX-License-Identifier: MIT
"""The runtimes that take part: how to start a process of each, and its version."""
import importlib.metadata
import json
import os
import pathlib
import resource
import selectors
import shutil
import subprocess
import sys
import tempfile

from . import convert, narrow

ROOT = pathlib.Path(__file__).resolve().parents[2]
KANTES = ("kante", "kante-low")
NAMES = (*KANTES, "onnxruntime", "openvino", "ncnn")
OPTIONS = {
    "kante": "defaults",
    "kante-low": "MemoryUse::kLow",
    "onnxruntime": "all graph optimisations, dynamic dimensions fixed to the input's, sequential execution, bound inputs "
                   "and outputs, spinning on",
    "openvino": "CPU plugin, latency hint, 1 stream, float32 precision hint, model reshaped to the input's shape",
    "ncnn": "converted by pnnx with the input's shape, fp16 and bf16 off, the rest as by default",
}


class Failed(Exception):
    """What an engine could not do."""


def version(engine):
    if engine in KANTES:
        described = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True,
                                   text=True, check=False).stdout.strip()
        return described or "unknown"
    try:
        return importlib.metadata.version(engine)
    except importlib.metadata.PackageNotFoundError:
        return None


def environment(engine, isa):
    if isa == "best" or engine in KANTES:
        return os.environ.copy()
    return os.environ | {"PYTHONPATH": str(narrow.copy_of(engine, version(engine)))}


def memory_limit(case):
    """An engine that goes astray on a model must not take the machine's memory with it."""
    limit = int((4000 + 6 * case.megabytes) * 1e6)
    return lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


class Process:
    """A worker process; `close` ends it."""
    def __init__(self, command, case, timeout, env=None):
        self.timeout = timeout
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, cwd=ROOT, bufsize=1, env=env, preexec_fn=memory_limit(case))

    def ask(self, command):
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failed(self.last_words()) from None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(self.timeout):
                raise Failed(f"no answer to '{command}' in {self.timeout} s")
        line = self.process.stdout.readline()
        if not line:
            raise Failed(self.last_words())
        result = json.loads(line)
        if "error" in result:
            raise Failed(result["error"])
        return result

    def last_words(self):
        code = self.process.wait()
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        return f"ended with {code}" + (f": {lines[-1]}" if lines else "")

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()


def start(engine, job, options):
    arguments = [str(job.case.folder), str(job.threads)]
    if engine in KANTES:
        command = [str(options.worker), *arguments, *(["low"] if engine == "kante-low" else [])]
    else:
        command = [sys.executable, "-m", "bench.compare.worker", engine, *arguments]
    if engine == "ncnn":
        command.append(str(convert.to_ncnn(job.case, options.timeout)))
    return Process(command, job.case, options.timeout, environment(engine, job.isa))


def available(wanted, worker):
    """The engines among those wanted that can be started, and their versions."""
    found = {}
    for engine in wanted:
        there = version(engine) if engine != "ncnn" or shutil.which(convert.PNNX) else None
        if engine in KANTES and not worker.exists():
            sys.exit(f"bench: {worker} is not there; build the target kante_bench_worker")
        if there:
            found[engine] = there
    return found
