# SPDX-License-Identifier: MIT
"""The other runtimes' side of the comparison: the protocol of bench/worker.cc for runtimes with Python packages.

  python -m bench.compare.worker ENGINE FOLDER THREADS [CONVERTED]
"""
import json
import os
import pathlib
import sys
import time

import numpy as np
import onnx
from onnx import numpy_helper

from .models import numbered


def memory_kb(key):
    with open("/proc/self/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(key + ":"))


def read_tensors(folder, kind):
    return [numpy_helper.to_array(onnx.load_tensor(path)).copy() for path in numbered(folder, kind)]


class OnnxRuntime:
    """Every graph optimisation, shapes fixed to the input's, inputs and outputs bound once."""
    def __init__(self, threads):
        import onnxruntime
        self.ort = onnxruntime
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.inter_op_num_threads = 1
        self.options.log_severity_level = 4

    def prepare(self, folder, inputs):
        graph = onnx.load(folder / "model.onnx", load_external_data=False).graph
        initialized = {t.name for t in graph.initializer}
        fed = [v for v in graph.input if v.name not in initialized]
        for value, array in zip(fed, inputs):
            for dimension, size in zip(value.type.tensor_type.shape.dim, array.shape):
                if dimension.dim_param:
                    self.options.add_free_dimension_override_by_name(dimension.dim_param, size)

    def load(self, folder):
        self.session = self.ort.InferenceSession(str(folder / "model.onnx"), self.options,
                                                 providers=["CPUExecutionProvider"])

    def feed(self, inputs):
        self.binding = self.session.io_binding()
        for value, array in zip(self.session.get_inputs(), inputs):
            self.binding.bind_cpu_input(value.name, array)
        for value in self.session.get_outputs():
            self.binding.bind_output(value.name, "cpu")

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def outputs(self):
        return self.binding.copy_outputs_to_cpu()


class OpenVino:
    """Latency hint, one stream, float32 arithmetic, shapes fixed to the input's."""
    def __init__(self, threads):
        import openvino
        self.core = openvino.Core()
        self.options = {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": "1", "INFERENCE_NUM_THREADS": str(threads),
                        "INFERENCE_PRECISION_HINT": "f32"}

    def prepare(self, folder, inputs):
        self.shapes = [list(array.shape) for array in inputs]

    def load(self, folder):
        model = self.core.read_model(str(folder / "model.onnx"))
        if any(port.get_partial_shape().is_dynamic for port in model.inputs):
            model.reshape({port: shape for port, shape in zip(model.inputs, self.shapes)})
        self.request = self.core.compile_model(model, "CPU", self.options).create_infer_request()

    def feed(self, inputs):
        import openvino
        for i, array in enumerate(inputs):
            self.request.set_input_tensor(i, openvino.Tensor(array, shared_memory=array.ndim > 0))

    def run(self):
        self.request.infer()

    def outputs(self):
        return [self.request.get_output_tensor(i).data.copy() for i in range(len(self.request.model_outputs))]


class Ncnn:
    """The model as pnnx converts it, float32 storage and arithmetic."""
    def __init__(self, threads):
        import ncnn
        self.ncnn = ncnn
        self.net = ncnn.Net()
        self.net.opt.num_threads = threads
        for name in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage", "bf16_packed"):
            if hasattr(self.net.opt, "use_" + name):
                setattr(self.net.opt, "use_" + name, False)

    def prepare(self, folder, inputs):
        if len(sys.argv) < 5:
            raise ValueError("not converted")

    def load(self, folder):
        prefix = sys.argv[4]
        if not os.path.exists(prefix + ".param"):
            raise ValueError("pnnx converts it not: " + pathlib.Path(prefix + ".log").read_text(encoding="utf-8"))
        if self.net.load_param(prefix + ".param") or self.net.load_model(prefix + ".bin"):
            raise ValueError("ncnn cannot load what pnnx wrote")

    def feed(self, inputs):
        self.mats = []
        for array in inputs:
            array = array.astype(np.int32) if array.dtype == np.int64 else array
            array = array[0] if array.ndim > 1 else array  # the batch has no dimension in ncnn
            self.mats.append(self.ncnn.Mat(np.ascontiguousarray(array)).clone())

    def run(self):
        with self.net.create_extractor() as extractor:
            for name, mat in zip(self.net.input_names(), self.mats):
                extractor.input(name, mat)
            self.results = []
            for name in self.net.output_names():
                status, mat = extractor.extract(name)
                if status:
                    raise ValueError(f"ncnn gives no {name}")
                self.results.append(mat)

    def outputs(self):
        return [np.array(mat) for mat in self.results]


ENGINES = {"onnxruntime": OnnxRuntime, "openvino": OpenVino, "ncnn": Ncnn}


def timed(call):
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1000


def answer(engine, folder, inputs, words):
    command = words[0]
    if command == "load":
        ms = timed(lambda: engine.load(folder))
        engine.feed(inputs)
        return {"load_ms": ms}
    if command in ("first", "run"):
        cpu = time.process_time()
        ms = [timed(engine.run) for _ in range(int(words[1]) if command == "run" else 1)]
        return {"ms": ms, "cpu_ms": (time.process_time() - cpu) * 1000 / len(ms)}
    if command == "save":
        for i, array in enumerate(engine.outputs()):
            path = pathlib.Path(words[1]) / f"output_{i}.pb"
            path.write_bytes(numpy_helper.from_array(np.ascontiguousarray(array)).SerializeToString())
        return {}
    if command == "memory":
        return {"peak_kb": memory_kb("VmHWM"), "rss_kb": memory_kb("VmRSS")}
    raise ValueError("unknown command")


def main():
    # What libraries print goes to standard error; the answers have standard output for themselves.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    folder = pathlib.Path(sys.argv[2])
    engine = ENGINES[sys.argv[1]](int(sys.argv[3]))
    inputs = read_tensors(folder, "input")
    prepared = False
    for line in sys.stdin:
        try:
            if not prepared:
                engine.prepare(folder, inputs)
                prepared = True
            result = answer(engine, folder, inputs, line.split())
        except Exception as error:  # pylint: disable=broad-except
            result = {"error": " ".join(f"{type(error).__name__}: {error}".split())[:300]}
        print(json.dumps(result), file=answers, flush=True)


if __name__ == "__main__":
    main()
