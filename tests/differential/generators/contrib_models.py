# SPDX-License-Identifier: MIT
"""The operators of com.microsoft that hold a part of a language model: attention with caches, experts, recurrences."""
import numpy as np

from . import GENERATORS, generator
from .contrib import add

PLAIN = {op: GENERATORS[f"com.microsoft.{op}"] for op in ("MultiHeadAttention", "GroupQueryAttention")}
CODES = {"int8": (np.int8, -128, 127, 8), "uint8": (np.uint8, 0, 255, 4)}


def fixed(m, array, dtype=np.int32):
    return m.input(np.array(array, dtype), constant=False)


def attention_mask(m, batch, rows, past):
    """One of the shapes that mask_index has; every query sees a key."""
    keys = past + rows
    lengths = m.np.integers(1, keys + 1, [batch])
    bits = (m.np.uniform(size=[batch, rows, keys]) < 0.7).astype(np.int32)
    bits[..., 0] = 1
    return fixed(m, m.pick([lengths, np.concatenate([lengths, lengths * 0]), bits[:, 0], bits]))


@generator("com.microsoft.Attention")
def attention(m, op):
    batch, heads, rows, depth, size = m.int(1, 3), m.pick([1, 2, 4]), m.int(1, 5), m.int(1, 9), m.int(1, 8)
    value = size if m.chance(0.6) else m.int(1, 8)
    past = m.int(0, 4) if value == size and m.chance(0.5) else None
    keys, causal = rows + (past or 0), m.int(0, 1)
    width = heads * (2 * size + value)
    inputs = [m.new(np.float32, [batch, rows, depth], constant=False), m.new(np.float32, [depth, width], -1, 1),
              m.new(np.float32, [width]) if m.chance(0.7) else None, None, None, None]
    if m.chance(0.5):
        inputs[3] = attention_mask(m, batch, rows, past or 0)
    if past is not None:
        inputs[4] = m.new(np.float32, [2, batch, heads, past, size], constant=False)
    if m.chance(0.3):
        inputs[5] = m.new(np.float32, [m.pick([1, batch]), m.pick([1, heads]), rows, keys])
    attributes = {"scale": 0.5} if m.chance(0.3) else {}
    if value != size:
        attributes["qkv_hidden_sizes"] = [heads * size, heads * size, heads * value]
    add(m, op, inputs, outputs=2 if past is not None or (value == size and m.chance(0.3)) else 1, num_heads=heads,
        unidirectional=causal, **attributes)


@generator("com.microsoft.QAttention")
def q_attention(m, op):
    batch, heads, rows, depth, size = m.int(1, 2), m.pick([1, 2]), m.int(1, 4), m.int(1, 9), m.int(1, 8)
    width, dtype = 3 * heads * size, m.pick([np.int8, np.uint8])
    one = lambda value, dtype=np.float32: m.input(np.array(value, dtype), constant=True)  # noqa: E731
    columns = [width] if m.chance(0.5) else []
    weights = m.input(m.np.integers(0, 100, [depth, width]).astype(dtype), constant=True)
    inputs = [m.input(m.np.integers(0, 256, [batch, rows, depth]).astype(np.uint8), constant=False), weights,
              m.new(np.float32, [width]), one(0.02), m.new(np.float32, columns, 0.01, 0.05, constant=True),
              attention_mask(m, batch, rows, 0) if m.chance(0.4) else None, one(m.int(0, 200), np.uint8),
              m.input(m.np.integers(0, 100, columns).astype(dtype), constant=True)]
    add(m, op, inputs, num_heads=heads, unidirectional=m.int(0, 1))


@generator("com.microsoft.MultiHeadAttention")
def multi_head_forms(m, op):
    if m.chance(0.4):
        return PLAIN["MultiHeadAttention"](m)
    batch, heads, rows, size = m.int(1, 3), m.pick([1, 2, 4]), m.int(1, 5), m.pick([1, 2, 4, 8])
    new = lambda *shape: m.new(np.float32, shape, constant=False)  # noqa: E731
    form = m.pick(["qkv", "kv", "heads", "past", "beams"])
    attributes, outputs, keys = {"num_heads": heads}, 1, m.int(1, 6)
    bias = m.new(np.float32, [3 * heads * size]) if m.chance(0.3) else None
    if form == "qkv":
        inputs = [new(batch, rows, heads, 3, size)]
    elif form == "kv":
        inputs = [new(batch, rows, heads * size), new(batch, keys, heads, 2, size)]
    elif form == "heads":
        inputs = [new(batch, rows, heads * size), new(batch, heads, keys, size), new(batch, heads, keys, size)]
        outputs = m.pick([1, [True, False, False, True]])
    elif form == "past":
        past, attributes["unidirectional"] = m.int(0, 4), m.int(0, 1)
        inputs = [new(batch, rows, heads * size) for _ in range(3)] + [bias, None, None]
        if m.chance(0.3):
            inputs[5] = m.new(np.float32, [m.pick([1, batch]), m.pick([1, heads]), rows, past + rows])
        inputs += [new(batch, heads, past, size), new(batch, heads, past, size)]
        outputs = m.pick([3, 4])
    else:
        batch, width, past = 2 * m.int(1, 2), 2, m.int(0, 4)
        room = past + 1  # of more, what ONNX Runtime leaves in the rest is not said
        beams = m.np.integers(0, width, [batch // width, width, room])
        inputs = [new(batch, 1, heads * size) for _ in range(3)] + [None, None, None]
        inputs += [new(batch, heads, room, size), new(batch, heads, room, size), fixed(m, [past]), fixed(m, beams)]
        outputs = 3
    if form in ("qkv", "kv"):
        inputs += [None] * (3 - len(inputs)) + [bias]
    return add(m, op, inputs, outputs=outputs, **attributes)


@generator("com.microsoft.GroupQueryAttention")
def group_query_caches(m, op):
    if m.chance(0.4):
        return PLAIN["GroupQueryAttention"](m)
    shared, times, size = m.int(1, 2), m.int(1, 3), m.pick([16, 32])
    heads, batch, rows = shared * times, m.int(1, 3), m.int(1, 4)
    batch = batch if rows == 1 else 1
    form = m.pick(["float", "int8", "uint8", "sliding", "sliding int8"])
    sliding, codes = "sliding" in form, CODES.get(form.split()[-1])
    window = m.int(1, 4)
    # What ONNX Runtime leaves in rows of a cache that hold no key is not said: a sliding one is full.
    past = [window + m.int(0, 5) if sliding else m.int(0, 4) for _ in range(batch)]
    total = max(past) + rows
    new = lambda *shape: m.new(np.float32, shape, constant=False)  # noqa: E731
    cache = [batch, shared, window if sliding else max(past), size]
    attributes, inputs = {"num_heads": heads, "kv_num_heads": shared}, [None] * 17
    inputs[:3] = [new(batch, rows, heads * size)] + [new(batch, rows, shared * size) for _ in range(2)]
    if codes:
        dtype, low, high, bits = codes
        cache[3] = size * bits // 8
        mode = m.pick(["PER_TENSOR", "PER_CHANNEL"])
        shape = [1] if mode == "PER_TENSOR" else [1, shared, 1, size]
        inputs[3:5] = [m.input(m.np.integers(low, high, cache, endpoint=True).astype(dtype), constant=False)
                       for _ in range(2)]
        inputs[12:14] = [m.new(np.float32, shape, 0.05, 0.4, constant=True) for _ in range(2)]
        attributes |= {"k_quant_type": mode, "v_quant_type": mode, "kv_cache_bit_width": bits}
    else:
        inputs[3:5] = [new(*cache), new(*cache)]
    inputs[5:7] = [fixed(m, [p + rows - 1 for p in past]), fixed(m, total)]
    if m.chance(0.4):
        inputs[7:9] = [m.new(np.float32, [total, size // 2], -1, 1) for _ in range(2)]
        attributes |= {"do_rotary": 1, "rotary_interleaved": m.int(0, 1)}
    if m.chance(0.3):
        inputs[10] = m.new(np.float32, [m.pick([1, batch]), m.pick([1, heads]), rows, total])
    if m.chance(0.3):
        inputs[11] = m.new(np.float32, [heads])
    if sliding:
        attributes |= {"local_window_size": window, "sliding_window_cache": 1}
    elif m.chance(0.3):
        attributes["local_window_size"] = window
    if m.chance(0.3):
        attributes["softcap"] = 2.0
    return add(m, op, inputs, outputs=3, **attributes)  # without caches as outputs, ONNX Runtime's answer is wrong


@generator("com.microsoft.CausalConvWithState")
def causal_conv(m, op):
    batch, channels, length, taps, dilation = m.int(1, 3), m.int(1, 5), m.int(1, 7), m.int(1, 4), m.int(1, 2)
    last, places = m.int(0, 1), (taps - 1) * dilation
    new = lambda n: m.new(np.float32, [batch, n, channels] if last else [batch, channels, n], constant=False)  # noqa: E731
    add(m, op, [new(length), m.new(np.float32, [channels, 1, taps]),
                m.new(np.float32, [channels]) if m.chance(0.5) else None, new(places) if m.chance(0.5) else None],
        outputs=2, activation=m.pick(["none", "silu", "swish"]), dilation=dilation, channels_last=last)


@generator("com.microsoft.LinearAttention")
def linear_attention(m, op):
    batch, rows, key, value, shared = m.int(1, 2), m.int(1, 5), m.int(1, 6), m.int(1, 6), m.int(1, 3)
    heads, rule = shared * m.int(1, 2), m.pick(["linear", "gated", "delta", "gated_delta"])
    new = lambda *shape, low=-1, high=1: m.new(np.float32, shape, low, high, constant=False)  # noqa: E731
    inputs = [new(batch, rows, heads * key), new(batch, rows, shared * key), new(batch, rows, shared * value),
              new(batch, shared, key, value) if m.chance(0.5) else None,
              new(batch, rows, shared * m.pick([1, key]), low=-1, high=0) if "gated" in rule else None,
              new(batch, rows, shared, low=0) if "delta" in rule else None]
    add(m, op, inputs, outputs=2, q_num_heads=heads, kv_num_heads=shared, update_rule=rule,
        **({"scale": 0.5} if m.chance(0.3) else {}))


@generator("com.microsoft.MoE")
def experts(m, op):
    tokens, hidden, count, inner = m.int(0, 9), m.int(1, 9), m.int(1, 6), m.int(1, 9)
    name = m.pick(["relu", "gelu", "silu", "identity", "swiglu"])
    # Of equal scores, ONNX Runtime takes any.
    scores = m.input(m.np.permuted(np.tile(np.arange(count) / 4 - 1, (tokens, 1)), axis=1).astype(np.float32))
    wide = inner * (2 if name == "swiglu" else 1)
    bias = lambda n: m.new(np.float32, [count, n]) if m.chance(0.5) else None  # noqa: E731
    attributes = {"swiglu_fusion": 1, "activation_alpha": 1.702, "activation_beta": 1.0} if name == "swiglu" else {}
    add(m, op, [m.new(np.float32, [tokens, hidden], constant=False), scores,
                m.new(np.float32, [count, wide, hidden], -1, 1), bias(wide),
                m.new(np.float32, [count, hidden, inner], -1, 1), bias(hidden)],
        k=m.int(1, count), activation_type=name, normalize_routing_weights=m.int(0, 1), **attributes)


@generator("com.microsoft.CropAndResize")
def crop(m, op):
    x = m.data([np.float32], shape=[m.int(1, 3), m.int(1, 3), m.int(1, 7), m.int(1, 7)])
    count = m.int(0, 4)
    boxes = m.np.uniform(-0.2, 1.2, [count, 4]).astype(np.float32)
    add(m, op, [x, m.input(boxes), fixed(m, m.np.integers(0, x.shape[0], [count])),
                m.ints([m.int(1, 6), m.int(1, 6)], np.int32)], mode=m.pick(["bilinear", "nearest"]),
        extrapolation_value=m.pick([0.0, 7.5]))


@generator("com.microsoft.GatherBlockQuantized")
def gather_blocks(m, op):
    rows, block = m.int(1, 9), m.pick([16, 32])
    blocks = m.int(1, 3)
    bits = m.pick([4, 8])
    whole = lambda *shape: m.input(m.np.integers(0, 256, shape).astype(np.uint8), constant=True)  # noqa: E731
    zeros = None
    if m.chance(0.5):
        zeros = whole(rows, -(-blocks * bits // 8))
    indices = m.input(m.np.integers(-rows, rows, m.dims(0, 2, least=1, most=20)).astype(m.pick([np.int32, np.int64])))
    add(m, op, [whole(rows, blocks * block * bits // 8), indices,
                m.new(np.float32, [rows, blocks], 0.01, 0.2, constant=True), zeros],
        bits=bits, block_size=block, gather_axis=0, quantize_axis=1)


@generator("com.microsoft.EmbedLayerNormalization")
def embed(m, op):
    batch, rows, hidden, words = m.int(1, 3), m.int(1, 5), m.int(2, 9), m.int(1, 9)
    ids = lambda high: fixed(m, m.np.integers(0, high, [batch, rows]))  # noqa: E731
    table = lambda n: m.new(np.float32, [n, hidden])  # noqa: E731
    segment = m.chance(0.6)
    inputs = [ids(words), ids(2) if segment else None, table(words), table(rows + 2), table(2) if segment else None,
              m.new(np.float32, [hidden]), m.new(np.float32, [hidden]), ids(2) if m.chance(0.5) else None]
    add(m, op, inputs, outputs=m.pick([1, 2, 3]), epsilon=1e-5)


@generator("com.microsoft.DynamicQuantizeMatMul")
def dynamic_quantize(m, op):
    rows, inner, columns = m.int(1, 5), m.int(1, 9), m.int(1, 9)
    dtype, each = m.pick([np.int8, np.uint8]), [columns] if m.chance(0.4) else [1]
    add(m, op, [m.new(np.float32, [rows, inner], constant=False),
                m.input(m.np.integers(0, 100, [inner, columns]).astype(dtype), constant=True),
                m.new(np.float32, each, 0.01, 0.1, constant=True),
                m.input(m.np.integers(0, 100, each).astype(dtype), constant=True) if m.chance(0.5) else None,
                m.new(np.float32, [columns]) if m.chance(0.5) else None])
