// SPDX-License-Identifier: MIT
#include "tensor/append.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace kante::core {
namespace {

std::shared_ptr<Allocator> Heap() {
  return std::shared_ptr<Allocator>(&HeapAllocator(), [](Allocator*) {});
}

// [2, n, 3] filled with `value`.
Tensor Filled(int64_t n, float value) {
  Tensor t = Tensor::Allocate(ElementType::kFloat32, {2, n, 3}).value();
  for (int64_t i = 0; i < t.elements(); ++i) t.mutable_data<float>()[i] = value;
  return t;
}

// Whether [2, n, 3] holds values[k] at [:, k, :].
bool Holds(const Tensor& t, const std::vector<float>& values) {
  const Tensor dense = Compact(t).value();
  if (!(dense.shape() == Shape{2, static_cast<int64_t>(values.size()), 3})) return false;
  for (int64_t i = 0; i < dense.elements(); ++i) {
    if (dense.data<float>()[i] != values[static_cast<size_t>(i / 3) % values.size()]) return false;
  }
  return true;
}

TEST(Append, GrowsInPlaceOnceThereIsRoom) {
  const Tensor a = Append(Filled(1, 1), Filled(1, 2), 1, Heap()).value();
  EXPECT_TRUE(Holds(a, {1, 2}));
  const Tensor b = Append(a, Filled(1, 3), -2, Heap()).value();
  EXPECT_TRUE(Holds(b, {1, 2, 3}));
  EXPECT_EQ(a.buffer(), b.buffer());
  EXPECT_TRUE(Holds(a, {1, 2})) << "older views never change";
}

TEST(Append, TheSecondChildOfOneParentCopies) {
  const Tensor parent = Append(Filled(1, 1), Filled(1, 2), 1, Heap()).value();
  const Tensor first = Append(parent, Filled(1, 3), 1, Heap()).value();
  const Tensor second = Append(parent, Filled(1, 4), 1, Heap()).value();
  EXPECT_EQ(first.buffer(), parent.buffer());
  EXPECT_NE(second.buffer(), parent.buffer());
  EXPECT_TRUE(Holds(first, {1, 2, 3}));
  EXPECT_TRUE(Holds(second, {1, 2, 4}));
}

#ifndef KANTE_NO_THREADS
TEST(Append, RacingChildrenNeverShareTheirTail) {
  for (int round = 0; round < 50; ++round) {
    const Tensor parent = Append(Filled(1, 1), Filled(1, 2), 1, Heap()).value();
    Tensor children[2];
    const auto append = [&](int i) {
      children[i] = Append(parent, Filled(1, static_cast<float>(10 + i)), 1, Heap()).value();
    };
    std::thread a(append, 0);
    std::thread b(append, 1);
    a.join();
    b.join();
    EXPECT_TRUE(Holds(children[0], {1, 2, 10}));
    EXPECT_TRUE(Holds(children[1], {1, 2, 11}));
    EXPECT_NE(children[0].buffer(), children[1].buffer());
  }
}
#endif

TEST(Append, ReallocatesWhenFull) {
  Tensor t = Filled(1, 0);
  std::vector<float> want = {0};
  int moves = 0;
  for (int i = 1; i < 200; ++i) {
    const Buffer* before = t.buffer().get();
    t = Append(t, Filled(1, static_cast<float>(i)), 1, Heap()).value();
    moves += t.buffer().get() != before;
    want.push_back(static_cast<float>(i));
  }
  EXPECT_TRUE(Holds(t, want));
  EXPECT_LE(moves, 6) << "capacity doubles";
}

TEST(Append, StartsFromNothingAndTakesNothing) {
  const Tensor empty = Filled(0, 0);
  const Tensor a = Append(empty, Filled(2, 5), 1, Heap()).value();
  EXPECT_TRUE(Holds(a, {5, 5}));
  EXPECT_TRUE(Holds(Append(a, empty, 1, Heap()).value(), {5, 5}));
}

TEST(Append, RefusesWhatDoesNotFit) {
  EXPECT_FALSE(Append(Filled(1, 0), Filled(1, 0), 3, Heap()).ok());
  EXPECT_FALSE(Append(Filled(1, 0), Filled(2, 0), 0, Heap()).ok());
  EXPECT_FALSE(Append(Filled(1, 0), Tensor::Scalar(1), 1, Heap()).ok());
  const Tensor strings = Tensor::Allocate(ElementType::kString, {1}).value();
  EXPECT_EQ(Append(strings, strings, 0, Heap()).status().code(), StatusCode::kNotImplemented);
  CappedAllocator capped(10);
  const std::shared_ptr<Allocator> shared(&capped, [](Allocator*) {});
  EXPECT_EQ(Append(Filled(1, 0), Filled(1, 0), 1, shared).status().code(), StatusCode::kOutOfMemory);
}

}  // namespace
}  // namespace kante::core
