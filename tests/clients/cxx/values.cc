// SPDX-License-Identifier: MIT
// Values that are not plain floats.
#include "client.h"

namespace {

// y = x for every type.
Ort::Value Identity(const Models& models, const std::string& file, const Ort::Value& x) {
  Ort::Session session = models.Open(file);
  const char *in = "x", *out = "y";
  return std::move(session.Run(Ort::RunOptions{}, &in, &x, 1, &out, 1)[0]);
}

}  // namespace

void TestStrings(const Models& models) {
  Ort::AllocatorWithDefaultOptions memory;
  const std::vector<std::string> words = {"", "zwölf", "日本語", "d"};
  const int64_t shape[] = {2, 2};
  Ort::Value x = Ort::Value::CreateTensor(memory, shape, 2, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING);
  const char* pointers[] = {words[0].c_str(), words[1].c_str(), "replaced", words[3].c_str()};
  x.FillStringTensor(pointers, 4);
  x.FillStringTensorElement(words[2].c_str(), 2);
  for (const char* file : {"identity_string.onnx", "identity_string.ort"}) {
    const Ort::Value y = Identity(models, file, x);
    for (size_t i = 0; i < words.size(); ++i) CHECK(y.GetStringTensorElement(i) == words[i]);
    size_t total = 0;
    for (const std::string& word : words) total += word.size();
    CHECK(y.GetStringTensorDataLength() == total);
  }
}

void TestHalves(const Models& models) {
  std::vector<Ort::Float16_t> halves = {Ort::Float16_t(1.5f), Ort::Float16_t(-0.25f)};
  const Ort::Value y = Identity(models, "identity_float16.onnx", TensorOver(halves, {1, 2}));
  CHECK(Elements<Ort::Float16_t>(y)[1].ToFloat() == -0.25f);
  bool flags[] = {true, false};
  const int64_t shape[] = {1, 2};
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const Ort::Value bools =
      Identity(models, "identity_bool.onnx", Ort::Value::CreateTensor<bool>(memory, flags, 2, shape, 2));
  CHECK(bools.GetTensorData<bool>()[0] && !bools.GetTensorData<bool>()[1]);
  std::vector<uint64_t> large = {~0ull, 1};
  CHECK(Elements<uint64_t>(Identity(models, "identity_uint64.onnx", TensorOver(large, {1, 2}))) == large);
}

void TestContainers(const Models& models) {
  Ort::AllocatorWithDefaultOptions memory;
  std::vector<float> scores = {0.5f, 0.25f, 0.125f, 1, 2, 3};
  const Ort::Value x = TensorOver(scores, {2, 3});
  const char *in = "x", *out = "maps";
  for (const char* file : {"zip_map.onnx", "zip_map.ort"}) {
    Ort::Session session = models.Open(file);
    const auto info = session.GetOutputTypeInfo(0);
    CHECK(info.GetONNXType() == ONNX_TYPE_SEQUENCE);
    CHECK(info.GetSequenceTypeInfo().GetSequenceElementType().GetMapTypeInfo().GetMapKeyType() ==
          ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64);
    const auto outputs = session.Run(Ort::RunOptions{}, &in, &x, 1, &out, 1);
    CHECK(outputs[0].GetCount() == 2);
    const Ort::Value second = outputs[0].GetValue(1, memory);
    CHECK(Elements<int64_t>(second.GetValue(0, memory)) == (std::vector<int64_t>{10, 20, 30}));
    CHECK(Elements<float>(second.GetValue(1, memory)) == (std::vector<float>{1, 2, 3}));
  }
  std::vector<int64_t> first = {1, 2}, other = {3};
  std::vector<Ort::Value> parts;
  parts.push_back(TensorOver(first, {2}));
  parts.push_back(TensorOver(other, {1}));
  const Ort::Value sequence = Ort::Value::CreateSequence(parts);
  CHECK(sequence.GetCount() == 2 && !sequence.IsTensor());
  std::vector<int64_t> index = {1};
  const char* names[] = {"s", "i"};
  const OrtValue* feeds[] = {sequence, nullptr};
  const Ort::Value i = TensorOver(index, {});
  feeds[1] = i;
  OrtValue* picked = nullptr;
  const char* y = "y";
  Ort::Session at = models.Open("sequence_at.onnx");
  Ort::ThrowOnError(Ort::GetApi().Run(at, nullptr, names, feeds, 2, &y, 1, &picked));
  CHECK(Elements<int64_t>(Ort::Value(picked)) == std::vector<int64_t>{3});
}

void TestAllocators(const Models& models) {
  Ort::Session session = models.Open("add.onnx");
  const auto info = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  Ort::Allocator own(session, info);
  Ort::MemoryAllocation block = own.GetAllocation(1000);
  CHECK(block.get() != nullptr && block.size() == 1000);
  CHECK(reinterpret_cast<uintptr_t>(block.get()) % 64 == 0);
  CHECK(own.GetInfo().GetAllocatorName() == info.GetAllocatorName());
  const int64_t shape[] = {1, 3};
  Ort::Value tensor = Ort::Value::CreateTensor<float>(own, shape, 2);
  for (int64_t i = 0; i < 3; ++i) tensor.At<float>({0, i}) = static_cast<float>(i);
  CHECK(Elements<float>(tensor) == (std::vector<float>{0, 1, 2}));
  CHECK(tensor.GetTensorMemoryInfo().GetDeviceType() == OrtMemoryInfoDeviceType_CPU);
}
