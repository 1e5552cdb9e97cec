# SPDX-License-Identifier: MIT
"""Writes the fragments beside this file: `python3 -m zoo.fragments torch|tf2onnx`, see README.md."""
import pathlib
import shutil
import sys

import numpy as np
import onnx
from onnx import numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
OPSETS = {"1": (14,), "2": (17, 20)}  # by PyTorch's first number
LARGEST = 20_000  # bytes


def write(folder, model, inputs, outputs):
    """A folder in ONNX's test layout."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "test_data_set_0").mkdir(parents=True)
    onnx.save(model, folder / "model.onnx")
    for kind, values, arrays in (("input", model.graph.input, inputs), ("output", model.graph.output, outputs)):
        for i, (value, array) in enumerate(zip(values, arrays)):
            tensor = numpy_helper.from_array(np.ascontiguousarray(array), value.name)
            (folder / f"test_data_set_0/{kind}_{i}.pb").write_bytes(tensor.SerializeToString())
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size > LARGEST:
        raise ValueError(f"{folder.name} has {size} bytes, more than {LARGEST}")


def traced(module, inputs, opset):
    import torch

    from ..export import trace
    file = pathlib.Path(HERE / ".traced.onnx")
    names = [f"x{i}" for i in range(len(inputs))]
    try:
        trace(module, inputs, file, opset_version=opset, input_names=names, output_names=["y"])
        model = onnx.load(file)
    finally:
        file.unlink(missing_ok=True)
    with torch.no_grad():
        return model, [x.numpy() for x in inputs], [module(*inputs).numpy()]


def steps(model):
    return [(node.op_type, list(node.input), list(node.output)) for node in model.graph.node]


def from_torch():
    import torch

    from .modules import MODULES
    if hasattr(torch.backends, "mha"):
        torch.backends.mha.set_fastpath_enabled(False)
    version = ".".join(torch.__version__.split(".")[:2])
    for name, make in MODULES.items():
        torch.manual_seed(1)
        made = make()
        if made is None:
            continue
        module, inputs = made
        before = None
        for opset in OPSETS[version[0]]:
            model, arrays, results = traced(module.eval(), inputs, opset)
            if steps(model) != before:  # a newer opset that changes nothing is no other form
                write(HERE / f"torch-{version}-opset{opset}" / name, model, arrays, results)
            before = steps(model)


def from_tensorflow():
    from . import tensorflow
    for name, model, x, y in tensorflow.build():
        write(HERE / "tf2onnx-opset13" / name, model, [x], [y])


def main():
    sources = {"torch": from_torch, "tf2onnx": from_tensorflow}
    if len(sys.argv) != 2 or sys.argv[1] not in sources:
        sys.exit(f"usage: python3 -m zoo.fragments {'|'.join(sources)}")
    sources[sys.argv[1]]()


if __name__ == "__main__":
    main()
