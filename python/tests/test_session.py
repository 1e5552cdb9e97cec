# SPDX-License-Identifier: MIT
"""Loading: sources, options, what a model says of itself."""
import json
import logging
import pathlib

import numpy as np
import onnx
import pytest
from conftest import addition, identity, long_model, model, tensor
from onnx import TensorProto, helper

X = np.ones((2, 3), np.float32)


def options_of(ort, **attributes):
    options = ort.SessionOptions()
    for name, value in attributes.items():
        setattr(options, name, value)
    return options


def test_sources(ort, tmp_path):
    path = tmp_path / "modèle.onnx"
    path.write_bytes(addition())
    for source in (addition(), str(path), path):
        np.testing.assert_array_equal(ort.InferenceSession(source).run(None, {"x": X})[0], X + np.arange(3))


def test_errors_of_loads(ort, errors, tmp_path):
    with pytest.raises(errors.NoSuchFile, match="NO_SUCHFILE"):
        ort.InferenceSession(tmp_path / "nope.onnx")
    with pytest.raises(errors.InvalidProtobuf, match="INVALID_PROTOBUF"):
        ort.InferenceSession(b"this is no model")
    with pytest.raises(errors.InvalidArgument, match="No graph was found in the protobuf."):
        ort.InferenceSession(b"")
    with pytest.raises(TypeError, match="Unable to load from type '<class 'int'>'"):
        ort.InferenceSession(5)
    node = helper.make_node("NoSuchOperator", ["x"], ["y"])
    with pytest.raises((errors.NotImplemented, errors.InvalidGraph), match="NoSuchOperator"):
        ort.InferenceSession(model([node], [tensor("x", 1, [1])], [tensor("y", 1, [1])]))


def test_inputs_and_outputs(ort):
    sess = ort.InferenceSession(addition())
    (x,), (w,), (y,) = sess.get_inputs(), sess.get_overridable_initializers(), sess.get_outputs()
    assert (x.name, x.type, x.shape) == ("x", "tensor(float)", ["N", 3])
    assert (w.name, w.type, w.shape) == ("w", "tensor(float)", [3])
    assert (y.name, y.type, y.shape) == ("y", "tensor(float)", ["N", 3])
    assert str(x) == "NodeArg(name='x', type='tensor(float)', shape=['N', 3])"


def test_dimensions_that_nobody_names(ort):
    sess = ort.InferenceSession(identity(shape=(None, "rows", 4)))
    assert sess.get_inputs()[0].shape == [None, "rows", 4]


@pytest.mark.parametrize("kind, shape", [
    (helper.make_tensor_type_proto(TensorProto.FLOAT, None), []),
    (helper.make_tensor_type_proto(TensorProto.FLOAT, []), []),
    (helper.make_sequence_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, [2, "a"])), []),
    (helper.make_optional_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, [3])), [3]),
])
def test_shapes_of_other_values(ort, kind, shape):
    source = model([helper.make_node("Identity", ["x"], ["y"])], [helper.make_value_info("x", kind)],
                   [helper.make_value_info("y", kind)])
    assert ort.InferenceSession(source).get_inputs()[0].shape == shape


@pytest.mark.parametrize("element_type, name", [
    (TensorProto.DOUBLE, "tensor(double)"), (TensorProto.FLOAT16, "tensor(float16)"), (TensorProto.INT64, "tensor(int64)"),
    (TensorProto.STRING, "tensor(string)"), (TensorProto.BOOL, "tensor(bool)"), (TensorProto.BFLOAT16, "tensor(bfloat16)"),
])
def test_names_of_types(ort, element_type, name):
    assert ort.InferenceSession(identity(element_type)).get_inputs()[0].type == name


def test_metadata(ort):
    proto = onnx.load_from_string(addition())
    helper.set_model_props(proto, {"key": "value"})
    meta = ort.InferenceSession(proto.SerializeToString()).get_modelmeta()
    assert (meta.producer_name, meta.graph_name, meta.domain, meta.description, meta.version) == (
        "tests", "graph", "org.kante", "adds", 7)
    assert meta.custom_metadata_map == {"key": "value"}


def test_defaults_of_options(ort):
    options = ort.SessionOptions()
    assert options.graph_optimization_level == ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    assert options.execution_mode == ort.ExecutionMode.ORT_SEQUENTIAL
    assert (options.intra_op_num_threads, options.inter_op_num_threads, options.log_severity_level) == (0, 0, -1)
    assert (options.enable_profiling, options.enable_mem_pattern, options.enable_cpu_mem_arena) == (False, True, True)
    assert (options.optimized_model_filepath, options.logid) == ("", "")
    run = ort.RunOptions()
    assert (run.terminate, run.only_execute_path_to_fetches, run.logid, run.log_severity_level) == (False, False, "", -1)


def test_options_have_types(ort):
    options = ort.SessionOptions()
    for name, value in (("intra_op_num_threads", "2"), ("graph_optimization_level", 99), ("execution_mode", 0),
                        ("optimized_model_filepath", 5)):
        with pytest.raises(TypeError):
            setattr(options, name, value)
    with pytest.raises(AttributeError):
        options.no_such_option = 1
    with pytest.raises(RuntimeError, match="does not have configuration with key: nope"):
        options.get_session_config_entry("nope")
    options.add_session_config_entry("some.key", "value")
    assert options.get_session_config_entry("some.key") == "value"


@pytest.mark.parametrize("level", ["DISABLE_ALL", "ENABLE_BASIC", "ENABLE_EXTENDED", "ENABLE_ALL"])
@pytest.mark.parametrize("threads", [0, 1, 2])
def test_levels_and_threads(ort, level, threads):
    options = options_of(ort, graph_optimization_level=getattr(ort.GraphOptimizationLevel, f"ORT_{level}"),
                         intra_op_num_threads=threads, inter_op_num_threads=1, log_severity_level=3,
                         execution_mode=ort.ExecutionMode.ORT_SEQUENTIAL, enable_mem_pattern=False, logid="test")
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    sess = ort.InferenceSession(addition(), options)
    np.testing.assert_array_equal(sess.run(None, {"x": X})[0], X + np.arange(3))
    assert sess.get_session_options().intra_op_num_threads == threads


def test_optimized_model_is_written(ort, tmp_path):
    path = tmp_path / "optimized.onnx"
    ort.InferenceSession(addition(), options_of(ort, optimized_model_filepath=str(path)))
    np.testing.assert_array_equal(ort.InferenceSession(path).run(None, {"x": X})[0], X + np.arange(3))


def test_profile(ort, tmp_path):
    options = options_of(ort, enable_profiling=True, profile_file_prefix=str(tmp_path / "profile"))
    sess = ort.InferenceSession(addition(), options)
    sess.run(None, {"x": X})
    path = pathlib.Path(sess.end_profiling())
    assert path.name.startswith("profile_") and path.suffix == ".json"
    events = json.loads(path.read_text())
    events = events["traceEvents"] if isinstance(events, dict) else events
    assert any("Add" in json.dumps(event) for event in events)
    assert ort.InferenceSession(addition()).end_profiling() == ""


def test_free_dimensions(ort, errors):
    options = ort.SessionOptions()
    options.add_free_dimension_override_by_name("N", 2)
    sess = ort.InferenceSession(addition(), options)
    assert sess.get_inputs()[0].shape == [2, 3]
    sess.run(None, {"x": X})
    with pytest.raises(errors.InvalidArgument):
        sess.run(None, {"x": X[:1]})


def test_initializers(ort):
    weight = onnx.numpy_helper.from_array(np.zeros(3, np.float32), "w")
    source = model([helper.make_node("Add", ["x", "w"], ["y"])], [tensor("x", 1, ["N", 3])], [tensor("y", 1, ["N", 3])],
                   [weight])
    value = ort.OrtValue.ortvalue_from_numpy(np.full(3, 5, np.float32))
    options = ort.SessionOptions()
    options.add_initializer("w", value)
    np.testing.assert_array_equal(ort.InferenceSession(source, options).run(None, {"x": X})[0], X + 5)
    with pytest.raises(RuntimeError):
        options.add_initializer("w", np.zeros(3))


def test_external_data_beside_bytes(ort, tmp_path):
    weight = onnx.numpy_helper.from_array(np.arange(2000, dtype=np.float32), "w")
    proto = onnx.load_from_string(model([helper.make_node("Add", ["x", "w"], ["y"])], [tensor("x", 1, [2000])],
                                        [tensor("y", 1, [2000])], [weight]))
    onnx.save(proto, tmp_path / "m.onnx", save_as_external_data=True, location="w.bin", size_threshold=0)
    options = ort.SessionOptions()
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(tmp_path))
    sess = ort.InferenceSession((tmp_path / "m.onnx").read_bytes(), options)
    np.testing.assert_array_equal(sess.run(None, {"x": np.zeros(2000, np.float32)})[0], np.arange(2000))


def test_library_of_custom_operators(ort):
    import onnxruntime_extensions

    node = helper.make_node("StringUpper", ["x"], ["y"], domain="ai.onnx.contrib")
    source = model([node], [tensor("x", TensorProto.STRING, ["N"])], [tensor("y", TensorProto.STRING, ["N"])],
                   domains=[("ai.onnx.contrib", 1)])
    options = ort.SessionOptions()
    options.register_custom_ops_library(onnxruntime_extensions.get_library_path())
    assert ort.InferenceSession(source, options).run(None, {"x": np.array(["abc"])})[0].tolist() == ["ABC"]


def test_a_library_that_is_not_there(ort):
    options = ort.SessionOptions()
    with pytest.raises(Exception, match="Failed to load library"):
        options.register_custom_ops_library("/no/such/library.so")
        ort.InferenceSession(addition(), options)


def test_lora_adapter(ort, tmp_path):
    import onnxruntime

    adapter = onnxruntime.AdapterFormat()
    adapter.set_adapter_version(1)
    adapter.set_model_version(1)
    adapter.set_parameters({"w": onnxruntime.OrtValue.ortvalue_from_numpy(np.full(3, 4, np.float32))})
    adapter.export_adapter(str(tmp_path / "adapter"))
    lora = ort.LoraAdapter()
    lora.Load(str(tmp_path / "adapter"))
    options = ort.RunOptions()
    options.add_active_adapter(lora)
    sess = ort.InferenceSession(addition())
    np.testing.assert_array_equal(sess.run(None, {"x": X}, options)[0], X + 4)
    np.testing.assert_array_equal(sess.run(None, {"x": X})[0], X + np.arange(3))


def test_a_load_that_is_cancelled(ort, errors):
    options = ort.SessionOptions()
    options.set_load_cancellation_flag(True)
    with pytest.raises(errors.ModelLoadCanceled):
        ort.InferenceSession(long_model(64, 2000), options)
    options.set_load_cancellation_flag(False)
    ort.InferenceSession(addition(), options)


def test_logger_severity(ort):
    ort.set_default_logger_severity(3)
    ort.set_default_logger_severity(2)
    with pytest.raises(RuntimeError, match="Invalid logging severity"):
        ort.set_default_logger_severity(9)


def test_what_the_module_says(ort):
    assert ort.get_device() == "CPU"
    assert "CPUExecutionProvider" in ort.get_available_providers()
    assert ort.__version__ and ort.get_version_string() and ort.get_build_info()


def test_kante_keeps_packed_weights_and_says_so(tmp_path, caplog):
    import kante

    path = tmp_path / "model.onnx"
    path.write_bytes(long_model(products=3))
    cache = tmp_path / "cache"
    cache.mkdir()
    options = kante.SessionOptions()
    for key, value in (("kante.weight_cache", str(cache)), ("kante.memory", "low"), ("kante.weights", "bfloat16")):
        options.add_session_config_entry(key, value)
    sess = kante.InferenceSession(path, options)
    sess.prepare({"x": [8, 8]})
    np.testing.assert_allclose(sess.run(None, {"x": np.eye(8, dtype=np.float32)})[0], np.eye(8))
    options.log_severity_level = 1
    with caplog.at_level(logging.INFO, "kante"):
        kante.InferenceSession(path.read_bytes(), options)
    assert any("cache" in record.message for record in caplog.records)
    options.add_session_config_entry("kante.weights", "int3")
    with pytest.raises(ValueError, match="float16 or bfloat16"):
        kante.InferenceSession(path, options)


def test_errors_have_one_root():
    import kante
    import kante.errors

    with pytest.raises(kante.errors.Error):
        kante.InferenceSession(b"")
