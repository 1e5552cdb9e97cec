// SPDX-License-Identifier: MIT
// Sessions: running, describing, binding, errors as exceptions.
#include <atomic>
#include <fstream>
#include <future>
#include <iterator>

#include "client.h"

namespace {

const char* const kInputs[] = {"a", "b"};
const char* const kOutputs[] = {"sum", "product"};

std::vector<char> Bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void CheckAdd(Ort::Session& session) {
  std::vector<float> a = {1, 2, 3, 4, 5, 6}, b = {6, 5, 4, 3, 2, 1};
  const Ort::Value inputs[] = {TensorOver(a, {2, 3}), TensorOver(b, {2, 3})};
  const auto outputs = session.Run(Ort::RunOptions{}, kInputs, inputs, 2, kOutputs, 2);
  CHECK(outputs.size() == 2);
  CHECK(outputs[0].GetTensorTypeAndShapeInfo().GetShape() == (std::vector<int64_t>{2, 3}));
  CHECK(Elements<float>(outputs[0]) == (std::vector<float>{7, 7, 7, 7, 7, 7}));
  CHECK(Elements<float>(outputs[1]) == (std::vector<float>{6, 10, 12, 12, 10, 6}));
}

void Finished(void* user, OrtValue** outputs, size_t count, OrtStatusPtr status) {
  const Ort::Status owned(status);
  static_cast<std::promise<bool>*>(user)->set_value(owned.IsOK() && count == 1 && outputs[0] != nullptr);
}

}  // namespace

void TestRun(const Models& models) {
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(2).SetGraphOptimizationLevel(ORT_ENABLE_EXTENDED).SetExecutionMode(ORT_SEQUENTIAL);
  Ort::Session session = models.Open("add.onnx", options);
  CheckAdd(session);
  const std::vector<char> bytes = Bytes(models.Path("add.onnx"));
  Ort::Session from_bytes(models.env, bytes.data(), bytes.size(), options);
  CheckAdd(from_bytes);
  Ort::Session moved = std::move(session);
  CheckAdd(moved);

  std::vector<float> a = {1, 2, 3};
  const Ort::Value inputs[] = {TensorOver(a, {1, 3}), TensorOver(a, {1, 3})};
  Ort::RunOptions run;
  run.SetRunTag("tagged").SetTerminate();
  CHECK(std::string(run.GetRunTag()) == "tagged");
  THROWS(moved.Run(run, kInputs, inputs, 2, kOutputs, 2), ORT_FAIL, "terminate flag");
  run.UnsetTerminate();
  CHECK(moved.Run(run, kInputs, inputs, 2, kOutputs, 2).size() == 2);

  std::promise<bool> done;
  Ort::Value result{nullptr};
  moved.RunAsync(run, kInputs, inputs, 2, kOutputs, &result, 1, Finished, &done);
  CHECK(done.get_future().get());
  CHECK(Elements<float>(result) == (std::vector<float>{2, 4, 6}));
}

void TestDescriptions(const Models& models) {
  Ort::AllocatorWithDefaultOptions memory;
  Ort::Session session = models.Open("add.onnx");
  CHECK(session.GetInputCount() == 2 && session.GetOutputCount() == 2);
  CHECK(std::string(session.GetInputNameAllocated(1, memory).get()) == "b");
  CHECK(std::string(session.GetOutputNameAllocated(1, memory).get()) == "product");
  const Ort::TypeInfo type = session.GetInputTypeInfo(0);
  CHECK(type.GetONNXType() == ONNX_TYPE_TENSOR);
  const auto shape = type.GetTensorTypeAndShapeInfo();
  CHECK(shape.GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
  CHECK(shape.GetShape() == (std::vector<int64_t>{-1, 3}));
  const char* dimensions[2] = {};
  shape.GetSymbolicDimensions(dimensions, 2);
  CHECK(std::string(dimensions[0]) == "batch" && std::string(dimensions[1]).empty());
  const Ort::ModelMetadata about = session.GetModelMetadata();
  CHECK(std::string(about.GetProducerNameAllocated(memory).get()) == "kante");
  CHECK(std::string(about.LookupCustomMetadataMapAllocated("author", memory).get()) == "somebody");
  CHECK(about.LookupCustomMetadataMapAllocated("nobody", memory) == nullptr);
  CHECK(about.GetCustomMetadataMapKeysAllocated(memory).size() == 2);
  CHECK(about.GetVersion() == 7);
  Ort::Session overridable = models.Open("overridable.onnx");
  CHECK(overridable.GetOverridableInitializerCount() == 1);
  CHECK(Ort::GetAvailableProviders() == std::vector<std::string>{"CPUExecutionProvider"});
}

void TestOrtFormat(const Models& models) {
  Ort::Session session = models.Open("add.ort");
  CheckAdd(session);
  Ort::AllocatorWithDefaultOptions memory;
  CHECK(std::string(session.GetModelMetadata().LookupCustomMetadataMapAllocated("author", memory).get()) == "somebody");
  const std::vector<char> bytes = Bytes(models.Path("add.ort"));
  Ort::SessionOptions as_ort;
  as_ort.AddConfigEntry("session.load_model_format", "ORT");
  Ort::Session from_bytes(models.env, bytes.data(), bytes.size(), as_ort);
  CheckAdd(from_bytes);
  THROWS(models.Open("add.onnx", as_ort), ORT_INVALID_PROTOBUF, "not an .ort file");
  Ort::SessionOptions as_onnx;
  as_onnx.AddConfigEntry("session.load_model_format", "ONNX");
  THROWS(models.Open("add.ort", as_onnx), ORT_INVALID_PROTOBUF, "add.ort");
  Ort::SessionOptions as_else;
  as_else.AddConfigEntry("session.load_model_format", "TFLITE");
  THROWS(models.Open("add.ort", as_else), ORT_INVALID_ARGUMENT, "TFLITE");
  Ort::SessionOptions saving;
  saving.SetOptimizedModelFilePath("never.ort");
  THROWS(models.Open("add.ort", saving), ORT_NOT_IMPLEMENTED, "saved as ONNX only");

  CHECK(models.Open("overridable.ort").GetOverridableInitializerCount() == 1);
  std::vector<float> x = {3, -4};  // a convolution and its activation, which ONNX Runtime had fused
  const char *in = "x", *out = "y";
  const Ort::Value input = TensorOver(x, {1, 1, 1, 2});
  Ort::Session fused = models.Open("fused.ort");
  CHECK(Elements<float>(fused.Run(Ort::RunOptions{}, &in, &input, 1, &out, 1)[0]) == (std::vector<float>{7, 0}));
}

void TestBinding(const Models& models) {
  Ort::Session session = models.Open("add.onnx");
  Ort::IoBinding binding(session);
  std::vector<float> a = {1, 2, 3}, b = {4, 5, 6}, sum(3);
  binding.BindInput("a", TensorOver(a, {1, 3}));
  binding.BindInput("b", TensorOver(b, {1, 3}));
  binding.BindOutput("sum", TensorOver(sum, {1, 3}));
  binding.BindOutput("product", Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault));
  binding.SynchronizeInputs();
  session.Run(Ort::RunOptions{}, binding);
  binding.SynchronizeOutputs();
  CHECK(sum == (std::vector<float>{5, 7, 9}));
  CHECK(binding.GetOutputNames() == (std::vector<std::string>{"sum", "product"}));
  const std::vector<Ort::Value> outputs = binding.GetOutputValues();
  CHECK(outputs.size() == 2 && Elements<float>(outputs[1]) == (std::vector<float>{4, 10, 18}));
  binding.ClearBoundInputs();
  THROWS(session.Run(Ort::RunOptions{}, binding), ORT_INVALID_ARGUMENT, "a");
}

void TestErrors(const Models& models) {
  THROWS(models.Open("absent.onnx"), ORT_NO_SUCHFILE, "absent.onnx");
  THROWS(Ort::Session(models.env, "no model", 8, Ort::SessionOptions{}), ORT_INVALID_PROTOBUF, "");
  Ort::Session session = models.Open("add.onnx");
  std::vector<float> a = {1, 2, 3};
  std::vector<int32_t> integers = {1, 2, 3};
  const Ort::Value good = TensorOver(a, {1, 3}), wrong_type = TensorOver(integers, {1, 3}), flat = TensorOver(a, {3});
  const char* name = "c";
  const auto run = [&](const char* in, const Ort::Value& value, const char* out) {
    const char* names[] = {"a", in};
    std::vector<float> copy = a;
    const OrtValue* values[] = {good, value};
    OrtValue* result = nullptr;
    Ort::ThrowOnError(Ort::GetApi().Run(session, nullptr, names, values, 2, &out, 1, &result));
    Ort::GetApi().ReleaseValue(result);
  };
  run("b", good, "sum");
  THROWS(run(name, good, "sum"), ORT_INVALID_ARGUMENT, "c");
  THROWS(run("b", good, name), ORT_INVALID_ARGUMENT, "c");
  THROWS(run("b", wrong_type, "sum"), ORT_INVALID_ARGUMENT, "Unexpected input data type");
  THROWS(run("b", flat, "sum"), ORT_INVALID_ARGUMENT, "Invalid rank for input");
  THROWS(Ort::SessionOptions().AppendExecutionProvider("CUDA", {}), ORT_INVALID_ARGUMENT, "CUDA");
  const Ort::Status status("mine", ORT_ENGINE_ERROR);
  CHECK(status.GetErrorCode() == ORT_ENGINE_ERROR && status.GetErrorMessage() == "mine");
}
