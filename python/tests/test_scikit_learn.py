# SPDX-License-Identifier: MIT
"""Pipelines of scikit-learn, exported by skl2onnx: what kante predicts is what they predict."""
import kante
import numpy as np
import pytest
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn import (compose, datasets, decomposition, ensemble, gaussian_process, impute,
                     linear_model, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree)
from sklearn.cluster import KMeans

IRIS, KIND = datasets.load_iris(return_X_y=True)
IRIS = IRIS.astype(np.float32)
DIABETES, GOAL = datasets.load_diabetes(return_X_y=True)
DIABETES = DIABETES.astype(np.float32)

CLASSIFIERS = [
    linear_model.LogisticRegression(max_iter=500),
    ensemble.RandomForestClassifier(20, random_state=0),
    ensemble.ExtraTreesClassifier(20, random_state=0),
    ensemble.GradientBoostingClassifier(n_estimators=20, random_state=0),
    ensemble.AdaBoostClassifier(n_estimators=10, random_state=0),
    ensemble.VotingClassifier([("a", naive_bayes.GaussianNB()), ("b", tree.DecisionTreeClassifier(random_state=0))], voting="soft",
                              flatten_transform=False),
    naive_bayes.GaussianNB(),
    neighbors.KNeighborsClassifier(5),
    neural_network.MLPClassifier((16,), max_iter=300, random_state=0),
    svm.SVC(probability=True, random_state=0),
    tree.DecisionTreeClassifier(random_state=0),
    pipeline.make_pipeline(preprocessing.StandardScaler(), decomposition.PCA(3), linear_model.LogisticRegression()),
    pipeline.make_pipeline(preprocessing.MinMaxScaler(), preprocessing.PolynomialFeatures(2),
                           linear_model.LogisticRegression()),
    pipeline.make_pipeline(preprocessing.KBinsDiscretizer(4, encode="onehot-dense", strategy="uniform"),
                           naive_bayes.BernoulliNB()),
]

REGRESSORS = [
    linear_model.LinearRegression(),
    linear_model.Ridge(),
    linear_model.TweedieRegressor(power=1, max_iter=300),
    ensemble.RandomForestRegressor(20, random_state=0),
    ensemble.GradientBoostingRegressor(n_estimators=20, random_state=0),
    neighbors.KNeighborsRegressor(4),
    neural_network.MLPRegressor(hidden_layer_sizes=(16,), max_iter=300, random_state=0),
    svm.SVR(C=50),
    gaussian_process.GaussianProcessRegressor(gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel()),
    pipeline.make_pipeline(preprocessing.RobustScaler(), decomposition.PCA(5), linear_model.BayesianRidge()),
]

TRANSFORMERS = [
    preprocessing.StandardScaler(), preprocessing.MaxAbsScaler(), preprocessing.Normalizer(), preprocessing.PowerTransformer(),
    preprocessing.QuantileTransformer(n_quantiles=20), preprocessing.Binarizer(threshold=2.0), decomposition.TruncatedSVD(2),
    decomposition.KernelPCA(2, kernel="rbf"), impute.SimpleImputer(), KMeans(3, n_init=2, random_state=0),
]


def name_of(estimator):
    return "-".join(step.__class__.__name__ for _, step in getattr(estimator, "steps", [("", estimator)]))


@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=name_of)
def test_classifiers(classifier):
    classifier.fit(IRIS, KIND)
    sess = kante.InferenceSession(to_onnx(classifier, IRIS[:1], options={"zipmap": False}).SerializeToString())
    labels, scores = sess.run(None, {"X": IRIS})
    np.testing.assert_array_equal(labels, classifier.predict(IRIS))
    np.testing.assert_allclose(scores, classifier.predict_proba(IRIS), rtol=1e-4, atol=1e-4)


def test_rows_of_maps():
    classifier = tree.DecisionTreeClassifier(random_state=0).fit(IRIS, np.array(["a", "b", "c"])[KIND])
    labels, rows = kante.InferenceSession(to_onnx(classifier, IRIS[:1]).SerializeToString()).run(None, {"X": IRIS})
    assert labels.tolist() == classifier.predict(IRIS).tolist()
    assert [list(row.values()) for row in rows] == classifier.predict_proba(IRIS).tolist()
    assert rows[0].keys() == {"a", "b", "c"}


@pytest.mark.parametrize("regressor", REGRESSORS, ids=name_of)
def test_regressors(regressor):
    regressor.fit(DIABETES, GOAL)
    (values,) = kante.InferenceSession(to_onnx(regressor, DIABETES[:1]).SerializeToString()).run(None, {"X": DIABETES})
    wanted = regressor.predict(DIABETES)
    np.testing.assert_allclose(values.reshape(wanted.shape), wanted, rtol=1e-4, atol=2e-3 * np.ptp(wanted))


@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=name_of)
def test_transformers(transformer):
    x = IRIS.copy()
    if "Imputer" in name_of(transformer):
        x[::7, 1] = np.nan
    transformer.fit(x)
    results = kante.InferenceSession(to_onnx(transformer, x[:1]).SerializeToString()).run(None, {"X": x})
    np.testing.assert_allclose(results[-1], transformer.transform(x), rtol=1e-4, atol=1e-4)


def test_a_table_of_numbers_and_words():
    rng = np.random.default_rng(0)
    words = np.array(["red", "green", "blue"])[rng.integers(0, 3, (200, 1))]
    numbers = rng.normal(size=(200, 2)).astype(np.float32)
    table = np.concatenate([numbers.astype(object), words.astype(object)], axis=1)
    kind = (numbers[:, 0] + (words[:, 0] == "red") > 0).astype(int)
    columns = compose.ColumnTransformer([("numbers", preprocessing.StandardScaler(), [0, 1]),
                                         ("words", preprocessing.OneHotEncoder(handle_unknown="ignore"), [2])])
    classifier = pipeline.make_pipeline(columns, linear_model.LogisticRegression()).fit(table, kind)
    made = to_onnx(classifier, initial_types=[("numbers", FloatTensorType([None, 2])), ("words", StringTensorType([None, 1]))],
                   options={"zipmap": False})
    labels, scores = kante.InferenceSession(made.SerializeToString()).run(None, {"numbers": numbers, "words": words})
    np.testing.assert_array_equal(labels, classifier.predict(table))
    np.testing.assert_allclose(scores, classifier.predict_proba(table), atol=1e-5)
