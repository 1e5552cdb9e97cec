# SPDX-License-Identifier: MIT
"""OrtValue, DLPack and IOBinding."""
import gc
import weakref

import ml_dtypes
import numpy as np
import pytest
from conftest import addition, identity
from onnx import TensorProto

X = np.arange(6, dtype=np.float32).reshape(2, 3)


def address(array):
    return array.ctypes.data


def test_ort_value_of_an_array(ort):
    x = X.copy()
    value = ort.OrtValue.ortvalue_from_numpy(x)
    assert (value.shape(), value.data_type(), value.element_type()) == ([2, 3], "tensor(float)", TensorProto.FLOAT)
    assert (value.device_name(), value.tensor_size_in_bytes()) == ("cpu", 24)
    assert value.is_tensor() and value.has_value() and not value.is_tensor_sequence() and not value.is_sparse_tensor()
    assert value.data_ptr() == address(x)
    x[0, 0] = 7
    np.testing.assert_array_equal(value.numpy(), x)
    np.testing.assert_array_equal(np.asarray(value), x)
    assert np.array(value, dtype=np.float64).dtype == np.float64


@pytest.mark.parametrize("element_type", [np.float32, np.int64, TensorProto.FLOAT16, TensorProto.BFLOAT16])
def test_ort_value_of_a_shape(ort, element_type):
    value = ort.OrtValue.ortvalue_from_shape_and_type([4, 2], element_type, "cpu", 0)
    assert value.shape() == [4, 2] and value.data_ptr()


def test_update_in_place(ort):
    value = ort.OrtValue.ortvalue_from_shape_and_type([2, 3], np.float32)
    before = value.data_ptr()
    value.update_inplace(X)
    np.testing.assert_array_equal(value.numpy(), X)
    value.update_inplace(np.ascontiguousarray(X[::-1]))
    np.testing.assert_array_equal(value.numpy(), X[::-1])
    assert value.data_ptr() == before


def test_update_in_place_checks():
    import kante
    from kante.errors import InvalidArgument

    value = kante.OrtValue.ortvalue_from_shape_and_type([2, 3], np.float32)
    for wrong in (X[0], X.astype(np.int32), X.T):
        with pytest.raises(InvalidArgument):
            value.update_inplace(wrong)


def test_types_that_numpy_lacks(ort):
    raw = np.array([0x3F80, 0x4000], np.uint16)
    value = ort.OrtValue.ortvalue_from_numpy_with_onnx_type(raw, TensorProto.BFLOAT16)
    assert value.data_type() == "tensor(bfloat16)" and value.data_ptr() == address(raw)
    (y,) = ort.InferenceSession(identity(TensorProto.BFLOAT16, ["N"])).run_with_ort_values(["y"], {"x": value})
    assert (y.data_type(), y.shape(), y.element_type()) == ("tensor(bfloat16)", [2], TensorProto.BFLOAT16)


def test_bfloat16_by_name():
    import kante

    x = np.array([1, 2.5], ml_dtypes.bfloat16)
    value = kante.OrtValue.ortvalue_from_numpy(x)
    assert value.data_type() == "tensor(bfloat16)" and value.data_ptr() == address(x)
    assert value.numpy().dtype == ml_dtypes.bfloat16 and np.shares_memory(value.numpy().view(np.uint16), x.view(np.uint16))


def test_run_with_ort_values(ort):
    sess = ort.InferenceSession(addition())
    (y,) = sess.run_with_ort_values(None, {"x": ort.OrtValue.ortvalue_from_numpy(X)})
    np.testing.assert_array_equal(y.numpy(), X + np.arange(3))


def test_dlpack_out(ort):
    value = ort.OrtValue.ortvalue_from_numpy(X.copy())
    assert value.__dlpack_device__() == (1, 0)
    array = np.from_dlpack(value)
    assert address(array) == value.data_ptr()
    np.testing.assert_array_equal(array, X)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64, np.uint8, np.int32, np.float64])
def test_dlpack_in(ort, dtype):
    x = X.astype(dtype)
    value = ort.OrtValue.from_dlpack(x)
    assert value.data_ptr() == address(x)
    np.testing.assert_array_equal(value.numpy(), x)


def test_dlpack_of_a_stranger():
    import kante
    from kante.errors import InvalidArgument

    class Strange:
        def __init__(self, array):
            self.array = array

        def __dlpack__(self, **wishes):
            return self.array.__dlpack__(**wishes)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    (y,) = kante.InferenceSession(addition()).run(None, {"x": Strange(X)})
    np.testing.assert_array_equal(y, X + np.arange(3))
    with pytest.raises(InvalidArgument, match="not contiguous"):
        kante.OrtValue.from_dlpack(Strange(X.T))
    with pytest.raises(Exception):
        kante.OrtValue.from_dlpack(5)


def test_memory_lives_as_long_as_it_is_used():
    import kante

    class Watched(np.ndarray):
        pass

    x = np.zeros(8, np.float32).view(Watched)
    gone = weakref.ref(x)
    value = kante.OrtValue.ortvalue_from_numpy(x)
    view = value.numpy()
    del x, value
    gc.collect()
    assert gone() is not None
    view[0] = 1
    del view
    gc.collect()
    assert gone() is None


def test_values_do_not_leak():
    import tracemalloc

    import kante

    sess = kante.InferenceSession(addition())
    for _ in range(100):
        sess.run(None, {"x": X})
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(2000):
        sess.run(None, {"x": X.tolist()})
        kante.OrtValue.from_dlpack(kante.OrtValue.ortvalue_from_numpy(X)).numpy()
    gc.collect()
    assert tracemalloc.get_traced_memory()[0] - before < 20000
    tracemalloc.stop()


def test_io_binding_of_arrays(ort):
    sess = ort.InferenceSession(addition())
    binding = sess.io_binding()
    x = X.copy()
    binding.bind_cpu_input("x", x)
    binding.bind_output("y")
    for step in range(3):
        x[:] = step
        binding.synchronize_inputs()
        sess.run_with_iobinding(binding)
        binding.synchronize_outputs()
        (y,) = binding.copy_outputs_to_cpu()
        np.testing.assert_array_equal(y, x + np.arange(3))
        np.testing.assert_array_equal(binding.get_outputs()[0].numpy(), y)


def test_io_binding_of_addresses(ort):
    sess = ort.InferenceSession(addition())
    binding = sess.io_binding()
    y = np.zeros((2, 3), np.float32)
    binding.bind_input("x", "cpu", 0, np.float32, X.shape, address(X))
    binding.bind_output("y", "cpu", 0, np.float32, y.shape, address(y))
    sess.run_with_iobinding(binding)
    np.testing.assert_array_equal(y, X + np.arange(3))
    (copied,) = binding.copy_outputs_to_cpu()
    assert not np.shares_memory(copied, y)


def test_io_binding_of_ort_values(ort):
    sess = ort.InferenceSession(addition())
    binding = ort.IOBinding(sess)
    y = ort.OrtValue.ortvalue_from_shape_and_type([2, 3], np.float32)
    binding.bind_ortvalue_input("x", ort.OrtValue.ortvalue_from_numpy(X))
    binding.bind_ortvalue_output("y", y)
    sess.run_with_iobinding(binding)
    np.testing.assert_array_equal(y.numpy(), X + np.arange(3))
    assert binding.get_outputs()[0].data_ptr() == y.data_ptr()


def test_io_binding_errors(ort):
    sess = ort.InferenceSession(addition())
    with pytest.raises(RuntimeError, match="Failed to find NodeArg with name: nope in the def list"):
        sess.io_binding().bind_cpu_input("nope", X)
    with pytest.raises(ValueError, match="`element_type` and `shape` are to be provided"):
        sess.io_binding().bind_output("y", buffer_ptr=address(X))
    with pytest.raises(ValueError, match="must be used with the session that created it"):
        sess.run_with_iobinding(ort.InferenceSession(addition()).io_binding())


def test_io_binding_checks_memory_of_outputs(ort):
    sess = ort.InferenceSession(addition())
    binding = sess.io_binding()
    binding.bind_cpu_input("x", X)
    wrong = np.zeros((2, 4), np.float32)
    binding.bind_output("y", "cpu", 0, np.float32, wrong.shape, address(wrong))
    with pytest.raises(Exception):
        sess.run_with_iobinding(binding)
    np.testing.assert_array_equal(wrong, 0)
    binding.clear_binding_outputs()
    binding.clear_binding_inputs()


def test_other_devices_are_refused():
    import kante

    for call in (lambda: kante.OrtValue.ortvalue_from_numpy(X, "cuda"), lambda: kante.OrtDevice.make("cuda", 0),
                 lambda: kante.InferenceSession(addition()).io_binding().bind_output("y", "cuda")):
        with pytest.raises(RuntimeError, match="CPU only: there is no device 'cuda'"):
            call()
