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
  static constexpr OpInfo kInfo{.name = "SVMRegressor",
                                .domain = "ai.onnx.ml",
                                .types = kFeatureTypes,
                                .numerics = Numerics{FloatRule::kSingle, IntegerRule::kAsFloat}};
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

// Wu, Lin and Weng's coupling of pairwise probabilities r [n, n], the second method of their paper, as in libsvm.
void CoupleProbabilities(int64_t n, const std::vector<double>& r, double* p) {
  const auto size = static_cast<size_t>(n);
  std::vector<double> q(size * size), qp(size);
  const auto at = [n](int64_t i, int64_t j) { return static_cast<size_t>(i * n + j); };
  for (int64_t i = 0; i < n; ++i) {
    p[i] = 1 / static_cast<double>(n);
    for (int64_t j = 0; j < n; ++j) {
      if (j == i) continue;
      q[at(i, i)] += r[at(j, i)] * r[at(j, i)];
      q[at(i, j)] = -r[at(j, i)] * r[at(i, j)];
    }
  }
  for (int step = 0; step < 100; ++step) {
    double pqp = 0, error = 0;
    for (int64_t i = 0; i < n; ++i) {
      double sum = 0;
      for (int64_t j = 0; j < n; ++j) sum += q[at(i, j)] * p[j];
      qp[static_cast<size_t>(i)] = sum;
      pqp += p[i] * sum;
    }
    for (double v : qp) error = std::max(error, std::abs(v - pqp));
    if (error < 0.005 / static_cast<double>(n)) return;
    for (int64_t i = 0; i < n; ++i) {
      const double diag = q[at(i, i)], qi = qp[static_cast<size_t>(i)], diff = (pqp - qi) / diag;
      p[i] += diff;
      pqp = (pqp + diff * (diff * diag + 2 * qi)) / ((1 + diff) * (1 + diff));
      for (int64_t j = 0; j < n; ++j) {
        qp[static_cast<size_t>(j)] = (qp[static_cast<size_t>(j)] + diff * q[at(i, j)]) / (1 + diff);
        p[j] /= 1 + diff;
      }
    }
  }
}

struct SVMClassifier : SupportVectors {
  static constexpr OpInfo kInfo{.name = "SVMClassifier",
                                .domain = "ai.onnx.ml",
                                .min_outputs = 1,
                                .max_outputs = 2,
                                .types = kFeatureTypes,
                                .numerics = Numerics{FloatRule::kSingle, IntegerRule::kAsFloat}};
  ClassLabels labels;
  std::vector<int64_t> first;  // support vector of each class, and the count behind them
  std::vector<float> prob_a, prob_b;
  bool positive = true;  // no coefficient is negative

  int64_t pairs() const { return labels.size() * (labels.size() - 1) / 2; }
  bool pairwise() const { return count > 0 && prob_a.empty(); }
  int64_t columns() const { return pairwise() && labels.size() > 2 ? pairs() : labels.size(); }

  static Result<SVMClassifier> Parse(AttrReader& a) {
    SVMClassifier op;
    KANTE_TRY(op.labels, ClassLabels::Read(a, "classlabels_ints", "classlabels_strings"));
    const int64_t classes = op.labels.size();
    if (classes > 65535) return InvalidArgument(classes, " classes");
    const std::vector<int64_t> sizes = a.Ints("vectors_per_class");
    op.first.push_back(0);
    for (int64_t size : sizes) {
      if (size < 0 || size > (int64_t{1} << 40)) return InvalidArgument("vectors_per_class ", size);
      op.first.push_back(op.first.back() + size);
    }
    KANTE_TRY(op.Read(a, op.first.back(), classes));
    op.prob_a = a.Floats("prob_a");
    op.prob_b = a.Floats("prob_b");
    const auto wrong = [](size_t have, int64_t want) { return static_cast<int64_t>(have) < want; };
    if (op.rho.empty()) return InvalidArgument("attribute 'rho' is missing");
    if (op.prob_a.size() != op.prob_b.size()) return InvalidArgument("prob_a and prob_b differ in length");
    if (op.count > 0) {
      if (classes < 2 || static_cast<int64_t>(sizes.size()) != classes) {
        return InvalidArgument(sizes.size(), " vectors_per_class for ", classes, " classes");
      }
      if (op.count > (int64_t{1} << 40) || wrong(op.coefficients.size(), (classes - 1) * op.count)) {
        return InvalidArgument("fewer coefficients than ", classes - 1, " for each support vector");
      }
      if (wrong(op.rho.size(), op.pairs()) || (!op.prob_a.empty() && wrong(op.prob_a.size(), op.pairs()))) {
        return InvalidArgument("fewer than ", op.pairs(), " values in rho, prob_a or prob_b");
      }
    }
    op.positive = std::all_of(op.coefficients.begin(), op.coefficients.end(), [](float v) { return v >= 0; });
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, labels.type());
    if (c.wants_output(1)) c.SetType(1, ElementType::kFloat32);
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const FeatureRows rows, Rows(x));
    if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, Shape{rows.rows, columns()}));
    return c.SetShape(0, Shape{rows.rows});
  }
  // The coefficients of class i against class j: row j - 1 over i's vectors, row i over j's.
  double Decide(const std::vector<double>& k, int64_t i, int64_t j, int64_t pair) const {
    double sum = static_cast<double>(rho[static_cast<size_t>(pair)]);
    const auto add = [&](int64_t row, int64_t of) {
      for (int64_t v = first[static_cast<size_t>(of)]; v < first[static_cast<size_t>(of) + 1]; ++v) {
        sum += static_cast<double>(coefficients[static_cast<size_t>(row * count + v)]) * k[static_cast<size_t>(v)];
      }
    };
    add(j - 1, i);
    add(i, j);
    return sum;
  }
  // The class of one row; its scores go to z[columns()].
  int64_t Vote(const float* x, float* z) const {
    const int64_t n = labels.size();
    std::vector<double> k(static_cast<size_t>(count)), r(prob_a.empty() ? 0 : static_cast<size_t>(n * n));
    for (int64_t v = 0; v < count; ++v) k[static_cast<size_t>(v)] = Apply(x, vectors.data() + v * features);
    std::vector<int64_t> votes(static_cast<size_t>(n));
    int64_t pair = 0;
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = i + 1; j < n; ++j, ++pair) {
        const double s = Decide(k, i, j, pair);
        ++votes[static_cast<size_t>(s > 0 ? i : j)];
        if (pairwise()) {
          z[pair] = static_cast<float>(s);
          continue;
        }
        const auto at = static_cast<size_t>(pair);
        const double t = s * static_cast<double>(prob_a[at]) + static_cast<double>(prob_b[at]);
        const double p = std::clamp(1 / (1 + std::exp(t)), 1e-7, 1 - 1e-7);
        r[static_cast<size_t>(i * n + j)] = p;
        r[static_cast<size_t>(j * n + i)] = 1 - p;
      }
    }
    if (!pairwise()) {
      std::vector<double> p(static_cast<size_t>(n));
      CoupleProbabilities(n, r, p.data());
      std::transform(p.begin(), p.end(), z, [](double v) { return static_cast<float>(v); });
    }
    return std::max_element(votes.begin(), votes.end()) - votes.begin();
  }
  int64_t Linear(const float* x, float* z) const {
    const int64_t n = labels.size();
    for (int64_t i = 0; i < n; ++i) {
      z[i] = static_cast<float>(static_cast<double>(rho[0]) + Apply(x, coefficients.data() + i * features));
    }
    const int64_t top = std::max_element(z, z + n) - z;
    // Of two classes ORT takes the second when the best score is clear.
    return n == 2 && (positive ? z[top] >= 0.5f : z[top] > 0) ? 1 : top;
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const float* x, ReadNumbers<float>(c, c.in(0)));
    const int64_t n = columns();
    KANTE_TRY(std::byte * memory, c.Scratch(y->elements() * n * 4));
    auto* z = reinterpret_cast<float*>(memory);
    if (c.wants_output(1)) {
      KANTE_TRY(Tensor * scores, c.Output(1));
      z = scores->mutable_data<float>();
    }
    return c.Parallel(y->elements(), Cost(), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        float* row = z + r * n;
        labels.Store(*y, r, count ? Vote(x + r * features, row) : Linear(x + r * features, row));
        if (!pairwise() || n != 2) {
          Transform(transform, row, n);
        } else if (transform == PostTransform::kNone) {
          TransformBinary(transform, row[0], false, row);
        } else {  // as ORT: [logistic(-s), logistic(s)]; the softmaxes leave [1 - s, s]
          TransformBinary(transform, row[0], true, row);
        }
      }
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(SVMRegressor)
KANTE_DEFINE_OP(SVMClassifier)

}  // namespace kante::core
