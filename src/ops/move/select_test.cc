// SPDX-License-Identifier: MIT
// Gathers, scatters, Where, Compress, NonZero, OneHot, TopK, Unique and their like.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using I64 = std::vector<int64_t>;
const std::vector<float> kSix = {1, 2, 3, 4, 5, 6};

TEST(Gather, AlongAnyAxis) {
  OpTest("Gather", 13)
      .In<float>({3, 2}, kSix)
      .In<int64_t>({2, 2}, {0, 1, 1, -1})
      .Out<float>({2, 2, 2}, {1, 2, 3, 4, 3, 4, 5, 6})
      .Run();
  OpTest("Gather", 1).Attr("axis", 1).In<float>({2, 3}, kSix).In<int32_t>({}, {2}).Out<float>({2}, {3, 6}).Run();
  OpTest("Gather", 13)
      .Attr("axis", -1)
      .In<uint8_t>({1, 3}, {7, 8, 9})
      .In<int64_t>({2}, {2, 0})
      .Out<uint8_t>({1, 2}, {9, 7})
      .Run();
  OpTest("Gather", 13).In<std::string>({2}, {"a", "b"}).In<int64_t>({1}, {1}).Out<std::string>({1}, {"b"}).Run();
  OpTest("Gather", 13).In<float>({2, 0}, {}).In<int64_t>({1}, {1}).Out<float>({1, 0}, {}).Run();
  OpTest("Gather", 13).In<float>({6}, kSix).In<int64_t>({0}, {}).Out<float>({0}, {}).Run();
}

TEST(Gather, Refuses) {
  OpTest("Gather", 13).In<float>({3, 2}, kSix).In<int64_t>({1}, {3}).Fails("index 3 outside [-3, 2]");
  OpTest("Gather", 13).In<float>({3, 2}, kSix).In<int64_t>({1}, {-4}).Fails("index -4 outside [-3, 2]");
  OpTest("Gather", 13).In<float>({3, 2}, kSix).In<float>({1}, {0}).Fails("input 1 must be of type int32, int64");
  OpTest("Gather", 13).Attr("axis", 2).In<float>({3, 2}, kSix).In<int64_t>({1}, {0}).Fails("axis 2 outside");
}

TEST(GatherElements, PicksByElement) {
  OpTest("GatherElements", 13)
      .Attr("axis", 1)
      .In<float>({2, 2}, {1, 2, 3, 4})
      .In<int64_t>({2, 2}, {0, 0, 1, -2})
      .Out<float>({2, 2}, {1, 1, 4, 3})
      .Run();
  OpTest("GatherElements", 11)
      .In<float>({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9})
      .In<int32_t>({2, 3}, {1, 2, 0, 2, 0, 0})
      .Out<float>({2, 3}, {4, 8, 3, 7, 2, 3})
      .Run();
  OpTest("GatherElements", 13).In<float>({1, 2}, {1, 2}).In<int64_t>({1, 3}, {0, 0, 0}).Fails("reach beyond");
  OpTest("GatherElements", 13).In<float>({2}, {1, 2}).In<int64_t>({1}, {2}).Fails("index 2 outside [-2, 1]");
}

TEST(GatherND, PicksParts) {
  OpTest("GatherND", 12)
      .In<int32_t>({2, 2}, {0, 1, 2, 3})
      .In<int64_t>({2, 2}, {0, 0, 1, 1})
      .Out<int32_t>({2}, {0, 3})
      .Run();
  OpTest("GatherND", 12)
      .In<int32_t>({2, 2}, {0, 1, 2, 3})
      .In<int64_t>({2, 1}, {1, -2})
      .Out<int32_t>({2, 2}, {2, 3, 0, 1})
      .Run();
  OpTest("GatherND", 12)
      .Attr("batch_dims", 1)
      .In<int32_t>({2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7})
      .In<int64_t>({2, 1}, {1, 0})
      .Out<int32_t>({2, 2}, {2, 3, 4, 5})
      .Run();
  OpTest("GatherND", 12).In<int32_t>({2}, {0, 1}).In<int64_t>({1, 2}, {0, 0}).Fails("2 coordinates into [2]");
  OpTest("GatherND", 12).In<int32_t>({2}, {0, 1}).In<int64_t>({1, 1}, {2}).Fails("index 2 outside [-2, 1]");
  OpTest("GatherND", 12)
      .Attr("batch_dims", 1)
      .In<int32_t>({2}, {0, 1})
      .In<int64_t>({2, 1}, {0, 0})
      .Fails("batch_dims 1");
}

OpTest ScatteredElements(const char* reduction) {
  OpTest test("ScatterElements", 18);
  test.Attr("axis", 1).Attr("reduction", reduction).In<float>({1, 5}, {1, 2, 3, 4, 5});
  test.In<int64_t>({1, 3}, {1, 1, -1}).In<float>({1, 3}, {1.5f, 2, -6});
  return test;
}

TEST(ScatterElements, ReplacesAndReduces) {
  ScatteredElements("none").Out<float>({1, 5}, {1, 2, 3, 4, -6}).Run();
  ScatteredElements("add").Out<float>({1, 5}, {1, 5.5f, 3, 4, -1}).Run();
  ScatteredElements("mul").Out<float>({1, 5}, {1, 6, 3, 4, -30}).Run();
  ScatteredElements("min").Out<float>({1, 5}, {1, 1.5f, 3, 4, -6}).Run();
  ScatteredElements("max").Out<float>({1, 5}, {1, 2, 3, 4, 5}).Run();
  ScatteredElements("mean").Fails("'mean'");
  OpTest("ScatterElements", 11)
      .In<float>({3, 2}, {0, 0, 0, 0, 0, 0})
      .In<int64_t>({1, 2}, {2, 0})
      .In<float>({1, 2}, {1, 2})
      .Out<float>({3, 2}, {0, 2, 0, 0, 1, 0})
      .Run();
  OpTest("Scatter", 9)
      .In<float>({3}, {0, 0, 0})
      .In<int32_t>({1}, {1})
      .In<float>({1}, {7})
      .Out<float>({3}, {0, 7, 0})
      .Run();
  OpTest("Scatter", 11)
      .In<float>({3}, {0, 0, 0})
      .In<int32_t>({1}, {1})
      .In<float>({1}, {7})
      .Out<float>({3}, {0, 7, 0})
      .Run();
}

TEST(ScatterElements, IntegersWrapAndBooleansOr) {
  OpTest("ScatterElements", 18)
      .Attr("reduction", "add")
      .In<uint8_t>({2}, {250, 1})
      .In<int64_t>({2}, {0, 0})
      .In<uint8_t>({2}, {5, 5})
      .Out<uint8_t>({2}, {4, 1})
      .Run();
  OpTest("ScatterElements", 18)
      .Attr("reduction", "add")
      .In<bool>({2}, {false, true})
      .In<int64_t>({2}, {0, 1})
      .In<bool>({2}, {true, true})
      .Out<bool>({2}, {true, true})
      .Run();
  OpTest("ScatterElements", 18)
      .In<float>({2}, {0, 0})
      .In<int64_t>({1}, {-3})
      .In<float>({1}, {1})
      .Fails("index -3 outside [-2, 1]");
}

TEST(ScatterND, ReplacesAndReduces) {
  OpTest("ScatterND", 11)
      .In<float>({4}, {1, 2, 3, 4})
      .In<int64_t>({2, 1}, {2, -4})
      .In<float>({2}, {9, 8})
      .Out<float>({4}, {8, 2, 9, 4})
      .Run();
  OpTest("ScatterND", 18)
      .Attr("reduction", "add")
      .In<int64_t>({2, 2}, {1, 2, 3, 4})
      .In<int64_t>({2, 1}, {1, 1})
      .In<int64_t>({2, 2}, {10, 20, 100, 200})
      .Out<int64_t>({2, 2}, {1, 2, 113, 224})
      .Run();
  OpTest("ScatterND", 18)
      .In<float>({4}, {1, 2, 3, 4})
      .In<int64_t>({1, 1}, {0})
      .In<float>({2}, {9, 8})
      .Fails("updates must be [1], not [2]");
  OpTest("ScatterND", 18).In<float>({2}, {1, 2}).In<int64_t>({1, 1}, {2}).In<float>({1}, {9}).Fails("index 2 outside");
}

TEST(TensorScatter, WritesRows) {
  OpTest("TensorScatter", 24)
      .In<float>({2, 3, 1}, {0, 0, 0, 0, 0, 0})
      .In<float>({2, 2, 1}, {1, 2, 3, 4})
      .In<int64_t>({2}, {1, 0})
      .Out<float>({2, 3, 1}, {0, 1, 2, 3, 4, 0})
      .Run();
  OpTest("TensorScatter", 24)
      .Attr("mode", "circular")
      .In<float>({1, 3, 1}, {0, 0, 0})
      .In<float>({1, 2, 1}, {1, 2})
      .In<int64_t>({1}, {5})
      .Out<float>({1, 3, 1}, {2, 0, 1})
      .Run();
  OpTest("TensorScatter", 24)
      .In<float>({1, 3, 1}, {0, 0, 0})
      .In<float>({1, 2, 1}, {1, 2})
      .In<int64_t>({1}, {2})
      .Fails("write index 2");
}

TEST(Where, ChoosesWithBroadcasting) {
  OpTest("Where", 16)
      .In<bool>({2, 2}, {true, false, true, true})
      .In<float>({2, 2}, {1, 2, 3, 4})
      .In<float>({2, 2}, {9, 8, 7, 6})
      .Out<float>({2, 2}, {1, 8, 3, 4})
      .Run();
  OpTest("Where", 9)
      .In<bool>({2, 1}, {true, false})
      .In<int64_t>({3}, {1, 2, 3})
      .In<int64_t>({}, {0})
      .Out<int64_t>({2, 3}, {1, 2, 3, 0, 0, 0})
      .Run();
  OpTest("Where", 16)
      .In<bool>({1}, {false})
      .In<std::string>({1}, {"a"})
      .In<std::string>({2}, {"b", "c"})
      .Out<std::string>({2}, {"b", "c"})
      .Run();
  OpTest("Where", 16).In<bool>({0}, {}).In<uint8_t>({1}, {1}).In<uint8_t>({1}, {2}).Out<uint8_t>({0}, {}).Run();
  OpTest("Where", 16)
      .In<bool>({2}, {true, true})
      .In<float>({3}, {1, 2, 3})
      .In<float>({1}, {0})
      .Fails("cannot broadcast");
}

TEST(Compress, TakesWhatIsTrue) {
  OpTest("Compress", 11)
      .Attr("axis", 0)
      .In<float>({3, 2}, kSix)
      .In<bool>({3}, {false, true, true})
      .Out<float>({2, 2}, {3, 4, 5, 6})
      .Run();
  OpTest("Compress", 9)
      .In<float>({3, 2}, kSix)
      .In<bool>({5}, {false, true, false, false, true})
      .Out<float>({2}, {2, 5})
      .Run();
  OpTest("Compress", 11)
      .Attr("axis", -1)
      .In<float>({2, 3}, kSix)
      .In<bool>({1}, {true})
      .Out<float>({2, 1}, {1, 4})
      .Run();
  OpTest("Compress", 11).Attr("axis", 0).In<float>({3, 2}, kSix).In<bool>({1}, {false}).Out<float>({0, 2}, {}).Run();
  OpTest("Compress", 11).Attr("axis", 1).In<float>({3, 2}, kSix).In<bool>({3}, {true, true, true}).Fails("item 2 of 2");
}

TEST(NonZero, GivesCoordinates) {
  OpTest("NonZero", 13).In<bool>({2, 2}, {true, false, true, true}).Out<int64_t>({2, 3}, {0, 1, 1, 0, 0, 1}).Run();
  OpTest("NonZero", 9).In<float>({3}, {0, -0.0f, 2}).Out<int64_t>({1, 1}, {2}).Run();
  OpTest("NonZero", 13).In<int64_t>({2}, {0, 0}).Out<int64_t>({1, 0}, {}).Run();
}

TEST(OneHot, MarksTheIndex) {
  OpTest("OneHot", 11)
      .In<int64_t>({3}, {0, -1, 3})
      .In<int64_t>({}, {3})
      .In<float>({2}, {2, 5})
      .Out<float>({3, 3}, {5, 2, 2, 2, 2, 5, 2, 2, 2})
      .Run();
  OpTest("OneHot", 9)
      .Attr("axis", 0)
      .In<float>({2}, {1, 0})
      .In<float>({1}, {2})
      .In<int32_t>({2}, {0, 1})
      .Out<int32_t>({2, 2}, {0, 1, 1, 0})
      .Run();
  OpTest("OneHot", 11).In<int64_t>({1}, {0}).In<int64_t>({}, {-1}).In<float>({2}, {0, 1}).Fails("depth -1");
  OpTest("OneHot", 11).In<int64_t>({1}, {0}).In<int64_t>({}, {2}).In<float>({3}, {0, 1, 2}).Fails("[off, on]");
}

TEST(TopK, LargestAndSmallest) {
  const std::vector<float> x = {3, 1, 4, 1, 5, 9, 2, 6};
  OpTest("TopK", 11)
      .In<float>({2, 4}, x)
      .In<int64_t>({1}, {2})
      .Out<float>({2, 2}, {4, 3, 9, 6})
      .Out<int64_t>({2, 2}, {2, 0, 1, 3})
      .Run();
  OpTest("TopK", 11)
      .Attr("largest", 0)
      .In<float>({2, 4}, x)
      .In<int64_t>({1}, {2})
      .Out<float>({2, 2}, {1, 1, 2, 5})
      .Out<int64_t>({2, 2}, {1, 3, 2, 0})
      .Run();
  OpTest("TopK", 1)
      .Attr("k", 1)
      .Attr("axis", 0)
      .In<float>({2, 4}, x)
      .Out<float>({1, 4}, {5, 9, 4, 6})
      .Out<int64_t>({1, 4}, {1, 1, 0, 1})
      .Run();
  OpTest("TopK", 24)
      .In<uint64_t>({3}, {UINT64_MAX, 1, 2})
      .In<int64_t>({1}, {1})
      .Out<uint64_t>({1}, {UINT64_MAX})
      .Out<int64_t>({1}, {0})
      .Run();
  OpTest("TopK", 11)
      .In<int8_t>({3}, {-5, 7, 7})
      .In<int64_t>({1}, {3})
      .Out<int8_t>({3}, {7, 7, -5})
      .Out<int64_t>({3}, {1, 2, 0})
      .Run();
  OpTest("TopK", 11).In<float>({2}, {1, 2}).In<int64_t>({1}, {0}).Out<float>({0}, {}).Out<int64_t>({0}, {}).Run();
  OpTest("TopK", 11).In<float>({2}, {1, 2}).In<int64_t>({1}, {3}).Fails("K 3 of 2");
}

TEST(TopK, NanIsLargestAndTiesKeepTheirOrder) {
  OpTest("TopK", 11)
      .In<float>({4}, {0, NAN, -0.0f, INFINITY})
      .In<int64_t>({1}, {4})
      .Out<float>({4}, {NAN, INFINITY, 0, -0.0f})
      .Out<int64_t>({4}, {1, 3, 0, 2})
      .Run();
}

TEST(Unique, SortedAndByAxis) {
  OpTest("Unique", 11)
      .In<float>({6}, {2, 1, 1, 3, 4, 3})
      .Out<float>({4}, {1, 2, 3, 4})
      .Out<int64_t>({4}, {1, 0, 3, 4})
      .Out<int64_t>({6}, {1, 0, 0, 2, 3, 2})
      .Out<int64_t>({4}, {2, 1, 2, 1})
      .Run();
  OpTest("Unique", 11)
      .Attr("sorted", 0)
      .In<float>({6}, {2, 1, 1, 3, 4, 3})
      .Out<float>({4}, {2, 1, 3, 4})
      .Out<int64_t>({4}, {0, 1, 3, 4})
      .Out<int64_t>({6}, {0, 1, 1, 2, 3, 2})
      .Out<int64_t>({4}, {1, 2, 2, 1})
      .Run();
  OpTest("Unique", 11)
      .Attr("axis", 1)
      .In<int64_t>({2, 3}, {1, 0, 1, 2, 5, 2})
      .Out<int64_t>({2, 2}, {0, 1, 5, 2})
      .NoOutput()
      .Out<int64_t>({3}, {1, 0, 1})
      .Run();
  OpTest("Unique", 11).In<std::string>({3}, {"b", "a", "b"}).Out<std::string>({2}, {"a", "b"}).Run();
}

TEST(CumSum, Directions) {
  const auto sum = [](int exclusive, int reverse, const std::vector<float>& want) {
    OpTest("CumSum", 14)
        .Attr("exclusive", exclusive)
        .Attr("reverse", reverse)
        .In<float>({2, 3}, kSix)
        .In<int32_t>({}, {-1})
        .Out<float>({2, 3}, want)
        .Run();
  };
  sum(0, 0, {1, 3, 6, 4, 9, 15});
  sum(1, 0, {0, 1, 3, 0, 4, 9});
  sum(0, 1, {6, 5, 3, 15, 11, 6});
  sum(1, 1, {5, 3, 0, 11, 6, 0});
  OpTest("CumSum", 11).In<int32_t>({2, 2}, {1, 2, 3, 4}).In<int64_t>({}, {0}).Out<int32_t>({2, 2}, {1, 2, 4, 6}).Run();
  OpTest("CumSum", 14).In<float>({2}, {1, 2}).In<int64_t>({}, {1}).Fails("axis 1 outside [-1, 0]");
  OpTest("CumProd", 26).In<float>({4}, {1, 2, 3, 4}).In<int64_t>({}, {0}).Out<float>({4}, {1, 2, 6, 24}).Run();
}

TEST(ReverseSequence, ReversesThePrefix) {
  OpTest("ReverseSequence", 10)
      .In<float>({3, 2}, kSix)
      .In<int64_t>({2}, {3, 1})
      .Out<float>({3, 2}, {5, 2, 3, 4, 1, 6})
      .Run();
  OpTest("ReverseSequence", 10)
      .Attr("time_axis", 1)
      .Attr("batch_axis", 0)
      .In<float>({2, 3}, kSix)
      .In<int64_t>({2}, {2, 3})
      .Out<float>({2, 3}, {2, 1, 3, 6, 5, 4})
      .Run();
  OpTest("ReverseSequence", 10).In<float>({3, 2}, kSix).In<int64_t>({2}, {4, 1}).Fails("length 4 outside [0, 3]");
  OpTest("ReverseSequence", 10).Attr("time_axis", 1).In<float>({3, 2}, kSix).In<int64_t>({2}, {1, 1}).Fails("0 and 1");
}

TEST(Trilu, KeepsOneSide) {
  const std::vector<float> x = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  OpTest("Trilu", 14).In<float>({3, 3}, x).Out<float>({3, 3}, {1, 2, 3, 0, 5, 6, 0, 0, 9}).Run();
  OpTest("Trilu", 14)
      .Attr("upper", 0)
      .In<float>({3, 3}, x)
      .In<int64_t>({}, {-1})
      .Out<float>({3, 3}, {0, 0, 0, 4, 0, 0, 7, 8, 0})
      .Run();
  OpTest("Trilu", 14).In<float>({3, 3}, x).In<int64_t>({}, {INT64_MAX}).Out<float>({3, 3}, std::vector<float>(9)).Run();
  OpTest("Trilu", 14).In<float>({3, 3}, x).In<int64_t>({}, {INT64_MIN}).Out<float>({3, 3}, x).Run();
  OpTest("Trilu", 14).In<float>({3}, {1, 2, 3}).Fails("must be a matrix");
}

TEST(EyeLike, PutsOnesOnADiagonal) {
  OpTest("EyeLike", 9).In<float>({2, 3}, kSix).Out<float>({2, 3}, {1, 0, 0, 0, 1, 0}).Run();
  OpTest("EyeLike", 9)
      .Attr("k", 1)
      .Attr("dtype", 7)
      .In<float>({2, 3}, kSix)
      .Out<int64_t>({2, 3}, {0, 1, 0, 0, 0, 1})
      .Run();
  OpTest("EyeLike", 22).Attr("k", -1).In<float>({2, 2}, {9, 9, 9, 9}).Out<float>({2, 2}, {0, 0, 1, 0}).Run();
}

TEST(Trilu, OfStrings) {
  using Strings = std::vector<std::string>;
  OpTest("Trilu", 14)
      .In<std::string>({2, 2}, Strings{"a", "b", "c", "d"})
      .Out<std::string>({2, 2}, Strings{"a", "b", "", "d"})
      .Run();
  OpTest("Trilu", 14)
      .Attr("upper", 0)
      .In<std::string>({2, 2}, Strings{"a", "b", "c", "d"})
      .In<int64_t>({}, {-1})
      .Out<std::string>({2, 2}, Strings{"", "", "c", ""})
      .Run();
}

TEST(Dropout, IsTheIdentityInInference) {
  OpTest("Dropout", 22).In<float>({2}, {1, 2}).Out<float>({2}, {1, 2}).Run();
  OpTest("Dropout", 13).In<float>({2}, {1, 2}).Out<float>({2}, {1, 2}).Out<bool>({2}, {true, true}).Run();
  OpTest("Dropout", 7).Attr("ratio", 0.3f).In<float>({2}, {1, 2}).Out<float>({2}, {1, 2}).Out<float>({2}, {1, 1}).Run();
  OpTest("Dropout", 10).In<float>({2}, {1, 2}).NoOutput().Out<bool>({2}, {true, true}).Run();
  OpTest("Dropout", 13).In<float>({1}, {1}).In<float>({}, {0}).In<bool>({}, {true}).Out<float>({1}, {1}).Run();
}

TEST(CenterCropPad, CropsAndPads) {
  OpTest("CenterCropPad", 18).In<float>({6}, kSix).In<int64_t>({1}, {3}).Out<float>({3}, {2, 3, 4}).Run();
  OpTest("CenterCropPad", 18)
      .Attr("axes", I64{-1})
      .In<float>({2, 3}, kSix)
      .In<int64_t>({1}, {6})
      .Out<float>({2, 6}, {0, 1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0})
      .Run();
  OpTest("CenterCropPad", 18).In<float>({6}, kSix).In<int64_t>({2}, {3, 3}).Fails("2 of 1 axes");
}

}  // namespace
}  // namespace kante::core
