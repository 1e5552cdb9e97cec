#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of load_fuzz, one small model a feature of the file format (needs the onnx package)."""
import pathlib

import numpy as np
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

OUT = pathlib.Path(__file__).resolve().parent / "corpus" / "load_fuzz"


def info(name, shape=("n",), kind=T.FLOAT):
    return h.make_tensor_value_info(name, kind, shape)


def save(name, nodes, inputs, outputs, initializers=(), opset=17, functions=(), sparse=(), **fields):
    graph = h.make_graph(nodes, name, inputs, outputs, list(initializers), sparse_initializer=list(sparse))
    opsets = [h.make_opsetid("", opset)] + [h.make_opsetid("f", 1)] * bool(functions)
    model = h.make_model(graph, opset_imports=opsets, functions=list(functions), ir_version=8, **fields)
    h.set_model_props(model, {"key": "value"})
    (OUT / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def weight(name, *shape, dtype=np.float32):
    values = np.linspace(-1, 1, int(np.prod(shape))).astype(dtype).reshape(shape)
    return numpy_helper.from_array(values, name)


def branch(name, value):
    node = h.make_node("Add", ["x", value], [name + "_y"])
    return h.make_graph([node], name, [], [info(name + "_y")])


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    x, y = info("x"), info("y")
    image = info("x", (1, 2, 6, 6))
    save("conv", [h.make_node("Conv", ["x", "w"], ["c"], pads=[1] * 4),
                  h.make_node("BatchNormalization", ["c", "s", "s", "s", "v"], ["b"]),
                  h.make_node("Relu", ["b"], ["r"]), h.make_node("MaxPool", ["r"], ["y"], kernel_shape=[2, 2])],
         [image], [info("y", None)],
         [weight("w", 3, 2, 3, 3), weight("s", 3), numpy_helper.from_array(np.ones(3, np.float32), "v")])
    save("gemm", [h.make_node("Gemm", ["x", "w", "b"], ["g"], transB=1), h.make_node("Softmax", ["g"], ["y"])],
         [info("x", ("n", 4))], [info("y", ("n", 3))], [weight("w", 3, 4), weight("b", 3)])
    save("old_softmax", [h.make_node("Softmax", ["x"], ["y"], axis=1)], [info("x", (2, 3, 4))],
         [info("y", (2, 3, 4))], opset=9)
    save("old_axes", [h.make_node("Unsqueeze", ["x"], ["u"], axes=[0]), h.make_node("ReduceMean", ["u"], ["y"], axes=[1])],
         [x], [info("y", None)], opset=11)
    save("branches", [h.make_node("ReduceSum", ["x"], ["s"]), h.make_node("Cast", ["s"], ["c"], to=T.BOOL),
                      h.make_node("If", ["c"], ["y"], then_branch=branch("t", "x"), else_branch=branch("e", "one"))],
         [x], [y], [weight("one", 1)])
    body = h.make_graph([h.make_node("Add", ["state", "x"], ["next"]), h.make_node("Identity", ["go"], ["go_on"]),
                         h.make_node("Identity", ["next"], ["seen"])], "body",
                        [info("i", (), T.INT64), info("go", (), T.BOOL), info("state", (1,))],
                        [info("go_on", (), T.BOOL), info("next", (1,)), info("seen", (1,))])
    save("loop", [h.make_node("Loop", ["trips", "", "zero"], ["last", "y"], body=body)], [info("x", (1,))],
         [info("last", (1,)), info("y", None)],
         [numpy_helper.from_array(np.array(3, np.int64), "trips"), weight("zero", 1)])
    step = h.make_graph([h.make_node("Mul", ["s", "e"], ["s2"]), h.make_node("Identity", ["s2"], ["o"])], "step",
                        [info("s", (1,)), info("e", (1,))], [info("s2", (1,)), info("o", (1,))])
    save("scan", [h.make_node("Scan", ["one", "x"], ["last", "y"], body=step, num_scan_inputs=1)],
         [info("x", (3, 1))], [info("last", (1,)), info("y", (3, 1))], [weight("one", 1)])
    save("shapes", [h.make_node("Shape", ["x"], ["s"]), h.make_node("Gather", ["s", "i"], ["g"]),
                    h.make_node("Concat", ["g", "i"], ["c"], axis=0), h.make_node("ConstantOfShape", ["c"], ["z"]),
                    h.make_node("NonZero", ["x"], ["n"]), h.make_node("Tile", ["z", "c"], ["y"])],
         [x], [info("y", None), info("n", None, T.INT64)], [numpy_helper.from_array(np.array([0], np.int64), "i")])
    twice = h.make_function("f", "Twice", ["a"], ["b"], [h.make_node("Add", ["a", "a"], ["b"])],
                            [h.make_opsetid("", 17)])
    save("function", [h.make_node("Twice", ["x"], ["t"], domain="f"), h.make_node("Twice", ["t"], ["y"], domain="f")],
         [x], [y], functions=[twice])
    sparse = h.make_sparse_tensor(weight("w", 2), h.make_tensor("", T.INT64, [2], [0, 2]), [4])
    save("sparse", [h.make_node("Add", ["x", "w"], ["y"])], [info("x", (4,))], [info("y", (4,))], sparse=[sparse])
    external = weight("w", 4)
    external.ClearField("raw_data")
    external.data_location = T.EXTERNAL
    for key, value in (("location", "weights.bin"), ("offset", "0"), ("length", "16")):
        external.external_data.add(key=key, value=value)
    save("external", [h.make_node("Add", ["x", "w"], ["y"])], [info("x", (4,))], [info("y", (4,))], [external])
    typed = [h.make_tensor("a", T.FLOAT, [2], [1, 2]), h.make_tensor("b", T.INT32, [2], [1, 2]),
             h.make_tensor("c", T.STRING, [2], [b"p", b"q"]), h.make_tensor("d", T.FLOAT16, [2], [1, 2]),
             h.make_tensor("e", T.DOUBLE, [2], [1, 2]), h.make_tensor("f", T.UINT64, [2], [1, 2])]
    save("typed", [h.make_node("Add", ["x", "a"], ["y"])] +
         [h.make_node("Identity", [t.name], [t.name + "_out"]) for t in typed], [info("x", (2,))],
         [info("y", (2,))] + [info(t.name + "_out", (2,), t.data_type) for t in typed], typed)
    save("sequence", [h.make_node("SplitToSequence", ["x"], ["s"], axis=0),
                      h.make_node("ConcatFromSequence", ["s"], ["y"], axis=0)], [info("x", (3, 2))], [info("y", None)])
    save("lstm", [h.make_node("LSTM", ["x", "w", "r"], ["y"], hidden_size=2)], [info("x", (3, 1, 2))],
         [info("y", None)], [weight("w", 1, 8, 2), weight("r", 1, 8, 2)])
    save("attributes", [h.make_node("Constant", [], ["k"], value=weight("k", 2)),
                        h.make_node("Constant", [], ["l"], value_floats=[1.0, 2.0]),
                        h.make_node("Resize", ["i", "", "q"], ["z"], mode="linear"),
                        h.make_node("Add", ["k", "l"], ["y"])],
         [info("i", (1, 1, 2, 2))], [info("y", (2,)), info("z", None)],
         [numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "q")])


if __name__ == "__main__":
    main()
