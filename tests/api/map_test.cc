// SPDX-License-Identifier: MIT
// Maps through the public API: described, fed, returned, kept in files.
#include <gtest/gtest.h>

#include <algorithm>

#include "models.h"

namespace kante::api_test {
namespace {

using Dims = std::vector<int64_t>;

Tensor Words(const std::vector<std::string>& words) {
  auto made = Tensor::OfStrings(Dims{static_cast<int64_t>(words.size())}, words);
  EXPECT_TRUE(made.ok()) << made.status().ToString();
  return made.ok() ? *made : Tensor();
}

Value NumbersMap() { return Value::Map(Ints({3}, {-3, 5, 7}), Floats({3}, {2, 9, 1.5f})); }

TEST(Maps, AreDescribed) {
  const Model model = LoadOrDie(wire::MapsModel());
  const ValueDescription& m = model.inputs()[1];
  EXPECT_EQ(m.kind, ValueKind::kMap);
  EXPECT_EQ(m.key_type, ElementType::kInt64);
  EXPECT_EQ(m.element_type, ElementType::kFloat32);
  EXPECT_EQ(m.ToString(), "map(int64,float32)");
  const ValueDescription& y = model.outputs()[0];
  EXPECT_EQ(y.kind, ValueKind::kSequence);
  EXPECT_EQ(y.key_type, ElementType::kString);
  EXPECT_EQ(y.ToString(), "seq(map(string,float32))");
  EXPECT_EQ(model.inputs()[0].key_type, ElementType::kUndefined);
}

TEST(Maps, GoInAndComeOut) {
  const Session session = SessionOf(LoadOrDie(wire::MapsModel()));
  for (int i = 0; i < 2; ++i) {
    auto outputs = session.Run({{"x", Floats({2}, {0.25f, 0.75f})}, {"m", NumbersMap()}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
    ASSERT_EQ((*outputs)[0].items().size(), 1u);
    const Value& row = (*outputs)[0].items()[0];
    ASSERT_TRUE(row.is_map());
    EXPECT_TRUE(std::ranges::equal(row.keys().strings(), std::vector<std::string>{"b", "a"}));
    EXPECT_EQ(FloatsOf(row.values()), (std::vector<float>{0.25f, 0.75f}));
    EXPECT_EQ(FloatsOf((*outputs)[1]), (std::vector<float>{1.5f, 2}));
    Tensor mine = row.keys();
    mine.mutable_strings()[0] = "another";  // a caller's to change: the next run does not see it
  }
}

TEST(Maps, OtherFeedsAreRefused) {
  const Session session = SessionOf(LoadOrDie(wire::MapsModel()));
  const auto refusal = [&](const Value& m) {
    return session.Run({{"x", Floats({2}, {1, 2})}, {"m", m}}).status().message();
  };
  const Value bad[] = {
      Value(Floats({2}, {1, 2})),
      Value::Sequence({NumbersMap()}, ElementType::kFloat32),
      Value::Map(Words({"a"}), Floats({1}, {1})),
      Value::Map(Ints({1}, {1}), Ints({1}, {1})),
      Value::Map(Ints({2}, {1, 2}), Floats({1}, {1})),
      Value::Map(Ints({1, 1}, {1}), Floats({1}, {1})),
      Value::Map(Floats({1}, {1}), Floats({1}, {1})),
      Value::Map(Tensor(), Tensor()),
  };
  for (const Value& m : bad) EXPECT_NE(refusal(m).find("'m'"), std::string::npos) << refusal(m);
}

TEST(Maps, ProtoFilesRoundTrip) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("m.pb");
  ASSERT_TRUE(WriteProtoFile(path, NumbersMap(), "m").ok());
  auto read = ReadProtoFile(path, ProtoKind::kMap);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  ASSERT_TRUE(read->is_map());
  EXPECT_TRUE(std::ranges::equal(read->keys().values<int64_t>(), Dims{-3, 5, 7}));
  EXPECT_EQ(FloatsOf(read->values()), (std::vector<float>{2, 9, 1.5f}));
  const Value rows = Value::Sequence({Value::Map(Words({"a", "b"}), Floats({2}, {1, 2}))}, ElementType::kFloat32);
  ASSERT_TRUE(WriteProtoFile(path, rows).ok());
  read = ReadProtoFile(path, ProtoKind::kSequence);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  ASSERT_EQ(read->items().size(), 1u);
  EXPECT_TRUE(std::ranges::equal(read->items()[0].keys().strings(), std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(WriteProtoFile(path, Value()).ok());
}

}  // namespace
}  // namespace kante::api_test
