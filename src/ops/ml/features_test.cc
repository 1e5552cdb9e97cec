// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr const char* kMl = "ai.onnx.ml";
using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;
using Strings = std::vector<std::string>;

TEST(ArrayFeatureExtractorTest, LastAxis) {
  OpTest("ArrayFeatureExtractor", 1, kMl)
      .In<float>({2, 3}, {0, 1, 2, 3, 4, 5})
      .In<int64_t>({2}, {2, 0})
      .Out<float>({2, 2}, {2, 0, 5, 3})
      .Run();
  OpTest("ArrayFeatureExtractor", 1, kMl)
      .In<std::string>({3}, {"a", "b", "c"})
      .In<int64_t>({1}, {1})
      .Out<std::string>({1, 1}, {"b"})
      .Run();
  OpTest("ArrayFeatureExtractor", 1, kMl).In<float>({1, 1}, {0}).In<int64_t>({1}, {1}).Fails("index 1");
}

TEST(BinarizerTest, Threshold) {
  OpTest("Binarizer", 1, kMl)
      .Attr("threshold", 0.5f)
      .In<float>({4}, {-1, 0.5f, 1, NAN})
      .Out<float>({4}, {0, 0, 1, 0})
      .Run();
  OpTest("Binarizer", 1, kMl).In<int64_t>({2}, {0, 3}).Out<int64_t>({2}, {0, 1}).Run();
}

TEST(FeatureVectorizerTest, CutsAndFills) {
  OpTest("FeatureVectorizer", 1, kMl)
      .Attr("inputdimensions", AttributeValue(Ints{3, 1}))
      .In<int64_t>({2, 2}, {1, 2, 3, 4})
      .In<int64_t>({2, 2}, {5, 6, 7, 8})
      .Out<float>({2, 4}, {1, 2, 0, 5, 3, 4, 0, 7})
      .Run();
}

TEST(ImputerTest, ReplacesMissing) {
  OpTest("Imputer", 1, kMl)
      .Attr("imputed_value_floats", AttributeValue(Floats{7, 8}))
      .Attr("replaced_value_float", static_cast<float>(NAN))
      .In<float>({2, 2}, {1, NAN, 0, 3})
      .Out<float>({2, 2}, {1, 8, 0, 3})
      .Run();
  OpTest("Imputer", 1, kMl)
      .Attr("imputed_value_int64s", AttributeValue(Ints{7}))
      .In<int64_t>({2}, {0, 5})
      .Out<int64_t>({2}, {7, 5})
      .Run();
  OpTest("Imputer", 1, kMl).In<float>({1}, {0}).Fails("must be given");
}

TEST(NormalizerTest, Norms) {
  OpTest("Normalizer", 1, kMl).In<float>({2, 2}, {2, -4, 0, 0}).Out<float>({2, 2}, {1, -2, 0, 0}).Run();
  OpTest("Normalizer", 1, kMl).Attr("norm", "L1").In<int64_t>({2}, {1, -3}).Out<float>({2}, {0.25f, -0.75f}).Run();
  OpTest("Normalizer", 1, kMl).Attr("norm", "L2").In<double>({2}, {3, -4}).Out<float>({2}, {0.6f, -0.8f}).Run();
  OpTest("Normalizer", 1, kMl).Attr("norm", "L3").In<float>({1}, {0}).Fails("'L3'");
}

TEST(ScalerTest, OffsetThenScale) {
  OpTest("Scaler", 1, kMl)
      .Attr("offset", AttributeValue(Floats{1, 2}))
      .Attr("scale", AttributeValue(Floats{2, 3}))
      .In<int64_t>({2, 2}, {1, 2, 3, 4})
      .Out<float>({2, 2}, {0, 0, 4, 6})
      .Run();
  OpTest("Scaler", 1, kMl).Attr("scale", AttributeValue(Floats{1, 2})).In<float>({3}, {0, 0, 0}).Fails("3 features");
}

TEST(LabelEncoderTest, KeysAndDefaults) {
  OpTest("LabelEncoder", 2, kMl)
      .Attr("keys_strings", AttributeValue(Strings{"Amy", "Sally"}))
      .Attr("values_int64s", AttributeValue(Ints{5, 6}))
      .Attr("default_int64", -1)
      .In<std::string>({3}, {"Dori", "Amy", "Sally"})
      .Out<int64_t>({3}, {-1, 5, 6})
      .Run();
  OpTest("LabelEncoder", 4, kMl)  // the last of equal keys; whatever is no number is one key
      .Attr("keys_floats", AttributeValue(Floats{NAN, 1, 1}))
      .Attr("values_strings", AttributeValue(Strings{"n", "a", "b"}))
      .In<float>({3}, {NAN, 1, 2})
      .Out<std::string>({3}, {"n", "b", "_Unused"})
      .Run();
  OpTest("LabelEncoder", 1, kMl)
      .Attr("classes_strings", AttributeValue(Strings{"b", "a"}))
      .In<std::string>({3}, {"a", "b", "z"})
      .Out<int64_t>({3}, {1, 0, -1})
      .Run();
  OpTest("LabelEncoder", 1, kMl)
      .Attr("classes_strings", AttributeValue(Strings{"b", "a"}))
      .In<int64_t>({2}, {1, 7})
      .Out<std::string>({2}, {"a", "_Unused"})
      .Run();
  OpTest("LabelEncoder", 4, kMl)
      .Attr("keys_int64s", AttributeValue(Ints{1}))
      .Attr("values_int64s", AttributeValue(Ints{1, 2}))
      .In<int64_t>({1}, {1})
      .Fails("1 keys for 2 values");
}

TEST(CategoryMapperTest, BothWays) {
  const auto mapper = [] {
    return OpTest("CategoryMapper", 1, kMl)
        .Attr("cats_int64s", AttributeValue(Ints{3, 4}))
        .Attr("cats_strings", AttributeValue(Strings{"a", "b"}));
  };
  mapper().In<std::string>({2}, {"b", "x"}).Out<int64_t>({2}, {4, -1}).Run();
  mapper().In<int64_t>({2}, {3, 9}).Out<std::string>({2}, {"a", "_Unused"}).Run();
}

TEST(OneHotEncoderTest, Categories) {
  OpTest("OneHotEncoder", 1, kMl)
      .Attr("cats_int64s", AttributeValue(Ints{1, 2}))
      .In<float>({3}, {1.7f, 2, 5})
      .Out<float>({3, 2}, {1, 0, 0, 1, 0, 0})
      .Run();
  OpTest("OneHotEncoder", 1, kMl)
      .Attr("cats_strings", AttributeValue(Strings{"a"}))
      .Attr("zeros", 0)
      .In<std::string>({1}, {"q"})
      .Fails("none of the categories");
}

TEST(ZipMapTest, RowsBecomeMaps) {
  const auto row = [](float a, float b) {
    auto map = std::make_shared<Map>();
    map->keys = OpTest::MakeTensor<std::string>({2}, {"a", "b"});
    map->values = OpTest::MakeTensor<float>({2}, {a, b});
    return Value(std::shared_ptr<const Map>(std::move(map)));
  };
  auto rows = std::make_shared<Sequence>();
  rows->items = {row(1, 2), row(3, 4)};
  OpTest("ZipMap", 1, kMl)
      .Attr("classlabels_strings", AttributeValue(Strings{"a", "b"}))
      .In<float>({2, 2}, {1, 2, 3, 4})
      .OutValue(Value(std::shared_ptr<const Sequence>(std::move(rows))))
      .Run();
  OpTest("ZipMap", 1, kMl)
      .Attr("classlabels_strings", AttributeValue(Strings{"a"}))
      .In<float>({1, 2}, {0, 0})
      .Fails("2 columns for 1 labels");
}

}  // namespace
}  // namespace kante::core
