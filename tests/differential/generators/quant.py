# SPDX-License-Identifier: MIT
"""Quantization and integer products."""
import numpy as np

from . import generator, some

BYTES = [np.uint8, np.int8]


def scales(m, shape=()):
    """Powers of two half of the time, so that ties occur."""
    values = m.pick([0.25, 0.5, 1.0]) * np.ones(shape) if m.chance(0.5) else m.np.uniform(0.01, 0.2, shape)
    return m.input(values.astype(np.float32))


def zero_point(m, dtype, shape=()):
    info = np.iinfo(dtype)
    return m.input(m.np.integers(max(info.min, -9), 10, shape).astype(dtype))


def integers(m, dtype, shape, constant=None):
    """The whole range of bytes."""
    info = np.iinfo(dtype)
    return m.input(m.np.integers(info.min, info.max, tuple(shape), endpoint=True).astype(dtype), constant)


@generator("QuantizeLinear")
def quantize(m, op):
    x = m.data([np.float32], low=1, exact=True, least=1)
    attributes, shape = {}, []
    if m.opset >= 13 and m.chance(0.5):
        attributes["axis"] = m.axis(x.rank)
        shape = [x.shape[attributes["axis"]]]
    dtype = m.pick(BYTES + ([np.int16, np.uint16] if m.opset >= 21 else []))
    zero = zero_point(m, dtype, shape) if dtype != np.uint8 or m.chance(0.6) else None
    m.node(op, [x, scales(m, shape), zero], exact=True, **attributes)


@generator("DequantizeLinear")
def dequantize(m, op):
    dtype = m.pick(BYTES + [np.int32] + ([np.int16, np.uint16] if m.opset >= 21 else []))
    x = m.data([dtype], low=1, least=1)
    attributes, shape = {}, []
    if m.opset >= 13 and m.chance(0.5):
        attributes["axis"] = m.axis(x.rank)
        shape = [x.shape[attributes["axis"]]]
        if m.opset >= 21 and m.chance(0.5):
            size = attributes["block_size"] = m.int(1, shape[0])
            shape = list(x.shape)
            shape[attributes["axis"]] = -(-shape[attributes["axis"]] // size)
    zero = zero_point(m, x.dtype, shape) if x.dtype != np.int32 and m.chance(0.6) else None
    m.node(op, [x, scales(m, shape), zero], **attributes)


@generator("DynamicQuantizeLinear")
def dynamic_quantize(m, op):
    m.node(op, [m.data([np.float32], exact=True, least=1)], outputs=3)


def factors(m):
    """The shapes of a matrix product."""
    rows, inner, columns = m.dim(1), m.dim(1), m.dim(1)
    batch = m.dims(0, 2, least=1, most=8)
    return batch + [rows, inner], (batch if m.chance(0.3) else []) + [inner, columns]


@generator("MatMulInteger", "com.microsoft.MatMulIntegerToFloat")
def matmul_integer(m, op):
    a_shape, b_shape = factors(m)
    a_type, b_type = m.pick(BYTES), m.pick(BYTES)
    flat = len(b_shape) == 2
    a_zero = zero_point(m, a_type) if m.chance(0.5) else None
    b_zero = zero_point(m, b_type, b_shape[-1:] if flat and m.chance(0.5) else []) if m.chance(0.5) else None
    inputs = [integers(m, a_type, a_shape, constant=False), integers(m, b_type, b_shape)]
    if op == "MatMulInteger":
        return m.node(op, inputs + [a_zero, b_zero], exact=True)
    if b_zero and b_zero.rank == 0:
        b_zero = None
    per_column = b_zero.shape if b_zero else []
    bias = m.new(np.float32, b_shape[-1:]) if m.chance(0.5) else None
    m.node(op.rpartition(".")[2], inputs + [scales(m), scales(m, per_column), a_zero, b_zero, bias],
           domain="com.microsoft")


@generator("QLinearMatMul")
def qlinear_matmul(m, op):
    a_shape, b_shape = factors(m)
    a_type, b_type = m.pick(BYTES), m.pick(BYTES)
    power = lambda: m.input(np.float32(m.pick([0.125, 0.25, 0.5])))  # noqa: E731  exact products, exact ties
    m.node(op, [integers(m, a_type, a_shape, constant=False), power(), zero_point(m, a_type), integers(m, b_type, b_shape),
                power(), zero_point(m, b_type), m.input(np.float32(m.pick([1, 8, 64]))), zero_point(m, a_type)], exact=True)


@generator("ConvInteger", "QLinearConv")
def conv_integer(m, op):
    n = m.pick([1, 2, 2])
    kernel = [m.pick([1, 2, 3]) for _ in range(n)]
    group = m.pick([1, 1, 2])
    channels, filters = group * m.int(1, 4), group * m.int(1, 4)
    x_type, w_type = np.uint8, m.pick(BYTES)
    x = integers(m, x_type, [m.int(1, 2), channels] + [k + m.int(0, 6) for k in kernel], constant=False)
    w = integers(m, w_type, [filters, channels // group] + kernel)
    attributes = some(m, op, strides=lambda: [m.int(1, 2) for _ in kernel],
                      pads=lambda: [m.int(0, k - 1) for k in kernel * 2])
    if group > 1:
        attributes["group"] = group
    if op == "ConvInteger":
        zeros = [zero_point(m, x_type) if m.chance(0.6) else None, zero_point(m, w_type) if m.chance(0.4) else None]
        return m.node(op, [x, w, *zeros], exact=True, **attributes)
    power = lambda choices: m.input(np.float32(m.pick(choices)))  # noqa: E731
    bias = m.input(m.np.integers(-99, 99, [filters]).astype(np.int32)) if m.chance(0.5) else None
    m.node(op, [x, power([0.125, 0.5]), zero_point(m, x_type), w, power([0.25, 0.5]), m.input(np.zeros((), w_type)),
                power([4, 32]), zero_point(m, x_type), bias], exact=True, **attributes)
