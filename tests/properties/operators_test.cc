// SPDX-License-Identifier: MIT
// Every operator that inputs can be made for: Infer against Run, Run against Expand, 1 and 3 threads, in place and not.
#include <gtest/gtest.h>

#include <set>

#include "tests/properties/generate.h"
#include "tests/support/node_checks.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr uint32_t kCases = 16;
constexpr int kEnough = 4;  // cases that an operator accepted
constexpr size_t kFloor = 259;

Graph GraphOf(const Case& c) {
  Graph graph;
  Node node = c.node;
  for (const Value& v : c.inputs) {
    if (!v.has_value()) {
      node.inputs.push_back(kNone);
      continue;
    }
    node.inputs.push_back(graph.AddValue("", TypeInfo::TensorOf(v.tensor().type(), v.tensor().shape())));
    graph.AddInput(node.inputs.back());
  }
  for (int i = 0; i < c.outputs; ++i) {
    node.outputs.push_back(graph.AddValue(""));
    graph.AddOutput(node.outputs.back());
  }
  graph.AddNode(std::move(node));
  return graph;
}

// What the operator makes of the case; an error if it refuses.
Result<std::vector<Value>> Evaluate(const Case& c, const OpRegistry& registry) {
  Graph graph = GraphOf(c);
  KANTE_TRY(UpgradeGraph(graph, registry));
  KANTE_TRY(const int expanded, ExpandNodes(graph, registry, Expansion::kWithoutRun));
  (void)expanded;
  std::vector<Value> feeds;
  for (const Value& v : c.inputs) {
    if (v.has_value()) feeds.push_back(v);
  }
  if (HasBodies(graph)) return RunSession(std::move(graph), feeds, 1, OptimizationLevel::kNone);
  std::vector<Value> values = StartValues(graph, feeds);
  KANTE_TRY(EvaluateGraph(graph, registry, values));
  std::vector<Value> outputs;
  for (ValueId v : graph.outputs()) outputs.push_back(values[v]);
  return outputs;
}

std::string Describe(const Case& c) {
  std::string text = StrCat(c.node.domain, ":", c.node.op_type);
  for (const Value& v : c.inputs) {
    text += v.has_value() ? StrCat(" ", NameOf(v.tensor().type()), v.tensor().shape().ToString()) : " -";
  }
  return text;
}

// Every mode of OpTest gives what the operator gave alone.
void ExpectSameEverywhere(const Case& c, const std::vector<Value>& outputs) {
  OpTest test(c.node.op_type, c.node.version, c.node.domain);
  test.Tolerance(2e-2, 2e-2);  // of float16 in other orders
  for (const Attribute& a : c.node.attributes) test.Attr(a.name, a.value);
  for (const Value& v : c.inputs) test.InValue(v);
  for (const Value& v : outputs) test.OutValue(v);
  test.Run();
}

TEST(Properties, OfEveryOperator) {
  const OpRegistry registry = OpRegistry::BuiltIns();
  std::multiset<const OpDef*> accepted;
  for (const OpDef* def : registry.All()) {
    std::vector<const Hint*> hints;
    for (const Hint& h : Hints()) {
      if (h.op == def->info.name && h.domain == def->info.domain) hints.push_back(&h);
    }
    if (hints.empty()) hints.push_back(nullptr);
    std::string refusal;
    for (const Hint* hint : hints) {
      for (uint32_t seed = 0; seed < kCases; ++seed) {
        const std::optional<Case> c = Generate(*def, hint, seed);
        if (!c) continue;
        SCOPED_TRACE(StrCat(Describe(*c), ", case ", seed));
        auto outputs = Evaluate(*c, registry);
        if (!outputs.ok()) {
          EXPECT_NE(outputs.status().code(), StatusCode::kFail) << outputs.status().ToString();
          refusal = outputs.status().ToString();
          continue;
        }
        accepted.insert(def);
        if (!def->info.stateful) ExpectSameEverywhere(*c, *outputs);
      }
    }
    // A line of hints that nothing comes of is wrong.
    if (hints[0]) {
      EXPECT_GE(accepted.count(def), size_t{kEnough}) << def->info.name << ": " << refusal;
    }
    if (accepted.count(def) < kEnough) RecordProperty(std::string(def->info.name), refusal);
  }
  size_t covered = 0;
  for (const OpDef* def : registry.All()) covered += accepted.count(def) >= kEnough;
  EXPECT_GE(covered, kFloor) << "of " << registry.All().size();
}

// The checks would notice.
TEST(Properties, AWrongInferIsSeen) {
  OpDef lying;
  lying.info.name = "Lying";
  lying.parse = [](AttrReader&, const OpDef&) -> Result<OpAttributes> { return OpAttributes(); };
  lying.infer = [](const void*, InferContext& c) -> Status {
    c.SetType(0, ElementType::kFloat32);
    return c.SetShape(0, {3});
  };
  lying.run = [](const void*, RunContext& c) -> Status { return c.Output(0, ElementType::kFloat32, {2}).TakeStatus(); };
  OpRegistry registry = OpRegistry::BuiltIns();
  registry.Add(lying);
  Case c;
  c.node.op_type = "Lying";
  c.inputs = {Value(Tensor::Scalar(1))};
  const auto outputs = Evaluate(c, registry);
  ASSERT_FALSE(outputs.ok());
  EXPECT_NE(outputs.status().message().find("is [2], inferred [3]"), std::string_view::npos)
      << outputs.status().ToString();
}

}  // namespace
}  // namespace kante::core
