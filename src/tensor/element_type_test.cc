// SPDX-License-Identifier: MIT
#include "tensor/element_type.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "tensor/shape.h"

namespace kante::core {
namespace {

TEST(ElementType, NamesAreUniqueAndFoundAgain) {
  std::set<std::string_view> names;
  for (int i = 1; i < kElementTypeCount; ++i) {
    const auto type = static_cast<ElementType>(i);
    EXPECT_TRUE(IsValid(type));
    EXPECT_GT(BitsOf(type), 0);
    EXPECT_TRUE(names.insert(NameOf(type)).second) << NameOf(type);
    EXPECT_EQ(ElementTypeOfName(NameOf(type)), type);
  }
  EXPECT_EQ(ElementTypeOfName("float128"), std::nullopt);
  EXPECT_EQ(BitsOf(ElementType::kUndefined), 0);
  EXPECT_FALSE(IsValid(static_cast<ElementType>(200)));
  EXPECT_EQ(BitsOf(static_cast<ElementType>(200)), 0);
}

TEST(ElementType, Classes) {
  EXPECT_TRUE(IsFloat(ElementType::kBfloat16));
  EXPECT_TRUE(IsFloat(ElementType::kFloat8E5M2FNUZ));
  EXPECT_FALSE(IsFloat(ElementType::kInt4));
  EXPECT_TRUE(IsSubByte(ElementType::kUint2));
  EXPECT_FALSE(IsSubByte(ElementType::kBool));
  static_assert(ElementTypeFor<float> == ElementType::kFloat32 && ElementTypeFor<bool> == ElementType::kBool);
  static_assert(ElementTypeFor<void*> == ElementType::kUndefined);
}

TEST(StorageBytes, PacksSmallTypesAndChecksSizes) {
  EXPECT_EQ(*StorageBytes(ElementType::kFloat32, 3), 12);
  EXPECT_EQ(*StorageBytes(ElementType::kInt4, 3), 2);
  EXPECT_EQ(*StorageBytes(ElementType::kUint2, 5), 2);
  EXPECT_EQ(*StorageBytes(ElementType::kComplex128, 2), 32);
  EXPECT_FALSE(StorageBytes(ElementType::kFloat64, INT64_MAX / 4).ok());
  EXPECT_FALSE(StorageBytes(ElementType::kUndefined, 1).ok());
  EXPECT_EQ(*StorageBytes(ElementType::kInt4, INT64_MAX), INT64_MAX / 2 + 1);
}

}  // namespace
}  // namespace kante::core
