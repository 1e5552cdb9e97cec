// SPDX-License-Identifier: MIT
#include "ops/work.h"

#include <gtest/gtest.h>

namespace kante::core {
namespace {

InputFacts Floats(const Shape& shape) {
  InputFacts facts;
  facts.present = facts.shape_known = true;
  facts.kind = ValueKind::kTensor;
  facts.type = ElementType::kFloat32;
  facts.shape = shape;
  return facts;
}

struct Sizes {
  std::vector<Shape> inputs;
  Shape output;
};

// FLOPs and bytes of a node over float32.
std::pair<double, double> WorkOf(const char* op_type, const Sizes& sizes, std::vector<Attribute> attributes = {},
                                 const char* domain = "") {
  Node node;
  node.op_type = op_type;
  node.domain = domain;
  node.attributes = std::move(attributes);
  for (uint32_t i = 0; i < sizes.inputs.size(); ++i) node.inputs.push_back(i);
  node.outputs = {100};
  const OpRegistry registry = OpRegistry::BuiltIns();
  auto op = registry.Instantiate(node);
  EXPECT_TRUE(op.ok()) << op.status().ToString();
  if (!op.ok()) return {-1, -1};
  std::vector<InputFacts> in;
  for (const Shape& shape : sizes.inputs) in.push_back(Floats(shape));
  std::vector<OutputFacts> out(1);
  out[0].wanted = true;
  out[0].type = ElementType::kFloat32;
  out[0].shape = sizes.output;
  return {FlopsOf(*op, ChooseContext(in, out, 0)), BytesOf(op->def->info, in, out)};
}

using Pair = std::pair<double, double>;

TEST(WorkTest, Products) {
  EXPECT_EQ(WorkOf("MatMul", {{{2, 3, 4}, {4, 5}}, {2, 3, 5}}), Pair(2 * 2 * 3 * 4 * 5, 4 * (24 + 20 + 30)));
  EXPECT_EQ(WorkOf("MatMul", {{{4}, {4}}, {}}), Pair(2 * 4, 4 * 9));
  EXPECT_EQ(WorkOf("Gemm", {{{4, 3}, {5, 4}}, {3, 5}}, {{"transA", 1}, {"transB", 1}}).first, 2 * 3 * 4 * 5);
  EXPECT_EQ(WorkOf("Einsum", {{{2, 3, 4}, {2, 4, 5}}, {2, 3, 5}}, {{"equation", "bij,bjk->bik"}}).first,
            2 * 2 * 3 * 4 * 5);
  EXPECT_EQ(WorkOf("Conv", {{{1, 8, 10, 10}, {16, 4, 3, 3}}, {1, 16, 8, 8}}, {{"group", 2}}).first,
            2 * 16 * 64 * 4 * 9);
  EXPECT_EQ(WorkOf("ConvTranspose", {{{1, 8, 5, 5}, {8, 4, 2, 2}}, {1, 4, 6, 6}}).first, 2 * 8 * 25 * 4 * 4);
  EXPECT_EQ(WorkOf("Attention", {{{1, 2, 6, 8}, {1, 2, 7, 8}, {1, 2, 7, 8}}, {1, 2, 6, 8}}).first, 2 * 2 * 6 * 7 * 16);
  // Two heads of eight, four queries and ten keys; with the projection to 3 * 16 from 12, of four keys.
  const Shape q{1, 4, 16}, k{1, 10, 16};
  EXPECT_EQ(WorkOf("MultiHeadAttention", {{q, k, k}, q}, {{"num_heads", 2}}, "com.microsoft").first,
            2 * 2 * 4 * 10 * 16);
  EXPECT_EQ(WorkOf("Attention", {{{1, 4, 12}, {12, 48}, {48}}, q}, {{"num_heads", 2}}, "com.microsoft").first,
            2 * 4 * 12 * 48 + 2 * 2 * 4 * 4 * 16);
  EXPECT_EQ(WorkOf("LSTM", {{{5, 2, 3}, {1, 16, 3}, {1, 16, 4}}, {5, 1, 2, 4}}, {{"hidden_size", 4}}).first,
            2 * 5 * 2 * (16 * 3 + 16 * 4));
}

TEST(WorkTest, ElementsAndMoves) {
  EXPECT_EQ(WorkOf("Tanh", {{{3, 7}}, {3, 7}}), Pair(21, 4 * 42));
  EXPECT_EQ(WorkOf("Add", {{{3, 7}, {7}}, {3, 7}}), Pair(21, 4 * (21 + 7 + 21)));
  EXPECT_EQ(WorkOf("Softmax", {{{3, 7}}, {3, 7}}).first, 21);
  EXPECT_EQ(WorkOf("ReduceMax", {{{3, 7}}, {1, 1}}), Pair(21, 4 * 22));
  EXPECT_EQ(WorkOf("MaxPool", {{{1, 2, 8, 8}}, {1, 2, 6, 6}}, {{"kernel_shape", std::vector<int64_t>{3, 3}}}).first,
            2 * 36 * 9);
  EXPECT_EQ(WorkOf("Transpose", {{{3, 7}}, {7, 3}}), Pair(0, 4 * 42));
  // Of a table only the rows that are taken are read.
  EXPECT_EQ(WorkOf("Gather", {{{30000, 8}, {5}}, {5, 8}}), Pair(0, 4 * 80));
  EXPECT_EQ(WorkOf("Tanh", {{{0, 7}}, {0, 7}}), Pair(0, 0));
}

TEST(WorkTest, OnlyOperatorsWithAChoiceExplainIt) {
  Node node;
  node.op_type = "Tanh";
  node.inputs = {0};
  node.outputs = {1};
  auto op = OpRegistry::BuiltIns().Instantiate(node);
  ASSERT_TRUE(op.ok());
  const std::vector<InputFacts> in = {Floats({3})};
  const std::vector<OutputFacts> out(1);
  const Method method = MethodOf(*op, ChooseContext(in, out, 0));
  EXPECT_TRUE(method.name.empty() && method.reason.empty());
}

}  // namespace
}  // namespace kante::core
