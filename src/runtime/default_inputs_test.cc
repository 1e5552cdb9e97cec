// SPDX-License-Identifier: MIT
#include "runtime/default_inputs.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/test_session.h"

namespace kante::core {
namespace {

constexpr auto kF32 = ElementType::kFloat32;
const Shape kScaleShape({4});

// Conv, BatchNormalization and Relu as old exporters wrote them: every weight is an input with a default.
Graph OldExport(const std::vector<int64_t>& scale_dims = {4}) {
  GraphWriter g;
  const auto with_default = [&](const char* name, Tensor value, const std::vector<int64_t>& dims) {
    const ValueId id = g.Input(name, kF32, dims);
    g.graph.SetInitial(id, std::move(value));
    return id;
  };
  const ValueId x = g.Input("x", kF32, {1, 2, 6, 6});
  const ValueId w = with_default("w", Ramp({4, 2, 3, 3}), {4, 2, 3, 3});
  const ValueId scale = with_default("scale", Floats(kScaleShape, {1, 2, 0.5f, 1}), scale_dims);
  const ValueId bias = with_default("bias", Floats(kScaleShape, {0, 1, -1, 2}), {4});
  const ValueId mean = with_default("mean", Floats(kScaleShape, {0, 1, 2, 3}), {4});
  const ValueId variance = with_default("variance", Floats(kScaleShape, {1, 1, 2, 4}), {4});
  g.Output(g.Op("Relu", {g.Op("BatchNormalization", {g.Op("Conv", {x, w}), scale, bias, mean, variance})}));
  return std::move(g.graph);
}

Model::Options KeptOpen() {
  Model::Options options;
  options.keep_inputs_open = true;
  return options;
}

std::vector<Value> Feeds() { return {Value(Ramp({1, 2, 6, 6})), {}, {}, {}, {}, {}}; }

void ExpectNear(const Result<std::vector<Value>>& got, const Result<std::vector<Value>>& want) {
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  ASSERT_TRUE(want.ok()) << want.status().ToString();
  const std::vector<float> a = FloatsOf((*got)[0]), b = FloatsOf((*want)[0]);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-4) << i;
}

TEST(DefaultInputsTest, DefaultsAreFoldedAndMayBeFed) {
  TestSession fixed(OldExport()), open(OldExport(), TestSession::OneThread(), KeptOpen());
  ASSERT_TRUE(fixed.session && open.session);
  EXPECT_TRUE(fixed.model->has_fixed_inputs());
  EXPECT_EQ(fixed.model->graph().node_count(), 1u);  // all in one convolution
  EXPECT_GT(open.model->graph().node_count(), 1u);
  EXPECT_EQ(fixed.model->graph().inputs().size(), 6u);

  ExpectNear(fixed.Run(Feeds()), open.Run(Feeds()));
  std::vector<Value> feeds = Feeds();
  feeds[2] = Value(Floats(kScaleShape, {0, 0, 0, 3}));
  auto fed = fixed.Run(feeds);
  ExpectNear(fed, open.Run(feeds));
  EXPECT_EQ(FloatsOf((*fed)[0])[0], 0.0f);
  EXPECT_EQ(FloatsOf((*fed)[0])[16], 1.0f);           // the scale fed is 0, its bias is 1
  ExpectNear(fixed.Run(Feeds()), open.Run(Feeds()));  // and the defaults are back
}

TEST(DefaultInputsTest, WhatIsFedIsChecked) {
  TestSession fixed(OldExport());
  std::vector<Value> feeds = Feeds();
  feeds[2] = Value(Floats(Shape({2}), {1, 1}));
  const Status status = fixed.Run(feeds).status().Clone();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(status.ToString().find("'scale'"), std::string::npos) << status.ToString();
}

TEST(DefaultInputsTest, DeclarationsOfOtherShapesStayOpen) {
  TestSession session(OldExport({-1}));
  ASSERT_TRUE(session.session);
  EXPECT_FALSE(session.model->graph().Constant(session.model->graph().inputs()[2]));
  EXPECT_TRUE(session.model->graph().Constant(session.model->graph().inputs()[1]));
  TestSession open(OldExport(), TestSession::OneThread(), KeptOpen());
  ExpectNear(session.Run(Feeds()), open.Run(Feeds()));
}

TEST(DefaultInputsTest, CallersMayReplaceDefaultsAtLoad) {
  Model::Options options;
  options.overrides.initializers.emplace_back("scale", Floats(kScaleShape, {0, 0, 0, 0}));
  TestSession fixed(OldExport(), TestSession::OneThread(), options);
  ASSERT_TRUE(fixed.session);
  EXPECT_EQ(fixed.model->graph().node_count(), 1u);
  std::vector<Value> feeds = Feeds();
  for (int round = 0; round < 2; ++round) {  // what was replaced holds in both forms
    auto got = fixed.Run(feeds);
    ASSERT_TRUE(got.ok()) << got.status().ToString();
    EXPECT_EQ(FloatsOf((*got)[0])[16], 1.0f);
    feeds[4] = Value(Floats(kScaleShape, {9, 9, 9, 9}));
  }
}

#ifndef KANTE_NO_THREADS
TEST(DefaultInputsTest, SeveralThreadsMayBeTheFirstToFeedOne) {
  TestSession fixed(OldExport());
  std::vector<Value> feeds = Feeds();
  feeds[2] = Value(Floats(kScaleShape, {0, 0, 0, 0}));
  std::vector<std::thread> threads;
  std::vector<float> seen(4, -1.0f);
  for (size_t i = 0; i < seen.size(); ++i) {
    threads.emplace_back([&, i] {
      auto got = fixed.Run(feeds);
      if (got.ok()) seen[i] = FloatsOf((*got)[0])[16];
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(seen, std::vector<float>(4, 1.0f));
}
#endif

}  // namespace
}  // namespace kante::core
