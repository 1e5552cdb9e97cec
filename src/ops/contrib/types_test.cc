// SPDX-License-Identifier: MIT
// The contrib operators in 16 bits, against their formulas in double, and on nothing at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using namespace test;  // NOLINT: Numbers, Wave and As
constexpr const char* kMs = "com.microsoft";

double Erf(double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }
double Tanh(double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }
double Quick(double x) { return x / (1 + std::exp(-1.702 * x)); }

struct Half {
  ElementType type;
  double tolerance;
};
constexpr Half kHalves[] = {{ElementType::kFloat16, 4e-3}, {ElementType::kBfloat16, 3e-2}};

// What is left of x in the type, so that the formulas see what the operator sees.
Numbers Rounded(ElementType type, const Numbers& x) {
  const Tensor t = As(type, {static_cast<int64_t>(x.size())}, x);
  Numbers y(x.size());
  GetLoadRow<float>(type)(y.data(), t.raw(), t.elements());
  return y;
}

TEST(ContribTypesTest, GelusInSixteenBits) {
  struct Case {
    const char* op;
    double (*f)(double);
    bool bias;
  };
  for (const Half& half : kHalves) {
    for (const Case& t : {Case{"Gelu", Erf, false}, Case{"BiasGelu", Erf, true}, Case{"FastGelu", Tanh, false},
                          Case{"FastGelu", Tanh, true}, Case{"QuickGelu", Quick, false}}) {
      const Numbers x = Rounded(half.type, Wave(12, 0.7)), bias = Rounded(half.type, Wave(4, 1.3));
      Numbers y;
      for (size_t i = 0; i < x.size(); ++i) {
        y.push_back(static_cast<float>(t.f(double{x[i]} + (t.bias ? double{bias[i % 4]} : 0.0))));
      }
      OpTest test(t.op, 1, kMs);
      test.In(As(half.type, {3, 4}, x));
      if (t.bias) test.In(As(half.type, {4}, bias));
      test.Out(As(half.type, {3, 4}, y)).Tolerance(half.tolerance, half.tolerance).Run();
      OpTest none(t.op, 1, kMs);
      none.In(As(half.type, {0, 4}, {}));
      if (t.bias) none.In(As(half.type, {4}, bias));
      none.Out(As(half.type, {0, 4}, {})).Run();
    }
  }
}

TEST(ContribTypesTest, SkipNormalisations) {
  constexpr int64_t kRows = 3, kSize = 4;
  for (const Half& half : kHalves) {
    for (bool mean : {true, false}) {
      const Numbers x = Rounded(half.type, Wave(kRows * kSize, 0.7)), skip = Rounded(half.type, Wave(12, 1.9));
      const Numbers gamma = Rounded(half.type, Wave(kSize, 0.4)), beta = Rounded(half.type, Wave(kSize, 1.1));
      Numbers sum, y;
      for (size_t i = 0; i < x.size(); ++i) sum.push_back(x[i] + skip[i]);
      for (size_t row = 0; row < kRows; ++row) {
        double centre = 0, square = 0;
        for (size_t i = 0; mean && i < kSize; ++i) centre += double{sum[row * kSize + i]} / kSize;
        for (size_t i = 0; i < kSize; ++i) square += std::pow(double{sum[row * kSize + i]} - centre, 2) / kSize;
        for (size_t i = 0; i < kSize; ++i) {
          const double v = (double{sum[row * kSize + i]} - centre) / std::sqrt(square + 1e-5) * double{gamma[i]};
          y.push_back(static_cast<float>(v + (mean ? double{beta[i]} : 0.0)));
        }
      }
      const auto test = [&](int64_t batch, const Numbers& a, const Numbers& b, const Numbers& to,
                            const Numbers& added) {
        OpTest t(mean ? "SkipLayerNormalization" : "SkipSimplifiedLayerNormalization", 1, kMs);
        t.Attr("epsilon", 1e-5f)
            .In(As(half.type, {batch, kRows, kSize}, a))
            .In(As(half.type, {batch, kRows, kSize}, b));
        t.In(As(half.type, {kSize}, gamma));
        if (mean) t.In(As(half.type, {kSize}, beta));
        t.Out(As(half.type, {batch, kRows, kSize}, to)).NoOutput().NoOutput();
        t.Out(As(half.type, {batch, kRows, kSize}, added)).Tolerance(3 * half.tolerance, 3 * half.tolerance).Run();
      };
      test(1, x, skip, y, sum);
      test(0, {}, {}, {}, {});
    }
  }
}

TEST(ContribTypesTest, FusedProducts) {
  for (const Half& half : kHalves) {
    const Numbers a = Rounded(half.type, Wave(6, 0.7)), b = Rounded(half.type, Wave(6, 1.9));
    const Numbers c = Rounded(half.type, Wave(2, 0.3));
    Numbers product, gemm;  // a [3, 2] turned, b [3, 2]
    for (size_t i = 0; i < 4; ++i) {
      double sum = 0;
      for (size_t k = 0; k < 3; ++k) sum += double{a[k * 2 + i / 2]} * double{b[k * 2 + i % 2]};
      product.push_back(static_cast<float>(0.5 * sum));
      gemm.push_back(static_cast<float>(std::max(0.5 * sum + double{c[i % 2]}, 0.0)));
    }
    OpTest("FusedMatMul", 1, kMs)
        .Attr("transA", 1)
        .Attr("alpha", 0.5f)
        .In(As(half.type, {3, 2}, a))
        .In(As(half.type, {3, 2}, b))
        .Out(As(half.type, {2, 2}, product))
        .Tolerance(half.tolerance, half.tolerance)
        .Run();
    OpTest("FusedGemm", 1, kMs)
        .Attr("transA", 1)
        .Attr("alpha", 0.5f)
        .Attr("activation", "Relu")
        .In(As(half.type, {3, 2}, a))
        .In(As(half.type, {3, 2}, b))
        .In(As(half.type, {2}, c))
        .Out(As(half.type, {2, 2}, gemm))
        .Tolerance(half.tolerance, half.tolerance)
        .Run();
  }
  // An empty sum.
  OpTest("FusedMatMul", 1, kMs).In<float>({2, 0}, {}).In<float>({0, 3}, {}).Out<float>({2, 3}, Numbers(6)).Run();
  OpTest("FusedMatMul", 1, kMs).In<float>({0, 2}, {}).In<float>({2, 3}, Wave(6, 1)).Out<float>({0, 3}, {}).Run();
  OpTest("FusedConv", 1, kMs)
      .Attr("activation", "Relu")
      .In<float>({0, 1, 3, 3}, {})
      .In<float>({2, 1, 2, 2}, Wave(8, 1))
      .Out<float>({0, 2, 2, 2}, {})
      .Run();
}

TEST(ContribTypesTest, QuantizedOnNothing) {
  const auto tail = [](OpTest& t) { t.In<float>({}, {0.5f}).In<uint8_t>({}, {3}); };
  OpTest add("QLinearAdd", 1, kMs);
  add.In<uint8_t>({0, 2}, {});
  tail(add);
  add.In<uint8_t>({2}, {1, 2});
  tail(add);
  tail(add);
  add.Out<uint8_t>({0, 2}, {}).Run();
  OpTest sigmoid("QLinearSigmoid", 1, kMs);
  sigmoid.In<uint8_t>({0}, {});
  tail(sigmoid);
  tail(sigmoid);
  sigmoid.Out<uint8_t>({0}, {}).Run();
  OpTest("MatMulIntegerToFloat", 1, kMs)
      .In<uint8_t>({0, 2}, {})
      .In<int8_t>({2, 1}, {1, 2})
      .In<float>({}, {1})
      .In<float>({}, {1})
      .Out<float>({0, 1}, {})
      .Run();
  // An empty sum and a bias.
  OpTest("DynamicQuantizeMatMul", 1, kMs)
      .In<float>({1, 0}, {})
      .In<int8_t>({0, 2}, {})
      .In<float>({1}, {1})
      .NoInput()
      .In<float>({2}, {3, 4})
      .Out<float>({1, 2}, {3, 4})
      .Run();
  OpTest("GatherBlockQuantized", 1, kMs)
      .Attr("block_size", 16)
      .Attr("bits", 8)
      .Attr("quantize_axis", 1)
      .In<uint8_t>({2, 16}, std::vector<uint8_t>(32, 1))
      .In<int64_t>({0}, {})
      .In<float>({2, 1}, {1, 1})
      .Out<float>({0, 16}, {})
      .Run();
}

}  // namespace
}  // namespace kante::core
