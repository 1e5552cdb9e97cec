// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

const std::vector<float> kSix = {1, 2, 3, 4, 5, 6};

OpTest Padded(const char* mode, std::vector<int64_t> pads) {
  OpTest test("Pad", 13);
  test.Attr("mode", mode).In<float>({2, 3}, kSix).In<int64_t>({static_cast<int64_t>(pads.size())}, pads);
  return test;
}

TEST(Pad, Constant) {
  Padded("constant", {0, 1, 1, 0}).Out<float>({3, 4}, {0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0}).Run();
  Padded("constant", {1, 0, 0, 1}).In<float>({}, {9}).Out<float>({3, 4}, {9, 9, 9, 9, 1, 2, 3, 9, 4, 5, 6, 9}).Run();
  Padded("constant", {0, 0, 0, 0}).Out<float>({2, 3}, kSix).Run();
  OpTest("Pad", 13).In<float>({}, {4}).In<int64_t>({0}, {}).Out<float>({}, {4}).Run();
  OpTest("Pad", 13).In<float>({0}, {}).In<int64_t>({2}, {1, 1}).Out<float>({2}, {0, 0}).Run();
}

TEST(Pad, NegativePadsCut) {
  Padded("constant", {-1, 1, 0, -1}).Out<float>({1, 3}, {0, 4, 5}).Run();
  Padded("edge", {0, -1, 1, 1}).Out<float>({3, 3}, {2, 3, 3, 5, 6, 6, 5, 6, 6}).Run();
  Padded("constant", {0, -4, 0, 0}).Fails("cut more than the 3 of axis 1");
  Padded("constant", {0, INT64_MIN, 0, INT64_MIN}).Fails("cut more");
}

TEST(Pad, OtherModes) {
  Padded("edge", {0, 1, 0, 2}).Out<float>({2, 6}, {1, 1, 2, 3, 3, 3, 4, 4, 5, 6, 6, 6}).Run();
  Padded("reflect", {0, 2, 1, 0}).Out<float>({3, 5}, {3, 2, 1, 2, 3, 6, 5, 4, 5, 6, 3, 2, 1, 2, 3}).Run();
  Padded("reflect", {0, 0, 0, 5}).Out<float>({2, 8}, {1, 2, 3, 2, 1, 2, 3, 2, 4, 5, 6, 5, 4, 5, 6, 5}).Run();
  OpTest("Pad", 19)
      .Attr("mode", "wrap")
      .In<float>({2, 3}, kSix)
      .In<int64_t>({4}, {0, 1, 0, 1})
      .Out<float>({2, 5}, {3, 1, 2, 3, 1, 6, 4, 5, 6, 4})
      .Run();
  OpTest("Pad", 13).Attr("mode", "edge").In<float>({0}, {}).In<int64_t>({2}, {1, 1}).Fails("nothing to pad from");
  OpTest("Pad", 13).Attr("mode", "mirror").In<float>({1}, {1}).In<int64_t>({2}, {1, 1}).Fails("'mirror'");
}

TEST(Pad, AxesInput) {
  OpTest("Pad", 18)
      .In<float>({2, 3}, kSix)
      .In<int64_t>({2}, {1, 0})
      .NoInput()
      .In<int64_t>({1}, {-1})
      .Out<float>({2, 4}, {0, 1, 2, 3, 0, 4, 5, 6})
      .Run();
  OpTest("Pad", 18)
      .In<float>({2, 3}, kSix)
      .In<int64_t>({4}, {1, 0, 0, 0})
      .NoInput()
      .In<int64_t>({2}, {-1, 1})
      .Fails("padded twice");
}

TEST(Pad, OlderForms) {
  OpTest("Pad", 2)
      .Attr("pads", std::vector<int64_t>{0, 1, 0, 0})
      .Attr("value", 2.0f)
      .In<float>({1, 2}, {5, 6})
      .Out<float>({1, 3}, {2, 5, 6})
      .Run();
  OpTest("Pad", 1)
      .Attr("paddings", std::vector<int64_t>{0, 0, 0, 1})
      .In<double>({1, 2}, {5, 6})
      .Out<double>({1, 3}, {5, 6, 0})
      .Run();
}

TEST(Pad, StringsAndSizes) {
  OpTest("Pad", 13)
      .In<std::string>({1}, {"a"})
      .In<int64_t>({2}, {1, 1})
      .In<std::string>({}, {"-"})
      .Out<std::string>({3}, {"-", "a", "-"})
      .Run();
  OpTest("Pad", 13).In<float>({1}, {1}).In<int64_t>({2}, {INT64_MAX, INT64_MAX}).Fails("overflow");
  OpTest("Pad", 13).In<float>({1}, {1}).In<int64_t>({1}, {1}).Fails("1 pads for 1 axes");
}

}  // namespace
}  // namespace kante::core
