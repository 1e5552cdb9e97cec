// SPDX-License-Identifier: MIT
// What sessions keep: nothing grows with the number of runs.
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <string>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

// Memory of this process that no file stands behind, in KiB; 0 if the system does not say.
int64_t AnonymousKb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int64_t kb = 0;
    if (word == "RssAnon:" && status >> kb) return kb;
  }
  return 0;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // keeps what is freed
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

TEST(Memory, RandomShapesDoNotMakeItGrow) {
  const Session linear = SessionOf(LoadOrDie(LinearModel())), conv = SessionOf(LoadOrDie(ConvModel()));
  const Session chain = SessionOf(LoadOrDie(ChainModel(5)));
  std::mt19937 random(1);
  const auto run = [&](int times) {
    for (int i = 0; i < times; ++i) {
      const auto upto = [&](int64_t n) { return 1 + static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
      ASSERT_TRUE(linear.Run({{"x", Ramp({upto(3000), 3})}}).ok());
      ASSERT_TRUE(chain.Run({{"x", Ramp({upto(20'000)})}}).ok());
      if (i % 10 != 0) continue;
      ASSERT_TRUE(conv.Run({{"x", Ramp({upto(300), 2, 8, 8})}}).ok());
    }
  };
  run(1000);
  const int64_t before = AnonymousKb();
  run(kSanitized ? 100 : 10'000);
  if (!kSanitized) {
    EXPECT_LE(AnonymousKb(), before + (2 << 10));
  }
}

}  // namespace
}  // namespace kante::api_test
