// SPDX-License-Identifier: MIT
#include "onnx/tensor_proto.h"

#include <gtest/gtest.h>

#include <string>

#include "onnx/test_models.h"

namespace kante::core {
namespace {

TypeInfo KindOf(ValueKind kind) {
  TypeInfo type;
  type.kind = kind;
  return type;
}

Tensor Vector(const std::vector<float>& values) {
  return Tensor::Of<float>({static_cast<int64_t>(values.size())}, values);
}

Value SequenceOf(std::vector<Value> items) {
  Sequence sequence;
  sequence.element_type = ElementType::kFloat32;
  sequence.items = std::move(items);
  return Value(std::make_shared<const Sequence>(std::move(sequence)));
}

// Writes, reads back.
Result<Value> RoundTrip(const Value& value, ValueKind kind, std::string* name = nullptr) {
  KANTE_TRY(const std::string bytes, WriteValueProto(value, "v", KindOf(kind)));
  return ReadValueProto(AsBytes(bytes), nullptr, KindOf(kind), {}, name);
}

TEST(TensorProto, Tensors) {
  std::string name;
  auto value = RoundTrip(Vector({1, 2}), ValueKind::kTensor, &name);
  ASSERT_TRUE(value.ok()) << value.status().ToString();
  EXPECT_EQ(name, "v");
  ASSERT_TRUE(value->is_tensor());
  EXPECT_EQ(value->tensor().span<float>()[1], 2);
  Tensor strings = *Tensor::Allocate(ElementType::kString, Shape{2});
  strings.mutable_data<std::string>()[1] = "text";
  EXPECT_EQ(RoundTrip(strings, ValueKind::kTensor)->tensor().data<std::string>()[1], "text");
}

TEST(TensorProto, StridedTensorsAreCompacted) {
  const Tensor dense = Vector({1, 2, 3, 4, 5, 6});
  const int64_t strides[] = {1, 3};
  const Tensor columns(ElementType::kFloat32, {3, 2}, dense.buffer(), 0, strides);
  auto value = RoundTrip(columns, ValueKind::kTensor);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->tensor().shape(), (Shape{3, 2}));
  EXPECT_EQ(value->tensor().span<float>()[1], 4);
}

TEST(TensorProto, Sequences) {
  auto value = RoundTrip(SequenceOf({Value(Vector({1})), Value(Vector({2, 3}))}), ValueKind::kSequence);
  ASSERT_TRUE(value.ok()) << value.status().ToString();
  ASSERT_EQ(value->sequence()->items.size(), 2u);
  EXPECT_EQ(value->sequence()->element_type, ElementType::kFloat32);
  EXPECT_EQ(value->sequence()->items[1].tensor().span<float>()[1], 3);
  EXPECT_TRUE(RoundTrip(SequenceOf({}), ValueKind::kSequence)->sequence()->items.empty());
  auto nested = RoundTrip(SequenceOf({SequenceOf({Value(Vector({7}))})}), ValueKind::kSequence);
  ASSERT_TRUE(nested.ok());
  EXPECT_EQ(nested->sequence()->items[0].sequence()->items[0].tensor().span<float>()[0], 7);
}

TEST(TensorProto, Optionals) {
  EXPECT_FALSE(RoundTrip(Value(), ValueKind::kOptional)->has_value());
  EXPECT_EQ(RoundTrip(Vector({4}), ValueKind::kOptional)->tensor().span<float>()[0], 4);
  auto sequence = RoundTrip(SequenceOf({Value(Vector({5}))}), ValueKind::kOptional);
  ASSERT_TRUE(sequence.ok() && sequence->is_sequence());
  EXPECT_EQ(sequence->sequence()->items.size(), 1u);
}

TEST(TensorProto, Maps) {
  Map map;
  const int64_t keys[] = {3, -4};
  map.keys = Tensor::Vector(keys);
  map.values = Vector({0.25f, 0.75f});
  auto value = RoundTrip(Value(std::make_shared<const Map>(map)), ValueKind::kMap);
  ASSERT_TRUE(value.ok()) << value.status().ToString();
  EXPECT_EQ(value->map()->keys.span<int64_t>()[1], -4);
  EXPECT_EQ(value->map()->values.span<float>()[1], 0.75f);
}

TEST(TensorProto, EveryPrefixOfAFile) {
  const Value value = SequenceOf({Value(Vector({1})), SequenceOf({Value(Vector({2}))})});
  const std::string bytes = *WriteValueProto(value, "v", KindOf(ValueKind::kSequence));
  for (ValueKind kind :
       {ValueKind::kSequence, ValueKind::kOptional, ValueKind::kTensor, ValueKind::kMap, ValueKind::kSparseTensor}) {
    for (size_t size = 0; size < bytes.size(); ++size) {
      auto read = ReadValueProto(AsBytes(std::string_view(bytes).substr(0, size)), nullptr, KindOf(kind));
      EXPECT_TRUE(read.ok() || !read.status().message().empty());
    }
  }
}

TEST(TensorProto, DeepSequencesAreLimited) {
  std::string bytes;
  for (int i = 0; i < 10'000; ++i) {
    WireWriter w;
    w.Reference(sequence_field::kSequences, AsBytes(bytes));
    bytes = w.ToString();
  }
  auto value = ReadValueProto(AsBytes(bytes), nullptr, KindOf(ValueKind::kSequence));
  EXPECT_EQ(value.status().code(), StatusCode::kLimitExceeded);
}

}  // namespace
}  // namespace kante::core
