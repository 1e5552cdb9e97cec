// SPDX-License-Identifier: MIT
// Transpose, Concat, Split, Slice, Tile, DepthToSpace, SpaceToDepth.
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

template <typename T>
std::vector<T> Count(int64_t n) {
  std::vector<T> v(static_cast<size_t>(n));
  for (size_t i = 0; i < v.size(); ++i) v[i] = static_cast<T>(i);
  return v;
}

// Element by element, from the definition.
template <typename T>
void CheckTranspose(const Shape& shape, const std::vector<int64_t>& perm) {
  const std::vector<T> x = Count<T>(shape.elements());
  Shape out;
  for (int64_t p : perm) out.push_back(shape[static_cast<int>(p)]);
  const auto strides = ContiguousStrides(shape);
  std::vector<T> y;
  for (int64_t i = 0; i < out.elements(); ++i) {
    int64_t rest = i;
    int64_t at = 0;
    for (int d = out.rank() - 1; d >= 0; --d) {
      at += rest % out[d] * strides[static_cast<size_t>(perm[static_cast<size_t>(d)])];
      rest /= out[d];
    }
    y.push_back(x[static_cast<size_t>(at)]);
  }
  SCOPED_TRACE(shape.ToString());
  OpTest("Transpose", 13)
      .Attr("perm", perm)
      .In(OpTest::MakeTensor<T>(shape, x))
      .Out(OpTest::MakeTensor<T>(out, y))
      .Run();
}

TEST(Transpose, AnyPermutationAndSize) {
  CheckTranspose<float>({2, 3}, {1, 0});
  CheckTranspose<float>({67, 129}, {1, 0});
  CheckTranspose<uint8_t>({130, 70}, {1, 0});
  CheckTranspose<uint16_t>({3, 40, 50}, {2, 0, 1});
  CheckTranspose<double>({5, 6, 7}, {2, 1, 0});
  CheckTranspose<float>({2, 3, 4, 5}, {0, 2, 1, 3});
  CheckTranspose<float>({2, 17, 33, 3}, {0, 3, 1, 2});
  CheckTranspose<int64_t>({2, 3, 4, 5, 6}, {4, 2, 0, 3, 1});
  CheckTranspose<float>({1, 6, 1}, {2, 1, 0});
  CheckTranspose<float>({3, 0, 2}, {2, 0, 1});
}

TEST(Transpose, ReversesByDefault) {
  OpTest("Transpose", 1).In<float>({2, 3}, {0, 1, 2, 3, 4, 5}).Out<float>({3, 2}, {0, 3, 1, 4, 2, 5}).Run();
  OpTest("Transpose", 13).In<float>({}, {4}).Out<float>({}, {4}).Run();
  OpTest("Transpose", 13)
      .In<std::string>({2, 2}, {"a", "b", "c", "d"})
      .Out<std::string>({2, 2}, {"a", "c", "b", "d"})
      .Run();
  OpTest("Transpose", 13).Attr("perm", std::vector<int64_t>{0, 0}).In<float>({1, 2}, {1, 2}).Fails("no permutation");
  OpTest("Transpose", 13).Attr("perm", std::vector<int64_t>{0}).In<float>({1, 2}, {1, 2}).Fails("perm has 1 axes");
}

TEST(Transpose, FourBitElements) {
  Tensor x = *Tensor::Allocate(ElementType::kInt4, {3, 2});  // 1 2 3 4 5 6
  x.mutable_data<uint8_t>()[0] = 0x21;
  x.mutable_data<uint8_t>()[1] = 0x43;
  x.mutable_data<uint8_t>()[2] = 0x65;
  Tensor y = *Tensor::Allocate(ElementType::kInt4, {2, 3});  // 1 3 5 2 4 6
  y.mutable_data<uint8_t>()[0] = 0x31;
  y.mutable_data<uint8_t>()[1] = 0x25;
  y.mutable_data<uint8_t>()[2] = 0x64;
  OpTest("Transpose", 21).In(x).Out(y).Run();
}

TEST(Concat, JoinsAlongAnyAxis) {
  OpTest("Concat", 13)
      .Attr("axis", 0)
      .In<float>({1, 2}, {1, 2})
      .In<float>({2, 2}, {3, 4, 5, 6})
      .Out<float>({3, 2}, {1, 2, 3, 4, 5, 6})
      .Run();
  OpTest("Concat", 13)
      .Attr("axis", -1)
      .In<int64_t>({2, 1}, {1, 2})
      .In<int64_t>({2, 0}, {})
      .In<int64_t>({2, 2}, {3, 4, 5, 6})
      .Out<int64_t>({2, 3}, {1, 3, 4, 2, 5, 6})
      .Run();
  OpTest("Concat", 1).In<float>({1, 1}, {1}).In<float>({1, 1}, {2}).Out<float>({1, 2}, {1, 2}).Run();
  OpTest("Concat", 13).Attr("axis", 0).In<float>({2}, {1, 2}).Out<float>({2}, {1, 2}).Run();
  OpTest("Concat", 13)
      .Attr("axis", 0)
      .In<std::string>({1}, {"a"})
      .In<std::string>({1}, {"b"})
      .Out<std::string>({2}, {"a", "b"})
      .Run();
}

TEST(Concat, Refuses) {
  OpTest("Concat", 13).Attr("axis", 0).In<float>({2}, {1, 2}).In<int64_t>({1}, {1}).Fails("type int64");
  OpTest("Concat", 13).Attr("axis", 0).In<float>({1, 2}, {1, 2}).In<float>({1, 1}, {1}).Fails("cannot concatenate");
  OpTest("Concat", 13).Attr("axis", 1).In<float>({2}, {1, 2}).Fails("axis 1 outside [-1, 0]");
  OpTest("Concat", 13).In<float>({2}, {1, 2}).Fails("'axis' is missing");
}

TEST(Split, BySizesOrCount) {
  OpTest("Split", 18)
      .Attr("axis", 1)
      .In<float>({2, 3}, {0, 1, 2, 3, 4, 5})
      .In<int64_t>({2}, {1, 2})
      .Out<float>({2, 1}, {0, 3})
      .Out<float>({2, 2}, {1, 2, 4, 5})
      .Run();
  OpTest("Split", 18)
      .Attr("num_outputs", 3)
      .In<float>({5}, {0, 1, 2, 3, 4})
      .Out<float>({2}, {0, 1})
      .Out<float>({2}, {2, 3})
      .Out<float>({1}, {4})
      .Run();
  OpTest("Split", 18)
      .Attr("axis", -1)
      .Attr("num_outputs", 2)
      .In<float>({2, 3}, {0, 1, 2, 3, 4, 5})
      .NoOutput()
      .Out<float>({2, 1}, {2, 5})
      .Run();
}

TEST(Split, OlderForms) {
  OpTest("Split", 2)
      .Attr("split", std::vector<int64_t>{2, 0, 1})
      .In<int32_t>({3}, {1, 2, 3})
      .Out<int32_t>({2}, {1, 2})
      .Out<int32_t>({0}, {})
      .Out<int32_t>({1}, {3})
      .Run();
  OpTest("Split", 13).In<int32_t>({2}, {1, 2}).Out<int32_t>({1}, {1}).Out<int32_t>({1}, {2}).Run();
  OpTest("Split", 1)
      .In<int32_t>({2}, {1, 2})
      .In<int64_t>({2}, {1, 1})
      .Out<int32_t>({1}, {1})
      .Out<int32_t>({1}, {2})
      .Run();
}

TEST(Split, Refuses) {
  OpTest("Split", 18).In<float>({3}, {0, 1, 2}).In<int64_t>({1}, {2}).Fails("add up to 2");
  OpTest("Split", 18).In<float>({3}, {0, 1, 2}).In<int64_t>({2}, {1, 2}).Fails("2 parts for 1 outputs");
  OpTest("Split", 18).In<float>({3}, {0, 1, 2}).In<int64_t>({1}, {-3}).Fails("a part of size -3");
  OpTest("Split", 18).Attr("num_outputs", 2).In<float>({3}, {0, 1, 2}).Fails("num_outputs is 2 for 1");
}

TEST(Slice, StepsAndEnds) {
  const std::vector<float> x = Count<float>(12);  // [3,4]
  const auto slice = [&](std::vector<int64_t> starts, std::vector<int64_t> ends, std::vector<int64_t> axes,
                         std::vector<int64_t> steps, const Shape& shape, const std::vector<float>& want) {
    const auto n = static_cast<int64_t>(axes.size());
    OpTest("Slice", 13)
        .In<float>({3, 4}, x)
        .In<int64_t>({n}, starts)
        .In<int64_t>({n}, ends)
        .In<int64_t>({n}, axes)
        .In<int64_t>({n}, steps)
        .Out<float>(shape, want)
        .Run();
  };
  slice({1, 0}, {3, 3}, {0, 1}, {1, 2}, {2, 2}, {4, 6, 8, 10});
  slice({1}, {INT64_MAX}, {0}, {1}, {2, 4}, {4, 5, 6, 7, 8, 9, 10, 11});
  slice({-1}, {INT64_MIN}, {1}, {-1}, {3, 4}, {3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8});
  slice({-1}, {-4}, {-1}, {-2}, {3, 2}, {3, 1, 7, 5, 11, 9});
  slice({2}, {1}, {0}, {1}, {0, 4}, {});
  slice({INT64_MIN}, {INT64_MAX}, {1}, {3}, {3, 2}, {0, 3, 4, 7, 8, 11});
  slice({INT64_MAX}, {INT64_MIN}, {0}, {INT64_MIN}, {1, 4}, {8, 9, 10, 11});
  slice({0}, {9}, {0}, {INT64_MAX}, {1, 4}, {0, 1, 2, 3});
  slice({0, 3}, {1, 0}, {0, 1}, {1, -1}, {1, 3}, {3, 2, 1});
}

TEST(Slice, OlderFormsAndTypes) {
  OpTest("Slice", 1)
      .Attr("starts", std::vector<int64_t>{1})
      .Attr("ends", std::vector<int64_t>{-1})
      .In<int8_t>({4}, {1, 2, 3, 4})
      .Out<int8_t>({2}, {2, 3})
      .Run();
  OpTest("Slice", 13)  // a start before the first element is the first element
      .In<float>({2}, {1, 2})
      .In<int64_t>({1}, {-9})
      .In<int64_t>({1}, {INT64_MIN})
      .In<int64_t>({1}, {0})
      .In<int64_t>({1}, {-1})
      .Out<float>({1}, {1})
      .Run();
  OpTest("Slice", 10)
      .In<std::string>({3}, {"a", "b", "c"})
      .In<int32_t>({1}, {0})
      .In<int32_t>({1}, {3})
      .NoInput()
      .In<int32_t>({1}, {2})
      .Out<std::string>({2}, {"a", "c"})
      .Run();
}

TEST(Slice, Refuses) {
  const auto slice = [](std::vector<int64_t> axes, std::vector<int64_t> steps, std::string_view text) {
    const auto n = static_cast<int64_t>(axes.size());
    const std::vector<int64_t> zeros(axes.size(), 0);
    OpTest("Slice", 13)
        .In<float>({2, 2}, {1, 2, 3, 4})
        .In<int64_t>({n}, zeros)
        .In<int64_t>({n}, zeros)
        .In<int64_t>({n}, axes)
        .In<int64_t>({static_cast<int64_t>(steps.size())}, steps)
        .Fails(text);
  };
  slice({0}, {0}, "step 0 on axis 0");
  slice({2}, {1}, "axis 2 outside [-2, 1]");
  slice({0, -2}, {1, 1}, "sliced twice");
  slice({0}, {1, 1}, "differ in length");
}

TEST(Tile, RepeatsEveryAxis) {
  OpTest("Tile", 13)
      .In<float>({2, 2}, {0, 1, 2, 3})
      .In<int64_t>({2}, {2, 2})
      .Out<float>({4, 4}, {0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3})
      .Run();
  OpTest("Tile", 6).In<int8_t>({1, 2}, {1, 2}).In<int64_t>({2}, {1, 1}).Out<int8_t>({1, 2}, {1, 2}).Run();
  OpTest("Tile", 13).In<float>({2}, {1, 2}).In<int64_t>({1}, {0}).Out<float>({0}, {}).Run();
  OpTest("Tile", 13).In<std::string>({1}, {"a"}).In<int64_t>({1}, {2}).Out<std::string>({2}, {"a", "a"}).Run();
  OpTest("Tile", 1)
      .In<float>({1, 2}, {1, 2})
      .In<int64_t>({}, {3})
      .In<int64_t>({}, {0})
      .Out<float>({3, 2}, {1, 2, 1, 2, 1, 2})
      .Run();
  OpTest("Tile", 13).In<float>({2}, {1, 2}).In<int64_t>({2}, {1, 1}).Fails("2 repeats for [2]");
  OpTest("Tile", 13).In<float>({2}, {1, 2}).In<int64_t>({1}, {INT64_MAX}).Fails("repeats");
}

TEST(DepthToSpace, BothModes) {
  const std::vector<float> x = Count<float>(8);  // [1,8,1,1]
  OpTest("DepthToSpace", 13)
      .Attr("blocksize", 2)
      .In<float>({1, 8, 1, 1}, x)
      .Out<float>({1, 2, 2, 2}, {0, 2, 4, 6, 1, 3, 5, 7})
      .Run();
  OpTest("DepthToSpace", 11)
      .Attr("blocksize", 2)
      .Attr("mode", "CRD")
      .In<float>({1, 8, 1, 1}, x)
      .Out<float>({1, 2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7})
      .Run();
  OpTest("DepthToSpace", 1).Attr("blocksize", 3).In<float>({1, 8, 1, 1}, x).Fails("no multiple of 3 * 3");
  OpTest("DepthToSpace", 1).Attr("blocksize", 0).In<float>({1, 8, 1, 1}, x).Fails("blocksize 0");
  OpTest("DepthToSpace", 13).Attr("blocksize", 2).Attr("mode", "RCD").In<float>({1, 8, 1, 1}, x).Fails("RCD");
}

TEST(SpaceToDepth, UndoesDepthToSpace) {
  OpTest("SpaceToDepth", 1)
      .Attr("blocksize", 2)
      .In<float>({1, 2, 2, 2}, {0, 2, 4, 6, 1, 3, 5, 7})
      .Out<float>({1, 8, 1, 1}, Count<float>(8))
      .Run();
  OpTest("SpaceToDepth", 28)
      .Attr("blocksize", 2)
      .Attr("mode", "CRD")
      .In<float>({1, 2, 2, 2}, Count<float>(8))
      .Out<float>({1, 8, 1, 1}, Count<float>(8))
      .Run();
  OpTest("SpaceToDepth", 13).Attr("blocksize", 2).In<float>({1, 1, 1, 2}, {1, 2}).Fails("blocks of 2");
}

}  // namespace
}  // namespace kante::core
