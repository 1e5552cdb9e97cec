# SPDX-License-Identifier: MIT
"""The quantized operators of com.microsoft. QLinearSoftmax is left out: its sums round to either side of a tie."""
import numpy as np

from . import generator
from .contrib import add


def codes(m, shape, dtype, constant=False):
    info = np.iinfo(dtype)
    return m.input(m.np.integers(info.min, info.max, shape, endpoint=True).astype(dtype), constant=constant)


def scale_and_zero(m, dtype):
    zero = m.int(0, 200) if dtype == np.uint8 else m.int(-50, 50)
    return [m.input(np.array(m.np.uniform(0.01, 0.1), np.float32), constant=True),
            m.input(np.array(zero, dtype), constant=True)]


def some_type(m):
    return m.pick([np.uint8, np.int8])


@generator("com.microsoft.QLinearAdd", "com.microsoft.QLinearMul")
def binary(m, op):
    shape, dtype = m.dims(1, 3, least=1, most=100), some_type(m)
    add(m, op, [codes(m, shape, dtype), *scale_and_zero(m, dtype), codes(m, m.unidirectional(shape), dtype),
                *scale_and_zero(m, dtype), *scale_and_zero(m, dtype)])


@generator("com.microsoft.QLinearSigmoid", "com.microsoft.QLinearLeakyRelu")
def unary(m, op):
    dtype = some_type(m)
    add(m, op, [codes(m, m.dims(1, 3, least=1), dtype), *scale_and_zero(m, dtype), *scale_and_zero(m, dtype)],
        **({"alpha": m.pick([0.1, 0.5])} if "Leaky" in op else {}))


@generator("com.microsoft.QLinearAveragePool", "com.microsoft.QLinearGlobalAveragePool")
def pool(m, op):
    dtype, last, height, width, channels = some_type(m), m.int(0, 1), m.int(3, 7), m.int(3, 7), m.int(1, 4)
    shape = [m.int(1, 2)] + ([height, width, channels] if last else [channels, height, width])
    window = {"kernel_shape": [2, 3], "pads": [0, 1, 0, 1], "count_include_pad": m.int(0, 1)}
    add(m, op, [codes(m, shape, dtype), *scale_and_zero(m, dtype), *scale_and_zero(m, dtype)], channels_last=last,
        **({} if "Global" in op else window))


@generator("com.microsoft.QLinearConcat")
def concat(m, op):
    dtype = some_type(m)
    inputs = scale_and_zero(m, dtype)
    for _ in range(m.int(1, 3)):
        inputs += [codes(m, [2, m.int(1, 4)], dtype), *scale_and_zero(m, dtype)]
    add(m, op, inputs, axis=1)


@generator("com.microsoft.QLinearWhere")
def where(m, op):
    dtype, shape = some_type(m), [m.int(1, 4), m.int(1, 5)]
    add(m, op, [m.input(m.np.integers(0, 2, shape).astype(bool)), codes(m, shape, dtype), *scale_and_zero(m, dtype),
                codes(m, shape[1:], dtype), *scale_and_zero(m, dtype), *scale_and_zero(m, dtype)])


@generator("com.microsoft.QGemm")
def gemm(m, op):
    rows, inner, columns = m.int(1, 5), m.int(1, 9), m.int(1, 6)
    bias = m.input(m.np.integers(-99, 99, [columns]).astype(np.int32), constant=True) if m.chance(0.5) else None
    inputs = [codes(m, [rows, inner], np.uint8), *scale_and_zero(m, np.uint8),
              codes(m, [inner, columns], np.int8, True), *scale_and_zero(m, np.int8), bias]
    add(m, op, inputs + (scale_and_zero(m, np.uint8) if m.chance(0.5) else []))


@generator("com.microsoft.MatMulBnb4")
def matmul_bnb4(m, op):
    columns, inner = m.int(1, 9), m.int(1, 40)
    add(m, op, [m.new(np.float32, [m.int(1, 4), inner], constant=False),
                codes(m, [(columns * inner + 1) // 2], np.uint8, True),
                m.new(np.float32, [-(-columns * inner // 16)], 0.05, 0.5, constant=True)],
        K=inner, N=columns, block_size=16, quant_type=m.int(0, 1))


@generator("com.microsoft.QMoE")
def experts(m, op):
    tokens, hidden, count, inner = m.int(1, 6), m.pick([16, 32]), m.int(1, 5), m.pick([16, 32])
    bits, gated = m.pick([4, 8]), m.chance(0.6)
    blocks = bits == 4 and m.chance(0.5)  # blocks of 8 bits make ONNX Runtime quantize the input too
    wide = inner * (2 if gated else 1)
    scores = m.np.permuted(np.tile(np.arange(count) / 4 - 1, (tokens, 1)), axis=1)

    def product(n, k):
        return [codes(m, [count, n, k * bits // 8], np.uint8, True),
                m.new(np.float32, [count, n] + ([k // 16] if blocks else []), 0.01, 0.1, constant=True),
                m.new(np.float32, [count, n], constant=True) if m.chance(0.5) else None]

    add(m, op, [m.new(np.float32, [tokens, hidden], -1, 1, constant=False), m.input(scores.astype(np.float32)),
                *product(wide, hidden), *product(hidden, inner)],
        k=m.int(1, count), expert_weight_bits=bits, normalize_routing_weights=m.int(0, 1),
        activation_type="swiglu" if gated else m.pick(["relu", "silu", "gelu", "identity"]),
        **({"swiglu_fusion": 1} if gated else {}), **({"block_size": 16} if blocks else {}))
