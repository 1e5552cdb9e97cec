// SPDX-License-Identifier: MIT
// Every upgrade rule, on nodes that lack what it asks for. (What rules mean: tests/conformance/old_opsets.)
#include "onnx/upgrade.h"

#include <gtest/gtest.h>

#include <limits>

#include "ops/registry.h"

namespace kante::core {
namespace {

using Attributes = std::vector<Attribute>;

std::shared_ptr<Graph> Body() {
  auto body = std::make_shared<Graph>();
  const ValueId x = body->AddValue("x");
  body->AddInput(x);
  body->AddOutput(x);
  return body;
}

// What rules read, of the kind that they expect.
Attributes Expected() {
  const std::vector<int64_t> ints = {0, 1};
  Attributes out;
  for (const char* name : {"axis", "broadcast", "is_test", "spatial", "k", "num_groups", "num_scan_inputs"}) {
    out.emplace_back(name, 1);
  }
  for (const char* name : {"p", "min", "max", "epsilon", "height_scale", "width_scale", "alpha", "gamma"}) {
    out.emplace_back(name, 2.0f);
  }
  for (const char* name : {"axes", "shape", "split", "starts", "ends", "pads", "paddings", "directions"}) {
    out.emplace_back(name, AttributeValue(ints));
  }
  out.emplace_back("to", "INT64");
  out.emplace_back("mode", "bilinear");
  out.emplace_back("scales", AttributeValue(std::vector<float>{1, 2}));
  out.emplace_back("classes_strings", AttributeValue(std::vector<std::string>{"a", "b"}));
  out.emplace_back("body", AttributeValue(Body()));
  out.emplace_back("value", 1.0f);
  return out;
}

std::vector<AttributeValue> OfAllKinds() {
  return {int64_t{-1},
          std::numeric_limits<float>::quiet_NaN(),
          std::string("x"),
          Tensor::Scalar(1),
          std::vector<int64_t>{},
          std::vector<float>{},
          std::vector<std::string>{},
          Body()};
}

struct Arity {
  std::vector<bool> inputs;  // present or absent
  size_t outputs;
};

// Upgrades and parses: an error or none, but an error says something.
void Try(const OpRegistry& registry, const OpDef& def, int version, const Arity& arity, const Attributes& attributes) {
  Graph graph;
  Node node;
  node.domain = def.info.domain;
  node.op_type = def.info.name;
  node.version = version;
  node.attributes = attributes;
  for (const bool present : arity.inputs) {
    node.inputs.push_back(present ? graph.AddValue("x", TypeInfo::TensorOf(ElementType::kFloat32)) : kNone);
    if (present) graph.AddInput(node.inputs.back());
  }
  for (size_t i = 0; i < arity.outputs; ++i) node.outputs.push_back(graph.AddValue("y"));
  for (ValueId y : node.outputs) graph.AddOutput(y);
  graph.AddNode(std::move(node));
  const Status status = UpgradeGraph(graph, registry);
  if (!status.ok()) {
    EXPECT_FALSE(status.message().empty()) << def.info.name;
    return;
  }
  for (NodeId id = 0; id < graph.node_slots(); ++id) {
    if (!graph.alive(id)) continue;
    const auto made = registry.Instantiate(graph.node(id));
    EXPECT_TRUE(made.ok() || !made.status().message().empty()) << def.info.name;
  }
}

TEST(Upgrade, NodesThatLackWhatRulesAskFor) {
  const OpRegistry registry = OpRegistry::BuiltIns();
  const Attributes expected = Expected();
  const std::vector<AttributeValue> kinds = OfAllKinds();
  const Arity arities[] = {{{}, 1}, {{false}, 1}, {{false, true}, 1}, {{true}, 0}, {{true, true, true}, 5}};
  int rules = 0;
  for (const OpDef* def : registry.All()) {
    if (!def->upgrade) continue;
    ++rules;
    for (int i = 0; i < def->info.versions.count; ++i) {
      const int version = def->info.versions.at[static_cast<size_t>(i)];
      for (const Arity& arity : arities) {
        Try(registry, *def, version, arity, {});
        Try(registry, *def, version, arity, expected);
        for (size_t at = 0; at < expected.size(); ++at) {
          Attributes changed = expected;
          for (const AttributeValue& kind : kinds) {
            if (arity.inputs.size() == 2) break;  // the others are enough
            changed[at].value = kind;
            Try(registry, *def, version, arity, changed);
          }
          Try(registry, *def, version, arity, {expected[at]});
        }
      }
    }
  }
  EXPECT_GT(rules, 50);
}

}  // namespace
}  // namespace kante::core
