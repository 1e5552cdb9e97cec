// SPDX-License-Identifier: MIT
#include "kernels/dispatch.h"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/gemm.h"

namespace kante::kernels {
namespace {

TEST(Dispatch, StartsWithTheBestTarget) {
  EXPECT_EQ(CurrentTarget(), BestTarget());
  EXPECT_TRUE(TargetSupported(BestTarget()));
}

TEST(Dispatch, SetTargetSwitchesAndRefuses) {
  const Target before = CurrentTarget();
  int seen = 0;
  ForEachSupportedTarget([&](Target t) {
    EXPECT_EQ(CurrentTarget(), t);
    ++seen;
  });
  EXPECT_GE(seen, 1);
  EXPECT_EQ(CurrentTarget(), before);
#if defined(__x86_64__)
  EXPECT_FALSE(SetTarget(Target::kNeon));
#else
  EXPECT_FALSE(SetTarget(Target::kAvx2));
#endif
  EXPECT_EQ(CurrentTarget(), before);
}

#if defined(__x86_64__)
// Highway falls back to narrower code if a flag is missing; the tile shape shows the width that was really compiled.
TEST(Dispatch, VectorsAreAsWideAsTheTargetSays) {
  ForEachSupportedTarget([&](Target t) {
    const size_t want = t == Target::kAvx3 ? 32 : t == Target::kAvx2 ? 16 : 8;
    EXPECT_EQ(GemmTile().nr, want) << TargetName(t);
  });
}
#endif

TEST(Dispatch, Names) { EXPECT_STREQ(TargetName(Target::kAvx2), "avx2"); }

}  // namespace
}  // namespace kante::kernels
