# SPDX-License-Identifier: MIT
"""Boosted trees of xgboost and lightgbm, exported by onnxmltools: what kante predicts is what they predict."""
import kante
import lightgbm
import numpy as np
import onnxmltools
import pytest
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType

RNG = np.random.default_rng(0)
# Few values, so that none lies between a threshold in float32 and the same in float64.
X = (RNG.integers(-40, 40, (400, 8)) / 8).astype(np.float32)
GOAL = X[:, 0] * 2 + np.sin(X[:, 1]) + (X[:, 2] > 1) * 3
KINDS = {2: (GOAL > GOAL.mean()).astype(int), 3: np.digitize(GOAL, np.quantile(GOAL, [0.3, 0.7]))}

CONVERTERS = {"xgboost": onnxmltools.convert_xgboost, "lightgbm": onnxmltools.convert_lightgbm}


def classifier_of(library, **options):
    if library == "xgboost":
        return xgboost.XGBClassifier(n_estimators=20, max_depth=4, **options)
    return lightgbm.LGBMClassifier(n_estimators=20, num_leaves=12, verbose=-1, **options)


def regressor_of(library):
    if library == "xgboost":
        return xgboost.XGBRegressor(n_estimators=20, max_depth=4)
    return lightgbm.LGBMRegressor(n_estimators=20, num_leaves=12, verbose=-1)


def session_of(library, model, **options):
    types = [("x", FloatTensorType([None, X.shape[1]]))]
    made = CONVERTERS[library](model, initial_types=types, target_opset=15, **options)
    return kante.InferenceSession(made.SerializeToString())


@pytest.mark.parametrize("library", CONVERTERS)
@pytest.mark.parametrize("kinds", KINDS)
def test_classifiers(library, kinds):
    model = classifier_of(library).fit(X, KINDS[kinds])
    options = {"zipmap": False} if library == "lightgbm" else {}
    labels, scores = session_of(library, model, **options).run(None, {"x": X})
    np.testing.assert_array_equal(labels, model.predict(X))
    np.testing.assert_allclose(scores, model.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("library", CONVERTERS)
def test_regressors(library):
    model = regressor_of(library).fit(X, GOAL)
    (values,) = session_of(library, model).run(None, {"x": X})
    np.testing.assert_allclose(values.reshape(-1), model.predict(X), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("library", CONVERTERS)
def test_values_that_are_missing(library):
    x = X.copy()
    x[RNG.random(x.shape) < 0.1] = np.nan
    model = regressor_of(library).fit(x, GOAL)
    (values,) = session_of(library, model).run(None, {"x": x})
    np.testing.assert_allclose(values.reshape(-1), model.predict(x), rtol=1e-5, atol=1e-4)
