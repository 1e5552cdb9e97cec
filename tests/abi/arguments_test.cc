// SPDX-License-Identifier: MIT
// Wrong arguments get ONNX Runtime's code and a message, and lose nothing: what was there before works afterwards. The
// texts are those that suites of clients compare.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/abi/client.h"

namespace kante::abi_test {
namespace {

class ArgumentsTest : public ::testing::Test {
 protected:
  // The session runs as before.
  void TearDown() override {
    const Ran ran = RunSession(add.get(), {"a", "b"}, {a.get(), b.get()}, {"sum"});
    ASSERT_TRUE(ran.outcome.ok()) << ran.outcome.message;
    EXPECT_EQ(FloatsOf(ran.outputs[0].get()), (std::vector<float>{5, 7, 9}));
  }

  void ExpectRefused(const Names& names, const Inputs& inputs, const Names& outputs, const std::string& text) {
    const Ran ran = RunSession(add.get(), names, inputs, outputs);
    EXPECT_EQ(ran.outcome.code, ORT_INVALID_ARGUMENT) << ran.outcome.message;
    EXPECT_NE(ran.outcome.message.find(text), std::string::npos) << ran.outcome.message;
    for (const auto& output : ran.outputs) EXPECT_EQ(output, nullptr);
  }

  std::vector<float> a_data = {1, 2, 3}, b_data = {4, 5, 6};
  std::vector<int64_t> integers = {1, 2, 3};
  const Owned<OrtEnv> env = NewEnv();
  const Owned<OrtSession> add = Open(env.get(), "add");
  const Owned<OrtValue> a = Floats(a_data, {1, 3}), b = Floats(b_data, {1, 3});
  const Owned<OrtMemoryInfo> host = NewHostInfo();
};

TEST_F(ArgumentsTest, Names) {
  ExpectRefused({"a", "c"}, {a.get(), b.get()}, {"sum"}, "Invalid input name: c");
  ExpectRefused({"a", ""}, {a.get(), b.get()}, {"sum"}, "input name cannot be empty");
  ExpectRefused({"a", nullptr}, {a.get(), b.get()}, {"sum"}, "input name cannot be empty");
  ExpectRefused({"a", "a"}, {a.get(), b.get()}, {"sum"}, "'a' is fed twice");
  ExpectRefused({"a"}, {a.get()}, {"sum"}, "Missing Input: b");
  ExpectRefused({"a", "b"}, {a.get(), nullptr}, {"sum"}, "null");
  ExpectRefused({"a", "b"}, {a.get(), b.get()}, {"sum", "a"}, "Invalid output name: a");
  ExpectRefused({"a", "b"}, {a.get(), b.get()}, {""}, "output name cannot be empty");
  ExpectRefused({"a", "b"}, {a.get(), b.get()}, {nullptr}, "output name cannot be empty");
  ExpectRefused({"a", "b"}, {a.get(), b.get()}, {}, "At least one output should be requested.");
}

TEST_F(ArgumentsTest, TypesAndShapesOfInputs) {
  const auto ints = Ints(integers, {1, 3});
  ExpectRefused({"a", "b"}, {ints.get(), b.get()}, {"sum"}, "Unexpected input data type");
  const auto flat = Floats(a_data, {3});
  ExpectRefused({"a", "b"}, {flat.get(), b.get()}, {"sum"}, "Invalid rank for input: a Got: 1 Expected: 2");
  const auto narrow = Floats(a_data, {1, 2});
  ExpectRefused({"a", "b"}, {narrow.get(), b.get()}, {"sum"}, "Got invalid dimensions for input: a");
}

TEST_F(ArgumentsTest, TypesAndShapesOfOutputs) {
  std::vector<float> memory(6, -1);
  const auto refused = [&](OrtValue* output, const char* text) {
    const char* names[] = {"a", "b"};
    const char* wanted = "sum";
    const OrtValue* inputs[] = {a.get(), b.get()};
    OrtValue* const before = output;
    ABI_FAILS(Api().Run(add.get(), nullptr, names, inputs, 2, &wanted, 1, &output), ORT_INVALID_ARGUMENT, text);
    EXPECT_EQ(output, before);
  };
  refused(Floats(memory, {3}).get(), "Invalid rank for output: sum");
  refused(Floats(memory, {1, 6}).get(), "Got invalid dimensions for output: sum");
  refused(Floats(memory, {2, 3}).get(), "sum");  // the batch is open: only the run knows
  refused(Ints(integers, {1, 3}).get(), "Unexpected output data type");
  EXPECT_EQ(memory, std::vector<float>(6, -1));
}

// Exporters declare scalars where callers feed [1], and ONNX Runtime takes both.
TEST_F(ArgumentsTest, OneElementForAScalar) {
  const auto session = Open(env.get(), "long");
  std::vector<int64_t> twice = {2};
  std::vector<float> zeros(4);
  const auto m = Floats(zeros, {2, 2});
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{}, {1}}) {
    const Ran ran = RunSession(session.get(), {"count", "m"}, {Ints(twice, shape).get(), m.get()}, {"last"});
    EXPECT_TRUE(ran.outcome.ok()) << ran.outcome.message;
  }
  std::vector<int64_t> several = {2, 2};
  const Ran ran = RunSession(session.get(), {"count", "m"}, {Ints(several, {2}).get(), m.get()}, {"last"});
  EXPECT_EQ(ran.outcome.code, ORT_INVALID_ARGUMENT) << ran.outcome.message;
}

TEST_F(ArgumentsTest, OneOutputWantedTwice) {
  const Ran ran = RunSession(add.get(), {"a", "b"}, {a.get(), b.get()}, {"sum", "sum", "product"});
  ASSERT_TRUE(ran.outcome.ok()) << ran.outcome.message;
  EXPECT_EQ(FloatsOf(ran.outputs[0].get()), FloatsOf(ran.outputs[1].get()));
  EXPECT_EQ(FloatsOf(ran.outputs[2].get()), (std::vector<float>{4, 10, 18}));
}

TEST_F(ArgumentsTest, Tensors) {
  OrtValue* made = nullptr;
  const auto wrap = [&](size_t bytes, const std::vector<int64_t>& shape, ONNXTensorElementDataType type) {
    return Api().CreateTensorWithDataAsOrtValue(host.get(), a_data.data(), bytes, shape.data(), shape.size(), type,
                                                &made);
  };
  const auto f32 = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  ABI_FAILS(wrap(12, {2, 5}, f32), ORT_INVALID_ARGUMENT, "not enough space: expected 40, got 12");
  ABI_FAILS(wrap(12, {-1}, f32), ORT_INVALID_ARGUMENT, "negative");
  ABI_FAILS(wrap(12, {int64_t{1} << 40, int64_t{1} << 40}, f32), ORT_INVALID_ARGUMENT, "overflow");
  ABI_FAILS(wrap(12, {3}, ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED), ORT_INVALID_ARGUMENT, "type");
  ABI_FAILS(wrap(12, {3}, static_cast<ONNXTensorElementDataType>(99)), ORT_INVALID_ARGUMENT, "type");
  ABI_FAILS(wrap(12, {3}, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING), ORT_INVALID_ARGUMENT, "string");
  ABI_FAILS(wrap(4, std::vector<int64_t>(13, 1), f32), ORT_INVALID_ARGUMENT, "rank 13");
  const int64_t three[] = {3};
  ABI_FAILS(Api().CreateTensorWithDataAsOrtValue(host.get(), nullptr, 12, three, 1, f32, &made), ORT_INVALID_ARGUMENT,
            "");
  const int64_t huge[] = {int64_t{1} << 50};
  const Outcome none = Take(Api().CreateTensorAsOrtValue(DefaultAllocator(), huge, 1, f32, &made));
  EXPECT_FALSE(none.ok());
  EXPECT_EQ(made, nullptr);

  int64_t dims[1] = {};
  size_t length = 0, offsets[1] = {};
  char text[4];
  ABI_FAILS(Api().TensorAt(a.get(), dims, 1, reinterpret_cast<void**>(&made)), ORT_INVALID_ARGUMENT, "location");
  ABI_FAILS(Api().GetStringTensorDataLength(a.get(), &length), ORT_INVALID_ARGUMENT, "");
  ABI_FAILS(Api().GetStringTensorContent(a.get(), text, sizeof text, offsets, 1), ORT_INVALID_ARGUMENT, "");
  ABI_FAILS(Api().FillStringTensorElement(a.get(), "x", 0), ORT_INVALID_ARGUMENT, "");
}

TEST_F(ArgumentsTest, StringsInShortBuffers) {
  const int64_t shape[] = {2};
  const char* const words[] = {"one", "three"};
  const auto strings = New<OrtValue>([&](OrtValue** out) {
    return Api().CreateTensorAsOrtValue(DefaultAllocator(), shape, 1, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, out);
  });
  EXPECT_FALSE(Take(Api().FillStringTensor(strings.get(), words, 1)).ok());
  EXPECT_FALSE(Take(Api().FillStringTensor(strings.get(), words, 3)).ok());
  ABI_OK(Api().FillStringTensor(strings.get(), words, 2));
  EXPECT_FALSE(Take(Api().FillStringTensorElement(strings.get(), "x", 2)).ok());
  char text[16] = {};
  size_t offsets[2] = {}, length = 0;
  EXPECT_FALSE(Take(Api().GetStringTensorContent(strings.get(), text, 7, offsets, 2)).ok());
  EXPECT_FALSE(Take(Api().GetStringTensorContent(strings.get(), text, 8, offsets, 1)).ok());
  EXPECT_FALSE(Take(Api().GetStringTensorElement(strings.get(), 4, 1, text)).ok());
  EXPECT_FALSE(Take(Api().GetStringTensorElement(strings.get(), 5, 2, text)).ok());
  ABI_FAILS(Api().GetStringTensorElement(strings.get(), 8, 1, nullptr), ORT_INVALID_ARGUMENT, "null");
  EXPECT_FALSE(Take(Api().GetStringTensorElementLength(strings.get(), 2, &length)).ok());
  ABI_OK(Api().GetStringTensorContent(strings.get(), text, 8, offsets, 2));
  EXPECT_EQ(std::string(text, 8), "onethree");
  EXPECT_EQ(offsets[1], 3u);
}

TEST_F(ArgumentsTest, PlacesOutOfRange) {
  char* name = nullptr;
  OrtTypeInfo* type = nullptr;
  ABI_FAILS(Api().SessionGetInputName(add.get(), 2, DefaultAllocator(), &name), ORT_FAIL, "out of range");
  ABI_FAILS(Api().SessionGetOutputName(add.get(), 2, DefaultAllocator(), &name), ORT_FAIL, "out of range");
  ABI_FAILS(Api().SessionGetOverridableInitializerName(add.get(), 0, DefaultAllocator(), &name), ORT_FAIL,
            "out of range");
  ABI_FAILS(Api().SessionGetInputTypeInfo(add.get(), 2, &type), ORT_FAIL, "out of range");
  const OrtMemoryInfo* infos[3] = {};
  EXPECT_FALSE(Take(Api().SessionGetMemoryInfoForInputs(add.get(), infos, 3)).ok());
}

TEST_F(ArgumentsTest, Options) {
  const auto options = NewOptions();
  ABI_FAILS(Api().AddSessionConfigEntry(options.get(), "", "x"), ORT_INVALID_ARGUMENT, "Config key is empty");
  const std::string longest(1024, 'k'), value(4096, 'v');
  ABI_FAILS(Api().AddSessionConfigEntry(options.get(), (longest + 'k').c_str(), "x"), ORT_INVALID_ARGUMENT, "1024");
  ABI_FAILS(Api().AddSessionConfigEntry(options.get(), "k", (value + 'v').c_str()), ORT_INVALID_ARGUMENT, "4096");
  ABI_OK(Api().AddSessionConfigEntry(options.get(), longest.c_str(), value.c_str()));
  size_t size = 10;
  char text[10];
  ABI_FAILS(Api().GetSessionConfigEntry(options.get(), longest.c_str(), text, &size), ORT_INVALID_ARGUMENT, "");
  EXPECT_EQ(size, value.size() + 1);
  ABI_FAILS(Api().SessionOptionsAppendExecutionProvider(options.get(), "QNN", nullptr, nullptr, 0),
            ORT_INVALID_ARGUMENT, "QNN");
  ABI_FAILS(Api().EnableOrtCustomOps(options.get()), ORT_FAIL, "onnxruntime-extensions");
  ABI_FAILS(Api().RegisterCustomOpsLibrary_V2(options.get(), "/nowhere/library.so"), ORT_FAIL, "/nowhere/library.so");
  ABI_FAILS(Api().RegisterCustomOpsLibrary_V2(options.get(), LibraryPath().c_str()), ORT_FAIL,
            "Failed to get symbol RegisterCustomOps");
}

TEST_F(ArgumentsTest, Models) {
  OrtSession* session = nullptr;
  const auto from = [&](const std::string& bytes) {
    return Api().CreateSessionFromArray(env.get(), bytes.data(), bytes.size(), nullptr, &session);
  };
  ABI_FAILS(Api().CreateSession(env.get(), "/nowhere/m.onnx", nullptr, &session), ORT_NO_SUCHFILE, "/nowhere/m.onnx");
  ABI_FAILS(from(""), ORT_INVALID_ARGUMENT, "No graph was found in the protobuf.");
  ABI_FAILS(from("this is no model at all"), ORT_INVALID_PROTOBUF, "");
  EXPECT_EQ(session, nullptr);
}

TEST_F(ArgumentsTest, Bindings) {
  const auto binding = New<OrtIoBinding>([&](OrtIoBinding** out) { return Api().CreateIoBinding(add.get(), out); });
  ABI_FAILS(Api().BindInput(binding.get(), "c", a.get()), ORT_INVALID_ARGUMENT, "Invalid input name: c");
  ABI_FAILS(Api().RunWithBinding(add.get(), nullptr, binding.get()), ORT_INVALID_ARGUMENT, "At least one output");
  ABI_OK(Api().BindOutputToDevice(binding.get(), "sum", host.get()));
  ABI_FAILS(Api().RunWithBinding(add.get(), nullptr, binding.get()), ORT_INVALID_ARGUMENT, "Missing Input: a");
  const auto flat = Floats(a_data, {3});
  ABI_OK(Api().BindInput(binding.get(), "a", flat.get()));
  ABI_OK(Api().BindInput(binding.get(), "b", b.get()));
  ABI_FAILS(Api().RunWithBinding(add.get(), nullptr, binding.get()), ORT_INVALID_ARGUMENT, "Invalid rank for input: a");
  ABI_OK(Api().BindInput(binding.get(), "a", a.get()));
  ABI_OK(Api().RunWithBinding(add.get(), nullptr, binding.get()));
  ABI_OK(Api().BindOutput(binding.get(), "total", a.get()));  // only a run looks whether the model has it
  ABI_FAILS(Api().RunWithBinding(add.get(), nullptr, binding.get()), ORT_INVALID_ARGUMENT,
            "Invalid output name: total");
  const auto other = Open(env.get(), "add");
  ABI_FAILS(Api().RunWithBinding(other.get(), nullptr, binding.get()), ORT_INVALID_ARGUMENT, "another session");
}

// What a kernel finds out fails the run, and says which node.
TEST_F(ArgumentsTest, ShapesThatOnlyTheRunRefuses) {
  std::vector<float> two = {1, 2, 3, 4, 5, 6};
  const auto wide = Floats(two, {2, 3});
  std::vector<float> three(9, 1);
  const auto wider = Floats(three, {3, 3});
  const Ran ran = RunSession(add.get(), {"a", "b"}, {wide.get(), wider.get()}, {"sum"});
  EXPECT_FALSE(ran.outcome.ok());
  EXPECT_NE(ran.outcome.message.find("Add"), std::string::npos) << ran.outcome.message;
}

}  // namespace
}  // namespace kante::abi_test
