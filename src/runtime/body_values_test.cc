// SPDX-License-Identifier: MIT
// Sequences and optionals that bodies of If and Loop carry and give.
#include <gtest/gtest.h>

#include "tests/support/test_session.h"

namespace kante::core {
namespace {

constexpr auto kF32 = ElementType::kFloat32;
constexpr auto kI64 = ElementType::kInt64;
constexpr auto kBoolean = ElementType::kBool;

Tensor Bool(bool value) { return Tensor::Of<bool>({}, std::span<const bool>(&value, 1)); }

template <typename Build, typename Check>
void BothWays(Build&& build, Check&& check) {
  for (OptimizationLevel level : {OptimizationLevel::kNone, OptimizationLevel::kAll}) {
    Model::Options options;
    options.optimization = level;
    TestSession s(build(), TestSession::OneThread(), options);
    ASSERT_TRUE(s.session);
    check(s);
  }
}

TypeInfo Holding(ValueKind kind) {
  TypeInfo type;
  type.kind = kind;
  type.inner = std::make_shared<TypeInfo>(TypeInfo::TensorOf(kF32));
  return type;
}

ValueId InputOf(GraphWriter& g, std::string_view name, ValueKind kind) {
  const ValueId id = g.graph.AddValue(name, Holding(kind));
  g.graph.AddInput(id);
  return id;
}

Graph SequenceLoop() {
  // for i in range(n): s.append(x * i); the concatenation of [x] and all of them, and how many there are
  GraphWriter g;
  const ValueId n = g.Input("n", kI64, {});
  const ValueId x = g.Input("x", kF32, {-1});
  GraphWriter body;
  const ValueId i = body.Input("i", kI64, {});
  const ValueId cond = body.Input("cond", kBoolean, {});
  const ValueId s = InputOf(body, "s", ValueKind::kSequence);
  const ValueId item = body.Op("Mul", {body.Capture(x, "outer"), body.Op("Cast", {i}, {{"to", 1}})});
  body.Output(body.Op("Identity", {cond}));
  body.Output(body.Op("SequenceInsert", {s, item}));
  const ValueId all = g.Op("Loop", {n, kNone, g.Op("SequenceConstruct", {x})}, {body.Body("body")});
  g.Output(g.Op("ConcatFromSequence", {all}, {{"axis", 0}}));
  g.Output(g.Op("SequenceLength", {all}));
  g.Output(all);
  return std::move(g.graph);
}

TEST(BodyValuesTest, ALoopCarriesASequence) {
  BothWays(SequenceLoop, [](TestSession& s) {
    auto out = s.Run({Tensor::Scalar(3), Floats({2}, {1, 10})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{1, 10, 0, 0, 1, 10, 2, 20}));
    EXPECT_EQ(IntsOf((*out)[1]), std::vector<int64_t>{4});
    ASSERT_TRUE((*out)[2].is_sequence());
    EXPECT_EQ((*out)[2].sequence()->items.size(), 4u);
    out = s.Run({Tensor::Scalar(0), Floats({1}, {7})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(FloatsOf((*out)[0]), std::vector<float>{7});
    out = s.Run({Tensor::Scalar(2), Floats({0}, {})});  // items without elements
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(FloatsOf((*out)[0]), std::vector<float>{});
    EXPECT_EQ(IntsOf((*out)[1]), std::vector<int64_t>{3});
  });
}

Graph SequenceIf() {
  // cond ? [x, x] : split(x, 1), read at 1
  GraphWriter g;
  const ValueId cond = g.Input("cond", kBoolean, {});
  const ValueId x = g.Input("x", kF32, {-1});
  GraphWriter then_body;
  const ValueId a = then_body.Capture(x, "a");
  then_body.Output(then_body.Op("SequenceConstruct", {a, a}));
  GraphWriter else_body;
  else_body.Output(else_body.Op("SplitToSequence", {else_body.Capture(x, "b"), else_body.Constant(Tensor::Scalar(1))}));
  const ValueId s = g.Op("If", {cond}, {then_body.Body("then_branch"), else_body.Body("else_branch")});
  g.Output(g.Op("SequenceLength", {s}));
  g.Output(g.Op("SequenceAt", {s, g.Constant(Tensor::Scalar(1))}));
  return std::move(g.graph);
}

TEST(BodyValuesTest, BranchesGiveSequences) {
  BothWays(SequenceIf, [](TestSession& s) {
    auto out = s.Run({Bool(true), Floats({3}, {1, 2, 3})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(IntsOf((*out)[0]), std::vector<int64_t>{2});
    EXPECT_EQ(FloatsOf((*out)[1]), (std::vector<float>{1, 2, 3}));
    out = s.Run({Bool(false), Floats({3}, {1, 2, 3})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(IntsOf((*out)[0]), std::vector<int64_t>{3});
    EXPECT_EQ(FloatsOf((*out)[1]), std::vector<float>{2});
    EXPECT_FALSE(s.Run({Bool(false), Floats({1}, {1})}).ok());  // nothing at 1
  });
}

Graph OptionalLoop() {
  // o = nothing; for i in range(n): o = o has an element ? o + x : x; has an element, and that or -x
  GraphWriter g;
  const ValueId n = g.Input("n", kI64, {});
  const ValueId x = g.Input("x", kF32, {2});
  GraphWriter body;
  body.Input("i", kI64, {});
  const ValueId cond = body.Input("cond", kBoolean, {});
  const ValueId o = InputOf(body, "o", ValueKind::kOptional);
  const ValueId outer = body.Capture(x, "outer");
  GraphWriter some;
  some.Output(some.Op("Add", {some.Op("OptionalGetElement", {some.Capture(o, "held")}), some.Capture(outer, "p")}));
  GraphWriter none;
  none.Output(none.Op("Identity", {none.Capture(outer, "q")}));
  const ValueId next =
      body.Op("If", {body.Op("OptionalHasElement", {o})}, {some.Body("then_branch"), none.Body("else_branch")});
  body.Output(body.Op("Identity", {cond}));
  body.Output(body.Op("Optional", {next}));
  const ValueId nothing =
      g.Op("Optional", {}, {Attribute("type", AttributeValue(TypeInfo::TensorOf(kF32, Shape({2}))))});
  const ValueId last = g.Op("Loop", {n, kNone, nothing}, {body.Body("body")});
  const ValueId has = g.Op("OptionalHasElement", {last});
  GraphWriter got;
  got.Output(got.Op("OptionalGetElement", {got.Capture(last, "last")}));
  GraphWriter otherwise;
  otherwise.Output(otherwise.Op("Neg", {otherwise.Capture(x, "r")}));
  g.Output(g.Op("If", {has}, {got.Body("then_branch"), otherwise.Body("else_branch")}));
  g.Output(has);
  return std::move(g.graph);
}

TEST(BodyValuesTest, ALoopCarriesAnOptional) {
  BothWays(OptionalLoop, [](TestSession& s) {
    for (int64_t n : {3, 1, 0}) {
      auto out = s.Run({Tensor::Scalar(n), Floats({2}, {1, 10})});
      ASSERT_TRUE(out.ok()) << out.status().ToString();
      const float times = n == 0 ? -1 : static_cast<float>(n);
      EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{times, 10 * times}));
      EXPECT_EQ((*out)[1].tensor().data<bool>()[0], n > 0);
    }
  });
}

}  // namespace
}  // namespace kante::core
