# SPDX-License-Identifier: MIT
"""Signals, windows and what images need beside them."""
import numpy as np
import onnx

from . import generator, some


@generator("HannWindow", "HammingWindow", "BlackmanWindow")
def window(m, op):
    attributes = some(m, op, periodic=lambda: m.int(0, 1))
    if m.chance(0.5):
        attributes["output_datatype"] = m.pick([onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE])
    m.node(op, [m.ints(m.int(2, 33), m.pick([np.int32, np.int64]))], **attributes)


@generator("DFT")
def dft(m, op):
    dtype = m.pick([np.float32, np.float64])
    onesided = m.int(0, 1)
    shape = [m.int(1, 2)] + [m.int(1, 17) for _ in range(m.int(1, 2))]
    x = m.new(dtype, shape + [1 if onesided or m.chance(0.4) else 2], constant=False)
    axis = m.int(1, len(shape) - 1)
    length = m.ints(m.int(1, 20)) if m.chance(0.4) else None
    attributes = {"onesided": onesided} | ({} if onesided else some(m, op, inverse=lambda: m.int(0, 1)))
    if m.has_attribute(op, "axis"):
        return m.node(op, [x, length], axis=axis, **attributes)
    m.node(op, [x, length, m.ints(axis)], **attributes)


@generator("STFT")
def stft(m, op):
    dtype, frame = m.pick([np.float32, np.float64]), m.int(2, 16)
    x = m.new(dtype, [m.int(1, 2), frame + m.int(0, 20), 1], constant=False)
    weights = m.new(dtype, [frame]) if m.chance(0.5) else None
    step, length = m.ints(m.int(1, 5)), m.ints(frame) if weights is None or m.chance(0.5) else None
    m.node(op, [x, step, weights, length], onesided=m.int(0, 1))


@generator("MelWeightMatrix")
def mel(m, op):
    rate = m.pick([8000, 16000])
    m.node(op, [m.ints(v) for v in (m.int(1, 12), m.pick([16, 64, 256]), rate)]
           + [m.input(np.float32(0 if m.chance(0.5) else 20)), m.input(np.float32(rate // 2))])


@generator("Col2Im")
def col2im(m, op):
    block = [m.int(1, 3), m.int(1, 3)]
    image = [b + m.int(0, 5) for b in block]
    attributes = some(m, op, strides=lambda: [m.int(1, 2)] * 2, pads=lambda: [1, 0, 1, 0])
    strides, pads = attributes.get("strides", [1, 1]), attributes.get("pads", [0] * 4)
    count = np.prod([(i + pads[a] + pads[a + 2] - b) // s + 1 for a, (i, b, s) in enumerate(zip(image, block, strides))])
    x = m.new(np.float32, [m.int(1, 2), m.int(1, 3) * block[0] * block[1], int(count)], constant=False)
    m.node(op, [x, m.ints(image), m.ints(block)], **attributes)


@generator("AffineGrid")
def affine_grid(m, op):
    n, size = m.int(1, 2), [m.int(1, 6) for _ in range(m.int(2, 3))]
    theta = m.new(m.pick([np.float32, np.float64]), [n, len(size), len(size) + 1], constant=False)
    m.node(op, [theta, m.ints([n, m.int(1, 3), *size])], **some(m, op, align_corners=lambda: m.int(0, 1)))
