// SPDX-License-Identifier: MIT
// InstanceNormalization and GroupNormalization: statistics of one image over one channel or a group of them.
#include <algorithm>
#include <cmath>

#include "ops/linalg/product.h"
#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int kX = 0, kScale = 1, kBias = 2;
constexpr double kElementCost = 0.4;  // ns
constexpr int64_t kPiece = 2048;      // of floats, in L1

struct GroupBase {
  float epsilon = 1e-5f;

  static Status InferGroups(InferContext& c, int64_t groups) {
    c.SetType(0, c.type(kX));
    KANTE_TRY(const Shape x, c.shape(kX));
    if (x.rank() < 2) return InvalidArgument("input 0 needs at least 2 dimensions, not ", x.ToString());
    if (groups > 0 && x[1] % groups != 0)
      return InvalidArgument(x[1], " channels do not fall into ", groups, " groups");
    for (int i = 1; i < 3; ++i) {
      KANTE_TRY(const Shape p, c.shape(i));
      if (p.rank() != 1 || p[0] != x[1]) {
        return InvalidArgument("input ", i, " ", p.ToString(), " does not suit ", x[1], " channels");
      }
    }
    return c.SetShape(0, x);
  }

  // One channel, and its activation piece by piece while it is in cache.
  static void WriteRow(double* y, const double* x, double factor, double shift, int64_t n, const Activation&) {
    ScaleShift(y, x, factor, shift, n);
  }
  static void WriteRow(float* y, const float* x, float factor, float shift, int64_t n, const Activation& act) {
    if (act.op == kernels::UnaryOp::kIdentity) return ScaleShift(y, x, factor, shift, n);
    for (int64_t i = 0; i < n; i += kPiece) {
      const int64_t count = std::min(kPiece, n - i);
      ScaleShift(y + i, x + i, factor, shift, count);
      kernels::Unary(act.op, y + i, y + i, static_cast<size_t>(count), act.alpha, act.beta);
    }
  }

  template <typename T>
  Status Compute(RunContext& c, int64_t channels_each, const T* x, T* y, const Activation& act) const {
    const Shape& shape = c.in(kX).shape();
    const int64_t channels = shape[1], pixels = shape.Product(2, shape.rank());
    if (shape.elements() == 0) return OkStatus();
    KANTE_TRY(const T* scale, ReadAs<T>(c, c.in(kScale)));
    KANTE_TRY(const T* bias, ReadAs<T>(c, c.in(kBias)));
    const int64_t n = channels_each * pixels;
    return c.Parallel(
        shape[0] * channels / channels_each, kElementCost * static_cast<double>(n), [&](int64_t begin, int64_t end) {
          for (int64_t g = begin; g < end; ++g) {
            T mean, variance;
            MeanVariance(x + g * n, n, &mean, &variance);
            const T inverse = T(1) / std::sqrt(variance + T(epsilon));
            for (int64_t k = 0; k < channels_each; ++k) {
              const int64_t plane = g * channels_each + k, ch = plane % channels;
              const T factor = scale[ch] * inverse;
              WriteRow(y + plane * pixels, x + plane * pixels, factor, bias[ch] - mean * factor, pixels, act);
            }
          }
        });
  }

  Status RunGroups(RunContext& c, int64_t groups, const Activation& act = {}) const {
    const int64_t channels = c.in(kX).dim(1);
    const int64_t each = groups > 0 ? std::max<int64_t>(channels / groups, 1) : 1;
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->type() == ElementType::kFloat64)
      return Compute(c, each, c.in(kX).data<double>(), y->mutable_data<double>(), act);
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* x, ReadFloats(c, kX));
    KANTE_TRY(Compute(c, each, x, out.data(), act));
    return out.Finish(c);
  }
};

struct InstanceNormalization : GroupBase {
  static constexpr OpInfo kInfo{.name = "InstanceNormalization",
                                .versions = {1, 6, 22},
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .types = kFloats,
                                .same_type = 0b111,
                                .in_place = 0b1,
                                .numerics = kComputes};

  static Result<InstanceNormalization> Parse(AttrReader& a) {
    InstanceNormalization op;
    op.epsilon = a.Float("epsilon", 1e-5f);
    return op;
  }
  static Status Upgrade(UpgradeContext& u, int) {
    u.node().RemoveAttribute("consumed_inputs");
    return OkStatus();
  }
  Status Infer(InferContext& c) const { return InferGroups(c, 0); }
  Status Run(RunContext& c) const { return RunGroups(c, 0); }
};

struct GroupNormalization : GroupBase {
  static constexpr OpInfo kInfo{.name = "GroupNormalization",
                                .versions = {18, 21},
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .types = kFloats,
                                .same_type = 0b111,
                                .in_place = 0b1,
                                .numerics = kComputes};
  int64_t groups = 1;

  static Result<GroupNormalization> Parse(AttrReader& a) {
    GroupNormalization op;
    op.epsilon = a.Float("epsilon", 1e-5f);
    op.groups = a.Int("num_groups");
    if (op.groups < 1) a.Fail(StrCat("num_groups ", op.groups, " must be positive"));
    a.Ignore("stash_type");  // computed in float32 or better
    return op;
  }

  // Version 18 had one scale and bias for each group; now each channel has its own.
  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 21) return OkStatus();
    const Attribute* a = u.node().FindAttribute("num_groups");
    const int64_t* groups = a ? a->get<int64_t>() : nullptr;
    if (!groups || *groups < 1) return InvalidGraph("num_groups must be a positive int");
    GraphBuilder& b = u.build();
    const ValueId channels = b.Op("Shape", {u.input(kX)}, {Attribute("start", 1), Attribute("end", 2)});
    const ValueId shape =
        b.Op("Concat", {b.Ints({*groups}), b.Op("Div", {channels, b.Ints({*groups})})}, {Attribute("axis", 0)});
    for (size_t i = 1; i < 3; ++i) {
      const ValueId column = b.Op("Reshape", {u.input(i), b.Ints({-1, 1})});
      u.SetInput(i, b.Op("Reshape", {b.Op("Expand", {column, shape}), b.Ints({-1})}));
    }
    return OkStatus();
  }
  Status Infer(InferContext& c) const { return InferGroups(c, groups); }
  Status Run(RunContext& c) const { return RunGroups(c, groups); }
};

// activation(GroupNormalization(x))
struct FusedGroupNormalization : GroupBase {
  static constexpr OpInfo kInfo{.name = "FusedGroupNormalization",
                                .domain = "kante",
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .types = kFloatProducts,
                                .same_type = 0b111,
                                .in_place = 0b1,
                                .numerics = kComputes};
  int64_t groups = 1;
  FusedActivation activation;

  static Result<FusedGroupNormalization> Parse(AttrReader& a) {
    KANTE_TRY(const GroupNormalization plain, GroupNormalization::Parse(a));
    FusedGroupNormalization op;
    op.epsilon = plain.epsilon;
    op.groups = plain.groups;
    KANTE_TRY(op.activation, FusedActivation::Parse(a));
    return op;
  }
  Status Infer(InferContext& c) const { return InferGroups(c, groups); }
  Status Run(RunContext& c) const { return RunGroups(c, groups, activation.parsed); }
  Status Expand(ExpandContext& c) const {
    const ValueId y = c.build().Op("GroupNormalization", {c.input(kX), c.input(kScale), c.input(kBias)},
                                   {{"num_groups", groups}, {"epsilon", epsilon}});
    c.SetOutput(0, ExpandActivation(c.build(), y, activation.name, activation.params));
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(InstanceNormalization)
KANTE_DEFINE_OP(GroupNormalization)
KANTE_DEFINE_OP(FusedGroupNormalization)

}  // namespace kante::core
