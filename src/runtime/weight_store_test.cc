// SPDX-License-Identifier: MIT
#include "runtime/weight_store.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/test_session.h"

namespace kante::core {
namespace {

int packs = 0;

// Packs by reversing the elements; counts how often.
struct Reversing {
  static constexpr OpInfo kInfo{.name = "Reversing", .numerics = kMoves};
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
  Status Pack(PackContext& c) const {
    ++packs;
    const int64_t n = c.weight().elements();
    KANTE_TRY(std::byte * to, c.Allocate(n * 4));
    for (int64_t i = 0; i < n; ++i) std::memcpy(to + 4 * i, c.weight().raw() + 4 * (n - 1 - i), 4);
    return OkStatus();
  }
};
constexpr OpDef kReversing = internal::MakeOpDef<Reversing>();

OpInstance Op() {
  static Reversing attributes;
  return OpInstance{&kReversing, OpAttributes(&attributes, [](void*) {})};
}

constexpr auto kAlone = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
  if (count > 0) body(0, count);
  return true;
};

TEST(WeightStoreTest, PacksOnceForEachFormat) {
  WeightStore store;
  const OpInstance op = Op();
  const Tensor w = Floats({3}, {1, 2, 3});
  packs = 0;
  auto first = store.Packed(op, 1, w, 7, kAlone);
  ASSERT_TRUE(first.ok());
  auto second = store.Packed(op, 1, w, 7, kAlone);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(packs, 1);
  EXPECT_EQ(reinterpret_cast<const float*>((*first)->data())[0], 3);
  ASSERT_TRUE(store.Packed(op, 1, w, 8, kAlone).ok());
  EXPECT_EQ(packs, 2);
  // The same memory in another shape is another weight.
  ASSERT_TRUE(store.Packed(op, 1, w.Reshaped({3, 1}), 7, kAlone).ok());
  EXPECT_EQ(packs, 3);
}

TEST(WeightStoreTest, KeepsTwoFormatsAndEvictsTheUnused) {
  WeightStore store;
  const OpInstance op = Op();
  const Tensor w = Floats({2}, {1, 2});
  for (WeightFormat format : {1, 2, 3}) ASSERT_TRUE(store.Packed(op, 1, w, format, kAlone).ok());
  EXPECT_EQ(store.bytes(), 2 * 8);
  auto held = store.Packed(op, 1, w, 3, kAlone);
  ASSERT_TRUE(held.ok());
  store.Evict();
  EXPECT_EQ(store.bytes(), 8);  // what somebody holds stays
  held->reset();
  EXPECT_EQ(store.Evict(), 8);
  EXPECT_EQ(store.bytes(), 0);
}

TEST(WeightStoreTest, AlignsOnceWhatTheFileDoesNot) {
  WeightStore store;
  auto bytes = std::make_shared<std::vector<std::byte>>(64);
  const float value = 2.5f;
  std::memcpy(bytes->data() + 1, &value, 4);
  const auto buffer = Buffer::Borrow(bytes->data() + 1, 4, bytes);
  const Tensor crooked(ElementType::kFloat32, {1}, buffer);
  ASSERT_FALSE(crooked.aligned());
  auto a = store.Aligned(crooked);
  auto b = store.Aligned(crooked);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_TRUE(a->aligned());
  EXPECT_EQ(a->raw(), b->raw());
  EXPECT_EQ(*a->data<float>(), 2.5f);
  const Tensor straight = Floats({1}, {1});
  EXPECT_EQ(store.Aligned(straight)->raw(), straight.raw());
}

}  // namespace
}  // namespace kante::core
