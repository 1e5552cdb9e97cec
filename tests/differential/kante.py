# SPDX-License-Identifier: MIT
"""Writes cases in the layout of ONNX's backend tests and has `kante test` run them."""
import math
import pathlib
import re
import shutil
import subprocess

import numpy as np
import onnx

ROUGH = ("Resize", "GridSample", "ReduceProd", "CumProd", "Pow", "LSTM", "GRU", "RNN", "Attention", "Det", "Gelu",
         "LpNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization", "BatchNormalization",
         "MeanVarianceNormalization", "RMSNormalization")


class Case:
    def __init__(self, model, feeds, outputs, seed):
        self.model, self.feeds, self.outputs, self.seed = model, feeds, outputs, seed

    @property
    def operators(self):
        return [f"{n.domain}.{n.op_type}".lstrip(".") for n in self.model.graph.node]

    def tolerance(self):
        """(relative, absolute): by the roughest type and operators, the absolute one by the size of the values."""
        arrays = [a for o in self.outputs.values() for a in (o if isinstance(o, list) else [o])]
        arrays += [a for a in self.feeds.values()]
        kinds = {np.asarray(a).dtype for a in arrays}
        rtol = 1e-2 if np.dtype(np.float16) in kinds else 1e-4
        if not kinds & {np.dtype(np.float16), np.dtype(np.float32)} and not any("Cast" in o for o in self.operators):
            rtol = 1e-6
        if any(o in ROUGH for o in self.operators):
            rtol *= 4
        rtol *= len(self.operators)
        size = 1.0
        for a in arrays:
            a = np.asarray(a)
            if a.dtype.kind == "f" and a.size:
                finite = np.abs(a[np.isfinite(a)].astype(np.float64))
                size = max(size, finite.max(initial=0))
        return rtol, rtol * 10.0 ** math.ceil(math.log10(size))

    def save(self, folder):
        data = folder / "test_data_set_0"
        shutil.rmtree(folder, ignore_errors=True)
        data.mkdir(parents=True)
        onnx.save(self.model, folder / "model.onnx")
        given = [self.feeds[i.name] for i in self.model.graph.input]
        wanted = [self.outputs[o.name] for o in self.model.graph.output]
        for kind, values in (("input", given), ("output", wanted)):
            for i, value in enumerate(values):
                if isinstance(value, list):
                    proto = onnx.numpy_helper.from_list(value)
                else:
                    proto = onnx.numpy_helper.from_array(np.asarray(value))
                (data / f"{kind}_{i}.pb").write_bytes(proto.SerializeToString())
        return folder


def supported(program):
    """Names of the operators that this build of Kante has."""
    lines = subprocess.run([program, "ops"], capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split()[:2] for line in lines[1:] if line.strip()]
    return {name if domain == "ai.onnx" else f"{domain}.{name}" for domain, name in rows}


class Runner:
    def __init__(self, program, folder, levels=("none", "all")):
        self.program, self.folder, self.levels = str(program), pathlib.Path(folder), levels

    def run(self, cases):
        """{index: message} of the cases that fail, at any level; crashes are found by halving."""
        groups = {}
        for i, case in enumerate(cases):
            groups.setdefault(case.tolerance(), []).append((i, case.save(self.folder / str(i))))
        failures = {}
        for tolerance, members in groups.items():
            for number, level in enumerate(self.levels):
                self._run(members, tolerance, level, 1 + number, failures)
        return failures

    def _run(self, members, tolerance, level, threads, failures):
        command = [self.program, "test", *(str(f) for _, f in members), "--rtol", repr(tolerance[0]), "--atol",
                   repr(tolerance[1]), "--level", level, "--threads", str(threads)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=20 + len(members))
            code, text = done.returncode, done.stdout + done.stderr[-300:]
        except subprocess.TimeoutExpired:
            code, text = -1, "timed out"
        if code in (0, 1):
            for folder, why in re.findall(r"^FAIL  (\S+): (.*)$", text, re.M):
                failures.setdefault(int(pathlib.Path(folder).name), f"level {level}: {why}")
        elif len(members) == 1:
            failures.setdefault(members[0][0], f"level {level}: exit status {code}: {text.strip()[-300:]}")
        else:
            half = len(members) // 2
            self._run(members[:half], tolerance, level, threads, failures)
            self._run(members[half:], tolerance, level, threads, failures)
