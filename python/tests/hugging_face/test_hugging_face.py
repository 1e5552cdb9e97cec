# SPDX-License-Identifier: MIT
"""optimum and sentence-transformers on kante give what they give on onnxruntime. Each runtime has its own process."""
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from models import RUNTIMES

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    found = {}
    for runtime in RUNTIMES:  # onnxruntime first: it makes the models
        subprocess.run([sys.executable, HERE / "models.py", runtime, folder], check=True,
                       env={**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"})
        found[runtime] = np.load(folder / f"{runtime}.npz")
    return found


def test_each_ran_on_its_runtime(results):
    assert [("kante" in str(results[runtime]["version"])) for runtime in RUNTIMES] == [False, True, True]


@pytest.mark.parametrize("runtime", RUNTIMES[1:])
def test_classification_with_optimum(results, runtime):
    wanted, got = results["onnxruntime"]["classes"], results[runtime]["classes"]
    assert np.ptp(wanted[0]) > 0.1  # the weights say something
    np.testing.assert_allclose(got, wanted, atol=2e-5)
    np.testing.assert_array_equal(got[0], got[1])  # by arrays and by bound memory


@pytest.mark.parametrize("runtime", RUNTIMES[1:])
def test_generation_with_optimum(results, runtime):
    wanted, got = results["onnxruntime"]["tokens"], results[runtime]["tokens"]
    assert len(set(wanted[0].tolist())) > 3
    np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_embeddings_with_sentence_transformers(results, runtime):
    np.testing.assert_allclose(results[runtime]["embeddings"], results[runtime]["reference"], atol=2e-6)
    np.testing.assert_allclose(np.linalg.norm(results[runtime]["embeddings"], axis=1), 1, atol=1e-5)
