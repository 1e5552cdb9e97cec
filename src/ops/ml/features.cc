// SPDX-License-Identifier: MIT
// ArrayFeatureExtractor, Binarizer, FeatureVectorizer, Imputer, Normalizer, Scaler: single features in, features out.
#include <algorithm>
#include <cmath>

#include "ops/ml/scores.h"
#include "ops/move/indices.h"
#include "ops/move/movable.h"

namespace kante::core {
namespace {

constexpr double kCost = 1;  // ns an element

struct ArrayFeatureExtractor {
  static constexpr OpInfo kInfo{.name = "ArrayFeatureExtractor",
                                .domain = "ai.onnx.ml",
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .types = kFeatureTypes | TypeSet{ElementType::kString},
                                .numerics = kMoves};

  // A vector gives a matrix of one row, as in ORT and ONNX's reference.
  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, {ElementType::kInt64}));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const Shape indices, c.shape(1));
    if (x.rank() == 0) return InvalidArgument("X must not be a scalar");
    std::vector<int64_t> dims(x.begin(), x.end() - 1);
    if (dims.empty()) dims.push_back(1);
    dims.push_back(indices.elements());
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t size = x.dim(x.rank() - 1), rows = x.shape().Product(0, x.rank() - 1);
    KANTE_TRY(const auto indices, ReadIndices(c, c.in(1), size));
    const auto count = static_cast<int64_t>(indices.size());
    if (y->elements() == 0) return OkStatus();
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    return c.Parallel(rows, 4 * static_cast<double>(count), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin * count; i < end * count; ++i) {
        CopyRun(to, i, from, i / count * size + indices[static_cast<size_t>(i % count)], 1);
      }
    });
  }
};

struct Binarizer {
  static constexpr OpInfo kInfo{
      .name = "Binarizer", .domain = "ai.onnx.ml", .types = kFeatureTypes, .numerics = kChooses};
  float threshold = 0;

  static Result<Binarizer> Parse(AttrReader& a) { return Binarizer{a.Float("threshold", 0)}; }
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    const Tensor& x = c.in(0);
    KANTE_TRY(const double* from, ReadNumbers<double>(c, x));
    KANTE_TRY(std::byte * memory, c.Scratch(x.elements() * 8));
    auto* to = reinterpret_cast<double*>(memory);
    for (int64_t i = 0; i < x.elements(); ++i) to[i] = from[i] > static_cast<double>(threshold) ? 1 : 0;
    GetStoreRow<double>(y->type())(y->raw(), to, x.elements());
    return OkStatus();
  }
};

struct FeatureVectorizer {
  static constexpr OpInfo kInfo{.name = "FeatureVectorizer",
                                .domain = "ai.onnx.ml",
                                .max_inputs = kVariadic,
                                .types = kFeatureTypes,
                                .same_type = ~uint32_t{0},
                                .numerics = Numerics{FloatRule::kSingle, IntegerRule::kAsFloat}};
  std::vector<int64_t> widths;

  static Result<FeatureVectorizer> Parse(AttrReader& a) { return FeatureVectorizer{a.Ints("inputdimensions")}; }

  // What an input contributes to each row; longer rows are cut, shorter ones filled with zeros.
  int64_t Width(int i, const FeatureRows& rows) const {
    return widths.empty() ? rows.features : widths[static_cast<size_t>(i)];
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kFloat32);
    if (!widths.empty() && static_cast<int>(widths.size()) != c.input_count()) {
      return InvalidArgument(widths.size(), " inputdimensions for ", c.input_count(), " inputs");
    }
    int64_t total = 0, count = -1;
    for (int i = 0; i < c.input_count(); ++i) {
      KANTE_TRY(const Shape x, c.shape(i));
      KANTE_TRY(const FeatureRows rows, FeatureRows::Of(x));
      const int64_t width = Width(i, rows);
      if (width < 0 || width > int64_t{1} << 40) return InvalidArgument("inputdimensions ", width);
      if (count >= 0 && rows.rows != count) return InvalidArgument("inputs of ", count, " and ", rows.rows, " rows");
      count = rows.rows;
      total += width;
    }
    return c.SetShape(0, Shape{count, total});
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    float* to = y->mutable_data<float>();
    const int64_t total = y->dim(1);
    std::fill(to, to + y->elements(), 0.0f);
    for (int i = 0; i < c.input_count(); ++i) {
      KANTE_TRY(const FeatureRows rows, FeatureRows::Of(c.in(i).shape()));
      KANTE_TRY(const float* from, ReadNumbers<float>(c, c.in(i)));
      const int64_t width = Width(i, rows), n = std::min(width, rows.features);
      for (int64_t r = 0; r < rows.rows; ++r) {
        std::copy(from + r * rows.features, from + r * rows.features + n, to + r * total);
      }
      to += width;
    }
    return OkStatus();
  }
};

struct Imputer {
  static constexpr OpInfo kInfo{
      .name = "Imputer", .domain = "ai.onnx.ml", .types = kFeatureTypes, .numerics = kChooses};
  std::vector<float> floats;
  std::vector<int64_t> ints;
  float replaced_float = 0;
  int64_t replaced_int = 0;

  static Result<Imputer> Parse(AttrReader& a) {
    Imputer op{a.Floats("imputed_value_floats"), a.Ints("imputed_value_int64s"), a.Float("replaced_value_float", 0),
               a.Int("replaced_value_int64", 0)};
    if (op.floats.empty() == op.ints.empty()) {
      return InvalidArgument("one of 'imputed_value_floats' and 'imputed_value_int64s' must be given");
    }
    return op;
  }
  Status Infer(InferContext& c) const {
    KANTE_TRY(c.SameAs(0, 0));
    KANTE_TRY(const Shape x, c.shape(0));
    const int64_t features = x.rank() ? x[x.rank() - 1] : 1;
    const size_t count = std::max(floats.size(), ints.size());
    if (count != 1 && static_cast<int64_t>(count) != features) {
      return InvalidArgument(count, " imputed values for ", features, " features");
    }
    if (const bool whole = ArithmeticOf(c.type(0)) == Arithmetic::kInteger; whole == ints.empty()) {
      return InvalidArgument("the imputed values must be ", whole ? "integers" : "floats", ", as X is");
    }
    return OkStatus();
  }
  template <typename T, typename V>
  static Status Replace(RunContext& c, const std::vector<V>& values, T replaced) {
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t n = y->elements();
    KANTE_TRY(const T* from, ReadNumbers<T>(c, c.in(0)));
    KANTE_TRY(std::byte * memory, c.Scratch(n * 8));
    auto* to = reinterpret_cast<T*>(memory);
    for (int64_t i = 0; i < n; ++i) {
      const bool missing = from[i] == replaced || (from[i] != from[i] && replaced != replaced);
      to[i] = missing ? static_cast<T>(values[static_cast<size_t>(i) % values.size()]) : from[i];
    }
    GetStoreRow<T>(y->type())(y->raw(), to, n);
    return OkStatus();
  }
  Status Run(RunContext& c) const {
    return ints.empty() ? Replace<double>(c, floats, static_cast<double>(replaced_float))
                        : Replace<int64_t>(c, ints, replaced_int);
  }
};

enum class Norm : uint8_t { kMax, kL1, kL2 };

struct Normalizer {
  static constexpr OpInfo kInfo{.name = "Normalizer",
                                .domain = "ai.onnx.ml",
                                .types = kFeatureTypes,
                                .numerics = Numerics{FloatRule::kDouble, IntegerRule::kAsFloat}};
  Norm norm = Norm::kMax;

  static Result<Normalizer> Parse(AttrReader& a) {
    KANTE_TRY(const Norm norm, EnumOf<Norm>("norm", a.String("norm", "MAX"), {"MAX", "L1", "L2"}));
    return Normalizer{norm};
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kFloat32);
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY([[maybe_unused]] const FeatureRows rows, FeatureRows::Of(x));
    return c.SetShape(0, x);
  }
  // The maximum is that of the numbers, not of their magnitudes.
  double Divisor(const double* x, int64_t n) const {
    double d = norm == Norm::kMax ? -HUGE_VAL : 0;
    for (int64_t i = 0; i < n; ++i) {
      d = norm == Norm::kMax ? std::max(d, x[i]) : d + (norm == Norm::kL1 ? std::abs(x[i]) : x[i] * x[i]);
    }
    return norm == Norm::kL2 ? std::sqrt(d) : d;
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const FeatureRows s, FeatureRows::Of(y->shape()));
    KANTE_TRY(const double* x, ReadNumbers<double>(c, c.in(0)));
    float* to = y->mutable_data<float>();
    const int64_t n = s.features;
    return c.Parallel(s.rows, kCost * static_cast<double>(n), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const double d = Divisor(x + r * n, n);
        for (int64_t i = r * n; i < (r + 1) * n; ++i) to[i] = static_cast<float>(d != 0 ? x[i] / d : x[i]);
      }
    });
  }
};

struct Scaler {
  static constexpr OpInfo kInfo{.name = "Scaler",
                                .domain = "ai.onnx.ml",
                                .types = kFeatureTypes,
                                .numerics = Numerics{FloatRule::kDouble, IntegerRule::kAsFloat}};
  std::vector<float> offset, scale;

  static Result<Scaler> Parse(AttrReader& a) {
    Scaler op{a.Floats("offset"), a.Floats("scale")};
    if (op.offset.empty()) op.offset.assign(1, 0);
    if (op.scale.empty()) op.scale.assign(1, 1);
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kFloat32);
    KANTE_TRY(const Shape x, c.shape(0));
    const int64_t features = x.rank() ? x[x.rank() - 1] : 1;
    for (const auto* v : {&offset, &scale}) {
      if (v->size() != 1 && static_cast<int64_t>(v->size()) != features) {
        return InvalidArgument(v->size(), " offsets or scales for ", features, " features");
      }
    }
    return c.SetShape(0, x);
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const double* x, ReadNumbers<double>(c, c.in(0)));
    float* to = y->mutable_data<float>();
    return c.Parallel(y->elements(), kCost, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const auto k = static_cast<size_t>(i);
        to[i] = static_cast<float>((x[i] - static_cast<double>(offset[k % offset.size()])) *
                                   static_cast<double>(scale[k % scale.size()]));
      }
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(ArrayFeatureExtractor)
KANTE_DEFINE_OP(Binarizer)
KANTE_DEFINE_OP(FeatureVectorizer)
KANTE_DEFINE_OP(Imputer)
KANTE_DEFINE_OP(Normalizer)
KANTE_DEFINE_OP(Scaler)

}  // namespace kante::core
