// SPDX-License-Identifier: MIT
#include "compute/explain.h"

#include <gtest/gtest.h>

#include "compute/peaks.h"

namespace kante::core {
namespace {

ConvShape Square(int64_t in, int64_t out, int64_t side, int64_t kernel, int64_t groups = 1) {
  ConvShape s;
  s.rank = 2;
  s.groups = groups;
  s.in_channels = in;
  s.out_channels = out;
  for (size_t d = 0; d < 2; ++d) {
    s.in[d] = side;
    s.kernel[d] = kernel;
    s.stride[d] = s.dilation[d] = 1;
    s.pad_begin[d] = s.pad_end[d] = kernel / 2;
    s.out[d] = side + 2 * (kernel / 2) - kernel + 1;
  }
  return s;
}

std::pair<std::string, std::string> Explained(const ConvShape& s, bool constant = true, double byte_price = 0) {
  const ConvPlan plan = PlanConv(s, constant, byte_price);
  return {NameOf(plan), ReasonOf(plan, s, constant)};
}

bool Has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

TEST(ExplainTest, Convolutions) {
  const auto fast = Explained(Square(64, 64, 56, 3));
  EXPECT_EQ(fast.first, "winograd F(4,3)");
  EXPECT_TRUE(fast.second.starts_with("the cost model says ") && Has(fast.second, "implicit-gemm")) << fast.second;
  const auto fed = Explained(Square(64, 64, 56, 3), false);
  EXPECT_EQ(fed.first, "implicit-gemm");
  EXPECT_EQ(fed.second, "no Winograd: the weights are not constant");
  EXPECT_EQ(Explained(Square(3, 64, 56, 3)).first, "lanes");
  EXPECT_TRUE(Has(Explained(Square(3, 64, 56, 3)).second, "lanes over output channels"));
  EXPECT_EQ(Explained(Square(64, 64, 56, 1)).first, "pointwise");
  EXPECT_EQ(Explained(Square(32, 32, 56, 3, 32)).first, "planes");
  EXPECT_TRUE(Has(Explained(Square(32, 32, 56, 3, 32)).second, "depthwise"));
  EXPECT_EQ(Explained(Square(64, 64, 56, 5)), std::pair(std::string("implicit-gemm"), std::string()));
  EXPECT_TRUE(Has(Explained(Square(64, 2, 56, 5)).second, "few output channels"));
  ConvShape column = Square(64, 64, 3, 3);
  column.pad_begin.fill(0);
  column.pad_end.fill(0);
  column.out.fill(1);
  EXPECT_EQ(Explained(column).first, "column");
}

TEST(ExplainTest, WeightsThatAreTransformedInEachRun) {
  const auto low = Explained(Square(64, 64, 56, 3), true, true);
  EXPECT_TRUE(low.first.starts_with("winograd")) << low.first;
  EXPECT_TRUE(Has(low.second, "in each run")) << low.second;
}

TEST(ExplainTest, Products) {
  const GemmPlan vector = PlanGemm(1, 512, 512, GemmB::kPacked);
  EXPECT_EQ(NameOf(vector), "gemv");
  EXPECT_EQ(ReasonOf(vector), "1 row: memory decides; packed weights");
  const GemmPlan packed = PlanGemm(100, 512, 512, GemmB::kPacked);
  EXPECT_EQ(NameOf(packed), "gemm");
  EXPECT_TRUE(ReasonOf(packed).starts_with("packed weights, blocks of ")) << ReasonOf(packed);
  EXPECT_TRUE(ReasonOf(PlanGemm(100, 512, 512, GemmB::kStrided, 512)).starts_with("B packed "));
}

TEST(PeaksTest, AreMeasured) {
  const auto alone = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
    if (count > 0) body(0, count);
    return true;
  };
  const auto peaks = MeasurePeaks(1, alone);
  ASSERT_TRUE(peaks.ok()) << peaks.status().ToString();
  EXPECT_GT(peaks->flops, 1e7);
  EXPECT_GT(peaks->bytes, 1e7);
}

}  // namespace
}  // namespace kante::core
