# SPDX-License-Identifier: MIT
"""GENERATORS["com.microsoft.Op" or "Op"] adds one node of that operator to a Maker, with valid inputs and attributes."""
GENERATORS = {}


def generator(*names):
    def register(function):
        for name in names:
            GENERATORS[name] = lambda m, op=name: function(m, op)
        return function
    return register


def some(m, op, **choices):
    """Attributes by chance, those that this opset knows: some(m, "Gemm", alpha=lambda: 2.0)."""
    return {k: make() for k, make in choices.items() if m.has_attribute(op, k) and m.chance(0.5)}


def with_axes(m, op, inputs, axes, index=1):
    """Axes are an attribute in older versions and an input in newer ones: (inputs, attributes)."""
    if axes is None:
        return inputs, {}
    if m.has_attribute(op, "axes"):
        return inputs, {"axes": axes}
    return inputs + [None] * (index - len(inputs)) + [m.ints(axes)], {}


from . import contrib, contrib_models, contrib_quant, control, math, ml, move, nn, norm, quant, scatter, signal  # noqa: E402,F401
