// SPDX-License-Identifier: MIT
#include "compute/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace kante::core {
namespace {

constexpr int64_t kMany = 100000;

std::vector<double> Drawn(void (*draw)(uint64_t, int64_t, int64_t, double*), uint64_t key, int64_t first, int64_t n) {
  std::vector<double> numbers(static_cast<size_t>(n), -9);
  draw(key, first, n, numbers.data());
  return numbers;
}

// The largest distance between the numbers' distribution and `cumulative` (Kolmogorov and Smirnov).
template <typename F>
double Distance(std::vector<double> numbers, F cumulative) {
  std::sort(numbers.begin(), numbers.end());
  double distance = 0;
  const double n = static_cast<double>(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    const double p = cumulative(numbers[i]);
    distance = std::max({distance, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  return distance;
}

// Random123's known answers with a counter of one word of 64 bits.
TEST(RandomTest, PhiloxAnswersAsPublished) {
  const std::array<uint32_t, 4> zero = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  EXPECT_EQ(PhiloxBlock(0, 0), zero);
}

TEST(RandomTest, ANumberDependsOnItsPlaceOnly) {
  for (auto draw : {&DrawUniform, &DrawNormal}) {
    const std::vector<double> all = Drawn(draw, 7, 0, 101);
    for (int64_t first : {0, 1, 2, 50, 99, 100}) {
      for (int64_t n : {0, 1, 2, 3}) {
        if (first + n > 101) continue;
        const std::vector<double> part = Drawn(draw, 7, first, n);
        EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + first)) << first << " " << n;
      }
    }
  }
}

TEST(RandomTest, Distributions) {
  // The bound is exceeded by one key of a thousand.
  const double bound = 1.95 / std::sqrt(static_cast<double>(kMany));
  for (uint64_t key : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}}) {
    const std::vector<double> uniform = Drawn(&DrawUniform, key, 0, kMany);
    EXPECT_GE(*std::min_element(uniform.begin(), uniform.end()), 0);
    EXPECT_LT(*std::max_element(uniform.begin(), uniform.end()), 1);
    EXPECT_LT(Distance(uniform, [](double x) { return x; }), bound);
    EXPECT_LT(Distance(Drawn(&DrawNormal, key, 0, kMany), [](double x) { return std::erfc(-x / std::sqrt(2)) / 2; }),
              bound);
  }
}

TEST(RandomTest, NeighboursAndKeysAreIndependent) {
  const auto correlation = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum / static_cast<double>(a.size());
  };
  const std::vector<double> a = Drawn(&DrawNormal, 1, 0, kMany);
  const double bound = 4 / std::sqrt(static_cast<double>(kMany));
  for (int64_t shift : {1, 2, 3}) EXPECT_LT(std::fabs(correlation(a, Drawn(&DrawNormal, 1, shift, kMany))), bound);
  for (uint64_t key : {uint64_t{0}, uint64_t{2}, uint64_t{1} << 32}) {
    EXPECT_LT(std::fabs(correlation(a, Drawn(&DrawNormal, key, 0, kMany))), bound);
  }
}

}  // namespace
}  // namespace kante::core
