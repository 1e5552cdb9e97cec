// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr const char* kMl = "ai.onnx.ml";

template <typename K, typename V>
Value MapOf(const std::vector<K>& keys, const std::vector<V>& values) {
  auto map = std::make_shared<Map>();
  map->keys = OpTest::MakeTensor<K>({static_cast<int64_t>(keys.size())}, keys);
  map->values = OpTest::MakeTensor<V>({static_cast<int64_t>(values.size())}, values);
  return Value(std::shared_ptr<const Map>(std::move(map)));
}

TEST(DictVectorizerTest, Vocabulary) {
  const auto vectorizer = [] {
    return OpTest("DictVectorizer", 1, kMl)
        .Attr("string_vocabulary", AttributeValue(std::vector<std::string>{"a", "c", "b", "z"}));
  };
  vectorizer().InValue(MapOf<std::string, float>({"a", "c"}, {4, 8})).Out<float>({1, 4}, {4, 8, 0, 0}).Run();
  vectorizer().InValue(MapOf<std::string, int64_t>({"z", "q"}, {1, 2})).Out<int64_t>({1, 4}, {0, 0, 0, 1}).Run();
  vectorizer().InValue(MapOf<int64_t, float>({1}, {4})).Fails("a vocabulary of string");
  vectorizer().InValue(MapOf<std::string, float>({"a"}, {4, 8})).Fails("differ in number");
}

TEST(CastMapTest, DenseAndSparse) {
  const Value floats = MapOf<int64_t, float>({4, 0, 1}, {3, 2.25f, 1.5f});
  OpTest("CastMap", 1, kMl).InValue(floats).Out<float>({1, 3}, {2.25f, 1.5f, 3}).Run();
  OpTest("CastMap", 1, kMl).Attr("cast_to", "TO_INT64").InValue(floats).Out<int64_t>({1, 3}, {2, 1, 3}).Run();
  OpTest("CastMap", 1, kMl)
      .Attr("cast_to", "TO_STRING")
      .Attr("map_form", "SPARSE")
      .Attr("max_map", 3)
      .InValue(floats)
      .Out<std::string>({1, 3}, {"2.250000", "1.500000", "0.f"})
      .Run();
  OpTest("CastMap", 1, kMl)
      .InValue(MapOf<int64_t, std::string>({1, 0}, {"1.5", "-7"}))
      .Out<float>({1, 2}, {-7, 1.5f})
      .Run();
  OpTest("CastMap", 1, kMl).InValue(MapOf<int64_t, std::string>({1}, {"x"})).Fails("'x' is no number");
  OpTest("CastMap", 1, kMl).Attr("map_form", "SPARSE").InValue(MapOf<int64_t, float>({-1}, {0})).Fails("negative");
}

}  // namespace
}  // namespace kante::core
