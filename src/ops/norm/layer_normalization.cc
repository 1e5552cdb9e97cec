// SPDX-License-Identifier: MIT
// LayerNormalization and RMSNormalization: rows over the dimensions from `axis` on.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int kX = 0, kScale = 1, kBias = 2;
constexpr double kElementCost = 0.4;  // ns

struct RowNorm {
  int64_t axis = -1;
  float epsilon = 1e-5f;
  ElementType stash = ElementType::kFloat32;

  void Read(AttrReader& a) {
    axis = a.Int("axis", -1);
    epsilon = a.Float("epsilon", 1e-5f);
    stash = a.Type("stash_type", ElementType::kFloat32);
  }

  // Shape of a row.
  static Shape RowShape(const Shape& x, int first) {
    Shape row;
    for (int i = first; i < x.rank(); ++i) row.push_back(x[i]);
    return row;
  }

  static Status CheckParameter(InferContext& c, int i, const Shape& row) {
    if (!c.has_input(i)) return OkStatus();
    KANTE_TRY(const Shape p, c.shape(i));
    const Result<Shape> both = BroadcastShapes(row, p);
    if (!both.ok() || !(*both == row)) {
      return InvalidArgument("input ", i, " ", p.ToString(), " does not suit rows of ", row.ToString());
    }
    return OkStatus();
  }

  Status InferRows(InferContext& c) const {
    c.SetType(0, c.type(kX));
    if (c.wants_output(1)) c.SetType(1, stash);
    if (c.wants_output(2)) c.SetType(2, stash);
    if (stash != ElementType::kFloat32 && stash != ElementType::kBfloat16) {
      return InvalidArgument("stash_type must be float32 or bfloat16, not ", NameOf(stash));
    }
    for (int i = 1; i < c.input_count(); ++i) KANTE_TRY(c.RequireType(i, kFloats));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const int first, NormalizeAxis(axis, x.rank()));
    const Shape row = RowShape(x, first);
    KANTE_TRY(CheckParameter(c, kScale, row));
    KANTE_TRY(CheckParameter(c, kBias, row));
    Shape statistics = x;
    for (int i = first; i < x.rank(); ++i) statistics.set_dim(i, 1);
    if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, statistics));
    if (c.wants_output(2)) KANTE_TRY(c.SetShape(2, statistics));
    return c.SetShape(0, x);
  }

  // Parameter `i` as one row of T; null when absent. Repeats what broadcasts.
  template <typename T>
  static Result<const T*> ParameterRow(RunContext& c, int i, const Shape& row) {
    if (!c.has_input(i)) return static_cast<const T*>(nullptr);
    const Tensor& t = c.in(i);
    KANTE_TRY(const T* from, ReadAs<T>(c, t));
    const int64_t n = row.elements();
    if (t.elements() == n) return from;
    KANTE_TRY(std::byte * memory, c.Scratch(n * static_cast<int64_t>(sizeof(T))));
    T* to = reinterpret_cast<T*>(memory);
    const int lead = row.rank() - t.rank();
    for (int64_t k = 0; k < n; ++k) {
      int64_t rest = k, at = 0, step = 1;
      for (int d = row.rank() - 1; d >= lead; --d) {
        const int64_t side = t.dim(d - lead);
        if (side != 1) at += rest % row[d] * step;
        step *= side;
        rest /= row[d];
      }
      to[k] = from[at];
    }
    return to;
  }

  // Where row statistics go: null if not wanted.
  static Result<float*> Statistics(RunContext& c, int out, int64_t rows) {
    if (!c.wants_output(out)) return static_cast<float*>(nullptr);
    KANTE_TRY(Tensor * t, c.Output(out));
    if (t->type() == ElementType::kFloat32) return t->mutable_data<float>();
    KANTE_TRY(std::byte * memory, c.Scratch(rows * 4));
    return reinterpret_cast<float*>(memory);
  }
  static Status StoreStatistics(RunContext& c, int out, const float* values, int64_t rows) {
    if (!values) return OkStatus();
    KANTE_TRY(Tensor * t, c.Output(out));
    if (t->type() != ElementType::kFloat32) GetStoreRow<float>(t->type())(t->raw(), values, rows);
    return OkStatus();
  }

  // Calls row(y, x, scale, bias, n, mean*, inverse*) for every row; the last two may be null.
  template <typename T, typename Row>
  Status EachRow(RunContext& c, const T* x, T* y, const Row& one) const {
    const Shape& shape = c.in(kX).shape();
    KANTE_TRY(const int first, NormalizeAxis(axis, shape.rank()));
    const int64_t rows = shape.Product(0, first), n = shape.Product(first, shape.rank());
    const Shape row = RowShape(shape, first);
    KANTE_TRY(const T* scale, ParameterRow<T>(c, kScale, row));
    KANTE_TRY(const T* bias, ParameterRow<T>(c, kBias, row));
    KANTE_TRY(float* mean, Statistics(c, 1, rows));
    KANTE_TRY(float* inverse, Statistics(c, 2, rows));
    for (float* statistic : {mean, inverse}) {  // of nothing
      if (statistic && n == 0) std::fill_n(statistic, rows, std::numeric_limits<float>::quiet_NaN());
    }
    KANTE_TRY(c.Parallel(n == 0 ? 0 : rows, kElementCost * static_cast<double>(n), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        one(y + r * n, x + r * n, scale, bias, n, mean ? mean + r : nullptr, inverse ? inverse + r : nullptr);
      }
    }));
    KANTE_TRY(StoreStatistics(c, 1, mean, rows));
    return StoreStatistics(c, 2, inverse, rows);
  }

  template <typename FloatRow, typename DoubleRow>
  Status RunRows(RunContext& c, const FloatRow& float_row, const DoubleRow& double_row) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->type() == ElementType::kFloat64) {
      return EachRow(c, c.in(kX).data<double>(), y->mutable_data<double>(), double_row);
    }
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* x, ReadFloats(c, kX));
    KANTE_TRY(EachRow(c, x, out.data(), float_row));
    return out.Finish(c);
  }
};

struct LayerNormalization : RowNorm {
  static constexpr OpInfo kInfo{.name = "LayerNormalization",
                                .versions = {17},
                                .min_inputs = 2,
                                .max_inputs = 3,
                                .max_outputs = 3,
                                .types = kFloats,
                                .in_place = 0b1,
                                .numerics = kComputes};

  static Result<LayerNormalization> Parse(AttrReader& a) {
    LayerNormalization op;
    op.Read(a);
    return op;
  }
  Status Infer(InferContext& c) const { return InferRows(c); }

  Status Run(RunContext& c) const {
    return RunRows(
        c,
        [e = epsilon](float* y, const float* x, const float* scale, const float* bias, int64_t n, float* mean,
                      float* inverse) {
          kernels::LayerNormRow(y, x, scale, bias, static_cast<size_t>(n), e, mean, inverse);
        },
        [e = epsilon](double* y, const double* x, const double* scale, const double* bias, int64_t n, float* mean,
                      float* inverse) {
          double m, v;
          MeanVariance(x, n, &m, &v);
          const double inv = 1 / std::sqrt(v + e);
          for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - m) * inv * (scale ? scale[i] : 1) + (bias ? bias[i] : 0);
          if (mean) *mean = static_cast<float>(m);
          if (inverse) *inverse = static_cast<float>(inv);
        });
  }
};

struct RMSNormalization : RowNorm {
  static constexpr OpInfo kInfo{.name = "RMSNormalization",
                                .versions = {23},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .types = kFloats,
                                .in_place = 0b1,
                                .numerics = kComputes};

  static Result<RMSNormalization> Parse(AttrReader& a) {
    RMSNormalization op;
    op.Read(a);
    return op;
  }
  // The result takes the type of the scale, which may differ from the input's.
  Status Infer(InferContext& c) const {
    if (c.type(kScale) != ElementType::kUndefined && c.type(kX) != ElementType::kUndefined &&
        c.type(kScale) != c.type(kX)) {
      return NotImplemented("a scale of type ", NameOf(c.type(kScale)), " for an input of type ", NameOf(c.type(kX)));
    }
    return InferRows(c);
  }

  Status Run(RunContext& c) const {
    return RunRows(
        c,
        [e = epsilon](float* y, const float* x, const float* scale, const float*, int64_t n, float*, float*) {
          kernels::RmsNormRow(y, x, scale, static_cast<size_t>(n), e, nullptr);
        },
        [e = epsilon](double* y, const double* x, const double* scale, const double*, int64_t n, float*, float*) {
          double squares = 0;
          for (int64_t i = 0; i < n; ++i) squares += x[i] * x[i];
          const double inv = 1 / std::sqrt(squares / static_cast<double>(n) + e);
          for (int64_t i = 0; i < n; ++i) y[i] = x[i] * inv * (scale ? scale[i] : 1);
        });
  }
};

}  // namespace

KANTE_DEFINE_OP(LayerNormalization)
KANTE_DEFINE_OP(RMSNormalization)

}  // namespace kante::core
