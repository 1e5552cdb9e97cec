// SPDX-License-Identifier: MIT
#include "ops/evaluate.h"

#include <gtest/gtest.h>

#include <cstring>

namespace kante::core {
namespace {

Node NodeOf(std::string_view op_type, size_t inputs) {
  Node node;
  node.op_type = op_type;
  for (size_t i = 0; i < inputs; ++i) node.inputs.push_back(static_cast<ValueId>(i));
  node.outputs.push_back(static_cast<ValueId>(inputs));
  return node;
}

// While laying out there is a shape but no memory yet: nothing behind the pointer may be read or copied, whatever its
// alignment.
TEST(EvaluateTest, ShapesAreReadWithoutMemory) {
  const OpRegistry registry = OpRegistry::BuiltIns();
  const Node node = NodeOf("Shape", 1);
  auto op = registry.Instantiate(node);
  ASSERT_TRUE(op.ok()) << op.status().ToString();
  alignas(16) static std::byte memory[2];
  const Value x(Tensor(ElementType::kFloat32, Shape{300, 500, 700}, Buffer::Wrap(memory + 1, 1, nullptr)));
  const Value* in[] = {&x};
  auto out = EvaluateNode(*op, node, in, Limits{}, 1 << 20);
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  const Tensor& y = (*out)[0].tensor();
  ASSERT_EQ(y.shape(), Shape{3});
  EXPECT_EQ(y.data<int64_t>()[0], 300);
  EXPECT_EQ(y.data<int64_t>()[2], 700);
}

TEST(EvaluateTest, MisalignedValuesAreCopiedFirst) {
  const OpRegistry registry = OpRegistry::BuiltIns();
  const Node node = NodeOf("Neg", 1);
  auto op = registry.Instantiate(node);
  ASSERT_TRUE(op.ok()) << op.status().ToString();
  alignas(16) std::byte memory[9] = {};
  const float values[2] = {1.5f, -2.0f};
  std::memcpy(memory + 1, values, sizeof(values));
  const Value x(Tensor(ElementType::kFloat32, Shape{2}, Buffer::Wrap(memory + 1, 8, nullptr)));
  const Value* in[] = {&x};
  auto out = EvaluateNode(*op, node, in, Limits{}, 1 << 20);
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ((*out)[0].tensor().data<float>()[0], -1.5f);
  EXPECT_EQ((*out)[0].tensor().data<float>()[1], 2.0f);
}

// A weight in another shape stays where it lies in its file.
TEST(EvaluateTest, ViewsOfLargeMisalignedValuesAreNotCopied) {
  const OpRegistry registry = OpRegistry::BuiltIns();
  const Node node = NodeOf("Unsqueeze", 2);
  auto op = registry.Instantiate(node);
  ASSERT_TRUE(op.ok()) << op.status().ToString();
  constexpr int64_t kCount = 100'000;
  auto memory = Buffer::Allocate(kCount * 4 + 1);
  ASSERT_TRUE(memory.ok());
  const float one = 1.0f;
  std::memcpy((*memory)->data() + 1 + 4 * 12345, &one, 4);
  const Value x(Tensor(ElementType::kFloat32, Shape{kCount}, *memory, 1));
  const int64_t axis[1] = {1};
  const Value axes(Tensor::Vector(axis));
  const Value* in[] = {&x, &axes};
  auto out = EvaluateNode(*op, node, in, Limits{}, 1 << 20);
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ((*out)[0].tensor().shape(), (Shape{kCount, 1}));
  EXPECT_EQ((*out)[0].tensor().raw(), x.tensor().raw());
  // Who computes with it gets a copy.
  const Node neg = NodeOf("Neg", 1);
  auto negated = EvaluateNode(*registry.Instantiate(neg), neg, std::span<const Value* const>(in, 1), Limits{}, 1 << 20);
  ASSERT_TRUE(negated.ok()) << negated.status().ToString();
  EXPECT_EQ((*negated)[0].tensor().data<float>()[12345], -1.0f);
}

TEST(EvaluateTest, OutputsAboveTheLimitAreRefused) {
  const OpRegistry registry = OpRegistry::BuiltIns();
  const Node node = NodeOf("ConstantOfShape", 1);
  auto op = registry.Instantiate(node);
  ASSERT_TRUE(op.ok()) << op.status().ToString();
  const int64_t dims[2] = {1000, 1000};
  const Value shape(Tensor::Vector(dims));
  const Value* in[] = {&shape};
  auto out = EvaluateNode(*op, node, in, Limits{}, 1 << 20);
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.status().code(), StatusCode::kLimitExceeded);
}

}  // namespace
}  // namespace kante::core
