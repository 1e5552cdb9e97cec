# SPDX-License-Identifier: MIT
"""Operators that write into a copy of their data. Indices repeat only where the order of writes cannot show."""
import numpy as np

from . import generator, some


@generator("ScatterElements", "Scatter")
def scatter_elements(m, op):
    x = m.data(m.types(op), low=1, least=1)
    axis = m.axis(x.rank)
    attributes = {"axis": axis} if axis or m.chance(0.5) else {}
    if op == "ScatterElements":
        attributes |= some(m, op, reduction=lambda: m.pick(
            ["none", "add", "mul"] + (["max", "min"] if m.opset >= 18 else [])))
    repeats = attributes.get("reduction", "none") != "none"
    shape = [m.int(1, d) for d in x.shape]
    indices = np.zeros(shape, np.int64)
    lines = np.moveaxis(indices, axis, -1)
    for at in np.ndindex(lines.shape[:-1]):
        size, count = x.shape[axis], lines.shape[-1]
        lines[at] = m.np.integers(-size, size, count) if repeats else m.np.permutation(size)[:count]
    indices = indices.astype(m.pick([np.int32, np.int64]))
    m.node(op, [x, m.input(indices), m.new(x.dtype, shape)], exact=True, **attributes)


@generator("ScatterND")
def scatter_nd(m, op):
    x = m.data(m.types(op), low=1, least=1)
    depth = m.int(1, x.rank)
    attributes = some(m, op, reduction=lambda: m.pick(["none", "add", "mul"] + (["max", "min"] if m.opset >= 18 else [])))
    places = list(np.ndindex(*x.shape[:depth]))
    count = m.int(0, min(8, len(places)))
    chosen = [places[i] for i in m.np.permutation(len(places))[:count]]
    indices = np.array(chosen, np.int64).reshape(count, depth)
    m.node(op, [x, m.input(indices), m.new(x.dtype, [count] + x.shape[depth:])], exact=True, **attributes)


@generator("TensorScatter")
def tensor_scatter(m, op):
    batch, length, new = m.int(1, 3), m.int(2, 6), m.int(1, 2)
    mode = m.pick(["linear", "circular"])
    cache = m.new(m.pick(m.types(op)), [batch, 2, length, 3])
    most = length - new if mode == "linear" else length - 1
    starts = m.input(m.np.integers(0, most + 1, [batch])) if m.chance(0.7) else None
    m.node(op, [cache, m.new(cache.dtype, [batch, 2, new, 3]), starts], exact=True, mode=mode, axis=-2)


@generator("NonMaxSuppression")
def non_max_suppression(m, op):
    batch, boxes, classes = m.int(1, 2), m.int(1, 12), m.int(1, 3)
    corner = m.np.uniform(0, 8, [batch, boxes, 2])
    size = m.np.uniform(1, 6, [batch, boxes, 2])
    center = m.int(0, 1)
    box = np.concatenate([corner, size] if center else [corner, corner + size], axis=-1).astype(np.float32)
    scores = m.np.permutation(batch * boxes * classes).reshape(batch, classes, boxes).astype(np.float32) / 100
    limits = [m.input(np.array([m.int(0, boxes)], np.int64)) if m.chance(0.8) else None,
              m.input(np.array([m.pick([0.0, 0.3, 0.5, 1.0])], np.float32)) if m.chance(0.6) else None,
              m.input(np.array([m.pick([0.0, 0.055, 0.1])], np.float32)) if m.chance(0.5) else None]
    m.node(op, [m.input(box), m.input(scores), *limits], **some(m, op, center_point_box=lambda: center) if not center
           else {"center_point_box": 1})


@generator("MaxUnpool")
def max_unpool(m, op):
    x = m.new(np.float32, [m.int(1, 2), m.int(1, 2), 6, 6], constant=False)
    pooled, indices = m.node("MaxPool", [x], outputs=2, kernel_shape=[2, 2], strides=[2, 2])
    m.node(op, [pooled, indices, m.ints(x.shape[:2] + [6, 6]) if m.chance(0.4) else None],
           kernel_shape=[2, 2], strides=[2, 2])
