#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the models beside it, with which clients of the C ABI are tested. Needs the packages onnx
and onnxruntime."""
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).parent
TYPES = {
    "float": TensorProto.FLOAT, "double": TensorProto.DOUBLE, "int8": TensorProto.INT8, "uint8": TensorProto.UINT8,
    "int16": TensorProto.INT16, "uint16": TensorProto.UINT16, "int32": TensorProto.INT32, "uint32": TensorProto.UINT32,
    "int64": TensorProto.INT64, "uint64": TensorProto.UINT64, "bool": TensorProto.BOOL, "string": TensorProto.STRING,
    "float16": TensorProto.FLOAT16,
}


def save(name, nodes, inputs, outputs, initializers=(), opsets=(("", 17),), **about):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers), doc_string=about.pop("graph_doc", ""))
    metadata = about.pop("metadata", {})
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*o) for o in opsets], producer_name="kante",
                              ir_version=8, **about)
    helper.set_model_props(model, metadata)
    onnx.save(model, HERE / f"{name}.onnx")


def tensor(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def save_ort(name):
    """The model in ONNX Runtime's own format, as its mobile packages take it."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(HERE / f"{name}.ort")
    options.add_session_config_entry("session.save_model_format", "ORT")
    onnxruntime.InferenceSession(str(HERE / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])


def main():
    for name, kind in TYPES.items():
        save(f"identity_{name}", [helper.make_node("Identity", ["x"], ["y"])], [tensor("x", kind, ["n", 2])],
             [tensor("y", kind, ["n", 2])])
    save("add", [helper.make_node("Add", ["a", "b"], ["sum"]), helper.make_node("Mul", ["a", "b"], ["product"])],
         [tensor("a", TensorProto.FLOAT, ["batch", 3]), tensor("b", TensorProto.FLOAT, ["batch", 3])],
         [tensor("sum", TensorProto.FLOAT, ["batch", 3]), tensor("product", TensorProto.FLOAT, ["batch", 3])],
         doc_string="adds and multiplies", domain="org.example", model_version=7, graph_doc="two nodes",
         metadata={"author": "somebody", "empty": ""})
    save("overridable", [helper.make_node("Mul", ["x", "scale"], ["y"])],
         [tensor("x", TensorProto.FLOAT, [2]), tensor("scale", TensorProto.FLOAT, [1])],
         [tensor("y", TensorProto.FLOAT, [2])], [numpy_helper.from_array(np.array([3], np.float32), "scale")])
    sequence = helper.make_tensor_sequence_value_info("s", TensorProto.INT64, None)
    save("sequence", [helper.make_node("SequenceConstruct", ["a", "b"], ["s"])],
         [tensor("a", TensorProto.INT64, ["n"]), tensor("b", TensorProto.INT64, ["m"])], [sequence])
    save("sequence_at", [helper.make_node("SequenceAt", ["s", "i"], ["y"])],
         [sequence, tensor("i", TensorProto.INT64, [])], [tensor("y", TensorProto.INT64, None)])
    probabilities = helper.make_map_type_proto(TensorProto.INT64, helper.make_tensor_type_proto(TensorProto.FLOAT, None))
    save("zip_map", [helper.make_node("ZipMap", ["x"], ["maps"], domain="ai.onnx.ml", classlabels_int64s=[10, 20, 30])],
         [tensor("x", TensorProto.FLOAT, [None, 3])],
         [helper.make_value_info("maps", helper.make_sequence_type_proto(probabilities))],
         opsets=(("", 17), ("ai.onnx.ml", 1)))
    save("vectorize", [helper.make_node("DictVectorizer", ["map"], ["y"], domain="ai.onnx.ml",
                                        string_vocabulary=["a", "b", "c"])],
         [helper.make_value_info("map", helper.make_map_type_proto(
             TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, None)))],
         [tensor("y", TensorProto.FLOAT, [1, 3])], opsets=(("", 17), ("ai.onnx.ml", 1)))
    optional = helper.make_optional_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, [2]))
    save("optional", [helper.make_node("OptionalHasElement", ["x"], ["has"])],
         [helper.make_value_info("x", optional)], [tensor("has", TensorProto.BOOL, [])], opsets=(("", 18),))
    loop = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("MatMul", ["m", "m"], ["product"]),
         helper.make_node("Tanh", ["product"], ["next"])], "body",
        [tensor("i", TensorProto.INT64, []), tensor("go", TensorProto.BOOL, []), tensor("m", TensorProto.FLOAT, None)],
        [tensor("go_on", TensorProto.BOOL, []), tensor("next", TensorProto.FLOAT, None)])
    save("long", [helper.make_node("Loop", ["count", "", "m"], ["last"], body=loop)],
         [tensor("count", TensorProto.INT64, []), tensor("m", TensorProto.FLOAT, ["n", "n"])],
         [tensor("last", TensorProto.FLOAT, ["n", "n"])])
    save("custom", [helper.make_node("Scale", ["x"], ["y"], domain="test.custom", factor=2.5, labels=["p", "q"])],
         [tensor("x", TensorProto.FLOAT, ["n"])], [tensor("y", TensorProto.FLOAT, ["n"])],
         opsets=(("", 17), ("test.custom", 1)))
    save("fused", [helper.make_node("Conv", ["x", "w", "b"], ["c"], kernel_shape=[1, 1]),
                   helper.make_node("Relu", ["c"], ["y"])],
         [tensor("x", TensorProto.FLOAT, [1, 1, 1, 2])], [tensor("y", TensorProto.FLOAT, [1, 1, 1, 2])],
         [numpy_helper.from_array(np.array([[[[2]]]], np.float32), "w"),
          numpy_helper.from_array(np.array([1], np.float32), "b")])
    for name in ("add", "overridable", "identity_string", "zip_map", "fused"):
        save_ort(name)


if __name__ == "__main__":
    main()
