// SPDX-License-Identifier: MIT
// Constant, Shape, Size, Expand, ConstantOfShape, Range.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(Constant, EveryValueAttribute) {
  OpTest("Constant", 13).Attr("value", OpTest::MakeTensor<int32_t>({2}, {3, 4})).Out<int32_t>({2}, {3, 4}).Run();
  OpTest("Constant", 28).Attr("value", OpTest::MakeTensor<int32_t>({2}, {3, 4})).Out<int32_t>({2}, {3, 4}).Run();
  OpTest("Constant", 13).Attr("value_int", 5).Out<int64_t>({}, {5}).Run();
  OpTest("Constant", 13).Attr("value_ints", std::vector<int64_t>{5, 6}).Out<int64_t>({2}, {5, 6}).Run();
  OpTest("Constant", 13).Attr("value_float", 2.5f).Out<float>({}, {2.5f}).Run();
  OpTest("Constant", 13).Attr("value_floats", std::vector<float>{2.5f}).Out<float>({1}, {2.5f}).Run();
  OpTest("Constant", 13).Attr("value_string", "hi").Out<std::string>({}, {"hi"}).Run();
  OpTest("Constant", 13)
      .Attr("value_strings", std::vector<std::string>{"a", "b"})
      .Out<std::string>({2}, {"a", "b"})
      .Run();
}

TEST(Constant, SparseValuesBecomeDense) {
  SparseTensor sparse{OpTest::MakeTensor<float>({2}, {7, 8}), OpTest::MakeTensor<int64_t>({2}, {1, 5}), {2, 3}};
  OpTest("Constant", 13).Attr("sparse_value", sparse).Out<float>({2, 3}, {0, 7, 0, 0, 0, 8}).Run();
  sparse.indices = OpTest::MakeTensor<int64_t>({2, 2}, {0, 2, 1, 0});
  OpTest("Constant", 13).Attr("sparse_value", sparse).Out<float>({2, 3}, {0, 0, 7, 8, 0, 0}).Run();
  sparse.indices = OpTest::MakeTensor<int64_t>({2}, {1, 6});
  OpTest("Constant", 13).Attr("sparse_value", sparse).Fails("index 6 outside");
}

TEST(Constant, NeedsOneValue) {
  OpTest("Constant", 13).Fails("exactly one");
  OpTest("Constant", 13).Attr("value_int", "text").Fails("wrong type");
  OpTest("Constant", 13).Attr("worth", 1).Fails("unknown attribute 'worth'");
}

TEST(ShapeOp, GivesDimensions) {
  OpTest("Shape", 15).In<float>({2, 0, 5}, {}).Out<int64_t>({3}, {2, 0, 5}).Run();
  OpTest("Shape", 15).Attr("start", -2).In<float>({2, 0, 5}, {}).Out<int64_t>({2}, {0, 5}).Run();
  OpTest("Shape", 15).Attr("start", 1).Attr("end", -1).In<float>({2, 0, 5}, {}).Out<int64_t>({1}, {0}).Run();
  OpTest("Shape", 15).Attr("start", 9).In<float>({2, 0, 5}, {}).Out<int64_t>({0}, {}).Run();
  OpTest("Shape", 15).Attr("start", -9).Attr("end", 9).In<float>({1}, {0}).Out<int64_t>({1}, {1}).Run();
  OpTest("Shape", 1).In<float>({}, {1}).Out<int64_t>({0}, {}).Run();
}

TEST(Size, CountsElements) {
  OpTest("Size", 13).In<float>({2, 3}, {0, 0, 0, 0, 0, 0}).Out<int64_t>({}, {6}).Run();
  OpTest("Size", 1).In<float>({}, {1}).Out<int64_t>({}, {1}).Run();
}

TEST(Expand, BroadcastsBothWays) {
  OpTest("Expand", 13)
      .In<float>({3, 1}, {1, 2, 3})
      .In<int64_t>({2}, {3, 2})
      .Out<float>({3, 2}, {1, 1, 2, 2, 3, 3})
      .Run();
  OpTest("Expand", 8).In<float>({3, 1}, {1, 2, 3}).In<int64_t>({1}, {1}).Out<float>({3, 1}, {1, 2, 3}).Run();
  OpTest("Expand", 13)
      .In<uint8_t>({1, 2}, {1, 2})
      .In<int64_t>({3}, {2, 2, 1})
      .Out<uint8_t>({2, 2, 2}, {1, 2, 1, 2, 1, 2, 1, 2})
      .Run();
  OpTest("Expand", 13).In<std::string>({1}, {"x"}).In<int64_t>({1}, {2}).Out<std::string>({2}, {"x", "x"}).Run();
  OpTest("Expand", 13).In<float>({1, 3}, {1, 2, 3}).In<int64_t>({2}, {0, 3}).Out<float>({0, 3}, {}).Run();
  OpTest("Expand", 13).In<float>({3}, {1, 2, 3}).In<int64_t>({1}, {2}).Fails("cannot broadcast [3] with [2]");
  OpTest("Expand", 13).In<float>({1}, {1}).In<int64_t>({1}, {-1}).Fails("-1");
}

TEST(ConstantOfShape, Fills) {
  OpTest("ConstantOfShape", 9).In<int64_t>({2}, {1, 3}).Out<float>({1, 3}, {0, 0, 0}).Run();
  OpTest("ConstantOfShape", 9)
      .Attr("value", OpTest::MakeTensor<int64_t>({1}, {7}))
      .In<int64_t>({1}, {2})
      .Out<int64_t>({2}, {7, 7})
      .Run();
  OpTest("ConstantOfShape", 9).In<int64_t>({0}, {}).Out<float>({}, {0}).Run();
  OpTest("ConstantOfShape", 9).In<int64_t>({2}, {0, 5}).Out<float>({0, 5}, {}).Run();
  OpTest("ConstantOfShape", 9).In<int64_t>({2}, {int64_t{1} << 40, int64_t{1} << 10}).Fails("limit");
}

TEST(Range, Counts) {
  OpTest("Range", 11).In<float>({}, {1}).In<float>({}, {5}).In<float>({}, {1.5f}).Out<float>({3}, {1, 2.5f, 4}).Run();
  OpTest("Range", 11).In<int32_t>({}, {10}).In<int32_t>({}, {6}).In<int32_t>({}, {-3}).Out<int32_t>({2}, {10, 7}).Run();
  OpTest("Range", 11).In<int64_t>({}, {0}).In<int64_t>({}, {6}).In<int64_t>({}, {3}).Out<int64_t>({2}, {0, 3}).Run();
  OpTest("Range", 11).In<int64_t>({}, {3}).In<int64_t>({}, {0}).In<int64_t>({}, {1}).Out<int64_t>({0}, {}).Run();
  OpTest("Range", 11).In<int16_t>({}, {1}).In<int16_t>({}, {4}).In<int16_t>({}, {1}).Out<int16_t>({3}, {1, 2, 3}).Run();
  OpTest("Range", 11).In<int64_t>({}, {0}).In<int64_t>({}, {1}).In<int64_t>({}, {0}).Fails("delta is 0");
  OpTest("Range", 11)
      .In<int64_t>({}, {INT64_MIN})
      .In<int64_t>({}, {INT64_MAX})
      .In<int64_t>({}, {1})
      .Fails("too many elements");
  OpTest("Range", 11).In<float>({}, {0}).In<float>({}, {INFINITY}).In<float>({}, {1}).Fails("finite");
}

}  // namespace
}  // namespace kante::core
