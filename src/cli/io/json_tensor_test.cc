// SPDX-License-Identifier: MIT
#include "cli/io/json_tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace kante::cli {
namespace {

using Dims = std::vector<int64_t>;

std::string Described(const std::string& text, ElementType type = ElementType::kUndefined) {
  auto t = ParseJsonTensor(text, type, "file");
  return t.ok() ? std::string(NameOf(t->type())) + ShapeToString(t->shape()) : "error: " + t.status().message();
}

TEST(Json, ShapesAndTypes) {
  EXPECT_EQ(Described("[[1,2,3],[4,5,6]]"), "int64[2,3]");
  EXPECT_EQ(Described("[[1,2.5,3],[4,5,6]]"), "float32[2,3]");
  EXPECT_EQ(Described("7"), "int64[]");
  EXPECT_EQ(Described("[true,false]"), "bool[2]");
  EXPECT_EQ(Described("[\"a\",\"b\"]"), "string[2]");
  EXPECT_EQ(Described("[1,2]", ElementType::kFloat64), "float64[2]");
  EXPECT_EQ(Described("{\"name\":\"x\",\"data\":[1,2]}", ElementType::kFloat32), "float32[2]");
  EXPECT_EQ(Described("[]", ElementType::kFloat32), "float32[0]");
}

TEST(Json, Values) {
  auto t = ParseJsonTensor("[[1,-2],[0.5,3e2]]", ElementType::kFloat32, "file");
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(std::vector<float>(t->values<float>().begin(), t->values<float>().end()),
            (std::vector<float>{1, -2, 0.5f, 300}));
  t = ParseJsonTensor("[9223372036854775807,-9223372036854775808]", ElementType::kInt64, "file");
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(t->values<int64_t>()[0], std::numeric_limits<int64_t>::max());
  t = ParseJsonTensor("[18446744073709551615]", ElementType::kUint64, "file");
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(t->values<uint64_t>()[0], std::numeric_limits<uint64_t>::max());
}

TEST(Json, Refused) {
  for (const char* text :
       {"", "[", "[1,", "[[1],[2,3]]", "[[1],2]", "[1,[2]]", "{\"a\":1}", "null", "[null]", "[1,\"a\"]", "[{}]"}) {
    const std::string got = Described(text, ElementType::kFloat32);
    EXPECT_EQ(got.substr(0, 6), "error:") << text << " is " << got;
    EXPECT_NE(got.find("file"), std::string::npos) << got;
  }
  EXPECT_EQ(Described("[300]", ElementType::kUint8).substr(0, 6), "error:");
  EXPECT_EQ(Described("[1.5]", ElementType::kInt64).substr(0, 6), "error:");
  EXPECT_EQ(Described("[1e300]", ElementType::kInt32).substr(0, 6), "error:");
  EXPECT_EQ(Described("[-1]", ElementType::kUint8).substr(0, 6), "error:");
  EXPECT_EQ(Described(std::string(100'000, '['), ElementType::kFloat32).substr(0, 6), "error:");
  EXPECT_EQ(Described(std::string(1000, '[') + std::string(1000, ']'), ElementType::kFloat32).substr(0, 6), "error:");
}

TEST(Json, RoundTrips) {
  const std::vector<float> values = {1, -0.1f, 3e38f, 1e-38f, 0, 7};
  const Tensor t = *Tensor::Of<float>(Dims{3, 2}, std::span(values));
  const std::string text = FormatJson("x", t);
  EXPECT_NE(text.find("\"name\":\"x\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"type\":\"float32\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"shape\":[3,2]"), std::string::npos) << text;
  auto back = ParseJsonTensor(text, ElementType::kFloat32, "file");
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(std::vector<float>(back->values<float>().begin(), back->values<float>().end()), values);
  const float odd[] = {NAN, INFINITY, -INFINITY};
  const std::string special = FormatJson("x", *Tensor::Of<float>(Dims{3}, std::span<const float>(odd)));
  EXPECT_NE(special.find("[\"NaN\",\"Infinity\",\"-Infinity\"]"), std::string::npos) << special;
  back = ParseJsonTensor(special, ElementType::kFloat32, "file");  // what we write we read
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_TRUE(std::isnan(back->values<float>()[0]));
  EXPECT_EQ(back->values<float>()[2], -INFINITY);
  EXPECT_NE(FormatJson("s", *Tensor::Allocate(ElementType::kFloat32, Dims{})).find("\"data\":0.0"), std::string::npos);
  const std::vector<std::string> words = {"\xff not UTF-8", "\"quoted\""};
  EXPECT_FALSE(FormatJson("s", *Tensor::OfStrings(Dims{2}, words)).empty());
}

TEST(Json, ElementsAsDoubles) {
  const uint16_t halves[] = {0x3c00, 0xc000, 0x0001, 0x7c00, 0x7e00};
  auto t = Tensor::CopyOf(ElementType::kFloat16, Dims{5}, halves, sizeof halves);
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(ElementAsDouble(*t, 0), 1);
  EXPECT_EQ(ElementAsDouble(*t, 1), -2);
  EXPECT_EQ(ElementAsDouble(*t, 2), std::ldexp(1, -24));
  EXPECT_EQ(ElementAsDouble(*t, 3), INFINITY);
  EXPECT_TRUE(std::isnan(ElementAsDouble(*t, 4)));
  const uint16_t brain[] = {0x3f80, 0xc040};
  t = Tensor::CopyOf(ElementType::kBfloat16, Dims{2}, brain, sizeof brain);
  EXPECT_EQ(ElementAsDouble(*t, 1), -3);
}

TEST(Json, Maps) {
  ValueDescription input;
  input.kind = ValueKind::kMap;
  input.key_type = ElementType::kInt64;
  input.element_type = ElementType::kFloat32;
  auto map = ParseJsonValue("{\"-3\": 2, \"9007199254740993\": 1.5}", input, "file");
  ASSERT_TRUE(map.ok()) << map.status().ToString();
  EXPECT_EQ(map->keys().values<int64_t>()[1], 9007199254740993);
  EXPECT_EQ(map->values().values<float>()[1], 1.5f);
  EXPECT_EQ(FormatJson("m", *map),
            "{\"name\":\"m\",\"type\":\"map(int64,float32)\",\"data\":{\"-3\":2.0,\"9007199254740993\":1.5}}\n");
  auto back = ParseJsonValue(FormatJson("m", *map), input, "file");  // what we write we read
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(back->keys().values<int64_t>()[0], -3);
  for (const char* text :
       {"[1]", "{\"a\": 1}", "{\"1 \": 1}", "{\"99999999999999999999\": 1}", "{\"1\": [1]}", "{\"1\": \"x\"}"})
    EXPECT_FALSE(ParseJsonValue(text, input, "file").ok()) << text;
  input.kind = ValueKind::kSequence;
  input.key_type = ElementType::kString;
  auto rows = ParseJsonValue("[{\"data\": 1}, {}]", input, "file");
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  ASSERT_EQ(rows->items().size(), 2u);
  EXPECT_EQ(rows->items()[0].keys().strings()[0], "data");
  EXPECT_EQ(rows->items()[1].keys().elements(), 0);
  EXPECT_EQ(TypeText(*rows), "seq(map(string,float32))");
  EXPECT_FALSE(ParseJsonValue("{}", input, "file").ok());
}

}  // namespace
}  // namespace kante::cli
