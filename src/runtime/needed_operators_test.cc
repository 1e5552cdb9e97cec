// SPDX-License-Identifier: MIT
#include "runtime/needed_operators.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "onnx/writer.h"
#include "tests/support/test_session.h"

namespace kante::core {
namespace {

using Names = std::set<std::string_view>;

Names NeededBy(const std::string& path) {
  auto needed = NeededOperators(path, {});
  EXPECT_TRUE(needed.ok()) << needed.status().ToString();
  return needed.ok() ? Names(needed->begin(), needed->end()) : Names();
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

TEST(NeededOperatorsTest, OfAnExportedModel) {
  const std::string path = KANTE_SOURCE_DIR "/zoo/keywords/keywords.onnx";
  const Names names = NeededBy(path);
  EXPECT_TRUE(names.contains("BatchNormalization"));  // in the file, folded away
  EXPECT_TRUE(names.contains("FusedConv"));           // made by a fusion
  EXPECT_FALSE(names.contains("LSTM"));
  ExpectEnough(path, names);
}

TEST(NeededOperatorsTest, OldVersionsAndExpansions) {
  GraphWriter g;
  const ValueId x = g.Input("x", ElementType::kFloat32, {1, 4, 2, 2});
  const ValueId scaled = g.Op("Upsample", {x, g.Constant(Floats({4}, {1, 1, 2, 2}))});
  g.Output(g.Op("MeanVarianceNormalization", {scaled}));
  LoadedModel model;
  for (NodeId id = 0; id < g.graph.node_slots(); ++id) g.graph.mutable_node(id).version = 9;
  model.graph = std::move(g.graph);
  model.info.opset_imports = {{"", 9}};
  const std::string path = std::string(::testing::TempDir()) + "/needed_operators.onnx";
  const Status written = WriteModel(model.graph, model.info, OpRegistry::BuiltIns(), path);
  ASSERT_TRUE(written.ok()) << written.ToString();
  const Names names = NeededBy(path);
  EXPECT_TRUE(names.contains("Upsample"));
  EXPECT_TRUE(names.contains("Resize"));
  EXPECT_TRUE(names.contains("MeanVarianceNormalization"));
  ExpectEnough(path, names);
}

TEST(NeededOperatorsTest, ErrorsAreThoseOfLoad) {
  EXPECT_EQ(NeededOperators("/nowhere/model.onnx", {}).status().code(), StatusCode::kNoSuchFile);
}

TEST(NeededOperatorsTest, EveryBuiltInHasAnEntry) {
  Names names;
  const std::vector<const OpDef*> all = OpRegistry::BuiltIns().All();
  for (const OpDef* def : all) names.insert(ListNameOf(*def));
  EXPECT_EQ(names.size(), all.size());
  EXPECT_FALSE(names.contains(""));
  const OpDef other = *all[0];
  EXPECT_EQ(ListNameOf(other), "");
}

}  // namespace
}  // namespace kante::core
