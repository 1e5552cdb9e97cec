// SPDX-License-Identifier: MIT
#include "compute/gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/thread_pool.h"
#include "tensor/buffer.h"
#include "kernels/convert.h"
#include "kernels/dispatch.h"

namespace kante::core {
namespace {

struct Sizes {
  int64_t m, n, k;
};
constexpr Sizes kSizes[] = {{1, 1, 1},        {1, 100, 70},   {3, 37, 2000},  {6, 16, 8},      {7, 17, 9},
                            {40, 200, 30},    {200, 40, 3},   {64, 64, 1030}, {300, 9, 64},    {5, 1000, 20},
                            {130, 150, 2500}, {64, 49, 1030}, {70, 1, 1200},  {24, 900, 1024}, {400, 49, 1100},
                            {200, 196, 300},  {77, 420, 3072}};

constexpr int kWays = 5;

std::vector<float> Values(int64_t count, uint32_t seed) {
  std::vector<float> v(static_cast<size_t>(count));
  for (float& x : v) {
    seed = seed * 1664525 + 1013904223;
    x = static_cast<float>(static_cast<int32_t>(seed >> 8) & 0xffff) / 32768 - 1;
  }
  return v;
}

struct Product {
  Sizes size;
  std::vector<float> a, b, b_transposed, bias, c;

  explicit Product(const Sizes& s)
      : size(s),
        a(Values(s.m * s.k, 1)),
        b(Values(s.k * s.n, 2)),
        b_transposed(b.size()),
        bias(Values(s.n, 3)),
        c(static_cast<size_t>(s.m * s.n)) {
    for (int64_t i = 0; i < s.k; ++i) {
      for (int64_t j = 0; j < s.n; ++j)
        b_transposed[static_cast<size_t>(j * s.k + i)] = b[static_cast<size_t>(i * s.n + j)];
    }
  }

  // How B is handed over: packed, row-major, transposed, by a callback, as rows.
  std::vector<float> Run(int how, int threads) {
    ThreadPool::Options options;
    options.threads = threads;
    auto pool = std::move(ThreadPool::Create(options)).value();
    auto parallel = [&](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
      return pool->ParallelFor(count, grain, threads, body);
    };
    std::fill(c.begin(), c.end(), NAN);
    const GemmB source = how == 0   ? GemmB::kPacked
                         : how == 3 ? GemmB::kPanels
                         : how == 4 ? GemmB::kRows
                                    : GemmB::kStrided;
    const GemmPlan plan = PlanGemm(size.m, size.n, size.k, source, size.k, 1);
    std::vector<float> packed(kernels::PackedBSize(static_cast<size_t>(size.k), static_cast<size_t>(size.n)));
    auto panels = [&](float* dst, int64_t k0, int64_t k1, int64_t n0, int64_t n1) {
      kernels::PackB(dst, b.data() + k0 * size.n + n0, size.n, 1, static_cast<size_t>(k1 - k0), 0,
                     static_cast<size_t>(n1 - n0));
    };
    const PackPanels callback(panels);
    GemmArgs args;
    args.a = a.data();
    args.a_row_stride = size.k;
    if (how == 0) {
      EXPECT_TRUE(PackGemmB(packed.data(), b.data(), size.n, 1, size.k, size.n, parallel));
      args.packed_b = packed.data();
    }
    args.b = how == 2 ? b_transposed.data() : b.data();
    args.b_row_stride = how == 2 ? 1 : size.n;
    args.b_col_stride = how == 2 ? size.k : 1;
    args.panels = &callback;
    args.c = c.data();
    args.ldc = size.n;
    args.epilogue.bias_col = bias.data();
    args.epilogue.act = kernels::UnaryOp::kRelu;
    auto scratch = std::move(Buffer::Allocate(plan.scratch_bytes)).value();
    args.scratch = scratch->data();
    EXPECT_TRUE(RunGemm(plan, args, parallel));
    return c;
  }
};

TEST(GemmDriverTest, WithinTheErrorBoundForEveryWayToHandOverB) {
  for (const Sizes& s : kSizes) {
    Product p(s);
    for (int how = 0; how < kWays; ++how) {
      SCOPED_TRACE(StrCat(s.m, "x", s.n, "x", s.k, " how ", how));
      const std::vector<float> got = p.Run(how, 1);
      for (int64_t i = 0; i < s.m; ++i) {
        for (int64_t j = 0; j < s.n; ++j) {
          double sum = 0, norm_a = 0, norm_b = 0;
          for (int64_t kk = 0; kk < s.k; ++kk) {
            const double x = p.a[static_cast<size_t>(i * s.k + kk)], y = p.b[static_cast<size_t>(kk * s.n + j)];
            sum += x * y;
            norm_a += x * x;
            norm_b += y * y;
          }
          const double want = std::max(0.0, sum + p.bias[static_cast<size_t>(j)]);
          const double bound = 4 * 1.2e-7 * std::sqrt(s.k) * std::sqrt(norm_a * norm_b) + 1e-6;
          ASSERT_NEAR(got[static_cast<size_t>(i * s.n + j)], want, bound) << i << "," << j;
        }
      }
    }
  }
}

TEST(GemmDriverTest, SameBitsForAnyNumberOfThreads) {
  kernels::ForEachSupportedTarget([](kernels::Target) {
    for (const Sizes& s : kSizes) {
      Product p(s);
      for (int how = 0; how < kWays; ++how) {
        const std::vector<float> one = p.Run(how, 1), three = p.Run(how, 3);
        ASSERT_EQ(0, std::memcmp(one.data(), three.data(), one.size() * sizeof(float)))
            << s.m << "x" << s.n << " how " << how;
      }
    }
  });
}

TEST(GemmDriverTest, PackedAndUnpackedBitsAgreeBeyondVectors) {
  for (const Sizes& s : kSizes) {
    if (s.m <= 4) continue;
    Product p(s);
    const std::vector<float> packed = p.Run(0, 2);
    for (int how = 1; how < kWays; ++how) {
      const std::vector<float> other = p.Run(how, 2);
      ASSERT_EQ(0, std::memcmp(packed.data(), other.data(), packed.size() * sizeof(float))) << s.m << " how " << how;
    }
  }
}

TEST(GemmDriverTest, StridedA) {
  // A' in memory: columns of A contiguous.
  const int64_t m = 37, n = 29, k = 61;
  Product p({m, n, k});
  const std::vector<float> want = p.Run(1, 1);
  std::vector<float> turned(p.a.size());
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t kk = 0; kk < k; ++kk) turned[static_cast<size_t>(kk * m + i)] = p.a[static_cast<size_t>(i * k + kk)];
  }
  const GemmPlan plan = PlanGemm(m, n, k, GemmB::kStrided, 1, m);
  auto scratch = std::move(Buffer::Allocate(plan.scratch_bytes)).value();
  std::vector<float> c(want.size());
  GemmArgs args;
  args.a = turned.data();
  args.a_row_stride = 1;
  args.a_col_stride = m;
  args.b = p.b.data();
  args.b_row_stride = n;
  args.c = c.data();
  args.ldc = n;
  args.epilogue.bias_col = p.bias.data();
  args.epilogue.act = kernels::UnaryOp::kRelu;
  args.scratch = scratch->data();
  auto serial = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
    body(0, count);
    return true;
  };
  ASSERT_TRUE(RunGemm(plan, args, serial));
  EXPECT_EQ(0, std::memcmp(c.data(), want.data(), c.size() * sizeof(float)));
}

// B as 16-bit floats in panels: the result is that of their values in float, whatever rows, blocks and threads.
TEST(GemmDriverTest, NarrowPanels) {
  using kernels::PanelType;
  kernels::ForEachSupportedTarget([](kernels::Target) {
    for (const Sizes& s : kSizes) {
      for (PanelType type : {PanelType::kF16, PanelType::kBf16}) {
        SCOPED_TRACE(StrCat(s.m, "x", s.n, "x", s.k, " type ", static_cast<int>(type)));
        Product p(s);
        std::vector<uint16_t> narrow(p.b.size());
        (type == PanelType::kF16 ? kernels::F32ToF16 : kernels::F32ToBf16)(narrow.data(), p.b.data(), p.b.size());
        (type == PanelType::kF16 ? kernels::F16ToF32 : kernels::Bf16ToF32)(p.b.data(), narrow.data(), p.b.size());
        const std::vector<float> want = p.Run(0, 1);
        const GemmPlan plan = PlanGemm(s.m, s.n, s.k, GemmB::kPacked, s.k, 1, type);
        std::vector<uint16_t> packed(static_cast<size_t>(PackedGemmBytes(1, s.k, s.n, type).value() / 2));
        auto scratch = std::move(Buffer::Allocate(plan.scratch_bytes)).value();
        for (int threads : {1, 3}) {
          ThreadPool::Options options;
          options.threads = threads;
          auto pool = std::move(ThreadPool::Create(options)).value();
          auto parallel = [&](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
            return pool->ParallelFor(count, grain, threads, body);
          };
          ASSERT_TRUE(PackGemmB(packed.data(), narrow.data(), s.n, 1, s.k, s.n, parallel, type));
          GemmArgs args{.a = p.a.data(), .a_row_stride = s.k, .packed_b = packed.data()};
          std::vector<float> c(want.size(), NAN);
          args.c = c.data();
          args.ldc = s.n;
          args.epilogue.bias_col = p.bias.data();
          args.epilogue.act = kernels::UnaryOp::kRelu;
          args.scratch = scratch->data();
          ASSERT_TRUE(RunGemm(plan, args, parallel));
          ASSERT_EQ(0, std::memcmp(c.data(), want.data(), c.size() * sizeof(float)));
        }
        // A transposed weight, and one packed in two parts, have the same panels.
        std::vector<uint16_t> turned(narrow.size()), other(packed.size());
        for (int64_t i = 0; i < s.k; ++i) {
          for (int64_t j = 0; j < s.n; ++j)
            turned[static_cast<size_t>(j * s.k + i)] = narrow[static_cast<size_t>(i * s.n + j)];
        }
        auto serial = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
          body(0, count);
          return true;
        };
        ASSERT_TRUE(PackGemmB(other.data(), turned.data(), 1, s.k, s.k, s.n, serial, type));
        EXPECT_EQ(packed, other);
        std::fill(other.begin(), other.end(), uint16_t{7});
        const int64_t half = s.k / 2;
        ASSERT_TRUE(PackGemmRows(other.data(), narrow.data(), s.n, s.k, s.n, 0, half, serial, type));
        ASSERT_TRUE(PackGemmRows(other.data(), narrow.data() + half * s.n, s.n, s.k, s.n, half, s.k, serial, type));
        EXPECT_EQ(packed, other);
      }
    }
  });
}

TEST(GemmDriverTest, PackedSizesAreChecked) {
  EXPECT_FALSE(PackedGemmBytes(1, int64_t{1} << 40, int64_t{1} << 40).ok());
  EXPECT_FALSE(PackedGemmBytes(1, 1, INT64_MAX).ok());
  EXPECT_EQ(PackedGemmBytes(2, 3, 1).value(), static_cast<int64_t>(2 * 3 * 4 * kernels::GemmTile().nr));
}

}  // namespace
}  // namespace kante::core
