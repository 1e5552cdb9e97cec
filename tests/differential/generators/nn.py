# SPDX-License-Identifier: MIT
"""Convolutions, pooling, resizing and recurrent layers."""
import numpy as np

from . import generator, some


def window(m, op, kernel, size, padding=True):
    """Attributes of a window that fits into `size`."""
    n = len(kernel)
    attributes = some(m, op, strides=lambda: [m.int(1, 3) for _ in range(n)],
                      dilations=lambda: [m.int(1, 2) for _ in range(n)], ceil_mode=lambda: m.int(0, 1),
                      count_include_pad=lambda: m.int(0, 1), storage_order=lambda: m.int(0, 1))
    way = m.int(0, 3) if padding else 0
    if way == 1:
        attributes["pads"] = [m.int(0, k - 1) for k in kernel * 2]
    elif way == 2:
        attributes["auto_pad"] = m.pick(["SAME_UPPER", "SAME_LOWER", "VALID"])
        attributes.pop("dilations", None)
        attributes.pop("ceil_mode", None)
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, attributes.get("dilations", [1] * n))]
    return attributes, [max(s, span) for s, span in zip(size, spans)]


def images(m, least=1):
    n = m.pick([1, 1, 2, 2, 2, 3])
    return n, [m.int(least, 12 if n < 3 else 6) for _ in range(n)]


@generator("Conv", "ConvTranspose")
def conv(m, op):
    n, size = images(m)
    kernel = [m.pick([1, 2, 3, 3, 5]) for _ in range(n)]
    attributes, size = window(m, op, kernel, size)
    group = m.pick([1, 1, 2, 4])
    channels, filters = group * m.pick([1, 2, 3, 8]), group * m.pick([1, 2, 4, 5])
    x = m.new(np.float32, [m.pick([1, 1, 2]), channels, *size], constant=False)
    shape = [filters, channels // group, *kernel] if op == "Conv" else [channels, filters // group, *kernel]
    w = m.new(np.float32, shape)
    if op == "ConvTranspose" and m.chance(0.3):
        strides = attributes.get("strides", [1] * n)
        attributes["output_padding"] = [m.int(0, s - 1) for s in strides]
    if group > 1 or m.chance(0.2):
        attributes["group"] = group
    m.node(op, [x, w, m.new(np.float32, [filters]) if m.chance(0.6) else None],
           **attributes, **some(m, op, kernel_shape=lambda: kernel))


@generator("MaxPool", "AveragePool", "LpPool")
def pool(m, op):
    n, size = images(m)
    kernel = [m.int(1, 4) for _ in range(n)]
    attributes, size = window(m, op, kernel, size)
    if op != "MaxPool":
        attributes.pop("storage_order", None)
    x = m.data(m.types(op), shape=[m.int(1, 2), m.int(1, 9), *size], exact=op == "MaxPool")
    if op == "LpPool":
        attributes |= some(m, op, p=lambda: m.int(1, 3))
    m.node(op, [x], outputs=m.int(1, 2) if op == "MaxPool" and m.opset >= 8 else 1, kernel_shape=kernel,
           exact=op == "MaxPool", **attributes)


@generator("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")
def global_pool(m, op):
    m.node(op, [m.data(m.types(op), low=3, least=1)], **some(m, op, p=lambda: m.int(1, 3)))


@generator("Resize")
def resize(m, op):
    mode = m.pick(["nearest", "linear", "linear", "cubic"])
    rank = 4 if mode != "nearest" else m.int(1, 4)
    x = m.data([np.float32], shape=[m.int(1, 2) if rank == 4 else m.int(1, 4)] + [m.int(1, 3)] * (rank > 1)
               + [m.int(1, 7) for _ in range(rank - 2)], exact=mode == "nearest")
    spatial = list(range(max(rank - 2, 0), rank)) if rank == 4 else list(range(rank))
    if m.opset == 10:
        if mode == "cubic":
            mode = "linear"
        scales = [m.pick([0.5, 1.0, 2.0, 1.5]) if a in spatial else 1.0 for a in range(rank)]
        return m.node(op, [x, m.ints(scales, np.float32)], mode=mode)
    attributes = {"mode": mode} if mode != "nearest" or m.chance(0.5) else {}
    attributes |= some(m, op, coordinate_transformation_mode=lambda: m.pick(
        ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
        + (["half_pixel_symmetric"] if m.opset >= 19 else [])))
    if mode == "nearest":
        attributes |= some(m, op, nearest_mode=lambda: m.pick(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]))
    if mode == "cubic":
        attributes |= some(m, op, cubic_coeff_a=lambda: -0.5, exclude_outside=lambda: m.int(0, 1))
    if mode == "linear":
        attributes |= some(m, op, antialias=lambda: m.int(0, 1))
    roi = m.input(np.zeros(0, np.float32), constant=True) if m.opset < 13 else None
    axes = spatial if m.opset >= 18 and m.chance(0.4) else None
    if axes:
        attributes["axes"] = axes
    where = axes or range(rank)
    if m.chance(0.5):
        scales = [m.pick([0.5, 1.0, 2.0, 1.5, 3.0, 0.75]) if a in spatial else 1.0 for a in where]
        return m.node(op, [x, roi, m.ints(scales, np.float32)], **attributes)
    sizes = [m.int(1, 12) if a in spatial else x.shape[a] for a in where]
    empty = m.input(np.zeros(0, np.float32), constant=True) if m.opset < 13 else None
    m.node(op, [x, roi, empty, m.ints(sizes)], **attributes)


@generator("GridSample")
def grid_sample(m, op):
    n, c, h, w = m.int(1, 2), m.int(1, 3), m.int(1, 6), m.int(1, 6)
    new = m.opset >= 20
    attributes = some(m, op, mode=lambda: m.pick(["linear", "nearest", "cubic"] if new else ["bilinear", "nearest", "bicubic"]),
                      padding_mode=lambda: m.pick(["zeros", "border", "reflection"]), align_corners=lambda: m.int(0, 1))
    grid = m.np.uniform(-1.3, 1.3, [n, m.int(1, 5), m.int(1, 5), 2]).astype(np.float32)
    m.node(op, [m.new(np.float32, [n, c, h, w], constant=False), m.input(grid)], **attributes)


@generator("RoiAlign")
def roi_align(m, op):
    count = m.int(0, 4)
    x = m.new(np.float32, [m.int(1, 2), m.int(1, 3), m.int(3, 8), m.int(3, 8)], constant=False)
    corner = m.np.uniform(0, 3, [count, 2])
    rois = np.concatenate([corner, corner + m.np.uniform(0.5, 5, [count, 2])], axis=-1).astype(np.float32)
    batch = m.np.integers(0, x.shape[0], [count])
    m.node(op, [x, m.input(rois), m.input(batch)], **some(
        m, op, mode=lambda: "avg", output_height=lambda: m.int(1, 4), output_width=lambda: m.int(1, 4),
        sampling_ratio=lambda: m.int(0, 3), spatial_scale=lambda: m.pick([0.5, 1.0]),
        coordinate_transformation_mode=lambda: m.pick(["half_pixel", "output_half_pixel"])))


@generator("RNN", "GRU", "LSTM")
def recurrent(m, op):
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[op]
    direction = m.pick(["forward", "reverse", "bidirectional"])
    d = 2 if direction == "bidirectional" else 1
    length, batch, size, hidden = m.int(1, 5), m.int(1, 3), m.int(1, 9), m.int(1, 9)
    new = lambda *shape: m.new(np.float32, shape, -1, 1)  # noqa: E731
    x = m.new(np.float32, [length, batch, size], constant=False)
    lengths = m.input(m.np.integers(1, length + 1, [batch]).astype(np.int32)) if m.chance(0.3) else None
    inputs = [x, new(d, gates * hidden, size), new(d, gates * hidden, hidden),
              new(d, 2 * gates * hidden) if m.chance(0.6) else None, lengths,
              new(d, batch, hidden) if m.chance(0.5) else None]
    if op == "LSTM":
        inputs += [new(d, batch, hidden) if m.chance(0.5) else None, new(d, 3 * hidden) if m.chance(0.3) else None]
    attributes = some(m, op, linear_before_reset=lambda: m.int(0, 1), clip=lambda: 0.7)
    if direction != "forward" or m.chance(0.3):
        attributes["direction"] = direction
    if op == "LSTM":
        attributes.pop("clip", None)
    outputs = [m.chance(0.8), True, m.chance(0.8)][:3 if op == "LSTM" else 2]
    m.node(op, inputs, outputs=outputs, hidden_size=hidden, **attributes)


@generator("Attention")
def attention(m, op):
    batch, heads, queries, keys, size, value = m.int(1, 2), m.pick([1, 2, 4]), m.int(1, 6), m.int(1, 6), m.int(1, 8), m.int(1, 8)
    shared = m.pick([h for h in (1, 2, 4) if heads % h == 0])
    flat = m.chance(0.4)
    new = lambda h, length, d: m.new(np.float32, [batch, length, h * d] if flat else [batch, h, length, d])  # noqa: E731
    attributes = some(m, op, is_causal=lambda: 1, scale=lambda: 0.5, softcap=lambda: 2.0)
    if flat:
        attributes |= {"q_num_heads": heads, "kv_num_heads": shared}
    mask = None
    if m.chance(0.5):
        mask = m.new(np.float32, m.pick([[queries, keys], [1, 1, queries, keys], [batch, heads, queries, keys]]))
    m.node(op, [new(heads, queries, size), new(shared, keys, size), new(shared, keys, value), mask], **attributes)


@generator("RotaryEmbedding")
def rotary(m, op):
    batch, heads, length, half = m.int(1, 2), m.int(1, 3), m.int(1, 5), m.int(1, 4)
    flat = m.chance(0.4)
    x = m.new(np.float32, [batch, length, heads * 2 * half] if flat else [batch, heads, length, 2 * half])
    positions = m.input(m.np.integers(0, 7, [batch, length])) if m.chance(0.6) else None
    tables = [7, half] if positions else [batch, length, half]
    attributes = some(m, op, interleaved=lambda: m.int(0, 1)) | ({"num_heads": heads} if flat else {})
    m.node(op, [x, m.new(np.float32, tables), m.new(np.float32, tables), positions], **attributes)
