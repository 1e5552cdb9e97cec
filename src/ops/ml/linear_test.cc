// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr const char* kMl = "ai.onnx.ml";
using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;

TEST(LinearRegressorTest, Targets) {
  const auto regressor = [] {
    return OpTest("LinearRegressor", 1, kMl)
        .Attr("coefficients", AttributeValue(Floats{1, 2, 3, 4}))
        .Attr("intercepts", AttributeValue(Floats{10, 20}))
        .Attr("targets", 2);
  };
  regressor().In<float>({2, 2}, {1, 1, 2, 0}).Out<float>({2, 2}, {13, 27, 12, 26}).Run();
  regressor().In<int64_t>({2}, {1, 1}).Out<float>({1, 2}, {13, 27}).Run();
  regressor().In<float>({0, 2}, {}).Out<float>({0, 2}, {}).Run();
  regressor()  // equal scores
      .Attr("post_transform", "SOFTMAX")
      .In<double>({1, 2}, {20, -25})
      .Out<float>({1, 2}, {0.5f, 0.5f})
      .Run();
  regressor().In<float>({1, 3}, {1, 1, 1}).Fails("coefficients for 2 features, X has 3");
}

TEST(LinearClassifierTest, OneRowForTwoClasses) {
  const auto classifier = [] {
    return OpTest("LinearClassifier", 1, kMl)
        .Attr("coefficients", AttributeValue(Floats{2, 0}))
        .Attr("intercepts", AttributeValue(Floats{-1}))
        .Attr("classlabels_ints", AttributeValue(Ints{5, 6}));
  };
  classifier().In<float>({2, 2}, {0, 9, 1, 9}).Out<int64_t>({2}, {5, 6}).Out<float>({2, 2}, {2, -1, 0, 1}).Run();
  classifier()
      .Attr("post_transform", "LOGISTIC")
      .In<float>({1, 2}, {1, 9})
      .Out<int64_t>({1}, {6})
      .Out<float>({1, 2}, {0.2689414f, 0.7310586f})
      .Run();
}

TEST(LinearClassifierTest, ManyClasses) {
  OpTest("LinearClassifier", 1, kMl)
      .Attr("coefficients", AttributeValue(Floats{1, 2, 3}))
      .Attr("classlabels_strings", AttributeValue(std::vector<std::string>{"a", "b", "c"}))
      .In<int32_t>({2, 1}, {1, -1})
      .Out<std::string>({2}, {"c", "a"})
      .Out<float>({2, 3}, {1, 2, 3, -1, -2, -3})
      .Run();
  OpTest("LinearClassifier", 1, kMl)
      .Attr("coefficients", AttributeValue(Floats{1, 2}))
      .Attr("classlabels_ints", AttributeValue(Ints{1, 2, 3}))
      .In<float>({1, 1}, {0})
      .Fails("2 coefficients for 3 targets");
}

}  // namespace
}  // namespace kante::core
