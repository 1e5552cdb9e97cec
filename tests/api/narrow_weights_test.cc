// SPDX-License-Identifier: MIT
// Weights in two bytes: SessionOptions::weights, and models that hold float16. Sums are those of the rounded weights.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

constexpr int64_t kDepth = 150, kColumns = 70;

std::vector<float> Weights() {
  std::vector<float> w(kDepth * kColumns);
  uint32_t x = 5;
  for (float& v : w) v = static_cast<float>(static_cast<int32_t>(x = x * 1664525 + 1013904223)) / 2.5e9f;
  return w;
}

// To `bits` significant binary digits, to nearest, ties to even.
double Rounded(double v, int bits) {
  int exponent = 0;
  const double fraction = std::frexp(v, &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits);
}

// y = x @ w + b and z = Gemm(x, w') with w' = w transposed.
std::string Model2() {
  const std::vector<float> w = Weights();
  std::vector<float> turned(w.size());
  for (int64_t i = 0; i < kDepth; ++i) {
    for (int64_t j = 0; j < kColumns; ++j) {
      turned[static_cast<size_t>(j * kDepth + i)] = w[static_cast<size_t>(i * kColumns + j)];
    }
  }
  return wire::ModelBytes(
      {.graph = wire::GraphMessage(
           {.nodes = {wire::NodeMessage("MatMul", {"x", "w"}, {"y"}),
                      wire::NodeMessage("Gemm", {"x", "v"}, {"z"}, {wire::IntAttribute("transB", 1)})},
            .initializers = {wire::RawTensor("w", Type::kFloat32, {kDepth, kColumns}, wire::Raw(w)),
                             wire::RawTensor("v", Type::kFloat32, {kColumns, kDepth}, wire::Raw(turned))},
            .inputs = {wire::Info("x", TensorTypeOf(Type::kFloat32, {"n", "150"}))},
            .outputs = {wire::Info("y", TensorTypeOf(Type::kFloat32, {"n", "70"})),
                        wire::Info("z", TensorTypeOf(Type::kFloat32, {"n", "70"}))}})});
}

TEST(NarrowWeights, SumsAreThoseOfTheRoundedWeights) {
  const Model model = LoadOrDie(Model2());
  const std::vector<float> w = Weights();
  const struct {
    WeightStorage storage;
    int bits;
  } kinds[] = {{WeightStorage::kAsInModel, 24}, {WeightStorage::kFloat16, 11}, {WeightStorage::kBfloat16, 8}};
  for (const auto& kind : kinds) {
    SessionOptions options;
    options.weights = kind.storage;
    const Session session = SessionOf(model, options);
    for (int64_t rows : {1, 2, 3, 4, 5, 33}) {
      const Tensor x = Ramp({rows, kDepth});
      auto outputs = session.Run({{"x", x}});
      ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
      const std::vector<float> in = FloatsOf(Value(x));
      for (size_t out = 0; out < 2; ++out) {
        const std::vector<float> got = FloatsOf((*outputs)[out]);
        for (int64_t i = 0; i < rows; ++i) {
          for (int64_t j = 0; j < kColumns; ++j) {
            double sum = 0, size = 0;
            for (int64_t k = 0; k < kDepth; ++k) {
              const double term = static_cast<double>(in[static_cast<size_t>(i * kDepth + k)]) *
                                  Rounded(static_cast<double>(w[static_cast<size_t>(k * kColumns + j)]), kind.bits);
              sum += term;
              size += std::abs(term);
            }
            ASSERT_NEAR(static_cast<double>(got[static_cast<size_t>(i * kColumns + j)]), sum, 1e-6 * size + 1e-7)
                << "bits " << kind.bits << " rows " << rows << " output " << out << " at " << i << "," << j;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace kante::api_test
