# SPDX-License-Identifier: MIT
"""Kante under onnxruntime's name, in processes of their own."""
import subprocess
import sys

import pytest

HIDDEN = """
import importlib.machinery, importlib.metadata  # as if onnxruntime were not installed
finder = importlib.machinery.PathFinder
find_spec = finder.find_spec
finder.find_spec = lambda name, *rest: None if name == "onnxruntime" else find_spec(name, *rest)
real = importlib.metadata.MetadataPathFinder.find_distributions
importlib.metadata.MetadataPathFinder.find_distributions = lambda context=None, **_: (
    d for d in real(context) if d.metadata["Name"] != "onnxruntime")
try:
    importlib.metadata.version("onnxruntime")
    raise SystemExit("it is still there")
except importlib.metadata.PackageNotFoundError:
    pass
"""


def run(code):
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.strip()


CHECKS = """
import importlib.metadata, importlib.util
import kante
{install}
import onnxruntime as ort
from onnxruntime import InferenceSession, SessionOptions
from onnxruntime.capi._pybind_state import Fail, OrtValue, get_available_providers
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument, NoSuchFile
from onnxruntime.capi.onnxruntime_inference_collection import OrtDevice, Session
import kante.errors
assert InferenceSession is kante.InferenceSession and OrtValue is kante.OrtValue
assert InvalidArgument is kante.errors.InvalidArgument
try:
    InferenceSession("nope.onnx")
    raise SystemExit("no error")
except NoSuchFile:
    pass
"""


def test_the_modules_entry_in_sys():
    run(CHECKS.format(install="import sys; sys.modules['onnxruntime'] = kante"))


def test_install_beside_onnxruntime():
    run(CHECKS.format(install="kante.install_as_onnxruntime()") + """
assert ort.__version__ == kante.COMPATIBLE_VERSION and importlib.util.find_spec("onnxruntime").origin == kante.__file__
import onnxruntime.quantization  # of the installed package, on kante
assert onnxruntime.quantization.quant_utils.__file__.find("site-packages/onnxruntime/") > 0
import onnxruntime.quantization.calibrate as calibrate
assert calibrate.onnxruntime is ort
assert kante.install_as_onnxruntime() is ort
""")


def test_install_without_onnxruntime():
    run(HIDDEN + CHECKS.format(install="kante.install_as_onnxruntime()") + """
assert importlib.metadata.version("onnxruntime") == kante.COMPATIBLE_VERSION
assert importlib.util.find_spec("onnxruntime") is not None
from onnxruntime.transformers.io_binding_helper import TypeHelper
assert TypeHelper.ort_type_to_numpy_type("tensor(float)").__name__ == "float32"
""")


def test_install_after_onnxruntime_is_an_error():
    run("""
import onnxruntime, kante
try:
    kante.install_as_onnxruntime()
    raise SystemExit("no error")
except RuntimeError as error:
    assert "imported already" in str(error)
""")


@pytest.mark.parametrize("name", ["float", "double", "float16", "bool", "int8", "uint8", "int16", "uint16", "int32",
                                  "uint32", "int64", "uint64", "string", "bfloat16"])
def test_types_of_the_stand_in(name):
    from kante.stand_ins.transformers.io_binding_helper import TypeHelper

    numpy_names = {"float": "float32", "double": "float64", "bool": "bool"}
    if name in ("string", "bfloat16"):
        with pytest.raises(ValueError, match="not found in map"):
            TypeHelper.ort_type_to_numpy_type(f"tensor({name})")
    else:
        assert TypeHelper.ort_type_to_numpy_type(f"tensor({name})").__name__ == numpy_names.get(name, name)
