// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

using Dims = std::vector<int64_t>;

TEST(Tensor, AllocateZeroesAndAligns) {
  for (ElementType type : {ElementType::kFloat32, ElementType::kInt8, ElementType::kBool, ElementType::kFloat64}) {
    auto t = Tensor::Allocate(type, Dims{3, 5});
    ASSERT_TRUE(t.ok());
    EXPECT_EQ(t->elements(), 15);
    EXPECT_EQ(t->bytes(), 15u * static_cast<size_t>(BitsOf(type)) / 8);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(t->data()) % 64, 0u);
    const char* bytes = static_cast<const char*>(t->data());
    EXPECT_TRUE(std::all_of(bytes, bytes + t->bytes(), [](char c) { return c == 0; }));
  }
}

TEST(Tensor, ScalarsAndNothing) {
  auto scalar = Tensor::Allocate(ElementType::kFloat32, Dims{});
  ASSERT_TRUE(scalar.ok());
  EXPECT_EQ(scalar->elements(), 1);
  EXPECT_TRUE(scalar->shape().empty());
  auto nothing = Tensor::Allocate(ElementType::kFloat32, Dims{4, 0, 2});
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ(nothing->elements(), 0);
  EXPECT_EQ(nothing->bytes(), 0u);
  EXPECT_TRUE(nothing->values<float>().empty());
  EXPECT_TRUE(Tensor::Of<float>(Dims{0}, std::span<const float>()).ok());
  EXPECT_FALSE(Tensor().valid());
}

TEST(Tensor, SubByteTypesArePacked) {
  auto t = Tensor::Allocate(ElementType::kInt4, Dims{3});
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(t->elements(), 3);
  EXPECT_EQ(t->bytes(), 2u);
}

TEST(Tensor, BadShapesAreRefused) {
  const int64_t big = int64_t{1} << 40;
  for (const Dims& dims : {Dims{-1}, Dims{big, big}, Dims{INT64_MAX, 2}, Dims{big, big, 0, -3}, Dims(13, 1)}) {
    auto t = Tensor::Allocate(ElementType::kFloat32, dims);
    EXPECT_EQ(t.status().code(), StatusCode::kInvalidArgument) << ShapeToString(dims);
    EXPECT_FALSE(t.status().message().empty());
  }
  EXPECT_TRUE(Tensor::Allocate(ElementType::kFloat32, Dims(12, 1)).ok());
  const auto huge = Tensor::Allocate(ElementType::kFloat64, Dims{int64_t{1} << 58});
  EXPECT_FALSE(huge.ok());
  EXPECT_FALSE(Tensor::Allocate(ElementType::kUndefined, Dims{2}).ok());
  EXPECT_FALSE(Tensor::Allocate(static_cast<ElementType>(99), Dims{2}).ok());
}

TEST(Tensor, OfChecksTheCount) {
  const std::vector<float> values = {1, 2, 3};
  EXPECT_TRUE(Tensor::Of<float>(Dims{3}, std::span(values)).ok());
  const Status status = Tensor::Of<float>(Dims{2, 2}, std::span(values)).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("[2,2]"), std::string::npos) << status.message();
}

TEST(Tensor, WrapReleasesOnce) {
  float memory[4] = {1, 2, 3, 4};
  int released = 0;
  {
    auto t = Tensor::Wrap(ElementType::kFloat32, Dims{2, 2}, memory, sizeof memory, [&] { ++released; });
    ASSERT_TRUE(t.ok()) << t.status().ToString();
    EXPECT_EQ(t->data(), memory);
    const Tensor copy = *t;
    *t = Tensor();
    EXPECT_EQ(released, 0);
    EXPECT_EQ(copy.values<float>()[3], 4);
  }
  EXPECT_EQ(released, 1);
  EXPECT_FALSE(Tensor::Wrap(ElementType::kFloat32, Dims{2, 2}, memory, 8).ok());
  EXPECT_FALSE(Tensor::Wrap(ElementType::kFloat32, Dims{1}, nullptr, 4).ok());
  EXPECT_FALSE(Tensor::Wrap(ElementType::kString, Dims{1}, memory, 8).ok());
  EXPECT_EQ(released, 1);
}

TEST(Tensor, CopiesShareMemory) {
  Tensor a = Floats({2}, {1, 2});
  Tensor b = a;
  b.mutable_values<float>()[0] = 7;
  EXPECT_EQ(a.values<float>()[0], 7);
  EXPECT_EQ(a.data(), b.data());
}

TEST(Tensor, Strings) {
  const std::vector<std::string> values = {"one", "", std::string(100, 'x')};
  auto t = Tensor::OfStrings(Dims{3}, values);
  ASSERT_TRUE(t.ok()) << t.status().ToString();
  EXPECT_TRUE(std::ranges::equal(t->strings(), values));
  EXPECT_EQ(t->type(), ElementType::kString);
  EXPECT_FALSE(Tensor::OfStrings(Dims{2}, values).ok());
  EXPECT_TRUE(Floats({1}, {1}).strings().empty());
}

TEST(Tensor, NamesOfTypes) {
  for (int i = 1; i <= 26; ++i) {
    const auto type = static_cast<ElementType>(i);
    EXPECT_EQ(ElementTypeOfName(NameOf(type)), type) << NameOf(type);
  }
  EXPECT_EQ(NameOf(ElementType::kFloat32), "float32");
  EXPECT_EQ(ElementTypeOfName("nonsense"), ElementType::kUndefined);
  EXPECT_EQ(NameOf(static_cast<ElementType>(1000)), "undefined");
  EXPECT_EQ(BitsOf(ElementType::kInt4), 4);
  EXPECT_EQ(BitsOf(ElementType::kString), 0);
  EXPECT_EQ(BitsOf(ElementType::kUndefined), 0);
}

TEST(Tensor, StatusCodesHaveNames) {
  EXPECT_STREQ(StatusCodeName(StatusCode::kInvalidArgument), "InvalidArgument");
  EXPECT_STREQ(StatusCodeName(StatusCode::kDeadlineExceeded), "DeadlineExceeded");
  EXPECT_NE(StatusCodeName(static_cast<StatusCode>(55)), nullptr);
}

TEST(Tensor, ProtoFilesRoundTrip) {
  TemporaryFolder folder;
  const std::string path = folder.Path("t.pb");
  ASSERT_TRUE(WriteProtoFile(path, Floats({2, 2}, {1, 2, 3, 4.5f}), "name").ok());
  auto read = ReadProtoFile(path, ProtoKind::kTensor);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(FloatsOf(*read), (std::vector<float>{1, 2, 3, 4.5f}));
  EXPECT_EQ(ShapeOf(*read), (Dims{2, 2}));
  const std::vector<std::string> words = {"a", "bc"};
  ASSERT_TRUE(WriteProtoFile(path, *Tensor::OfStrings(Dims{2}, words)).ok());
  read = ReadProtoFile(path, ProtoKind::kTensor);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_TRUE(std::ranges::equal(read->tensor().strings(), words));
  const Status missing = ReadProtoFile(folder.Path("none.pb"), ProtoKind::kTensor).status();
  EXPECT_EQ(missing.code(), StatusCode::kNoSuchFile);
  const std::string garbage = folder.Write("g.pb", std::string(64, '\xff'));
  EXPECT_FALSE(ReadProtoFile(garbage, ProtoKind::kTensor).ok());
  EXPECT_FALSE(WriteProtoFile(folder.Path("no/such/t.pb"), Floats({1}, {1})).ok());
  EXPECT_FALSE(WriteProtoFile(path, Tensor()).ok());
}

}  // namespace
}  // namespace kante::api_test
