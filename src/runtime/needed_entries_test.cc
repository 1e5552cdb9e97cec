// SPDX-License-Identifier: MIT
#include "runtime/needed_entries.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "onnx/writer.h"
#include "tests/support/test_session.h"

namespace kante::core {
namespace {

using Names = std::set<std::string, std::less<>>;

Names NeededBy(const std::string& path) {
  auto needed = FindNeeded(path, {});
  EXPECT_TRUE(needed.ok()) << needed.status().ToString();
  return needed.ok() ? Names(needed->operators.begin(), needed->operators.end()) : Names();
}

// Loads the model at every level with nothing but these operators.
void ExpectEnough(const std::string& path, const Names& names) {
  auto registry = std::make_shared<OpRegistry>();
  const OpRegistry all = OpRegistry::BuiltIns();
  for (const char* domain : {"", "kante"}) registry->AddDomain(domain, all.DomainVersion(domain));
  for (const OpDef* def : all.All()) {
    if (names.contains(ListNameOf(*def))) registry->Add(*def);
  }
  for (const auto level : {OptimizationLevel::kNone, OptimizationLevel::kBasic, OptimizationLevel::kAll}) {
    Model::Options options;
    options.registry = registry;
    options.optimization = level;
    auto model = Model::Load(path, options);
    EXPECT_TRUE(model.ok()) << model.status().ToString();
  }
}

TEST(NeededEntriesTest, OfAnExportedModel) {
  const std::string path = KANTE_SOURCE_DIR "/zoo/keywords/keywords.onnx";
  const Names names = NeededBy(path);
  EXPECT_TRUE(names.contains("BatchNormalization"));  // in the file, folded away
  EXPECT_TRUE(names.contains("FusedConv"));           // made by a fusion
  EXPECT_FALSE(names.contains("LSTM"));
  ExpectEnough(path, names);
}

TEST(NeededEntriesTest, OldVersionsAndExpansions) {
  GraphWriter g;
  const ValueId x = g.Input("x", ElementType::kFloat32, {1, 4, 2, 2});
  const ValueId scaled = g.Op("Upsample", {x, g.Constant(Floats({4}, {1, 1, 2, 2}))});
  g.Output(g.Op("MeanVarianceNormalization", {scaled}));
  LoadedModel model;
  for (NodeId id = 0; id < g.graph.node_slots(); ++id) g.graph.mutable_node(id).version = 9;
  model.graph = std::move(g.graph);
  model.info.opset_imports = {{"", 9}};
  const std::string path = std::string(::testing::TempDir()) + "/needed_entries.onnx";
  const Status written = WriteModel(model.graph, model.info, OpRegistry::BuiltIns(), path);
  ASSERT_TRUE(written.ok()) << written.ToString();
  const Names names = NeededBy(path);
  EXPECT_TRUE(names.contains("Upsample"));
  EXPECT_TRUE(names.contains("Resize"));
  EXPECT_TRUE(names.contains("MeanVarianceNormalization"));
  ExpectEnough(path, names);
}

TEST(NeededEntriesTest, RulesThatFire) {
  auto needed = FindNeeded(KANTE_SOURCE_DIR "/zoo/keywords/keywords.onnx", {});
  ASSERT_TRUE(needed.ok()) << needed.status().ToString();
  const Names rules(needed->rules.begin(), needed->rules.end());
  EXPECT_EQ(rules.size(), needed->rules.size());
  EXPECT_TRUE(rules.contains("FuseActivation"));
  EXPECT_FALSE(rules.contains("FuseLayerNorm"));
}

TEST(NeededEntriesTest, ErrorsAreThoseOfLoad) {
  EXPECT_EQ(FindNeeded("/nowhere/model.onnx", {}).status().code(), StatusCode::kNoSuchFile);
}

TEST(NeededEntriesTest, EveryBuiltInHasAnEntry) {
  Names names;
  const std::vector<const OpDef*> all = OpRegistry::BuiltIns().All();
  for (const OpDef* def : all) names.emplace(ListNameOf(*def));
  EXPECT_EQ(names.size(), all.size());
  EXPECT_FALSE(names.contains(""));
  const OpDef other = *all[0];
  EXPECT_EQ(ListNameOf(other), "");
}

}  // namespace
}  // namespace kante::core
