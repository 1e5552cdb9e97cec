# SPDX-License-Identifier: MIT
"""Tensors in the form that bench/abi/worker.cc reads and writes: a line "TYPE RANK DIMENSION...", then the bytes."""
import numpy as np
import onnx
from onnx import helper, numpy_helper

from ..compare.engines import Failed
from ..compare.models import numbered


def write(array, path):
    if array.dtype.kind in "OSU":
        raise Failed("takes strings")
    kind = helper.np_dtype_to_tensor_dtype(array.dtype)
    head = " ".join(map(str, (kind, array.ndim, *array.shape)))
    path.write_bytes(head.encode() + b"\n" + np.ascontiguousarray(array).tobytes())


def read(path):
    head, _, content = path.read_bytes().partition(b"\n")
    kind, _, *shape = map(int, head.split())
    return np.frombuffer(content, helper.tensor_dtype_to_np_dtype(kind)).reshape(shape)


def prepare_inputs(case, folder):
    """The inputs of a model in ONNX's test layout."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(numbered(case.folder, "input")):
        write(numpy_helper.to_array(onnx.load_tensor(path)), folder / f"input_{number}.tensor")
    return folder


def outputs_as_protobuf(folder):
    for path in folder.glob("output_*.tensor"):
        path.with_suffix(".pb").write_bytes(numpy_helper.from_array(read(path)).SerializeToString())


def one_node_model(folder):
    """An Identity of one float: what is left of a run's time is the library's own."""
    x, y = (helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "one_node", [x], [y])
    data = folder / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "model.onnx")
    for name in ("input_0", "output_0"):
        (data / f"{name}.pb").write_bytes(numpy_helper.from_array(np.array([3.5], np.float32)).SerializeToString())
