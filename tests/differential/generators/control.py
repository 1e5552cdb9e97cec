# SPDX-License-Identifier: MIT
"""Control flow with simple bodies, sequences, and bfloat16 between two casts."""
import numpy as np
import onnx
from onnx import helper

from maker import Rejected, Value

from . import generator

BODIES = ["Relu", "Neg", "Abs", "Identity", "Add", "Mul", "Max"]


def body(m, x, name, captured):
    """A graph of one or two nodes on the value of this name."""
    nodes, at = [], x
    for i in range(m.int(1, 2)):
        op, made = m.pick(BODIES), f"{name}_{i}"
        nodes.append(helper.make_node(op, [at, captured] if op in ("Add", "Mul", "Max") else [at], [made]))
        at = made
    return nodes, at


def info(name, dtype, shape):
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), shape)


@generator("If")
def if_(m, op):
    x = m.data([np.float32], least=1)
    other = m.new(x.dtype, x.shape)
    graphs = {}
    for branch in ("then_branch", "else_branch"):
        nodes, last = body(m, x.name, m.name(branch), captured=other.name)
        graphs[branch] = helper.make_graph(nodes, branch, [], [onnx.ValueInfoProto(name=last)])
        graphs[branch].output[0].CopyFrom(info(last, x.dtype, x.shape))
    m.node(op, [m.input(np.bool_(m.chance(0.5)))], **graphs)


@generator("Loop")
def loop(m, op):
    x = m.data([np.float32], least=1, high=3)
    other = m.new(x.dtype, x.shape, -1, 1)
    stem = m.name("loop")
    i, go, state, more = (f"{stem}_{n}" for n in ("i", "go", "state", "more"))
    nodes, last = body(m, state, f"{stem}_v", captured=other.name)
    limit = m.int(0, 4)
    if m.chance(0.5):
        nodes.append(helper.make_node("Identity", [go], [more]))
    else:
        nodes.append(helper.make_node("Constant", [], [f"{stem}_limit"], value=onnx.numpy_helper.from_array(np.int64(limit))))
        nodes.append(helper.make_node("Less", [i, f"{stem}_limit"], [more]))
    nodes.append(helper.make_node("Identity", [last], [f"{stem}_scan"]))
    scan = m.chance(0.6)
    outputs = [info(more, np.bool_, []), info(last, x.dtype, x.shape)]
    outputs += [info(f"{stem}_scan", x.dtype, x.shape)] if scan else []
    graph = helper.make_graph(nodes, "body", [info(i, np.int64, []), info(go, np.bool_, []), info(state, x.dtype, x.shape)],
                              outputs)
    trips = m.ints(m.int(0, 5))
    go_on = m.input(np.bool_(m.chance(0.9))) if m.chance(0.5) else None
    m.node(op, [trips, go_on, x], outputs=2 if scan else 1, body=graph)


@generator("Scan")
def scan_(m, op):
    x = m.data([np.float32], low=2, high=3, least=1)
    start = m.new(x.dtype, x.shape[1:], -1, 1)
    stem = m.name("scan")
    nodes, last = body(m, f"{stem}_state", f"{stem}_v", captured=f"{stem}_x")
    nodes.append(helper.make_node("Add", [last, f"{stem}_x"], [f"{stem}_y"]))
    each = [info(f"{stem}_{n}", x.dtype, x.shape[1:]) for n in ("state", "x")]
    graph = helper.make_graph(nodes, "body", each, [info(n, x.dtype, x.shape[1:]) for n in (last, f"{stem}_y")])
    attributes = {"scan_input_directions": [1]} if m.chance(0.3) else {}
    attributes |= {"scan_output_directions": [1]} if m.chance(0.3) else {}
    m.node(op, [start, x], outputs=2, num_scan_inputs=1, body=graph, **attributes)


@generator("SplitToSequence")
def split_to_sequence(m, op):
    x = m.data([np.float32, np.int64], low=1, least=1)
    axis = m.axis(x.rank)
    keep = m.int(0, 1)
    stem = m.name("sequence")
    sizes = [m.ints(m.int(1, x.shape[axis]))] if m.chance(0.5) else []
    through(m, [(op, [x.name, *(s.name for s in sizes)], stem, {"axis": axis, "keepdims": keep})],
            lambda: m.node("ConcatFromSequence", [m.values[stem]], axis=0, new_axis=m.int(0, 1)) if m.chance(0.5)
            else m.node("SequenceAt", [m.values[stem], m.ints(m.int(-1, 0))], exact=True))


def through(m, steps, last):
    """Nodes whose values numpy cannot hold, and `last`, which brings them back."""
    for op, inputs, made, attributes in steps:
        m.nodes.append(helper.make_node(op, inputs, [made], **attributes))
        m.values[made] = Value(made, None)
    try:
        return last()
    except Rejected:
        del m.nodes[len(m.nodes) - len(steps):]
        raise


@generator("Cast.bfloat16")
def bfloat16(m, op):
    """A float32 to bfloat16, one operator that ONNX Runtime has for it, and back."""
    x = m.data([np.float32], low=2, least=1, exact=True)
    narrow, made = m.name("bf"), m.name("bf")
    steps = [("Cast", [x.name], narrow, {"to": onnx.TensorProto.BFLOAT16})]
    kind = m.pick(["Sign", "Transpose", "Flatten", "Concat", "IsNaN", "Identity", "Shrink", "LayerNormalization"])
    m.schema(kind)
    inputs = {"Concat": [narrow, narrow], "LayerNormalization": [narrow, narrow + "_scale"]}.get(kind, [narrow])
    if kind == "LayerNormalization":
        scale = m.new(np.float32, x.shape[-1:])
        steps.append(("Cast", [scale.name], narrow + "_scale", {"to": onnx.TensorProto.BFLOAT16}))
    steps.append((kind, inputs, made, {"axis": -1} if kind in ("Concat", "LayerNormalization") else {}))
    through(m, steps, lambda: m.node("Cast", [m.values[made]], to=onnx.TensorProto.FLOAT))
