// SPDX-License-Identifier: MIT
// Attributes and inputs that make no sense: operators refuse them, whether they are known at load or only at the run.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/hostile/attempt.h"

namespace kante::hostile_test {
namespace {

constexpr Type kF = Type::kFloat32;
constexpr Type kI = Type::kInt64;
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

// Refused with the node's name, with inputs that are fed and with constants.
void ExpectRefused(OneNode node) {
  ExpectError(RunNode(node), {"the_node", node.op});
  for (Input& in : node.inputs) in.fed = false;
  ExpectError(RunNode(node), {"the_node", node.op});
}

// Refused or not, but never worse.
void ExpectSane(OneNode node) {
  RunNode(node);
  for (Input& in : node.inputs) in.fed = false;
  RunNode(node);
}

void ExpectFine(OneNode node) {
  const Outcome outcome = RunNode(node);
  EXPECT_TRUE(outcome.ran()) << node.op << ": " << outcome.status.ToString();
}

core::WireWriter Int(const char* name, int64_t value) { return wire::IntAttribute(name, value); }

TEST(Operators, Windows) {
  const std::vector<Input> conv = {{kF, {1, 2, 5, 5}}, {kF, {2, 2, 3, 3}}};
  const std::vector<Input> pool = {{kF, {1, 2, 5, 5}}};
  ExpectFine({.op = "Conv", .inputs = conv});
  for (const char* op : {"Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool"}) {
    SCOPED_TRACE(op);
    const bool pooling = std::string(op).ends_with("Pool");
    const auto node = [&](wire::Messages attributes) {
      if (pooling) attributes.push_back(IntsAttribute("kernel_shape", {3, 3}));
      return OneNode{.op = op, .inputs = pooling ? pool : conv, .attributes = std::move(attributes)};
    };
    for (int64_t stride : {int64_t{0}, int64_t{-1}, kLeast})
      ExpectRefused(node({IntsAttribute("strides", {stride, 1})}));
    for (int64_t dilation : {int64_t{0}, int64_t{-2}}) {
      if (std::string(op) == "LpPool" || std::string(op) == "AveragePool") continue;
      ExpectRefused(node({IntsAttribute("dilations", {dilation, 1})}));
    }
    ExpectRefused(node({IntsAttribute("strides", {1})}));
    ExpectRefused(node({IntsAttribute("pads", {1, 1, 1})}));
    ExpectRefused(node({StringAttribute("auto_pad", "SIDEWAYS")}));
    ExpectSane(node({IntsAttribute("strides", {kMost, kMost})}));
    ExpectSane(node({IntsAttribute("dilations", {kMost, kMost})}));
    ExpectSane(node({IntsAttribute("dilations", {1 << 30, 1 << 30})}));
    ExpectSane(node({IntsAttribute("pads", {kMost, kMost, kMost, kMost})}));
    ExpectSane(node({IntsAttribute("pads", {-1, 0, 0, 0})}));
    ExpectSane(node({IntsAttribute("pads", {-9, -9, -9, -9})}));
    ExpectSane(node({IntsAttribute("pads", {1 << 20, 1 << 20, 1 << 20, 1 << 20})}));
    ExpectSane(node({Int("ceil_mode", 7)}));
  }
}

TEST(Operators, ConvGroupsAndKernels) {
  const auto conv = [](std::vector<int64_t> x, std::vector<int64_t> w, wire::Messages attributes = {}) {
    return OneNode{
        .op = "Conv", .inputs = {{kF, std::move(x)}, {kF, std::move(w)}}, .attributes = std::move(attributes)};
  };
  for (int64_t group : {int64_t{0}, int64_t{-1}, int64_t{3}, kMost, kLeast}) {
    ExpectRefused(conv({1, 2, 5, 5}, {2, 2, 3, 3}, {Int("group", group)}));
    OneNode transposed = conv({1, 2, 5, 5}, {2, 2, 3, 3}, {Int("group", group)});
    transposed.op = "ConvTranspose";
    if (group != kMost) ExpectSane(transposed);
  }
  ExpectRefused(conv({1, 2, 5, 5}, {2, 3, 3, 3}));
  ExpectRefused(conv({1, 2, 5, 5}, {2, 2, 3}));
  ExpectRefused(conv({1, 2}, {2, 2}));
  ExpectSane(conv({1, 2, 2, 2}, {2, 2, 5, 5}));  // a kernel larger than the input
  ExpectSane(conv({0, 2, 5, 5}, {2, 2, 3, 3}));
  ExpectSane(conv({1, 0, 5, 5}, {2, 0, 3, 3}));
  ExpectSane(conv({1, 2, 0, 5}, {2, 2, 3, 3}));
  ExpectSane(conv({1, 2, 5, 5}, {0, 2, 3, 3}));
  ExpectSane(conv({1, 2, 5, 5}, {2, 2, 0, 3}));
  ExpectRefused(conv({1, 2, 5, 5}, {2, 2, 3, 3}, {IntsAttribute("kernel_shape", {2, 2})}));
  ExpectRefused(
      {.op = "MaxPool", .inputs = {{kF, {1, 1, 4, 4}}}, .attributes = {IntsAttribute("kernel_shape", {0, 2})}});
  ExpectRefused(
      {.op = "MaxPool", .inputs = {{kF, {1, 1, 4, 4}}}, .attributes = {IntsAttribute("kernel_shape", {-3, 2})}});
  ExpectRefused({.op = "MaxPool", .inputs = {{kF, {1, 1, 4, 4}}}});
  ExpectSane({.op = "AveragePool",
              .inputs = {{kF, {1, 1, 4, 4}}},
              .attributes = {IntsAttribute("kernel_shape", {kMost, kMost})}});
  ExpectSane({.op = "MaxPool",
              .inputs = {{kF, {1, 1, 4, 4}}},
              .attributes = {IntsAttribute("kernel_shape", {100, 100}), IntsAttribute("pads", {90, 90, 90, 90})}});
  ExpectSane({.op = "ConvTranspose",
              .inputs = {{kF, {1, 2, 5, 5}}, {kF, {2, 2, 3, 3}}},
              .attributes = {IntsAttribute("output_shape", {kMost, -4})}});
  ExpectSane({.op = "ConvTranspose",
              .inputs = {{kF, {1, 2, 5, 5}}, {kF, {2, 2, 3, 3}}},
              .attributes = {IntsAttribute("output_padding", {-1, 1 << 30})}});
}

TEST(Operators, Resize) {
  const double nan = std::nan(""), inf = INFINITY;
  for (double scale : {0.0, -1.0, nan, inf, -inf, 1e30, 1e-30}) {
    ExpectSane({.op = "Resize", .inputs = {{kF, {1, 1, 4, 4}}, {kF, {0}}, {kF, {4}, {1, 1, scale, 2}}}});
    if (!(scale > 0) || std::isinf(scale)) {
      ExpectRefused({.op = "Resize", .inputs = {{kF, {1, 1, 4, 4}}, {kF, {0}}, {kF, {4}, {1, 1, scale, 2}}}});
    }
  }
  for (double size : {-1.0, -9e18, 9e18, 0.0}) {
    ExpectSane({.op = "Resize", .inputs = {{kF, {1, 1, 4, 4}}, {kF, {0}}, {kF, {0}}, {kI, {4}, {1, 1, size, 2}}}});
  }
  ExpectRefused({.op = "Resize", .inputs = {{kF, {1, 1, 4, 4}}, {kF, {0}}, {kF, {3}, {1, 2, 2}}}});
  ExpectRefused({.op = "Resize", .inputs = {{kF, {1, 1, 4, 4}}}});
  ExpectSane({.op = "Resize", .inputs = {{kF, {1, 1, 0, 4}}, {kF, {0}}, {kF, {4}, {1, 1, 2, 2}}}});
}

TEST(Operators, Reshaping) {
  ExpectRefused({.op = "Reshape", .inputs = {{kF, {2, 3}}, {kI, {2}, {4, 2}}}});
  ExpectRefused({.op = "Reshape", .inputs = {{kF, {2, 3}}, {kI, {2}, {-1, -1}}}});
  ExpectRefused({.op = "Reshape", .inputs = {{kF, {2, 3}}, {kI, {2}, {-1, 4}}}});
  ExpectRefused({.op = "Reshape", .inputs = {{kF, {2, 3}}, {kI, {1}, {-2}}}});
  ExpectRefused({.op = "Reshape", .inputs = {{kF, {2, 3}}, {kI, {3}, {2, 3, 0}}}});
  ExpectRefused({.op = "Reshape", .inputs = {{kF, {2, 3}}, {kI, {2}, {4e18, 4e18}}}});
  ExpectSane({.op = "Reshape", .inputs = {{kF, {0, 3}}, {kI, {2}, {-1, 0}}}});
  ExpectRefused({.op = "Reshape", .inputs = {{kF, {2, 3}}, {kI, {300}, {1}}}});
  ExpectRefused({.op = "Squeeze", .inputs = {{kF, {2, 3}}, {kI, {1}, {0}}}});
  ExpectRefused({.op = "Squeeze", .inputs = {{kF, {2, 1}}, {kI, {1}, {7}}}});
  ExpectRefused({.op = "Unsqueeze", .inputs = {{kF, {2, 3}}, {kI, {2}, {0, 0}}}});
  ExpectRefused({.op = "Unsqueeze", .inputs = {{kF, {2, 3}}, {kI, {1}, {-9e18}}}});
  ExpectRefused({.op = "Unsqueeze", .inputs = {{kF, {2, 3}}, {kI, {200}, {0}}}});
  ExpectRefused({.op = "Transpose", .inputs = {{kF, {2, 3}}}, .attributes = {IntsAttribute("perm", {0, 0})}});
  ExpectRefused({.op = "Transpose", .inputs = {{kF, {2, 3}}}, .attributes = {IntsAttribute("perm", {0, 5})}});
  ExpectRefused({.op = "Transpose", .inputs = {{kF, {2, 3}}}, .attributes = {IntsAttribute("perm", {-1, 0})}});
  ExpectRefused({.op = "Flatten", .inputs = {{kF, {2, 3}}}, .attributes = {Int("axis", 9)}});
  ExpectRefused({.op = "Softmax", .inputs = {{kF, {2, 3}}}, .attributes = {Int("axis", kLeast)}});
  ExpectRefused({.op = "Concat", .inputs = {{kF, {2, 3}}, {kF, {2, 4}}}, .attributes = {Int("axis", 0)}});
  ExpectRefused({.op = "Concat", .inputs = {{kF, {2, 3}}}, .attributes = {Int("axis", 2)}});
  ExpectRefused({.op = "Expand", .inputs = {{kF, {2, 3}}, {kI, {2}, {2, 4}}}});
  ExpectRefused({.op = "Expand", .inputs = {{kF, {2, 3}}, {kI, {2}, {-2, 3}}}});
  ExpectRefused({.op = "DepthToSpace", .inputs = {{kF, {1, 3, 2, 2}}}, .attributes = {Int("blocksize", 2)}});
  ExpectRefused({.op = "DepthToSpace", .inputs = {{kF, {1, 4, 2, 2}}}, .attributes = {Int("blocksize", 0)}});
  ExpectRefused({.op = "DepthToSpace", .inputs = {{kF, {1, 4, 2, 2}}}, .attributes = {Int("blocksize", kMost)}});
}

TEST(Operators, Indexing) {
  for (double index : {5.0, -6.0, 9e18, -9e18}) {
    ExpectRefused({.op = "Gather", .inputs = {{kF, {5, 2}}, {kI, {1}, {index}}}});
    ExpectRefused({.op = "GatherElements", .inputs = {{kF, {5, 2}}, {kI, {1, 2}, {index}}}});
    ExpectRefused({.op = "GatherND", .inputs = {{kF, {5, 2}}, {kI, {1, 1}, {index}}}});
    ExpectRefused({.op = "ScatterElements", .inputs = {{kF, {5, 2}}, {kI, {1, 2}, {index}}, {kF, {1, 2}}}});
    ExpectRefused({.op = "ScatterND", .inputs = {{kF, {5, 2}}, {kI, {1, 1}, {index}}, {kF, {1, 2}}}});
  }
  ExpectRefused({.op = "Gather", .inputs = {{kF, {5, 2}}, {kI, {1}, {0}}}, .attributes = {Int("axis", 3)}});
  ExpectRefused({.op = "Gather", .inputs = {{kF, {0, 2}}, {kI, {1}, {0}}}});
  ExpectRefused({.op = "Gather", .inputs = {{kF, {}}, {kI, {1}, {0}}}});
  ExpectRefused({.op = "GatherND", .inputs = {{kF, {5, 2}}, {kI, {1, 3}, {0}}}});
  ExpectRefused({.op = "GatherND", .inputs = {{kF, {5, 2}}, {kI, {}, {0}}}});
  ExpectRefused({.op = "ScatterND", .inputs = {{kF, {5, 2}}, {kI, {1, 1}, {0}}, {kF, {3, 3}}}});
  ExpectRefused({.op = "ScatterElements", .inputs = {{kF, {5, 2}}, {kI, {1, 2}, {0}}, {kF, {9}}}});
  ExpectSane({.op = "Slice",
              .inputs = {{kF, {5}}, {kI, {1}, {-9e18}}, {kI, {1}, {9e18}}, {kI, {1}, {0}}, {kI, {1}, {-9e18}}}});
  ExpectRefused({.op = "Slice", .inputs = {{kF, {5}}, {kI, {1}, {0}}, {kI, {1}, {3}}, {kI, {1}, {0}}, {kI, {1}, {0}}}});
  ExpectRefused({.op = "Slice", .inputs = {{kF, {5}}, {kI, {1}, {0}}, {kI, {1}, {3}}, {kI, {1}, {4}}}});
  ExpectRefused({.op = "Slice", .inputs = {{kF, {5}}, {kI, {2}, {0}}, {kI, {1}, {3}}}});
  for (double k : {-1.0, 9e18, -9e18, 6.0}) {
    ExpectRefused({.op = "TopK", .inputs = {{kF, {5}}, {kI, {1}, {k}}}, .outputs = 2});
  }
  ExpectSane({.op = "TopK", .inputs = {{kF, {5}}, {kI, {1}, {0}}}, .outputs = 2});
  ExpectSane({.op = "TopK", .inputs = {{kF, {5}}, {kI, {2}, {1, 1}}}, .outputs = 2});
  ExpectSane({.op = "OneHot", .inputs = {{kI, {2}, {9e18, -9e18}}, {kI, {}, {3}}, {kF, {2}}}});
  ExpectRefused({.op = "OneHot", .inputs = {{kI, {2}}, {kI, {}, {-3}}, {kF, {2}}}});
  ExpectRefused({.op = "OneHot", .inputs = {{kI, {2}}, {kI, {}, {3}}, {kF, {3}}}});
}

TEST(Operators, SplittingAndPadding) {
  for (int outputs : {0, 1}) ExpectSane({.op = "Split", .inputs = {{kF, {4}}}, .outputs = outputs});
  ExpectRefused({.op = "Split", .inputs = {{kF, {5}}, {kI, {2}, {2, 2}}}, .outputs = 2});
  ExpectRefused({.op = "Split", .inputs = {{kF, {5}}, {kI, {2}, {-1, 6}}}, .outputs = 2});
  ExpectRefused({.op = "Split", .inputs = {{kF, {5}}, {kI, {2}, {4e18, 9e18}}}, .outputs = 2});
  ExpectRefused({.op = "Split", .inputs = {{kF, {5}}, {kI, {3}, {1, 2, 2}}}, .outputs = 2});
  ExpectRefused({.op = "Split", .inputs = {{kF, {5}}}, .attributes = {Int("num_outputs", 0)}, .outputs = 1});
  ExpectRefused({.op = "Pad", .inputs = {{kF, {5}}, {kI, {2}, {-3, -3}}}});
  ExpectRefused({.op = "Pad", .inputs = {{kF, {5}}, {kI, {3}, {1}}}});
  ExpectSane({.op = "Pad", .inputs = {{kF, {5}}, {kI, {2}, {-9e18, 9e18}}}});
  ExpectSane(
      {.op = "Pad", .inputs = {{kF, {5}}, {kI, {2}, {40, 40}}}, .attributes = {StringAttribute("mode", "reflect")}});
  ExpectSane({.op = "Pad", .inputs = {{kF, {0}}, {kI, {2}, {4, 4}}}, .attributes = {StringAttribute("mode", "edge")}});
  ExpectSane({.op = "Pad", .inputs = {{kF, {0}}, {kI, {2}, {4, 4}}}, .attributes = {StringAttribute("mode", "wrap")}});
  ExpectSane(
      {.op = "Pad", .inputs = {{kF, {1}}, {kI, {2}, {4, 4}}}, .attributes = {StringAttribute("mode", "reflect")}});
  ExpectRefused(
      {.op = "Pad", .inputs = {{kF, {5}}, {kI, {2}, {1}}}, .attributes = {StringAttribute("mode", "sideways")}});
  ExpectRefused({.op = "Tile", .inputs = {{kF, {5}}, {kI, {1}, {-1}}}});
  ExpectRefused({.op = "Tile", .inputs = {{kF, {5}}, {kI, {2}, {1}}}});
}

TEST(Operators, Arithmetic) {
  ExpectSane({.op = "Div", .inputs = {{kI, {2}, {1, -9223372036854775808.0}}, {kI, {2}, {0, -1}}}});
  ExpectSane({.op = "Mod", .inputs = {{kI, {2}, {1, -9223372036854775808.0}}, {kI, {2}, {0, -1}}}});
  ExpectSane({.op = "Abs", .inputs = {{kI, {1}, {-9223372036854775808.0}}}});
  ExpectSane({.op = "Neg", .inputs = {{kI, {1}, {-9223372036854775808.0}}}});
  ExpectSane({.op = "Pow", .inputs = {{kI, {2}, {2, 0}}, {kI, {2}, {-1, 9e18}}}});
  ExpectSane({.op = "CumSum", .inputs = {{kF, {2, 3}}, {kI, {}, {9}}}});
  ExpectRefused({.op = "Cast", .inputs = {{kF, {2}}}, .attributes = {Int("to", 99)}});
  ExpectSane({.op = "Cast", .inputs = {{kF, {3}, {1e30, -1e30, std::nan("")}}}, .attributes = {Int("to", 3)}});
  ExpectSane({.op = "Cast", .inputs = {{kF, {3}, {1e30, -1e30, std::nan("")}}}, .attributes = {Int("to", 7)}});
  ExpectRefused({.op = "ReduceSum", .inputs = {{kF, {2, 3}}, {kI, {1}, {5}}}});
  ExpectRefused({.op = "ReduceMean", .inputs = {{kF, {2, 3}}, {kI, {1}, {-9e18}}}});
  ExpectSane({.op = "ReduceMax", .inputs = {{kF, {0, 3}}, {kI, {1}, {0}}}});
  ExpectSane({.op = "ArgMax", .inputs = {{kF, {0, 3}}}});
  ExpectRefused({.op = "ArgMax", .inputs = {{kF, {2, 3}}}, .attributes = {Int("axis", 2)}});
  ExpectRefused({.op = "Gemm", .inputs = {{kF, {2, 3}}, {kF, {2, 3}}}});
  ExpectRefused({.op = "Gemm", .inputs = {{kF, {2, 3}}, {kF, {3, 2}}, {kF, {5}}}});
  ExpectSane({.op = "MatMul", .inputs = {{kF, {2, 0}}, {kF, {0, 3}}}});
  ExpectRefused({.op = "BatchNormalization", .inputs = {{kF, {1, 2, 3}}, {kF, {2}}, {kF, {3}}, {kF, {2}}, {kF, {2}}}});
  ExpectRefused({.op = "LayerNormalization", .inputs = {{kF, {2, 3}}, {kF, {4}}}});
  ExpectRefused({.op = "LayerNormalization", .inputs = {{kF, {2, 3}}, {kF, {3}}}, .attributes = {Int("axis", 7)}});
  ExpectRefused({.op = "LSTM", .inputs = {{kF, {2, 1, 3}}, {kF, {1, 15, 3}}, {kF, {1, 16, 4}}}});
  ExpectRefused({.op = "LSTM",
                 .inputs = {{kF, {2, 1, 3}}, {kF, {1, 16, 3}}, {kF, {1, 16, 4}}},
                 .attributes = {Int("hidden_size", -4)}});
  ExpectSane(
      {.op = "LSTM",
       .inputs = {{kF, {2, 1, 3}}, {kF, {1, 16, 3}}, {kF, {1, 16, 4}}, {kF, {1, 32}}, {Type::kInt32, {1}, {-7}}}});
  ExpectSane(
      {.op = "LSTM",
       .inputs = {{kF, {2, 1, 3}}, {kF, {1, 16, 3}}, {kF, {1, 16, 4}}, {kF, {1, 32}}, {Type::kInt32, {1}, {1e9}}}});
}

}  // namespace
}  // namespace kante::hostile_test
