// SPDX-License-Identifier: MIT
#include "kante/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "models.h"

namespace kante::api_test {
namespace {

TEST(ProfileTest, NamesTheNodesThatAFusionReplaced) {
  const Model model = LoadOrDie(ConvModel());
  const Session session = SessionOf(model);
  session.StartProfile();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(session.Run({{"x", Ramp({1, 2, 8, 8})}}).ok());
  const Profile profile = session.TakeProfile();
  EXPECT_TRUE(profile.complete);
  ASSERT_EQ(profile.run_nanoseconds.size(), 4u);
  std::vector<std::string> names;
  double flops = 0;
  for (const ProfiledStep& step : profile.steps) {
    ASSERT_FALSE(step.origin.empty());
    ASSERT_EQ(step.nanoseconds.size(), 4u);
    EXPECT_EQ(step.executions, 4);
    names.insert(names.end(), step.origin.begin(), step.origin.end());
    if (step.op_type == "FusedConv") {
      EXPECT_EQ(step.domain, "kante");
      EXPECT_EQ(step.outputs[0].type, "float32[1,4,8,8]");
      flops = step.flops;
    }
  }
  EXPECT_EQ(flops, 2.0 * 4 * 64 * 2 * 9);
  for (const char* name : {"conv", "relu", "average", "classify"}) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  }
  const auto rewrites = model.Rewrites();
  EXPECT_TRUE(std::any_of(rewrites.begin(), rewrites.end(), [](const RewriteNote& note) {
    return note.made && note.reason.empty() && note.node.find("relu") != std::string::npos;
  }));
  EXPECT_TRUE(session.TakeProfile().run_nanoseconds.empty());
}

TEST(ProfileTest, ConcurrentRunsCountForThemselves) {
  const Session session = SessionOf(LoadOrDie(ConvModel()), {.threads = 1});
  session.StartProfile();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) EXPECT_TRUE(session.Run({{"x", Ramp({1, 2, 8, 8})}}).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Profile profile = session.TakeProfile();
  ASSERT_EQ(profile.run_nanoseconds.size(), 100u);
  for (size_t run = 0; run < 100; ++run) {
    int64_t sum = 0;
    for (const ProfiledStep& step : profile.steps) {
      EXPECT_EQ(step.executions, 100);
      sum += step.nanoseconds[run];
    }
    EXPECT_LE(sum, profile.run_nanoseconds[run]);
  }
}

TEST(ProfileTest, PeaksAreMeasured) {
  const auto peaks = MeasurePeaks(1);
  ASSERT_TRUE(peaks.ok()) << peaks.status().ToString();
  EXPECT_EQ(peaks->threads, 1);
  EXPECT_FALSE(peaks->instruction_set.empty());
  EXPECT_GT(peaks->flops, 1e7);
  EXPECT_GT(peaks->bytes, 1e7);
  EXPECT_LT(peaks->flops, 1e13);
  EXPECT_LT(peaks->bytes, 1e12);
  EXPECT_FALSE(MeasurePeaks(-1).ok());
}

}  // namespace
}  // namespace kante::api_test
