# SPDX-License-Identifier: MIT
"""The same mathematics in the shapes that tf2onnx leaves: constants multiplied in, squared differences, batch
normalisation's order of steps in layer normalisation. Written as text; the reference is the formula in numpy."""
import math

import numpy as np
import onnx.checker
import onnx.parser

HEAD = '<ir_version: 8, opset_import: ["" : 13]>\n'
X = np.random.default_rng(7).standard_normal((1, 6, 16)).astype(np.float32)
GAMMA = np.random.default_rng(8).normal(1, 0.2, 16).astype(np.float32)
BETA = np.random.default_rng(9).standard_normal(16).astype(np.float32)


def values(array):
    return ", ".join(f"{x:.9g}" for x in array)


def erf(x):
    return np.vectorize(math.erf)(x)


GELU_ERF = HEAD + """gelu_erf (float[1,6,16] x) => (float[1,6,16] y)
<float one = {1}, float half = {0.5}, float root = {0.70710677}> {
  scaled = Mul(x, root)
  error = Erf(scaled)
  sum = Add(error, one)
  weight = Mul(sum, half)
  y = Mul(x, weight)
}"""

GELU_TANH = HEAD + """gelu_tanh (float[1,6,16] x) => (float[1,6,16] y)
<float three = {3}, float cubic = {0.044715}, float root = {0.7978845608}, float one = {1}, float half = {0.5}> {
  cube = Pow(x, three)
  part = Mul(cube, cubic)
  inner = Add(x, part)
  scaled = Mul(inner, root)
  tanh = Tanh(scaled)
  sum = Add(tanh, one)
  weight = Mul(sum, half)
  y = Mul(x, weight)
}"""

LAYER_NORM = HEAD + f"""layer_norm (float[1,6,16] x) => (float[1,6,16] y)
<float epsilon = {{1e-6}}, float[16] gamma = {{{values(GAMMA)}}}, float[16] beta = {{{values(BETA)}}}> {{
  mean = ReduceMean<axes = [2], keepdims = 1>(x)
  difference = Sub(x, mean)
  squared = Mul(difference, difference)
  variance = ReduceMean<axes = [2], keepdims = 1>(squared)
  shifted = Add(variance, epsilon)
  root = Sqrt(shifted)
  inverse = Reciprocal(root)
  scale = Mul(inverse, gamma)
  left = Mul(x, scale)
  product = Mul(mean, scale)
  right = Sub(beta, product)
  y = Add(left, right)
}}"""

SWISH = HEAD + """swish (float[1,6,16] x) => (float[1,6,16] y) {
  gate = Sigmoid(x)
  y = Mul(gate, x)
}"""

HARDSWISH = HEAD + """hardswish (float[1,6,16] x) => (float[1,6,16] y)
<float three = {3}, float low = {0}, float high = {6}, float sixth = {0.16666667}> {
  shifted = Add(x, three)
  clipped = Clip(shifted, low, high)
  gate = Mul(clipped, sixth)
  y = Mul(x, gate)
}"""


def layer_norm(x):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred ** 2).mean(-1, keepdims=True) + 1e-6) * GAMMA + BETA


FRAGMENTS = {
    "gelu_erf": (GELU_ERF, lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2)))),
    "gelu_tanh": (GELU_TANH, lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))),
    "layer_norm": (LAYER_NORM, layer_norm),
    "swish": (SWISH, lambda x: x / (1 + np.exp(-x))),
    "hardswish": (HARDSWISH, lambda x: x * np.clip(x + 3, 0, 6) / 6),
}


def build():
    """Yields name, model, input, output."""
    for name, (text, formula) in FRAGMENTS.items():
        model = onnx.parser.parse_model(text)
        onnx.checker.check_model(model)
        yield name, model, X, formula(X.astype(np.float64)).astype(np.float32)
