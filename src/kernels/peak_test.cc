// SPDX-License-Identifier: MIT
#include "kernels/peak.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/dispatch.h"

namespace kante::kernels {
namespace {

TEST(PeakTest, CountsWhatItDid) {
  ForEachSupportedTarget([](Target target) {
    float sink = 0.5f;
    const double once = MultiplyAdds(1, &sink);
    EXPECT_GE(once, 24) << TargetName(target);
    // Twelve chains of x -> x / 2 + 1 / 4, which stay at 1 / 2 once they are there.
    sink = 0.5f;
    EXPECT_EQ(MultiplyAdds(1000, &sink), 1000 * once) << TargetName(target);
    EXPECT_NEAR(sink, 12 * 0.5f, 1e-4f) << TargetName(target);
    sink = 0.5f;
    EXPECT_EQ(MultiplyAdds(0, &sink), 0) << TargetName(target);
    EXPECT_EQ(sink, 0.5f * 21.75f) << TargetName(target);
  });
}

}  // namespace
}  // namespace kante::kernels
