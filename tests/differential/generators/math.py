# SPDX-License-Identifier: MIT
"""Elementwise operators, reductions and products."""
import numpy as np

from . import generator, some, with_axes

DOMAINS = {
    "Acos": (-1, 1), "Asin": (-1, 1), "Atanh": (-0.9, 0.9), "Acosh": (1, 9), "Log": (0.01, 9), "Sqrt": (0, 9),
    "Reciprocal": (0.1, 9), "Tan": (-1.4, 1.4), "Exp": (-6, 6), "Cosh": (-5, 5), "Sinh": (-5, 5), "Erf": (-3, 3),
}
EXACT = {"Abs", "Neg", "Relu", "Sign", "BitwiseNot", "Not", "IsNaN", "IsInf", "Ceil", "Floor", "Round", "Clip"}
STEPS = {"Ceil", "Floor", "Round", "Sign", "Shrink", "ThresholdedRelu", "Hardmax"}


@generator("Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Ceil", "Cos", "Cosh", "Erf", "Exp", "Floor",
           "HardSwish", "Log", "Mish", "Neg", "Not", "Reciprocal", "Relu", "Round", "Sigmoid", "Sign", "Sin", "Sinh",
           "Softplus", "Softsign", "Sqrt", "Tan", "Tanh", "BitwiseNot")
def unary(m, op):
    x = m.data(m.types(op, schema_parameter(m, op)), exact=op in STEPS, range=DOMAINS.get(op, (-4, 4)))
    m.node(op, [x], exact=op in EXACT)


def schema_parameter(m, op, index=0):
    return m.schema(op).inputs[index].type_str


@generator("Elu", "Celu", "LeakyRelu", "Selu", "HardSigmoid", "ThresholdedRelu", "Shrink", "Gelu", "Swish")
def activation(m, op):
    attributes = some(m, op, alpha=lambda: m.pick([0.5, 1.5, 0.0, 2.0]), beta=lambda: m.pick([0.25, 0.5, 1.0]),
                      gamma=lambda: 1.5, bias=lambda: m.pick([0.0, 0.5]), lambd=lambda: m.pick([0.5, 1.0]),
                      approximate=lambda: m.pick(["none", "tanh"]))
    if op == "Celu" and attributes.get("alpha") == 0:
        del attributes["alpha"]
    m.node(op, [m.data(m.types(op), exact=op in STEPS)], **attributes)


@generator("IsNaN", "IsInf")
def is_odd(m, op):
    m.special = m.special or m.chance(0.7)
    attributes = some(m, op, detect_negative=lambda: m.int(0, 1), detect_positive=lambda: m.int(0, 1))
    m.node(op, [m.data(m.types(op, "T1"))], exact=True, **attributes)
    m.special = False


@generator("Clip")
def clip(m, op):
    x = m.data(m.types(op))
    if m.has_attribute(op, "min"):
        return m.node(op, [x], exact=True, **some(m, op, min=lambda: -1.0, max=lambda: 2.0))
    bounds = [m.new(x.dtype, [], *r) if m.chance(0.7) else None for r in ((-3, 1), (0, 3))]
    m.node(op, [x, *bounds], exact=True)


@generator("Add", "Sub", "Mul", "Div", "Pow", "Mod", "PRelu", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitShift", "And",
           "Or", "Xor", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual")
def binary(m, op):
    steps = op in ("Mod", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual")
    a = m.data(m.types(op, schema_parameter(m, op)), exact=steps, range=(0.25, 4) if op == "Pow" else (-4, 4))
    shape = m.unidirectional(a.shape) if op == "PRelu" else m.broadcastable(a.shape)
    dtype, low, high, attributes = a.dtype, -4, 4, {}
    kind = np.dtype(dtype).kind
    if op == "Pow":
        low, high = (0, 3) if kind in "iu" else (-2, 3)
        if m.opset >= 13 and m.chance(0.4):
            dtype = m.pick(m.types(op, "T1"))
            low, high = (0, 3) if np.dtype(dtype).kind in "iu" or kind in "iu" else (low, high)
    if op == "Mod":
        attributes = {"fmod": 1} if kind == "f" or m.chance(0.4) else {}
    if op in ("Mod", "Div"):
        low = 1 if kind == "u" else m.pick([1, -4])
    if op == "BitShift":
        attributes, low, high = {"direction": m.pick(["LEFT", "RIGHT"])}, 0, 7
    b = m.numbers(dtype, shape, low, high)
    if op in ("Mod", "Div") and not m.special:
        b = np.where(b == 0, np.ones_like(b), b)
    b = m.input(b)
    pair = [a, b]
    if m.chance(0.3) and op in ("Add", "Sub", "Mul", "Equal", "Less", "Greater", "And", "Or", "Xor", "BitwiseAnd"):
        pair = [b, a]
    m.node(op, pair, **attributes)


@generator("Max", "Min", "Sum", "Mean")
def variadic(m, op):
    a = m.data(m.types(op))
    inputs = [a] + [m.new(a.dtype, m.unidirectional(a.shape)) for _ in range(m.int(0, 3))]
    if len(inputs) == 2:
        inputs[1] = m.new(a.dtype, m.broadcastable(a.shape))
    m.rng.shuffle(inputs)
    m.node(op, inputs, exact=op in ("Max", "Min"))


@generator("Where")
def where(m, op):
    a = m.data(m.types(op))
    shape = m.broadcastable(a.shape)
    b = m.new(a.dtype, shape)
    total = list(np.broadcast_shapes(tuple(a.shape), tuple(shape)))
    condition = m.new(np.bool_, m.unidirectional(total))
    m.node(op, [condition, a, b], exact=True)


@generator("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum",
           "ReduceLogSumExp", "ReduceSumSquare")
def reduce(m, op):
    positive = op in ("ReduceLogSum",)
    low = 0 if m.opset >= 18 else 1
    x = m.data(m.types(op), range=(0.1, 2) if positive else (-1.5, 1.5) if op == "ReduceProd" else (-4, 4),
               least=0 if op in ("ReduceSum", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare") and low == 0 else 1)
    axes = m.axes(x.rank, at_least=1) if x.rank and m.chance(0.8) else None
    if axes == []:
        axes = None
    inputs, attributes = with_axes(m, op, [x], axes)
    attributes |= some(m, op, keepdims=lambda: m.int(0, 1))
    if not axes and m.chance(0.3) and m.has_attribute(op, "noop_with_empty_axes"):
        attributes["noop_with_empty_axes"] = 1
    m.node(op, inputs, exact=op in ("ReduceMax", "ReduceMin"), **attributes)


@generator("ArgMax", "ArgMin")
def arg(m, op):
    x = m.data(m.types(op), low=1, exact=True, least=1)
    m.node(op, [x], **some(m, op, axis=lambda: m.axis(x.rank) if m.opset > 10 else m.int(0, x.rank - 1),
                           keepdims=lambda: m.int(0, 1), select_last_index=lambda: m.int(0, 1)))


@generator("Softmax", "LogSoftmax", "Hardmax")
def softmax(m, op):
    x = m.data(m.types(op), low=1, exact=op == "Hardmax")
    m.node(op, [x], **some(m, op, axis=lambda: m.axis(x.rank) if m.opset > 10 else m.int(0, x.rank - 1)))


@generator("CumSum", "CumProd")
def cumulative(m, op):
    x = m.data(m.types(op), low=1, range=(-1.5, 1.5) if op == "CumProd" else (-4, 4))
    axis = m.ints(m.axis(x.rank), m.pick([np.int32, np.int64]))
    m.node(op, [x, axis], **some(m, op, exclusive=lambda: m.int(0, 1), reverse=lambda: m.int(0, 1)))


@generator("MatMul")
def matmul(m, op):
    a = m.data(m.types(op), low=1, high=4)
    k = a.shape[-1]
    batch = m.broadcastable(a.shape[:-2]) if a.rank > 2 else m.dims(0, 1, most=8)
    shape = [k] if m.chance(0.15) else batch + [k, m.dim()]
    m.node(op, [a, m.new(a.dtype, shape)])


@generator("Gemm")
def gemm(m, op):
    a = m.data(m.types(op), low=2, high=2)
    attributes = some(m, op, transA=lambda: m.int(0, 1), transB=lambda: m.int(0, 1), alpha=lambda: 0.5, beta=lambda: 2.0)
    rows, k = reversed(a.shape) if attributes.get("transA") else a.shape
    n = m.dim()
    b = m.new(a.dtype, [n, k] if attributes.get("transB") else [k, n])
    c = m.new(a.dtype, m.unidirectional([rows, n])) if m.opset < 11 or m.chance(0.6) else None
    m.node(op, [a, b, c], **attributes)


@generator("Einsum")
def einsum(m, op):
    equation = m.pick(["ij,jk->ik", "bij,bjk->bik", "ij->ji", "ii->i", "ii", "i,i->", "i,j->ij", "bhqd,bhkd->bhqk",
                       "...ij,...jk->...ik", "ij,j", "ijk->k", "bij,jk,kl->bil", "ij , ij -> i", "b...->...b", "ij->",
                       "bqhd,bkhd->bhqk", "abc,cd->abd", "i...,j...->ij..."])
    sizes = {c: m.dim() for c in "abcdefghijklmnopqrstuvwxyz"}
    between = [m.int(1, 3) for _ in range(m.int(0, 2))]
    dtype = m.pick(m.types(op))
    inputs = []
    for term in equation.split("->")[0].replace(" ", "").split(","):
        head, dots, tail = term.partition("...")
        inputs.append(m.new(dtype, [sizes[c] for c in head] + (between if dots else []) + [sizes[c] for c in tail]))
    m.node(op, inputs, equation=equation)


@generator("Det")
def det(m, op):
    n = m.int(1, 5)
    m.node(op, [m.new(m.pick(m.types(op)), m.dims(0, 2) + [n, n], -2, 2)])


@generator("Dropout")
def dropout(m, op):
    x = m.data(m.types(op))
    if m.opset < 12:
        return m.node(op, [x], outputs=m.int(1, 2), exact=True, ratio=0.5)
    inputs = [x, m.input(np.float32(0.5)) if m.chance(0.5) else None]
    m.node(op, inputs, outputs=m.int(1, 2), exact=True)
