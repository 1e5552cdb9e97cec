// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(MaxUnpoolTest, PutsValuesBack) {
  OpTest("MaxUnpool", 11)
      .Attr("kernel_shape", std::vector<int64_t>{2, 2})
      .Attr("strides", std::vector<int64_t>{2, 2})
      .In<float>({1, 1, 1, 2}, {1, 2})
      .In<int64_t>({1, 1, 1, 2}, {1, 6})
      .Out<float>({1, 1, 2, 4}, {0, 1, 0, 0, 0, 0, 2, 0})
      .Run();
  // Places count in the shape that was pooled, wherever it lies in a larger output.
  OpTest("MaxUnpool", 9)
      .Attr("kernel_shape", std::vector<int64_t>{2})
      .Attr("strides", std::vector<int64_t>{2})
      .In<double>({1, 2, 1}, {1, 2})
      .In<int64_t>({1, 2, 1}, {0, 3})
      .In<int64_t>({3}, {1, 2, 3})
      .Out<double>({1, 2, 3}, {1, 0, 0, 0, 2, 0})
      .Run();
}

TEST(MaxUnpoolTest, Refusals) {
  const auto one = [] {
    return OpTest("MaxUnpool", 11).Attr("kernel_shape", std::vector<int64_t>{2}).In<float>({1, 1, 1}, {1});
  };
  one().In<int64_t>({1, 1, 1}, {2}).Fails("index 2 lies outside");
  one().In<int64_t>({1, 1, 1}, {-1}).Fails("index -1 lies outside");
  one().In<int64_t>({1}, {0}).Fails("do not suit");
  one().In<int64_t>({1, 1, 1}, {0}).In<int64_t>({3}, {1, 1, 1}).Fails("cannot hold");
}

}  // namespace
}  // namespace kante::core
