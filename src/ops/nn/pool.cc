// SPDX-License-Identifier: MIT
// MaxPool, AveragePool and LpPool.
#include "compute/pool.h"

#include "ops/nn/float_arrays.h"
#include "ops/nn/window.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr TypeSet kMaxPoolTypes = kFloats | TypeSet{ElementType::kInt8, ElementType::kUint8};

struct PoolBase {
  Window window;

  void Read(AttrReader& a) {
    window = Window::Read(a);
    window.ceil_mode = a.Bool("ceil_mode", false);
  }

  Result<ConvShape> Resolve(const Shape& x) const {
    if (x.rank() < 3) return InvalidArgument("input 0 needs at least 3 dimensions, not ", x.ToString());
    KANTE_TRY(CheckSizes(x.dims()));
    ConvShape s;
    s.batch = x[0];
    s.in_channels = s.out_channels = x[1];
    KANTE_TRY(window.Resolve(x.dims().subspan(2), {}, s));
    return s;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    if (c.wants_output(1)) c.SetType(1, ElementType::kInt64);
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const ConvShape s, Resolve(x));
    KANTE_TRY(const Shape y, ImageShape(s.batch, s.in_channels, s.out, s.rank));
    if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, y));
    return c.SetShape(0, y);
  }

  double Flops(const ChooseContext& c) const {
    const Result<ConvShape> s = Resolve(c.shape(0));
    return s.ok() ? static_cast<double>(c.output_shape(0).elements()) * static_cast<double>(s->taps()) : 0;
  }

  // Scratch of the plane kernels; null where none is needed.
  static Result<std::byte*> PlaneScratch(RunContext& c, const ConvShape& s) {
    const int64_t bytes = PoolScratchBytes(s);
    if (bytes == 0) return static_cast<std::byte*>(nullptr);
    return c.Scratch(bytes);
  }
};

struct MaxPool : PoolBase {
  static constexpr OpInfo kInfo{.name = "MaxPool",
                                .versions = {1, 8, 10, 11, 12, 22},
                                .max_outputs = 2,
                                .types = kMaxPoolTypes,
                                .numerics = kChooses};
  bool column_major = false;

  static Result<MaxPool> Parse(AttrReader& a) {
    MaxPool op;
    op.Read(a);
    op.column_major = a.Bool("storage_order", false);
    return op;
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(const ConvShape s, Resolve(x.shape()));
    KANTE_TRY(Tensor * y, c.Output(0));
    int64_t* index = nullptr;
    if (c.wants_output(1)) {
      KANTE_TRY(Tensor * places, c.Output(1));
      index = places->mutable_data<int64_t>();
    }
    const auto plain = [&](auto type) {
      using T = decltype(type);
      return FinishedOr(c, MaxPoolPlain(s, x.data<T>(), y->mutable_data<T>(), index, column_major, ParallelOf(c)));
    };
    if (x.type() == ElementType::kFloat64) return plain(double{});
    if (x.type() == ElementType::kInt8) return plain(int8_t{});
    if (x.type() == ElementType::kUint8) return plain(uint8_t{});
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* from, ReadFloats(c, x));
    KANTE_TRY(std::byte * scratch, PlaneScratch(c, s));
    KANTE_TRY(FinishedOr(c, MaxPoolFloat(s, from, out.data(), index, column_major, scratch, ParallelOf(c))));
    return out.Finish(c);
  }
};

struct AveragePool : PoolBase {
  static constexpr OpInfo kInfo{
      .name = "AveragePool", .versions = {1, 7, 10, 11, 19, 22}, .types = kFloats, .numerics = kComputes};
  bool count_pads = false;

  static Result<AveragePool> Parse(AttrReader& a) {
    AveragePool op;
    op.Read(a);
    op.count_pads = a.Bool("count_include_pad", false);
    return op;
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(const ConvShape s, Resolve(x.shape()));
    KANTE_TRY(Tensor * y, c.Output(0));
    if (x.type() == ElementType::kFloat64) {
      return FinishedOr(c, AveragePoolPlain(s, x.data<double>(), y->mutable_data<double>(), count_pads, ParallelOf(c)));
    }
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* from, ReadFloats(c, x));
    KANTE_TRY(std::byte * scratch, PlaneScratch(c, s));
    KANTE_TRY(FinishedOr(c, AveragePoolFloat(s, from, out.data(), count_pads, scratch, ParallelOf(c))));
    return out.Finish(c);
  }
};

struct LpPool : PoolBase {
  static constexpr OpInfo kInfo{
      .name = "LpPool", .versions = {1, 2, 11, 18, 22}, .types = kFloats, .numerics = kComputes};
  int64_t p = 2;

  static Result<LpPool> Parse(AttrReader& a) {
    LpPool op;
    op.Read(a);
    op.p = a.Int("p", 2);
    if (op.p < 1) a.Fail(StrCat("p ", op.p, " must be positive"));
    return op;
  }

  static Status Upgrade(UpgradeContext& u, int from) { return UpgradePower(u, from); }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(const ConvShape s, Resolve(x.shape()));
    KANTE_TRY(Tensor * y, c.Output(0));
    const double power = static_cast<double>(p);
    if (x.type() == ElementType::kFloat64) {
      return FinishedOr(c, LpPoolPlain(s, x.data<double>(), y->mutable_data<double>(), power, ParallelOf(c)));
    }
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* from, ReadFloats(c, x));
    KANTE_TRY(FinishedOr(c, LpPoolPlain(s, from, out.data(), power, ParallelOf(c))));
    return out.Finish(c);
  }
};

}  // namespace

KANTE_DEFINE_OP(MaxPool)
KANTE_DEFINE_OP(AveragePool)
KANTE_DEFINE_OP(LpPool)

}  // namespace kante::core
