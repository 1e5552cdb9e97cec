// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

Tensor Floats(const std::vector<float>& values) {
  return OpTest::MakeTensor<float>({static_cast<int64_t>(values.size())}, values);
}

Value SequenceOf(const std::vector<Tensor>& tensors) {
  auto sequence = std::make_shared<Sequence>();
  sequence->element_type = tensors.empty() ? ElementType::kFloat32 : tensors[0].type();
  for (const Tensor& t : tensors) sequence->items.emplace_back(t);
  return Value(std::shared_ptr<const Sequence>(std::move(sequence)));
}

TEST(Sequence, BuildsAndReads) {
  const Tensor a = Floats({1});
  const Tensor b = Floats({2, 3});
  const Tensor d = Floats({});
  OpTest("SequenceEmpty", 11).OutValue(SequenceOf({})).Run();
  OpTest("SequenceConstruct", 11).In(a).In(b).OutValue(SequenceOf({a, b})).Run();
  OpTest("SequenceLength", 11).InValue(SequenceOf({a, b})).Out<int64_t>({}, {2}).Run();
  OpTest("SequenceAt", 11).InValue(SequenceOf({a, b})).In<int64_t>({}, {-1}).Out(b).Run();
  OpTest("SequenceInsert", 11).InValue(SequenceOf({a})).In(b).OutValue(SequenceOf({a, b})).Run();
  OpTest("SequenceInsert", 11).InValue(SequenceOf({a})).In(d).In<int32_t>({}, {0}).OutValue(SequenceOf({d, a})).Run();
  OpTest("SequenceErase", 11).InValue(SequenceOf({a, b})).OutValue(SequenceOf({a})).Run();
  OpTest("SequenceErase", 11).InValue(SequenceOf({a, b})).In<int64_t>({}, {0}).OutValue(SequenceOf({b})).Run();
}

TEST(Sequence, RefusesBadPositions) {
  const Tensor a = Floats({1});
  OpTest("SequenceAt", 11).InValue(SequenceOf({a})).In<int64_t>({}, {1}).Fails("position 1 outside [-1, 0]");
  OpTest("SequenceInsert", 11).InValue(SequenceOf({a})).In(a).In<int64_t>({}, {2}).Fails("position 2 outside [-1, 1]");
  OpTest("SequenceErase", 11).InValue(SequenceOf({})).Fails("empty sequence");
  OpTest("SequenceInsert", 11).InValue(SequenceOf({a})).In<int64_t>({}, {1}).Fails("int64 in a sequence of float32");
}

TEST(SplitToSequence, ByScalarVectorOrOnes) {
  const Tensor x = Floats({1, 2, 3});
  OpTest("SplitToSequence", 11).In(x).In<int64_t>({}, {2}).OutValue(SequenceOf({Floats({1, 2}), Floats({3})})).Run();
  OpTest("SplitToSequence", 11)
      .In(x)
      .In<int32_t>({2}, {1, 2})
      .OutValue(SequenceOf({Floats({1}), Floats({2, 3})}))
      .Run();
  OpTest("SplitToSequence", 24)
      .Attr("keepdims", 0)
      .In<float>({1, 2}, {1, 2})
      .Attr("axis", 1)
      .OutValue(SequenceOf({Floats({1}), Floats({2})}))
      .Run();
  OpTest("SplitToSequence", 11).In(x).In<int64_t>({}, {0}).Fails("must be positive");
  OpTest("SplitToSequence", 11).In(x).In<int64_t>({1}, {2}).Fails("add up to 2");
}

TEST(ConcatFromSequence, JoinsOrStacks) {
  const Tensor a = Floats({1, 2});
  const Tensor b = Floats({3, 4});
  OpTest("ConcatFromSequence", 11).Attr("axis", 0).InValue(SequenceOf({a, b})).Out(Floats({1, 2, 3, 4})).Run();
  OpTest("ConcatFromSequence", 11)
      .Attr("axis", -1)
      .Attr("new_axis", 1)
      .InValue(SequenceOf({a, b}))
      .Out<float>({2, 2}, {1, 3, 2, 4})
      .Run();
  OpTest("ConcatFromSequence", 11).Attr("axis", 0).InValue(SequenceOf({})).Fails("empty sequence");
  OpTest("ConcatFromSequence", 11)
      .Attr("axis", 0)
      .Attr("new_axis", 1)
      .InValue(SequenceOf({a, Floats({1})}))
      .Fails("cannot concatenate [2] and [1]");
}

TEST(Optional, HoldsAValue) {
  const Tensor a = Floats({1});
  OpTest("Optional", 15).In(a).Out(a).Run();
  OpTest("OptionalHasElement", 15).In(a).Out<bool>({}, {true}).Run();
  OpTest("OptionalHasElement", 18).In(a).Out<bool>({}, {true}).Run();
  OpTest("OptionalHasElement", 18).Out<bool>({}, {false}).Run();
  OpTest("OptionalGetElement", 18).InValue(SequenceOf({a})).OutValue(SequenceOf({a})).Run();
  OpTest("Optional", 15).Fails("attribute 'type'");
}

}  // namespace
}  // namespace kante::core
