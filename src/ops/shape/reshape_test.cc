// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

const std::vector<float> kSix = {0, 1, 2, 3, 4, 5};

TEST(Reshape, TakesDimensionsFromItsInput) {
  OpTest("Reshape", 14).In<float>({2, 3}, kSix).In<int64_t>({2}, {3, 2}).Out<float>({3, 2}, kSix).Run();
  OpTest("Reshape", 14).In<float>({2, 3}, kSix).In<int64_t>({1}, {-1}).Out<float>({6}, kSix).Run();
  OpTest("Reshape", 14).In<float>({2, 3}, kSix).In<int64_t>({3}, {0, -1, 1}).Out<float>({2, 3, 1}, kSix).Run();
  OpTest("Reshape", 14).In<float>({1}, {7}).In<int64_t>({0}, {}).Out<float>({}, {7}).Run();
}

TEST(Reshape, AllowZeroMakesZeroADimension) {
  OpTest("Reshape", 14)
      .Attr("allowzero", 1)
      .In<float>({0, 3}, {})
      .In<int64_t>({2}, {3, 0})
      .Out<float>({3, 0}, {})
      .Run();
  OpTest("Reshape", 14)
      .Attr("allowzero", 1)
      .In<float>({0, 3}, {})
      .In<int64_t>({2}, {0, -1})
      .Fails("-1 together with 0");
  OpTest("Reshape", 14).In<float>({0, 3}, {}).In<int64_t>({2}, {0, -1}).Out<float>({0, 0}, {}).Run();
}

TEST(Reshape, OldShapeAttribute) {
  OpTest("Reshape", 1)
      .Attr("shape", std::vector<int64_t>{3, -1})
      .Attr("consumed_inputs", std::vector<int64_t>{0})
      .In<float>({2, 3}, kSix)
      .Out<float>({3, 2}, kSix)
      .Run();
}

TEST(Reshape, Refuses) {
  OpTest("Reshape", 14).In<float>({2, 3}, kSix).In<int64_t>({2}, {4, 2}).Fails("cannot reshape [2,3] to [4,2]");
  OpTest("Reshape", 14).In<float>({2, 3}, kSix).In<int64_t>({2}, {-1, -1}).Fails("more than one -1");
  OpTest("Reshape", 14).In<float>({2, 3}, kSix).In<int64_t>({2}, {-2, 3}).Fails("dimension -2");
  OpTest("Reshape", 14).In<float>({2, 3}, kSix).In<int64_t>({2}, {4, -1}).Fails("no multiple of 4");
  OpTest("Reshape", 14).In<float>({2, 3}, kSix).In<int64_t>({3}, {2, 3, 0}).Fails("which has none");
  OpTest("Reshape", 14)
      .In<float>({2, 3}, kSix)
      .In<int64_t>({2}, {int64_t{1} << 62, int64_t{1} << 62})
      .Fails("overflow");
}

TEST(Flatten, SplitsAtTheAxis) {
  OpTest("Flatten", 13).In<float>({2, 3, 1}, kSix).Out<float>({2, 3}, kSix).Run();
  OpTest("Flatten", 13).Attr("axis", 0).In<float>({2, 3}, kSix).Out<float>({1, 6}, kSix).Run();
  OpTest("Flatten", 13).Attr("axis", 2).In<float>({2, 3}, kSix).Out<float>({6, 1}, kSix).Run();
  OpTest("Flatten", 13).Attr("axis", -1).In<float>({2, 3}, kSix).Out<float>({2, 3}, kSix).Run();
  OpTest("Flatten", 13).Attr("axis", 0).In<float>({}, {5}).Out<float>({1, 1}, {5}).Run();
  OpTest("Flatten", 13).Attr("axis", 3).In<float>({2, 3}, kSix).Fails("axis 3 outside [-2, 2]");
}

TEST(Squeeze, DropsOnes) {
  OpTest("Squeeze", 13).In<float>({1, 2, 1, 3}, kSix).Out<float>({2, 3}, kSix).Run();
  OpTest("Squeeze", 13).In<float>({1, 2, 1, 3}, kSix).In<int64_t>({1}, {-2}).Out<float>({1, 2, 3}, kSix).Run();
  OpTest("Squeeze", 11).Attr("axes", std::vector<int64_t>{0}).In<float>({1, 6}, kSix).Out<float>({6}, kSix).Run();
  OpTest("Squeeze", 13).In<float>({2, 3}, kSix).In<int64_t>({1}, {0}).Fails("axis 0 of [2,3] is not 1");
  OpTest("Squeeze", 13).In<float>({1, 6}, kSix).In<int64_t>({2}, {0, -2}).Fails("named twice");
  OpTest("Squeeze", 13).In<float>({1, 6}, kSix).In<int64_t>({1}, {2}).Fails("axis 2 outside [-2, 1]");
}

TEST(Unsqueeze, AddsOnes) {
  OpTest("Unsqueeze", 13).In<float>({6}, kSix).In<int64_t>({2}, {0, -1}).Out<float>({1, 6, 1}, kSix).Run();
  OpTest("Unsqueeze", 1).Attr("axes", std::vector<int64_t>{1}).In<float>({6}, kSix).Out<float>({6, 1}, kSix).Run();
  OpTest("Unsqueeze", 13).In<float>({6}, kSix).In<int64_t>({2}, {0, 0}).Fails("named twice");
  OpTest("Unsqueeze", 13).In<float>({6}, kSix).In<int64_t>({1}, {2}).Fails("axis 2 outside [-2, 1]");
}

TEST(Identity, HandsOnAnything) {
  OpTest("Identity", 1).In<float>({2, 3}, kSix).Out<float>({2, 3}, kSix).Run();
  OpTest("Identity", 16).In<std::string>({2}, {"a", ""}).Out<std::string>({2}, {"a", ""}).Run();
  OpTest("Identity", 16).In<uint8_t>({0, 4}, {}).Out<uint8_t>({0, 4}, {}).Run();
}

}  // namespace
}  // namespace kante::core
