// SPDX-License-Identifier: MIT
// MatMulInteger, MatMulIntegerToFloat, QLinearMatMul, ConvInteger and QLinearConv: sums of products of bytes are exact,
// in int32 or double.
#include <algorithm>
#include <cmath>

#include "compute/broadcast.h"
#include "compute/conv_direct.h"
#include "compute/gemm_plain.h"
#include "compute/move/cast.h"
#include "compute/quantize.h"
#include "ops/linalg/matmul_shape.h"
#include "ops/nn/float_arrays.h"
#include "ops/nn/window.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr TypeSet kBytes{ElementType::kInt8, ElementType::kUint8};
constexpr TypeSet kSmallFloats{ElementType::kFloat8E4M3FN, ElementType::kFloat8E4M3FNUZ, ElementType::kFloat8E5M2,
                               ElementType::kFloat8E5M2FNUZ};
constexpr TypeSet kScales{ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16};

// Input `i` converted to T (of element type `type`).
template <typename T>
Result<T*> Widen(RunContext& c, int i) {
  const Tensor& t = c.in(i);
  KANTE_TRY(std::byte * memory, c.Scratch(std::max<int64_t>(1, t.elements()) * static_cast<int64_t>(sizeof(T))));
  CastRange(ElementTypeFor<T>, memory, t.type(), t.raw(), t.elements(), {});
  return reinterpret_cast<T*>(memory);
}

// Parameters of a matrix or weight: one, one for each row or column, or one for each of every matrix.
Status CheckParameter(InferContext& c, int i, int64_t each, int64_t matrices) {
  if (!c.has_input(i)) return OkStatus();
  KANTE_TRY(const Shape p, c.shape(i));
  const int64_t n = p.elements();
  if (n == 1 || n == each || n == each * matrices) return OkStatus();
  return InvalidArgument("input ", i, " ", p.ToString(), " does not suit ", each, " rows or columns");
}

// Input positions; -1: the operator has no such input.
struct MatMulInputs {
  int a, b, a_zero, b_zero, a_scale = -1, b_scale = -1, y_scale = -1, y_zero = -1;
  TypeSet types = kBytes;
};

Status InferMatMul(InferContext& c, const MatMulInputs& in, ElementType type) {
  c.SetType(0, type);
  for (int i : {in.a, in.b, in.a_zero, in.b_zero, in.y_zero}) {
    if (i >= 0 && c.has_input(i)) KANTE_TRY(c.RequireType(i, in.types));
  }
  for (int i : {in.a_scale, in.b_scale, in.y_scale}) {
    if (i >= 0) KANTE_TRY(c.RequireType(i, kScales));
  }
  KANTE_TRY(const Shape a, c.shape(in.a));
  KANTE_TRY(const Shape b, c.shape(in.b));
  KANTE_TRY(const MatMulShape s, MatMulShape::Make(a, b));
  for (int i : {in.a_zero, in.a_scale}) {
    if (i >= 0) KANTE_TRY(CheckParameter(c, i, s.m, s.a_batch.elements()));
  }
  for (int i : {in.b_zero, in.b_scale}) {
    if (i >= 0) KANTE_TRY(CheckParameter(c, i, s.n, s.b_batch.elements()));
  }
  for (int i : {in.y_scale, in.y_zero}) {
    if (i >= 0) KANTE_TRY(CheckParameter(c, i, 1, 1));
  }
  return c.SetShape(0, s.output);
}

// Input `i` less its zero points, which go along rows or columns of `cols` elements.
template <typename T>
Result<T*> Centred(RunContext& c, int i, int zero, int64_t cols, int64_t rows, bool along_columns) {
  KANTE_TRY(T * x, Widen<T>(c, i));
  if (!c.has_input(zero)) return x;
  KANTE_TRY(const T* z, Widen<T>(c, zero));
  const int64_t count = c.in(zero).elements(), n = c.in(i).elements();
  for (int64_t e = 0; e < n; ++e) {
    const int64_t row = e / cols;
    x[e] -= z[(along_columns ? row / rows * cols + e % cols : row) % count];
  }
  return x;
}

// store(row of A, column of B, element of the result, sum), every matrix of the batch. Sums are of type T.
template <typename T = int32_t, typename Store>
Status RunMatMul(RunContext& c, const MatMulInputs& in, const Store& store) {
  KANTE_TRY(const MatMulShape s, MatMulShape::Make(c.in(in.a).shape(), c.in(in.b).shape()));
  if (s.output.elements() == 0) return OkStatus();
  KANTE_TRY(const T* a, Centred<T>(c, in.a, in.a_zero, std::max<int64_t>(1, s.k), s.m, false));
  KANTE_TRY(const T* b, Centred<T>(c, in.b, in.b_zero, s.n, std::max<int64_t>(1, s.k), true));
  KANTE_TRY(std::byte * sums, c.Scratch(s.m * s.n * static_cast<int64_t>(sizeof(T))));
  const BroadcastPlan batch = PlanBroadcast(s.batch, s.a_batch, s.b_batch);
  bool finished = true;
  auto one_thread = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
    if (count > 0) body(0, count);
    return true;
  };
  ForEachRow(batch, 0, one_thread, [&](const int64_t* offsets, int64_t out, int64_t count) {
    for (int64_t i = 0; i < count && finished; ++i) {
      const int64_t ia = offsets[0] + (batch.repeats[0] ? 0 : i), ib = offsets[1] + (batch.repeats[1] ? 0 : i);
      PlainGemmArgs args{.m = s.m, .n = s.n, .k = s.k};
      args.a = reinterpret_cast<const std::byte*>(a + ia * s.m * s.k);
      args.a_row_stride = s.k;
      args.b = reinterpret_cast<const std::byte*>(b + ib * s.k * s.n);
      args.b_row_stride = s.n;
      args.c = sums;
      args.ldc = s.n;
      finished = RunPlainGemm(ElementTypeFor<T>, args, ParallelOf(c));
      const auto* sum = reinterpret_cast<const T*>(sums);
      for (int64_t e = 0; e < s.m * s.n; ++e) {
        store(ia * s.m + e / s.n, ib * s.n + e % s.n, (out + i) * s.m * s.n + e, sum[e]);
      }
    }
  });
  return FinishedOr(c, finished);
}

// Writes sums of products as bytes: integers, or float8 that saturate.
struct Requantizer {
  Tensor* y;
  float scale, zero, lo = 0, hi = 0;
  bool integers = true;

  static Result<Requantizer> Open(RunContext& c, int scale_input, int zero_input) {
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const float* scale, Widen<float>(c, scale_input));
    KANTE_TRY(const float* zero, Widen<float>(c, zero_input));
    Requantizer r{y, *scale, *zero};
    r.integers = IntegerRange(y->type(), &r.lo, &r.hi);
    return r;
  }
  void Store(int64_t element, float sum, float sum_scale) const {
    const float exact = sum * (sum_scale / scale);
    if (!integers) {
      const float v = exact + zero;
      CastRange(y->type(), y->raw() + element, ElementType::kFloat32, reinterpret_cast<const std::byte*>(&v), 1, {});
      return;
    }
    const float v = std::nearbyint(exact) + zero;
    // The low byte is the same for int8 and uint8; NaN becomes the smallest value.
    const auto code = static_cast<int>(v >= lo ? std::min(v, hi) : lo);
    y->mutable_data<uint8_t>()[element] = static_cast<uint8_t>(code);
  }
};

struct MatMulInteger {
  static constexpr OpInfo kInfo{.name = "MatMulInteger",
                                .versions = {10},
                                .min_inputs = 2,
                                .max_inputs = 4,
                                .same_type = 0,
                                .numerics = Numerics{FloatRule::kNone, IntegerRule::kWrap}};
  static constexpr MatMulInputs kIn{.a = 0, .b = 1, .a_zero = 2, .b_zero = 3};
  Status Infer(InferContext& c) const { return InferMatMul(c, kIn, ElementType::kInt32); }
  double Flops(const ChooseContext& c) const { return ProductFlops(c.shape(kIn.a), c.output_shape(0)); }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    return RunMatMul(c, kIn, [&](int64_t, int64_t, int64_t at, int32_t sum) { y->mutable_data<int32_t>()[at] = sum; });
  }
};

struct QLinearMatMul {
  static constexpr OpInfo kInfo{.name = "QLinearMatMul",
                                .versions = {10, 21},
                                .min_inputs = 8,
                                .max_inputs = 8,
                                .same_type = 0,
                                .numerics = kQuantizes};
  static constexpr MatMulInputs kIn{.a = 0,
                                    .b = 3,
                                    .a_zero = 2,
                                    .b_zero = 5,
                                    .a_scale = 1,
                                    .b_scale = 4,
                                    .y_scale = 6,
                                    .y_zero = 7,
                                    .types = kBytes | kSmallFloats};
  Status Infer(InferContext& c) const { return InferMatMul(c, kIn, c.type(kIn.y_zero)); }
  double Flops(const ChooseContext& c) const { return ProductFlops(c.shape(kIn.a), c.output_shape(0)); }
  Status Run(RunContext& c) const {
    KANTE_TRY(const Requantizer out, Requantizer::Open(c, kIn.y_scale, kIn.y_zero));
    KANTE_TRY(const float* a, Widen<float>(c, kIn.a_scale));
    KANTE_TRY(const float* b, Widen<float>(c, kIn.b_scale));
    const int64_t na = c.in(kIn.a_scale).elements(), nb = c.in(kIn.b_scale).elements();
    const auto store = [&](int64_t row, int64_t col, int64_t at, double sum) {
      out.Store(at, static_cast<float>(sum), a[row % na] * b[col % nb]);
    };
    const bool bytes = kBytes.Has(c.in(kIn.a).type()) && kBytes.Has(c.in(kIn.b).type());
    return bytes ? RunMatMul(c, kIn, store) : RunMatMul<double>(c, kIn, store);
  }
};

// a_scale * b_scale * (the product of the centred matrices) + bias
struct MatMulIntegerToFloat {
  static constexpr OpInfo kInfo{.name = "MatMulIntegerToFloat",
                                .domain = "com.microsoft",
                                .min_inputs = 4,
                                .max_inputs = 7,
                                .same_type = 0,
                                .numerics = kArithmetic};
  static constexpr MatMulInputs kIn{.a = 0, .b = 1, .a_zero = 4, .b_zero = 5, .a_scale = 2, .b_scale = 3};
  static constexpr int kBias = 6;
  Status Infer(InferContext& c) const {
    if (c.has_input(kBias)) {
      KANTE_TRY(c.RequireType(kBias, kScales));
      KANTE_TRY(const Shape b, c.shape(kIn.b));
      KANTE_TRY(const Shape bias, c.shape(kBias));
      if (bias.rank() != 1 || b.rank() < 2 || bias[0] != b[b.rank() - 1]) {
        c.SetType(0, c.type(kIn.a_scale));
        return InvalidArgument("bias ", bias.ToString(), " does not suit B ", b.ToString());
      }
    }
    return InferMatMul(c, kIn, c.type(kIn.a_scale));
  }
  double Flops(const ChooseContext& c) const { return ProductFlops(c.shape(kIn.a), c.output_shape(0)); }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* a, ReadFloats(c, kIn.a_scale));
    KANTE_TRY(const float* b, ReadFloats(c, kIn.b_scale));
    KANTE_TRY(const float* bias, ReadFloats(c, kBias));
    const int64_t na = c.in(kIn.a_scale).elements(), nb = c.in(kIn.b_scale).elements();
    const int64_t n = c.has_input(kBias) ? c.in(kBias).elements() : 1;
    KANTE_TRY(RunMatMul(c, kIn, [&](int64_t row, int64_t col, int64_t at, int32_t sum) {
      out.data()[at] = static_cast<float>(sum) * (a[row % na] * b[col % nb]) + (bias ? bias[col % n] : 0.0f);
    }));
    return out.Finish(c);
  }
};

struct ConvInputs {
  int x, w, x_zero, w_zero, x_scale = -1, w_scale = -1, y_scale = -1, y_zero = -1, bias = -1;
};

struct ByteConv {
  Window window;
  int64_t group = 1;

  void Read(AttrReader& a) {
    window = Window::Read(a);
    group = a.Int("group", 1);
    if (group < 1) a.Fail(StrCat("group ", group, " must be positive"));
  }

  Result<ConvShape> Resolve(const Shape& x, const Shape& w) const {
    if (x.rank() < 3 || w.rank() != x.rank()) {
      return InvalidArgument("weights ", w.ToString(), " do not suit input ", x.ToString());
    }
    KANTE_TRY(CheckSizes(x.dims()));
    KANTE_TRY(CheckSizes(w.dims()));
    if (x[1] % group != 0 || w[0] % group != 0 || x[1] / group != w[1]) {
      return InvalidArgument("weights ", w.ToString(), " in ", group, " groups do not suit ", x[1], " channels");
    }
    ConvShape s;
    s.batch = x[0];
    s.in_channels = x[1];
    s.out_channels = w[0];
    s.groups = group;
    KANTE_TRY(window.Resolve(x.dims().subspan(2), w.dims().subspan(2), s));
    return s;
  }

  Status InferConv(InferContext& c, const ConvInputs& in, ElementType type) const {
    c.SetType(0, type);
    for (int i : {in.x, in.w, in.x_zero, in.w_zero, in.y_zero}) {
      if (i >= 0 && c.has_input(i)) KANTE_TRY(c.RequireType(i, kBytes));
    }
    for (int i : {in.x_scale, in.w_scale, in.y_scale}) {
      if (i >= 0) KANTE_TRY(c.RequireType(i, kFloat32Only));
    }
    KANTE_TRY(const Shape x, c.shape(in.x));
    KANTE_TRY(const Shape w, c.shape(in.w));
    KANTE_TRY(const ConvShape s, Resolve(x, w));
    for (int i : {in.x_zero, in.x_scale, in.y_scale, in.y_zero}) {
      if (i >= 0) KANTE_TRY(CheckParameter(c, i, 1, 1));
    }
    for (int i : {in.w_zero, in.w_scale}) {
      if (i >= 0) KANTE_TRY(CheckParameter(c, i, s.out_channels, 1));
    }
    if (in.bias >= 0 && c.has_input(in.bias)) {
      KANTE_TRY(c.RequireType(in.bias, TypeSet{ElementType::kInt32}));
      KANTE_TRY(const Shape b, c.shape(in.bias));
      if (b.rank() != 1 || b[0] != s.out_channels) {
        return InvalidArgument("bias ", b.ToString(), " does not suit ", s.out_channels, " output channels");
      }
    }
    KANTE_TRY(const Shape y, ImageShape(s.batch, s.out_channels, s.out, s.rank));
    return c.SetShape(0, y);
  }

  static double ConvFlops(const ChooseContext& c, int weights) {
    const Shape& w = c.shape(weights);
    return 2 * static_cast<double>(c.output_shape(0).elements()) * static_cast<double>(w.Product(1, w.rank()));
  }

  // store(output channel, element, sum)
  template <typename Store>
  Status RunConvolution(RunContext& c, const ConvInputs& in, const Store& store) const {
    KANTE_TRY(const ConvShape s, Resolve(c.in(in.x).shape(), c.in(in.w).shape()));
    KANTE_TRY(double* x, Widen<double>(c, in.x));
    KANTE_TRY(double* w, Widen<double>(c, in.w));
    const auto centre = [&](double* v, int64_t n, int zero, int64_t each) -> Status {
      if (!c.has_input(zero) || n == 0) return OkStatus();
      KANTE_TRY(const double* z, Widen<double>(c, zero));
      const int64_t count = c.in(zero).elements();
      for (int64_t e = 0; e < n; ++e) v[e] -= z[e / each % count];
      return OkStatus();
    };
    KANTE_TRY(centre(x, c.in(in.x).elements(), in.x_zero, 1));
    KANTE_TRY(centre(w, c.in(in.w).elements(), in.w_zero, std::max<int64_t>(1, s.depth())));
    double* bias = nullptr;
    if (in.bias >= 0 && c.has_input(in.bias)) {
      KANTE_TRY(bias, Widen<double>(c, in.bias));
    }
    const int64_t pixels = s.out_pixels(), n = s.batch * s.out_channels * pixels;
    KANTE_TRY(std::byte * memory, c.Scratch(std::max<int64_t>(1, n) * 8));
    auto* sums = reinterpret_cast<double*>(memory);
    KANTE_TRY(FinishedOr(c, ConvDirect<double>(s, x, w, bias, sums, ParallelOf(c))));
    for (int64_t e = 0; e < n; ++e) store(e / pixels % s.out_channels, e, sums[e]);
    return OkStatus();
  }
};

struct ConvInteger : ByteConv {
  static constexpr OpInfo kInfo{.name = "ConvInteger",
                                .versions = {10},
                                .min_inputs = 2,
                                .max_inputs = 4,
                                .same_type = 0,
                                .numerics = Numerics{FloatRule::kNone, IntegerRule::kWrap}};
  static constexpr ConvInputs kIn{.x = 0, .w = 1, .x_zero = 2, .w_zero = 3};
  static Result<ConvInteger> Parse(AttrReader& a) {
    ConvInteger op;
    op.Read(a);
    return op;
  }
  Status Infer(InferContext& c) const { return InferConv(c, kIn, ElementType::kInt32); }
  double Flops(const ChooseContext& c) const { return ConvFlops(c, kIn.w); }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    return RunConvolution(c, kIn, [&](int64_t, int64_t at, double sum) {
      y->mutable_data<int32_t>()[at] = static_cast<int32_t>(static_cast<int64_t>(sum));
    });
  }
};

struct QLinearConv : ByteConv {
  static constexpr OpInfo kInfo{.name = "QLinearConv",
                                .versions = {10},
                                .min_inputs = 8,
                                .max_inputs = 9,
                                .same_type = 0,
                                .numerics = kQuantizes};
  static constexpr ConvInputs kIn{
      .x = 0, .w = 3, .x_zero = 2, .w_zero = 5, .x_scale = 1, .w_scale = 4, .y_scale = 6, .y_zero = 7, .bias = 8};
  static Result<QLinearConv> Parse(AttrReader& a) {
    QLinearConv op;
    op.Read(a);
    return op;
  }
  Status Infer(InferContext& c) const { return InferConv(c, kIn, c.type(kIn.y_zero)); }
  double Flops(const ChooseContext& c) const { return ConvFlops(c, kIn.w); }
  Status Run(RunContext& c) const {
    KANTE_TRY(const Requantizer out, Requantizer::Open(c, kIn.y_scale, kIn.y_zero));
    const float x = *c.in(kIn.x_scale).data<float>();
    const float* w = c.in(kIn.w_scale).data<float>();
    const int64_t count = c.in(kIn.w_scale).elements();
    return RunConvolution(c, kIn, [&](int64_t channel, int64_t at, double sum) {
      out.Store(at, static_cast<float>(sum), x * w[channel % count]);
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(MatMulInteger)
KANTE_DEFINE_OP(QLinearMatMul)
KANTE_DEFINE_OP(MatMulIntegerToFloat)
KANTE_DEFINE_OP(ConvInteger)
KANTE_DEFINE_OP(QLinearConv)

}  // namespace kante::core
