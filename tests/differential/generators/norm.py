# SPDX-License-Identifier: MIT
"""Normalizations."""
import numpy as np

from . import generator, some


@generator("BatchNormalization", "InstanceNormalization", "GroupNormalization")
def channel_norm(m, op):
    x = m.data([np.float32], low=3 if op != "BatchNormalization" else 2, least=1)
    c = x.shape[1]
    attributes = some(m, op, epsilon=lambda: 1e-3)
    count = c
    if op == "GroupNormalization":
        attributes["num_groups"] = groups = m.pick([g for g in range(1, c + 1) if c % g == 0])
        count = groups if m.opset < 21 else c
    scale, bias = m.new(np.float32, [count]), m.new(np.float32, [count])
    more = [m.new(np.float32, [c]), m.new(np.float32, [c], 0.5, 2)] if op == "BatchNormalization" else []
    m.node(op, [x, scale, bias, *more], **attributes)


@generator("LayerNormalization", "RMSNormalization")
def layer_norm(m, op):
    x = m.data([np.float32, np.float64], low=1, least=1)
    axis = m.axis(x.rank)
    tail = x.shape[axis % x.rank:]
    inputs = [x, m.new(x.dtype, tail)]
    if op == "LayerNormalization" and m.chance(0.5):
        inputs.append(m.new(x.dtype, tail))
    m.node(op, inputs, axis=axis, **some(m, op, epsilon=lambda: 1e-3))


@generator("LRN")
def lrn(m, op):
    x = m.data(m.types(op), low=4, high=4, least=1)
    m.node(op, [x], size=m.pick([1, 3, 5]), **some(m, op, alpha=lambda: 0.1, beta=lambda: 0.5, bias=lambda: 2.0))


@generator("LpNormalization")
def lp_norm(m, op):
    x = m.data(m.types(op), low=1, least=1)
    m.node(op, [x], **some(m, op, axis=lambda: m.axis(x.rank), p=lambda: m.int(1, 2)))


@generator("MeanVarianceNormalization")
def mvn(m, op):
    x = m.data(m.types(op), low=4, high=4, least=1)
    m.node(op, [x], **some(m, op, axes=lambda: m.pick([[0, 2, 3], [0, 1, 2, 3]])))
