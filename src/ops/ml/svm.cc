// SPDX-License-Identifier: MIT
// SVMRegressor and SVMClassifier: kernels between rows and support vectors, summed in double.
#include <algorithm>
#include <cmath>

#include "ops/ml/scores.h"

namespace kante::core {
namespace {

enum class Kernel : uint8_t { kLinear, kPoly, kRbf, kSigmoid };

struct SupportVectors {
  std::vector<float> vectors;  // [count, features]
  std::vector<float> coefficients, rho;
  int64_t count = 0, features = 0;
  Kernel kernel = Kernel::kLinear;
  double gamma = 0, coef0 = 0, degree = 0;
  PostTransform transform = PostTransform::kNone;

  // With `n` vectors; without any the coefficients are `outputs` linear functions themselves.
  Status Read(AttrReader& a, int64_t n, int64_t outputs) {
    vectors = a.Floats("support_vectors");
    coefficients = a.Floats("coefficients");
    rho = a.Floats("rho");
    const std::vector<float> params = a.Floats("kernel_params");
    KANTE_TRY(kernel,
              EnumOf<Kernel>("kernel_type", a.String("kernel_type", "LINEAR"), {"LINEAR", "POLY", "RBF", "SIGMOID"}));
    KANTE_TRY(transform, ReadPostTransform(a));
    if (!params.empty() && params.size() != 3) return InvalidArgument(params.size(), " kernel_params, not 3");
    if (!params.empty()) {
      gamma = static_cast<double>(params[0]);
      coef0 = static_cast<double>(params[1]);
      degree = static_cast<double>(params[2]);
    }
    count = n;
    if (n < 0 || coefficients.empty()) return InvalidArgument("negative counts or no coefficients");
    const auto of = static_cast<int64_t>(n ? vectors.size() : coefficients.size());
    const int64_t parts = n ? n : outputs;
    if (of % parts != 0) return InvalidArgument(of, " numbers for ", parts, " vectors");
    features = of / parts;
    if (n == 0) kernel = Kernel::kLinear;
    return OkStatus();
  }
  Result<FeatureRows> Rows(const Shape& x) const {
    KANTE_TRY(const FeatureRows rows, FeatureRows::Of(x));
    if (rows.features == features) return rows;
    return InvalidArgument("vectors of ", features, " features, X has ", rows.features);
  }
  double Apply(const float* x, const float* v) const {
    double sum = 0;
    for (int64_t i = 0; i < features; ++i) {
      const double a = static_cast<double>(x[i]), b = static_cast<double>(v[i]);
      sum += kernel == Kernel::kRbf ? (a - b) * (a - b) : a * b;
    }
    if (kernel == Kernel::kRbf) return std::exp(-gamma * sum);
    if (kernel == Kernel::kPoly) return std::pow(gamma * sum + coef0, degree);
    return kernel == Kernel::kSigmoid ? std::tanh(gamma * sum + coef0) : sum;
  }
  double Cost() const { return 1.0 + static_cast<double>(std::max<int64_t>(count, 1) * features); }
};

struct SVMRegressor : SupportVectors {
  static constexpr OpInfo kInfo{.name = "SVMRegressor", .domain = "ai.onnx.ml", .types = kFeatureTypes};
  bool one_class = false;

  static Result<SVMRegressor> Parse(AttrReader& a) {
    SVMRegressor op;
    const int64_t n = a.Int("n_supports", 0);
    KANTE_TRY(op.Read(a, n, 1));
    op.one_class = a.Bool("one_class", false);
    if (op.rho.empty()) return InvalidArgument("attribute 'rho' is missing");
    if (n > 0 && static_cast<int64_t>(op.coefficients.size()) != n) {
      return InvalidArgument(op.coefficients.size(), " coefficients for ", n, " support vectors");
    }
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kFloat32);
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const FeatureRows rows, Rows(x));
    return c.SetShape(0, Shape{rows.rows, 1});
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const float* x, ReadNumbers<float>(c, c.in(0)));
    float* to = y->mutable_data<float>();
    return c.Parallel(y->elements(), Cost(), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        double sum = static_cast<double>(rho[0]);
        if (count == 0) sum += Apply(x + r * features, coefficients.data());
        for (int64_t v = 0; v < count; ++v) {
          sum += static_cast<double>(coefficients[static_cast<size_t>(v)]) *
                 Apply(x + r * features, vectors.data() + v * features);
        }
        to[r] = one_class ? (sum > 0 ? 1.0f : -1.0f) : static_cast<float>(sum);
        if (!one_class) Transform(transform, to + r, 1);
      }
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(SVMRegressor)

}  // namespace kante::core
