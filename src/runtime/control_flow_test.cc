// SPDX-License-Identifier: MIT
// If, Loop and Scan through sessions: bodies, captures, state, dynamic shapes.
#include <gtest/gtest.h>

#include <cstring>

#include "base/clock.h"

#include "tests/support/test_session.h"

namespace kante::core {
namespace {

constexpr auto kF32 = ElementType::kFloat32;
constexpr auto kI64 = ElementType::kInt64;
constexpr auto kBoolean = ElementType::kBool;

Tensor Bool(bool value) { return Tensor::Of<bool>({}, std::span<const bool>(&value, 1)); }

// Both with and without optimisation, with 1 and 3 threads.
template <typename Build, typename Check>
void EveryWay(Build&& build, Check&& check) {
  for (OptimizationLevel level : {OptimizationLevel::kNone, OptimizationLevel::kAll}) {
    for (int threads : {1, 3}) {
      Model::Options model;
      model.optimization = level;
      Session::Options session;
      session.threads = threads;
      TestSession s(build(), session, model);
      ASSERT_TRUE(s.session);
      check(s);
    }
  }
}

Graph IfGraph() {
  // y = cond ? x + x : Neg(x)[0:1]  -- branches of different shapes, both reading x from outside
  GraphWriter g;
  const ValueId cond = g.Input("cond", kBoolean, {});
  const ValueId x = g.Input("x", kF32, {-1});
  const ValueId inner = g.Op("Relu", {x});
  GraphWriter then_body;
  const ValueId a = then_body.Capture(inner, "a");
  then_body.Output(then_body.Op("Add", {a, a}));
  GraphWriter else_body;
  const ValueId b = else_body.Capture(inner, "b");
  else_body.Output(else_body.Op("Slice", {else_body.Op("Neg", {b}), else_body.Ints({0}), else_body.Ints({1})}));
  const ValueId y = g.Op("If", {cond}, {then_body.Body("then_branch"), else_body.Body("else_branch")});
  g.Output(g.Op("Mul", {y, y}));
  return std::move(g.graph);
}

// Weights of a mapped file promise no alignment; a body knows them only as values from outside.
TEST(ControlFlowTest, BodiesSeeUnalignedOuterConstantsAligned) {
  alignas(16) static std::byte memory[4 * 3 + 1] = {};
  const float weights[3] = {2, 3, 4};
  std::memcpy(memory + 1, weights, sizeof(weights));
  static bool aligned = false;
  aligned = false;
  GraphWriter g;
  const ValueId cond = g.Input("cond", kBoolean, {});
  const ValueId x = g.Input("x", kF32, {-1});
  const Tensor off(kF32, Shape{3}, Buffer::Wrap(memory + 1, sizeof(weights), nullptr));
  ASSERT_FALSE(off.aligned());
  const ValueId w = g.Constant(off);
  GraphWriter then_body;
  then_body.Output(then_body.Op("Probe", {then_body.Capture(w, "w")}));
  GraphWriter else_body;
  else_body.Output(else_body.Op("Neg", {else_body.Capture(x, "x")}));
  g.Output(g.Op("If", {cond}, {then_body.Body("then_branch"), else_body.Body("else_branch")}));

  // Copies its input, and notes how it lay.
  OpDef probe = *OpRegistry::BuiltIns().Find("", "Neg");
  probe.info.name = "Probe";
  probe.run = [](const void*, RunContext& c) -> Status {
    aligned = c.in(0).aligned();
    KANTE_TRY(Tensor * y, c.Output(0));
    std::memcpy(y->raw(), c.in(0).raw(), static_cast<size_t>(c.in(0).bytes()));
    return OkStatus();
  };
  OpRegistry registry = OpRegistry::BuiltIns();
  registry.Add(probe);
  Model::Options model;
  model.optimization = OptimizationLevel::kNone;
  model.registry = std::make_shared<const OpRegistry>(registry);
  TestSession s(std::move(g.graph), TestSession::OneThread(), model);
  ASSERT_TRUE(s.session);
  auto out = s.Run({Bool(true), Floats({1}, {1})});
  ASSERT_TRUE(out.ok()) << out.status().ToString();
  EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{2, 3, 4}));
  EXPECT_TRUE(aligned);
}

TEST(ControlFlowTest, IfRunsOneBranchWithOuterValues) {
  EveryWay(IfGraph, [](TestSession& s) {
    auto out = s.Run({Bool(true), Floats({2}, {1, 3})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{4, 36}));
    out = s.Run({Bool(false), Floats({2}, {2, 3})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{4}));
  });
}

Graph LoopGraph() {
  // for i in range(n): total += x * i; scan total
  GraphWriter g;
  const ValueId n = g.Input("n", kI64, {});
  const ValueId x = g.Input("x", kF32, {2});
  GraphWriter body;
  const ValueId i = body.Input("i", kI64, {});
  const ValueId cond = body.Input("cond", kBoolean, {});
  const ValueId total = body.Input("total", kF32, {2});
  const ValueId outer = body.Capture(x, "outer");
  const ValueId step = body.Op("Mul", {outer, body.Op("Cast", {i}, {{"to", 1}})});
  const ValueId next = body.Op("Add", {total, step});
  body.Output(body.Op("Identity", {cond}));
  body.Output(next);
  body.Output(body.Op("Identity", {next}));
  const auto out = g.Ops("Loop", {n, kNone, g.Floats({2}, {0, 0})}, 2, {body.Body("body")});
  g.Output(out[0]);
  g.Output(out[1]);
  return std::move(g.graph);
}

TEST(ControlFlowTest, LoopCarriesStateAndStacksScans) {
  EveryWay(LoopGraph, [](TestSession& s) {
    auto out = s.Run({Tensor::Scalar(4), Floats({2}, {1, 10})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{6, 60}));
    EXPECT_EQ((*out)[1].tensor().shape(), Shape({4, 2}));
    EXPECT_EQ(FloatsOf((*out)[1]), (std::vector<float>{0, 0, 1, 10, 3, 30, 6, 60}));
    out = s.Run({Tensor::Scalar(0), Floats({2}, {1, 10})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{0, 0}));
    EXPECT_EQ((*out)[1].tensor().elements(), 0);
  });
}

TEST(ControlFlowTest, EndlessLoopEndsInAnError) {
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {});
  GraphWriter body;
  body.Input("i", kI64, {});
  body.Input("cond", kBoolean, {});
  const ValueId state = body.Input("state", kF32, {});
  const bool yes = true;
  body.Output(body.Constant(Tensor::Of<bool>({}, std::span<const bool>(&yes, 1))));
  body.Output(body.Op("Add", {state, state}));
  g.Output(g.Op("Loop", {kNone, kNone, x}, {body.Body("body")}));
  std::unique_ptr<Graph> copy = g.graph.Clone();
  Session::Options options = TestSession::OneThread();
  options.max_loop_iterations = 1000;
  TestSession limited(std::move(g.graph), options);
  auto out = limited.Run({Floats({}, {1})});
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.status().code(), StatusCode::kLimitExceeded) << out.status().ToString();
  TestSession timed(std::move(*copy));
  RunControl control;
  control.deadline_ns = NowNanos() + 50'000'000;
  out = timed.Run({Floats({}, {1})}, control);
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.status().code(), StatusCode::kDeadlineExceeded) << out.status().ToString();
}

Graph NestedGraph() {
  // Loop whose body holds an If that reads a value of the outermost graph.
  GraphWriter g;
  const ValueId n = g.Input("n", kI64, {});
  const ValueId x = g.Input("x", kF32, {1});
  GraphWriter body;
  const ValueId i = body.Input("i", kI64, {});
  const ValueId cond = body.Input("cond", kBoolean, {});
  const ValueId state = body.Input("state", kF32, {1});
  const ValueId x_in_body = body.Capture(x, "x_in_body");
  const ValueId odd =
      body.Op("Equal", {body.Op("Mod", {i, body.Constant(Tensor::Scalar(2))}), body.Constant(Tensor::Scalar(1))});
  GraphWriter then_body;
  then_body.Output(then_body.Op("Add", {then_body.Capture(state, "s"), then_body.Capture(x_in_body, "xx")}));
  GraphWriter else_body;
  else_body.Output(else_body.Op("Identity", {else_body.Capture(state, "s")}));
  const ValueId next = body.Op("If", {odd}, {then_body.Body("then_branch"), else_body.Body("else_branch")});
  body.Output(body.Op("Identity", {cond}));
  body.Output(next);
  g.Output(g.Op("Loop", {n, kNone, g.Floats({1}, {0})}, {body.Body("body")}));
  return std::move(g.graph);
}

TEST(ControlFlowTest, NestedBodiesSeeAllScopes) {
  EveryWay(NestedGraph, [](TestSession& s) {
    auto out = s.Run({Tensor::Scalar(7), Floats({1}, {2.5f})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{7.5f}));
  });
}

Graph ScanGraph() {
  // running sums of the rows of x
  GraphWriter g;
  const ValueId x = g.Input("x", kF32, {-1, 2});
  GraphWriter body;
  const ValueId sum = body.Input("sum", kF32, {2});
  const ValueId row = body.Input("row", kF32, {2});
  const ValueId next = body.Op("Add", {sum, row});
  body.Output(next);
  body.Output(body.Op("Identity", {next}));
  const auto out = g.Ops("Scan", {g.Floats({2}, {0, 0}), x}, 2, {body.Body("body"), {"num_scan_inputs", 1}});
  g.Output(out[0]);
  g.Output(out[1]);
  return std::move(g.graph);
}

TEST(ControlFlowTest, ScanWalksOverAnAxis) {
  EveryWay(ScanGraph, [](TestSession& s) {
    auto out = s.Run({Floats({3, 2}, {1, 2, 3, 4, 5, 6})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ(FloatsOf((*out)[0]), (std::vector<float>{9, 12}));
    EXPECT_EQ(FloatsOf((*out)[1]), (std::vector<float>{1, 2, 4, 6, 9, 12}));
  });
}

Graph GrowingLoopGraph() {
  // The state grows by one row each time: every iteration has its own layout.
  GraphWriter g;
  const ValueId n = g.Input("n", kI64, {});
  const ValueId x = g.Input("x", kF32, {1, 2});
  GraphWriter body;
  body.Input("i", kI64, {});
  const ValueId cond = body.Input("cond", kBoolean, {});
  const ValueId state = body.Input("state", kF32, {-1, 2});
  body.Output(body.Op("Identity", {cond}));
  body.Output(body.Op("Concat", {state, body.Capture(x, "xx")}, {{"axis", 0}}));
  g.Output(g.Op("Loop", {n, kNone, x}, {body.Body("body")}));
  return std::move(g.graph);
}

TEST(ControlFlowTest, StateMayGrow) {
  EveryWay(GrowingLoopGraph, [](TestSession& s) {
    auto out = s.Run({Tensor::Scalar(20), Floats({1, 2}, {1, 2})});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    EXPECT_EQ((*out)[0].tensor().shape(), Shape({21, 2}));
    EXPECT_EQ(FloatsOf((*out)[0])[41], 2);
  });
}

}  // namespace
}  // namespace kante::core
