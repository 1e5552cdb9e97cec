# SPDX-License-Identifier: MIT
"""Feeds and results of a run."""
import importlib
import threading
import warnings

import numpy as np
import onnx
import pytest
from conftest import addition, identity, model, tensor
from onnx import TensorProto, helper

X = np.arange(6, dtype=np.float32).reshape(2, 3)

ELEMENT_TYPES = [np.float32, np.float64, np.float16, np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16,
                 np.uint32, np.uint64]


def session(ort, source=None):
    return ort.InferenceSession(source or addition(), providers=["CPUExecutionProvider"])


def test_all_outputs_or_named_ones(ort):
    sess = session(ort)
    for names in (None, [], ["y"]):
        (y,) = sess.run(names, {"x": X})
        np.testing.assert_array_equal(y, X + np.arange(3))
        assert y.dtype == np.float32


def test_default_of_an_input_can_be_fed(ort):
    (y,) = session(ort).run(None, {"x": X, "w": np.full(3, 10, np.float32)})
    np.testing.assert_array_equal(y, X + 10)


@pytest.mark.parametrize("dtype", ELEMENT_TYPES)
def test_element_types(ort, dtype):
    x = np.array([[0, 1, 1], [1, 0, 1]]).astype(dtype)
    sess = session(ort, identity(helper.np_dtype_to_tensor_dtype(np.dtype(dtype))))
    (y,) = sess.run(None, {"x": x})
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, x)


@pytest.mark.parametrize("array", [
    np.array([["a", "bé", ""]]),
    np.array([["x" * 300, "水", "c"]], dtype=object),
    np.array([[1, None, "c"]], dtype=object),
])
def test_strings(ort, array):
    (y,) = session(ort, identity(TensorProto.STRING)).run(None, {"x": array})
    assert y.dtype == object and y.shape == array.shape
    assert y.tolist() == [[str(item) for item in row] for row in array.tolist()]


def test_arrays_that_are_not_dense(ort):
    wide = np.arange(24, dtype=np.float32).reshape(4, 6)
    for x in (wide[::2, ::2], wide[:, :3][::-1], wide.reshape(8, 3).T.copy().T, wide.reshape(8, 3)):
        (y,) = session(ort).run(None, {"x": x})
        np.testing.assert_array_equal(y, x + np.arange(3))


def test_read_only_and_empty_arrays(ort):
    x = X.copy()
    x.flags.writeable = False
    np.testing.assert_array_equal(session(ort).run(None, {"x": x})[0], X + np.arange(3))
    assert session(ort).run(None, {"x": np.empty((0, 3), np.float32)})[0].shape == (0, 3)


def test_arrays_that_lie_crooked():
    import kante

    for dtype, element_type in ((np.float32, TensorProto.FLOAT), (np.complex128, TensorProto.COMPLEX128)):
        size = np.dtype(dtype).itemsize
        for offset in range(0, size, size // 4):
            memory = np.zeros(6 * size + size, np.uint8)
            x = memory[offset : offset + 6 * size].view(dtype).reshape(2, 3)
            x[:] = X
            np.testing.assert_array_equal(session(kante, identity(element_type)).run(None, {"x": x})[0], X)


def test_arrays_that_are_none(ort):
    for x in (np.zeros((2, 3), "datetime64[s]"), np.zeros((2, 3), "V8"), np.zeros((1,) * 30, np.float32)):
        with pytest.raises(Exception):
            session(ort).run(None, {"x": x})


def test_lists_and_ort_values_as_feeds(ort):
    for x in (X.tolist(), ort.OrtValue.ortvalue_from_numpy(X)):
        np.testing.assert_array_equal(session(ort).run(None, {"x": x})[0], X + np.arange(3))


def test_mappings_as_feeds(ort):
    import collections

    np.testing.assert_array_equal(session(ort).run(None, collections.UserDict(x=X))[0], X + np.arange(3))


def test_results_own_their_memory(ort):
    sess = session(ort, identity())
    (y,) = sess.run(None, {"x": X})
    assert not np.shares_memory(y, X) and y.flags.writeable
    y[:] = -1
    np.testing.assert_array_equal(sess.run(None, {"x": X})[0], X)


def test_a_constant_result_cannot_be_spoilt(ort):
    weight = onnx.numpy_helper.from_array(np.arange(3, dtype=np.float32), "w")
    constant = model([helper.make_node("Identity", ["w"], ["y"])], [], [tensor("y", TensorProto.FLOAT, [3])], [weight])
    sess = session(ort, constant)
    sess.run(None, {})[0][:] = 99
    np.testing.assert_array_equal(sess.run(None, {})[0], [0, 1, 2])


@pytest.mark.parametrize("feed, kind, text", [
    ({}, ValueError, r"Required inputs \(\['x'\]\) are missing from input feed \(\[\]\)"),
    ({"x": X.astype(np.float64)}, "InvalidArgument",
     r"\[ONNXRuntimeError\] : 2 : INVALID_ARGUMENT : Unexpected input data type. "
     r"Actual: \(tensor\(double\)\) , expected: \(tensor\(float\)\)"),
    ({"x": X[0]}, "InvalidArgument", "Invalid rank for input: x Got: 1 Expected: 2 Please fix either the inputs/outputs"),
    ({"x": X[:, :2]}, "InvalidArgument",
     "Got invalid dimensions for input: x for the following indices\n index: 1 Got: 2 Expected: 3\n Please fix"),
    ({"x": X, "nope": X}, "InvalidArgument", "Invalid input name: nope"),
    ({"x": 1.0}, RuntimeError, "Unable to handle object of type <class 'float'>"),
    ({"x": np.array([["a", "b", "c"]])}, "InvalidArgument", r"Actual: \(tensor\(string\)\)"),
])
def test_wrong_feeds(ort, errors, feed, kind, text):
    with pytest.raises(getattr(errors, kind) if isinstance(kind, str) else kind, match=text):
        session(ort).run(None, feed)


def test_wrong_outputs(ort, errors):
    with pytest.raises(errors.InvalidArgument, match="Invalid output name: ?nope"):
        session(ort).run(["nope"], {"x": X})
    with pytest.raises(TypeError):
        session(ort).run("y", {"x": X})


def test_terminate(ort, errors):
    options = ort.RunOptions()
    options.terminate = True
    with pytest.raises(errors.Fail, match="Exiting due to terminate flag being set to true."):
        session(ort).run(None, {"x": X}, options)
    options.terminate = False
    np.testing.assert_array_equal(session(ort).run(None, {"x": X}, options)[0], X + np.arange(3))


def test_sequences(ort):
    node = helper.make_node("SequenceInsert", ["s", "t"], ["out"])
    kind = helper.make_sequence_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, None))
    sess = session(ort, model([node], [helper.make_value_info("s", kind), tensor("t", TensorProto.FLOAT, [None])],
                              [helper.make_value_info("out", kind)]))
    assert sess.get_inputs()[0].type == "seq(tensor(float))"
    parts = [np.zeros(2, np.float32), np.ones((1, 4), np.float32)]
    (out,) = sess.run(None, {"s": parts, "t": np.full(3, 2, np.float32)})
    assert isinstance(out, list) and [item.shape for item in out] == [(2,), (1, 4), (3,)]
    np.testing.assert_array_equal(out[1], parts[1])


def test_maps(ort):
    node = helper.make_node("ZipMap", ["x"], ["y"], domain="ai.onnx.ml", classlabels_strings=["a", "b", "c"])
    value = helper.make_map_type_proto(TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
    sess = session(ort, model([node], [tensor("x", TensorProto.FLOAT, ["N", 3])],
                              [helper.make_value_info("y", helper.make_sequence_type_proto(value))], domains=[("ai.onnx.ml", 1)]))
    assert sess.get_outputs()[0].type == "seq(map(string,tensor(float)))"
    (rows,) = sess.run(None, {"x": X})
    assert rows == [dict(zip("abc", row)) for row in X.tolist()]


def test_maps_as_feeds(ort):
    node = helper.make_node("DictVectorizer", ["x"], ["y"], domain="ai.onnx.ml", string_vocabulary=["a", "b", "c"])
    kind = helper.make_map_type_proto(TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
    sess = session(ort, model([node], [helper.make_value_info("x", kind)], [tensor("y", TensorProto.FLOAT, [1, 3])],
                              domains=[("ai.onnx.ml", 1)]))
    (y,) = sess.run(None, {"x": {"c": 2.0, "a": 0.5}})
    np.testing.assert_array_equal(y, [[0.5, 0, 2]])


def test_optional(ort):
    kind = helper.make_optional_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, [2]))
    node = helper.make_node("OptionalHasElement", ["x"], ["y"])
    sess = session(ort, model([node], [helper.make_value_info("x", kind)], [tensor("y", TensorProto.BOOL, [])]))
    assert sess.get_inputs()[0].type == "optional(tensor(float))"
    assert sess.run(None, {"x": None})[0].item() is False
    assert sess.run(None, {"x": np.zeros(2, np.float32)})[0].item() is True


def test_threads_share_a_session(ort):
    sess = session(ort)
    wrong = []

    def work(number):
        for i in range(200):
            x = np.full((number + 1, 3), i, np.float32)
            if not np.array_equal(sess.run(None, {"x": x})[0], x + np.arange(3, dtype=np.float32)):
                wrong.append((number, i))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_run_async(ort):
    done, seen = threading.Event(), []

    def callback(results, user_data, error):
        seen.extend([results, user_data, error])
        done.set()

    session(ort).run_async(None, {"x": X}, callback, "data")
    assert done.wait(30)
    np.testing.assert_array_equal(seen[0][0], X + np.arange(3))
    assert seen[1:] == ["data", ""]


def test_providers_that_are_not_there(ort):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sess = ort.InferenceSession(addition(), providers=["NopeExecutionProvider", ("CPUExecutionProvider", {"a": 1})])
    assert any("Specified provider 'NopeExecutionProvider' is not in available" in str(w.message) for w in caught)
    assert sess.get_providers() == ["CPUExecutionProvider"]
    assert "CPUExecutionProvider" in sess.get_provider_options()
    collection = importlib.import_module(f"{ort.__name__}.capi.onnxruntime_inference_collection")
    check, there = collection.check_and_normalize_provider_args, ["CPUExecutionProvider"]
    assert check(there, [{"a": 1}], there) == check([("CPUExecutionProvider", {"a": 1})], None, there)
    for providers, options in ((there, []), ([("CPUExecutionProvider", {})], [{}]), ([5], None), (there, [5])):
        with pytest.raises(ValueError):
            check(providers, options, there)
