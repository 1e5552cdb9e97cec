# SPDX-License-Identifier: MIT
"""The operators of com.microsoft that optimizers and exporters put into models."""
import numpy as np

from . import generator

DOMAIN = "com.microsoft"
ACTIVATIONS = ["Relu", "Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid"]


def add(m, op, inputs, **attributes):
    return m.node(op.rpartition(".")[2], inputs, domain=DOMAIN, **attributes)


@generator("com.microsoft.Gelu", "com.microsoft.QuickGelu", "com.microsoft.FastGelu", "com.microsoft.BiasGelu")
def gelu(m, op):
    x = m.data([np.float32], low=1, least=1)
    bias = m.new(np.float32, x.shape[-1:]) if op.endswith("BiasGelu") or "Fast" in op and m.chance(0.5) else None
    add(m, op, [x, bias], **({"alpha": m.pick([1.0, 1.702, 2.5])} if "Quick" in op and m.chance(0.5) else {}))


@generator("com.microsoft.FusedMatMul")
def fused_matmul(m, op):
    rows, inner, columns, batch = m.dim(1), m.dim(1), m.dim(1), m.dims(0, 2, least=1, most=8)
    turn_a, turn_b = m.int(0, 1), m.int(0, 1)
    dtype = m.pick([np.float32, np.float32, np.float64])
    a = m.new(dtype, batch + ([inner, rows] if turn_a else [rows, inner]), constant=False)
    b = m.new(dtype, (batch if m.chance(0.5) else []) + ([columns, inner] if turn_b else [inner, columns]))
    add(m, op, [a, b], transA=turn_a, transB=turn_b, alpha=m.pick([1.0, 0.5, -2.0]))


@generator("com.microsoft.FusedGemm")
def fused_gemm(m, op):
    rows, inner, columns, turn_a, turn_b = m.dim(1), m.dim(1), m.dim(1), m.int(0, 1), m.int(0, 1)
    a = m.new(np.float32, [inner, rows] if turn_a else [rows, inner], constant=False)
    b = m.new(np.float32, [columns, inner] if turn_b else [inner, columns])
    c = m.new(np.float32, m.unidirectional([rows, columns])) if m.chance(0.6) else None
    add(m, op, [a, b, c], transA=turn_a, transB=turn_b, alpha=m.pick([1.0, 0.5]), beta=m.pick([1.0, 2.0]),
        activation=m.pick(ACTIVATIONS[:3]))


@generator("com.microsoft.FusedConv")
def fused_conv(m, op):
    group, kernel = m.pick([1, 1, 2, 4]), [m.pick([1, 3, 3, 5]), m.pick([1, 3, 3, 5])]
    channels, filters = group * m.int(1, 8), group * m.int(1, 8)
    x = m.new(np.float32, [m.int(1, 2), channels] + [k + m.int(0, 9) for k in kernel], constant=False)
    w = m.new(np.float32, [filters, channels // group] + kernel)
    activation = m.pick(ACTIVATIONS)
    more = {"activation_params": m.pick([[0.1], [0.5]]) if activation == "LeakyRelu" else [0.2, 0.4]}
    attributes = more if activation in ("LeakyRelu", "HardSigmoid") else {}
    if m.chance(0.5):
        attributes["pads"] = [k // 2 for k in kernel * 2]
    add(m, op, [x, w, m.new(np.float32, [filters]) if m.chance(0.6) else None], activation=activation, group=group,
        **attributes)


@generator("com.microsoft.SkipLayerNormalization", "com.microsoft.SkipSimplifiedLayerNormalization")
def skip_norm(m, op):
    shape = [m.int(1, 3), m.int(1, 5), m.int(2, 33)]
    x = m.data([np.float32], shape=shape)
    skip = m.new(np.float32, m.pick([shape, shape, shape[1:], [1] + shape[1:]]))
    weights = [m.new(np.float32, shape[-1:]) if wanted else None for wanted in
               ([True, m.chance(0.7), m.chance(0.5)] if "Simpl" not in op else [True, m.chance(0.5)])]
    add(m, op, [x, skip, *weights], epsilon=m.pick([1e-5, 1e-3]), outputs=m.pick([1, [True, False, False, True]]))


@generator("SimplifiedLayerNormalization")
def simplified_norm(m, op):
    x = m.data([np.float32], low=1, least=1)
    m.node(op, [x, m.new(x.dtype, x.shape[-1:])], axis=-1, epsilon=m.pick([1e-5, 1e-3]))


@generator("com.microsoft.Inverse")
def inverse(m, op):
    n = m.int(1, 5)
    values = m.np.uniform(-1, 1, m.dims(0, 2, least=1) + [n, n]) + n * np.eye(n)
    add(m, op, [m.input(values.astype(m.pick([np.float32, np.float64])))])


@generator("com.microsoft.ExpandDims")
def expand_dims(m, op):
    x = m.data([np.float32, np.int64, np.bool_], high=4)
    add(m, op, [x, m.ints(m.int(-x.rank - 1, x.rank), np.int32)], exact=True)


@generator("com.microsoft.CDist")
def cdist(m, op):
    width = m.int(1, 9)
    rows = [m.new(np.float32, [m.int(1, 9), width]) for _ in range(2)]
    add(m, op, rows, metric=m.pick(["euclidean", "sqeuclidean"]))


@generator("com.microsoft.RotaryEmbedding")
def rotary(m, op):
    batch, heads, length, half = m.int(1, 2), m.int(1, 3), m.int(1, 5), m.int(1, 4)
    x = m.new(np.float32, [batch, heads, length, 2 * half] if m.chance(0.4) else [batch, length, heads * 2 * half])
    positions = m.input(m.np.integers(0, 7, [batch, length])) if m.chance(0.6) else m.input(np.array([m.int(0, 2)]))
    add(m, op, [x, positions, m.new(np.float32, [12, half]), m.new(np.float32, [12, half])], interleaved=m.int(0, 1))


@generator("com.microsoft.MultiHeadAttention")
def multi_head(m, op):
    batch, heads, queries, keys, size = m.int(1, 2), m.pick([1, 2, 4]), m.int(1, 6), m.int(1, 6), m.int(1, 8)
    value, causal = m.int(1, 8), m.int(0, 1)
    if causal:  # ONNX Runtime lets the last of fewer queries than keys see them all
        keys = queries
    inputs = [m.new(np.float32, [batch, queries, heads * size], constant=False),
              m.new(np.float32, [batch, keys, heads * size]), m.new(np.float32, [batch, keys, heads * value]),
              m.new(np.float32, [heads * (2 * size + value)]) if m.chance(0.4) else None, None]
    if m.chance(0.4):
        inputs[4] = m.input(m.np.integers(1, keys + 1, [batch]).astype(np.int32))
    if m.chance(0.4):
        inputs.append(m.new(np.float32, m.pick([[1, 1, queries, keys], [batch, heads, queries, keys]])))
    attributes = {"scale": 0.5} if m.chance(0.4) else {}
    add(m, op, inputs, num_heads=heads, unidirectional=causal, **attributes)


@generator("com.microsoft.GroupQueryAttention")
def group_query(m, op):
    batch, shared, times, length, size = m.int(1, 2), m.int(1, 2), m.int(1, 3), m.int(1, 5), m.pick([16, 32])
    heads = shared * times
    new = lambda h: m.new(np.float32, [batch, length, h * size], constant=False)  # noqa: E731
    empty = lambda: m.new(np.float32, [batch, shared, 0, size], constant=False)  # noqa: E731
    counts = np.full([batch], length - 1, np.int32)
    inputs = [new(heads), new(shared), new(shared), empty(), empty(), m.input(counts), m.input(np.int32(length))]
    attributes = {"scale": 0.5} if m.chance(0.4) else {}
    if m.chance(0.5):
        inputs += [m.new(np.float32, [8, size // 2], -1, 1), m.new(np.float32, [8, size // 2], -1, 1)]
        attributes |= {"do_rotary": 1, "rotary_interleaved": m.int(0, 1)}
    if m.chance(0.3):
        attributes["local_window_size"] = m.int(1, 4)
    add(m, op, inputs, outputs=3, num_heads=heads, kv_num_heads=shared, **attributes)


@generator("com.microsoft.MatMulNBits")
def matmul_nbits(m, op):
    block, columns = m.pick([16, 32, 64]), m.int(1, 17)
    inner = block * m.int(1, 3) - m.pick([0, 0, 4])
    blocks = -(-inner // block)
    whole = lambda *shape: m.input(m.np.integers(0, 256, shape).astype(np.uint8), constant=True)  # noqa: E731
    a = m.new(np.float32, [m.int(1, 4), inner], constant=False)
    zeros = whole(columns * -(-blocks // 2)) if m.chance(0.5) else None
    scale = m.new(np.float32, [columns * blocks], 0.01, 0.2, constant=True)
    add(m, op, [a, whole(columns, blocks, block // 2), scale, zeros], N=columns, K=inner, bits=4, block_size=block)
