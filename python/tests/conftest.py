# SPDX-License-Identifier: MIT
"""Every test that takes `ort` runs on ONNX Runtime and on Kante: the same calls, the same assertions."""
import importlib

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper


@pytest.fixture(params=["onnxruntime", "kante"])
def ort(request):
    return importlib.import_module(request.param)


@pytest.fixture
def errors(ort):
    """The module in which code finds the exceptions."""
    return importlib.import_module(f"{ort.__name__}.capi.onnxruntime_pybind11_state")


def model(nodes, inputs, outputs, initializers=(), domains=(), **properties):
    """The bytes of a model."""
    graph = helper.make_graph(nodes, "graph", inputs, outputs, list(initializers))
    opsets = [helper.make_opsetid("", 21), *(helper.make_opsetid(name, version) for name, version in domains)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=10, **properties)
    return made.SerializeToString()


def tensor(name, element_type, shape):
    return helper.make_tensor_value_info(name, element_type, shape)


def identity(element_type=TensorProto.FLOAT, shape=("N", 3)):
    node = helper.make_node("Identity", ["x"], ["y"])
    return model([node], [tensor("x", element_type, shape)], [tensor("y", element_type, shape)])


def addition():
    """y = x + w, where w may be fed."""
    weight = onnx.numpy_helper.from_array(np.arange(3, dtype=np.float32), "w")
    inputs = [tensor("x", TensorProto.FLOAT, ["N", 3]), tensor("w", TensorProto.FLOAT, [3])]
    outputs = [tensor("y", TensorProto.FLOAT, ["N", 3])]
    return model([helper.make_node("Add", ["x", "w"], ["y"])], inputs, outputs, [weight], producer_name="tests",
                 producer_version="1", domain="org.kante", model_version=7, doc_string="adds")


def long_model(size=512, products=400):
    """Takes seconds: a chain of matrix products."""
    nodes = [helper.make_node("MatMul", [f"v{i}", "x"], [f"v{i + 1}"]) for i in range(products)]
    nodes.insert(0, helper.make_node("Identity", ["x"], ["v0"]))
    square = ["N", "N"]
    return model(nodes, [tensor("x", TensorProto.FLOAT, square)], [tensor(f"v{products}", TensorProto.FLOAT, square)])
