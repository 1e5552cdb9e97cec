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
    const std::vector<const Hint*> hints = HintsOf(*def);
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
