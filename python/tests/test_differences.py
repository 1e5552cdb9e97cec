# SPDX-License-Identifier: MIT
"""Where kante differs from onnxruntime: each test is a row of the table in docs/how-to/python.md, which its docstring
names."""
import pathlib
import re
import sys
import warnings

import kante
import ml_dtypes
import numpy as np
import onnxruntime
import pytest
from conftest import addition, identity
from kante.errors import Error
from onnx import TensorProto
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

X = np.arange(6, dtype=np.float32).reshape(2, 3)
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/how-to/python.md"


def run(module, source, x):
    return module.InferenceSession(source).run(None, {"x": x})[0]


@pytest.mark.parametrize("dtype, element_type", [
    (ml_dtypes.bfloat16, TensorProto.BFLOAT16), (ml_dtypes.float8_e4m3fn, TensorProto.FLOAT8E4M3FN),
    (ml_dtypes.float8_e5m2fnuz, TensorProto.FLOAT8E5M2FNUZ), (ml_dtypes.int4, TensorProto.INT4),
    (ml_dtypes.uint4, TensorProto.UINT4), (np.complex64, TensorProto.COMPLEX64),
])
def test_element_types(dtype, element_type):
    """arrays of bfloat16, float8, int4, complex"""
    x = np.array([[0, 1, 15 if element_type == TensorProto.UINT4 else -1], [2, 7, 3]]).astype(dtype)
    y = run(kante, identity(element_type), x)
    assert y.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(y.astype(np.complex64), x.astype(np.complex64))
    with pytest.raises(Exception):
        run(onnxruntime, identity(element_type), x)


def test_byte_order():
    """big-endian arrays"""
    swapped = X.astype(">f4")
    np.testing.assert_array_equal(run(kante, identity(), swapped), X)
    assert not np.array_equal(run(onnxruntime, identity(), swapped), X)


def test_arrays_of_bytes():
    """arrays of bytes (`S`) as strings"""  # onnxruntime 1.32 reads beyond the end of each
    x = np.array([[b"a", b"b", b"c"]])
    assert run(kante, identity(TensorProto.STRING), x).tolist() == [["a", "b", "c"]]


def test_dlpack():
    """objects with `__dlpack__` as feeds"""

    class Strange:
        def __dlpack__(self, **wishes):
            return X.__dlpack__(**wishes)

        def __dlpack_device__(self):
            return X.__dlpack_device__()

    np.testing.assert_array_equal(run(kante, identity(), Strange()), X)
    with pytest.raises(RuntimeError, match="Unable to handle object"):
        run(onnxruntime, identity(), Strange())


def test_bfloat16_values():
    """`OrtValue.numpy()` of bfloat16"""
    make = "ortvalue_from_shape_and_type"
    assert getattr(kante.OrtValue, make)([2], TensorProto.BFLOAT16).numpy().dtype == ml_dtypes.bfloat16
    with pytest.raises(RuntimeError, match="No corresponding Numpy type"):
        getattr(onnxruntime.OrtValue, make)([2], TensorProto.BFLOAT16).numpy()


def test_base_of_exceptions():
    """exceptions"""
    with pytest.raises(Error):
        kante.InferenceSession(b"")
    assert ort_errors.InvalidArgument.__bases__ == ort_errors.NoSuchFile.__bases__ == (Exception,)


def test_libraries_of_operators():
    """a library of operators that is not there"""
    options = kante.SessionOptions()
    options.register_custom_ops_library("no/such/library.so")
    with pytest.raises(Error, match="Failed to load library"):
        kante.InferenceSession(addition(), options)
    with pytest.raises(Exception, match="Failed to load library"):
        onnxruntime.SessionOptions().register_custom_ops_library("no/such/library.so")


def test_providers(capsys):
    """a provider that is not there"""
    for module in (kante, onnxruntime):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            module.InferenceSession(addition(), providers=["NopeExecutionProvider"])
        assert any("Specified provider 'NopeExecutionProvider' is not in available" in str(w.message) for w in caught)
        assert ("Falling back" in capsys.readouterr().out) == (module is onnxruntime)


def test_devices():
    """devices other than the CPU"""
    with pytest.raises(RuntimeError, match="CPU only: there is no device 'cuda'"):
        kante.OrtValue.ortvalue_from_numpy(X, "cuda")


def test_classes():
    """`SparseTensor`, `ModelCompiler`"""
    for name in ("SparseTensor", "ModelCompiler"):
        assert hasattr(onnxruntime, name) and not hasattr(kante, name)


def test_the_table_has_these_rows():
    rows = re.findall(r"^\| ([^|]+?) \|", PAGE.read_text().split("## What differs")[1], re.M)
    tests = [value.__doc__ for name, value in vars(sys.modules[__name__]).items() if name.startswith("test_")]
    assert rows == [doc for doc in tests if doc]
