// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using Floats = std::vector<float>;

OpTest Regressor(const char* kernel) {
  OpTest t("SVMRegressor", 1, "ai.onnx.ml");
  t.Attr("kernel_type", kernel)
      .Attr("kernel_params", AttributeValue(Floats{0.5f, 1, 2}))
      .Attr("support_vectors", AttributeValue(Floats{1, 0, 0, 2}))
      .Attr("coefficients", AttributeValue(Floats{1, -1}))
      .Attr("rho", AttributeValue(Floats{0.25f}))
      .Attr("n_supports", 2);
  return t;
}

TEST(SVMRegressorTest, Kernels) {
  // x = [1, 1]: products 1 and 2, squared distances 1 and 2
  const auto want = [](double a, double b) { return Floats{static_cast<float>(a - b + 0.25)}; };
  Regressor("LINEAR").In<float>({1, 2}, {1, 1}).Out<float>({1, 1}, want(1, 2)).Run();
  Regressor("POLY").In<float>({1, 2}, {1, 1}).Out<float>({1, 1}, want(2.25, 4)).Run();
  Regressor("RBF").In<double>({1, 2}, {1, 1}).Out<float>({1, 1}, want(std::exp(-0.5), std::exp(-1.0))).Run();
  Regressor("SIGMOID").In<int64_t>({2}, {1, 1}).Out<float>({1, 1}, want(std::tanh(1.5), std::tanh(2.0))).Run();
  Regressor("LINEAR").Attr("one_class", 1).In<float>({1, 2}, {1, 1}).Out<float>({1, 1}, {-1}).Run();
  Regressor("LINEAR").In<float>({1, 3}, {1, 1, 1}).Fails("vectors of 2 features, X has 3");
  Regressor("CUBE").In<float>({1, 2}, {1, 1}).Fails("'CUBE'");
}

TEST(SVMClassifierTest, TwoClasses) {
  const auto classifier = [] {
    return OpTest("SVMClassifier", 1, "ai.onnx.ml")
        .Attr("support_vectors", AttributeValue(Floats{1, 0, 0, 2}))
        .Attr("coefficients", AttributeValue(Floats{1, -1}))
        .Attr("rho", AttributeValue(Floats{0.25f}))
        .Attr("vectors_per_class", AttributeValue(std::vector<int64_t>{1, 1}))
        .Attr("classlabels_ints", AttributeValue(std::vector<int64_t>{5, 6}));
  };
  classifier()  // decisions 1 - 2 + 0.25 and 1 + 0.25; the first class is the positive side
      .In<float>({2, 2}, {1, 1, 1, 0})
      .Out<int64_t>({2}, {6, 5})
      .Out<float>({2, 2}, {0.75f, -0.75f, -1.25f, 1.25f})
      .Run();
  const float p = static_cast<float>(1 / (1 + std::exp(-1.25)));
  classifier()
      .Attr("prob_a", AttributeValue(Floats{-1}))
      .Attr("prob_b", AttributeValue(Floats{0}))
      .In<float>({1, 2}, {1, 0})
      .Out<int64_t>({1}, {5})
      .Out<float>({1, 2}, {p, 1 - p})
      .Tolerance(1e-3, 1e-3)
      .Run();
  classifier().Attr("prob_a", AttributeValue(Floats{-1})).In<float>({1, 2}, {1, 0}).Fails("differ in length");
  const auto logistic = [](double v) { return static_cast<float>(1 / (1 + std::exp(-v))); };
  classifier()
      .Attr("post_transform", "LOGISTIC")
      .In<float>({1, 2}, {1, 1})
      .Out<int64_t>({1}, {6})
      .Out<float>({1, 2}, {logistic(0.75), logistic(-0.75)})
      .Run();
}

// One support vector for each class, x itself scaled by its kernel values: k = x.
TEST(SVMClassifierTest, ThreeClasses) {
  OpTest("SVMClassifier", 1, "ai.onnx.ml")
      .Attr("support_vectors", AttributeValue(Floats{1, 0, 0, 0, 1, 0, 0, 0, 1}))
      .Attr("coefficients", AttributeValue(Floats{1, -1, -2, 2, 3, -3}))
      .Attr("rho", AttributeValue(Floats{0.5f, 0.25f, -1}))
      .Attr("vectors_per_class", AttributeValue(std::vector<int64_t>{1, 1, 1}))
      .Attr("classlabels_strings", AttributeValue(std::vector<std::string>{"a", "b", "c"}))
      // 0 against 1: 1 k0 - 1 k1 + 0.5, 0 against 2: 2 k0 - 2 k2 + 0.25, 1 against 2: 3 k1 - 3 k2 - 1
      .In<float>({3, 3}, {4, 0, 1, 0, 5, 1, 0, 0, 2})
      .Out<std::string>({3}, {"a", "b", "c"})
      .Out<float>({3, 3}, {4.5f, 6.25f, -4, -4.5f, -1.75f, 11, 0.5f, -3.75f, -7})
      .Run();
}

}  // namespace
}  // namespace kante::core
