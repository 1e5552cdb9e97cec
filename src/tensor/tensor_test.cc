// SPDX-License-Identifier: MIT
#include "tensor/tensor.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "tensor/value.h"

namespace kante::core {
namespace {

Tensor Counting(const Shape& shape) {
  Tensor t = Tensor::Allocate(ElementType::kInt32, shape).value();
  std::iota(t.mutable_data<int32_t>(), t.mutable_data<int32_t>() + t.elements(), 0);
  return t;
}

std::vector<int32_t> Numbers(const Tensor& t) { return {t.span<int32_t>().begin(), t.span<int32_t>().end()}; }

TEST(Tensor, EmptyMeansNoTensor) {
  EXPECT_TRUE(Tensor().empty());
  EXPECT_FALSE(static_cast<bool>(Tensor()));
  EXPECT_FALSE(Tensor::Scalar(3).empty());
}

TEST(Tensor, CopiesShareMemory) {
  const Tensor a = Counting({2, 3});
  const Tensor b = a;
  EXPECT_EQ(a.raw(), b.raw());
  EXPECT_EQ(a.buffer().use_count(), 2);
  EXPECT_EQ(b.bytes(), 24);
  EXPECT_TRUE(a.aligned());
}

TEST(Tensor, AllocationFailsWithAStatus) {
  const Shape huge{int64_t{1} << 40, 1 << 20};
  EXPECT_EQ(Tensor::Allocate(ElementType::kUint8, huge).status().code(), StatusCode::kOutOfMemory);
  EXPECT_EQ(Tensor::Allocate(ElementType::kFloat64, {INT64_MAX}).status().code(), StatusCode::kInvalidArgument);
  CappedAllocator capped(100);
  EXPECT_FALSE(Tensor::Allocate(ElementType::kUint8, {101}, capped).ok());
  EXPECT_TRUE(Tensor::Allocate(ElementType::kUint8, {100}, capped).ok());
  EXPECT_EQ(capped.used_bytes(), 0);
}

TEST(Tensor, ASharedAllocatorLivesAsLongAsItsTensors) {
  auto shared = std::make_shared<CappedAllocator>(100);
  const std::weak_ptr<CappedAllocator> watch = shared;
  Tensor t = Tensor::Allocate(ElementType::kUint8, {10}, std::shared_ptr<Allocator>(std::move(shared))).value();
  EXPECT_FALSE(watch.expired());
  t = Tensor();
  EXPECT_TRUE(watch.expired());
}

TEST(Tensor, StringsAreConstructedAndDestroyed) {
  Tensor t = Tensor::Allocate(ElementType::kString, {3}).value();
  t.mutable_data<std::string>()[1] = std::string(100, 'x');  // long enough to live on the heap: ASan sees a leak
  const Tensor same = t.Reshaped({3, 1});
  t = Tensor();
  EXPECT_EQ(same.data<std::string>()[1].size(), 100u);
  EXPECT_EQ(same.data<std::string>()[0], "");
}

TEST(Tensor, StridedViewsAndCompaction) {
  const Tensor base = Counting({3, 4});
  const int64_t transposed[] = {1, 4};
  const Tensor view(ElementType::kInt32, {4, 3}, base.buffer(), 0, transposed);
  EXPECT_FALSE(view.contiguous());
  EXPECT_EQ(view.stride(0), 1);
  EXPECT_EQ(view.stride(1), 4);
  const Tensor dense = Compact(view).value();
  EXPECT_EQ(Numbers(dense), (std::vector<int32_t>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
  EXPECT_EQ(Compact(base).value().raw(), base.raw());
}

TEST(Tensor, StridesOfOnesDoNotMatter) {
  const Tensor base = Counting({4});
  const int64_t odd[] = {99, 1, 7};
  EXPECT_TRUE(Tensor(ElementType::kInt32, {1, 4, 1}, base.buffer(), 0, odd).contiguous());
  const int64_t zero[] = {5, 5};
  EXPECT_TRUE(Tensor(ElementType::kInt32, {0, 4}, base.buffer(), 0, zero).contiguous());
  EXPECT_EQ(Compact(Tensor(ElementType::kInt32, {0, 4}, base.buffer(), 0, zero)).value().elements(), 0);
}

TEST(Tensor, BroadcastAndReversedViews) {
  const Tensor base = Counting({3});
  const int64_t repeat[] = {0, 1};
  EXPECT_EQ(Numbers(Compact(Tensor(ElementType::kInt32, {2, 3}, base.buffer(), 0, repeat)).value()),
            (std::vector<int32_t>{0, 1, 2, 0, 1, 2}));
  const int64_t reversed[] = {-1};
  EXPECT_EQ(Numbers(Compact(Tensor(ElementType::kInt32, {3}, base.buffer(), 8, reversed)).value()),
            (std::vector<int32_t>{2, 1, 0}));
}

TEST(Tensor, StridedStrings) {
  Tensor base = Tensor::Allocate(ElementType::kString, {2, 2}).value();
  for (int i = 0; i < 4; ++i) base.mutable_data<std::string>()[i] = std::string(40, static_cast<char>('a' + i));
  const int64_t transposed[] = {1, 2};
  const Tensor dense = Compact(Tensor(ElementType::kString, {2, 2}, base.buffer(), 0, transposed)).value();
  EXPECT_EQ(dense.data<std::string>()[1], std::string(40, 'c'));
}

TEST(Tensor, MisalignedMemoryIsNoticed) {
  std::vector<std::byte> bytes(32);
  auto owner = std::make_shared<int>(1);
  const Tensor t(ElementType::kFloat32, {2}, Buffer::Borrow(bytes.data(), bytes.size(), owner), 1);
  EXPECT_EQ(owner.use_count(), 2);
  EXPECT_TRUE(t.buffer()->read_only());
  EXPECT_FALSE(t.aligned());
  EXPECT_TRUE(Compact(t).value().aligned());
}

TEST(Tensor, SmallInts) {
  int count = 0;
  const std::vector<int64_t> values = {4, -5};
  EXPECT_EQ((*SmallInts(Tensor::Vector(values), &count))[1], -5);
  EXPECT_EQ(count, 2);
  EXPECT_EQ((*SmallInts(Counting({3}), &count))[2], 2);
  EXPECT_FALSE(SmallInts(Counting({13}), &count).ok());
  EXPECT_FALSE(SmallInts(Tensor::Allocate(ElementType::kFloat32, {1}).value(), &count).ok());
}

TEST(Buffer, IdsAreUniqueAndDeletersRunOnce) {
  int deleted = 0;
  std::byte memory[8];
  {
    const auto a = Buffer::Wrap(memory, 8, [&](void*, size_t n) { deleted += static_cast<int>(n); });
    const auto b = Buffer::Wrap(memory, 8, nullptr);
    EXPECT_NE(a->id(), b->id());
  }
  EXPECT_EQ(deleted, 8);
  EXPECT_FALSE(Buffer::Allocate(-1).ok());
}

#ifndef KANTE_NO_THREADS
TEST(Buffer, OnlyOneAppendWins) {
  for (int round = 0; round < 100; ++round) {
    const auto buffer = Buffer::Allocate(64).value();
    buffer->set_used(16);
    std::atomic<int> winners{0};
    const auto append = [&] { winners += buffer->TryAdvance(16, 32) ? 1 : 0; };
    std::thread a(append);
    std::thread b(append);
    a.join();
    b.join();
    EXPECT_EQ(winners.load(), 1);
    EXPECT_EQ(buffer->used(), 32);
    EXPECT_FALSE(buffer->TryAdvance(16, 48));
    EXPECT_EQ(buffer->used(), 32);
  }
}
#endif

TEST(Value, HoldsOneKind) {
  EXPECT_FALSE(Value().has_value());
  const Value tensor(Tensor::Scalar(7));
  EXPECT_TRUE(tensor.is_tensor() && !tensor.is_sequence() && !tensor.is_map());
  auto sequence = std::make_shared<Sequence>();
  sequence->items.push_back(tensor);
  const Value list{std::shared_ptr<const Sequence>(sequence)};
  EXPECT_TRUE(list.is_sequence() && !list.is_tensor());
  EXPECT_EQ(*list.sequence()->items[0].tensor().data<int64_t>(), 7);
  const Value map{std::make_shared<const Map>()};
  EXPECT_TRUE(map.is_map());
}

}  // namespace
}  // namespace kante::core
