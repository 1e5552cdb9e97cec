# SPDX-License-Identifier: MIT
"""ai.onnx.ml: what prepares features, and linear models."""
import numpy as np

from . import generator

DOMAIN = "ai.onnx.ml"


def features(m, types=(np.float32,), rows=True):
    return m.data(types, shape=[m.int(1, 5), m.int(1, 7)] if rows else [m.int(1, 7)], exact=True)


def floats(m, count, low=-2.0, high=2.0):
    return [float(np.float32(v)) for v in m.np.uniform(low, high, count)]


@generator("ai.onnx.ml.Binarizer")
def binarizer(m, op):
    m.node("Binarizer", [features(m)], domain=DOMAIN, threshold=m.pick([0.0, 0.5, -1.0]))


@generator("ai.onnx.ml.Scaler")
def scaler(m, op):
    x = features(m, [np.float32, np.float64, np.int64, np.int32])
    count = m.pick([1, x.shape[1]])
    m.node("Scaler", [x], domain=DOMAIN, offset=floats(m, count), scale=floats(m, count))


@generator("ai.onnx.ml.Normalizer")
def normalizer(m, op):
    m.node("Normalizer", [features(m, [np.float32, np.float64, np.int64, np.int32])], domain=DOMAIN,
           norm=m.pick(["MAX", "L1", "L2"]))


@generator("ai.onnx.ml.Imputer")
def imputer(m, op):
    x = features(m)
    count = m.pick([1, x.shape[1]])
    m.node("Imputer", [x], domain=DOMAIN, imputed_value_floats=floats(m, count), replaced_value_float=m.pick([1.0, 0.5]))


@generator("ai.onnx.ml.ArrayFeatureExtractor")
def extractor(m, op):
    x = m.data([np.float32, np.float64, np.int64, np.int32], low=1, high=3, least=1)
    index = m.ints([m.int(0, x.shape[-1] - 1) for _ in range(m.int(1, 4))])
    m.node("ArrayFeatureExtractor", [x, index], domain=DOMAIN, exact=True)


@generator("ai.onnx.ml.FeatureVectorizer")
def vectorizer(m, op):
    rows, widths = m.int(1, 4), [m.int(1, 4) for _ in range(m.int(1, 3))]
    m.node("FeatureVectorizer", [m.new(np.float32, [rows, w]) for w in widths], domain=DOMAIN, inputdimensions=widths)


@generator("ai.onnx.ml.LinearRegressor")
def regressor(m, op):
    x, targets = features(m), m.int(1, 4)
    more = {"intercepts": floats(m, targets)} if m.chance(0.6) else {}
    m.node("LinearRegressor", [x], domain=DOMAIN, coefficients=floats(m, targets * x.shape[1]), targets=targets, **more)


@generator("ai.onnx.ml.LinearClassifier")
def classifier(m, op):
    x, classes = features(m, [np.float32, np.float64, np.int64, np.int32]), m.int(2, 5)
    m.node("LinearClassifier", [x], outputs=2, domain=DOMAIN, coefficients=floats(m, classes * x.shape[1]),
           intercepts=floats(m, classes), classlabels_ints=m.rng.sample(range(9), classes),
           post_transform=m.pick(["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"]))


@generator("ai.onnx.ml.LabelEncoder")
def label_encoder(m, op):
    keys = m.rng.sample(["", "a", "b", "ab", "Kante", "é"], m.int(1, 5))
    m.node("LabelEncoder", [m.data([np.object_])], domain=DOMAIN, classes_strings=keys, default_int64=m.int(-2, 9))
