// SPDX-License-Identifier: MIT
// LinearClassifier and LinearRegressor: X times the coefficients' rows, plus intercepts.
#include <algorithm>

#include "compute/gemm.h"
#include "ops/math/elementwise.h"
#include "ops/ml/scores.h"

namespace kante::core {
namespace {

struct LinearScores {
  std::vector<float> coefficients;  // [targets, features]
  std::vector<float> intercepts;    // [targets] or empty
  int64_t targets = 1;
  PostTransform transform = PostTransform::kNone;

  Status Read(AttrReader& a) {
    coefficients = a.Floats("coefficients");
    intercepts = a.Floats("intercepts");
    KANTE_TRY(transform, ReadPostTransform(a));
    return OkStatus();
  }
  Status Check() const {
    if (targets < 1 || coefficients.empty() || static_cast<int64_t>(coefficients.size()) % targets != 0) {
      return InvalidArgument(coefficients.size(), " coefficients for ", targets, " targets");
    }
    if (!intercepts.empty() && static_cast<int64_t>(intercepts.size()) != targets) {
      return InvalidArgument(intercepts.size(), " intercepts for ", targets, " targets");
    }
    return OkStatus();
  }
  int64_t features() const { return static_cast<int64_t>(coefficients.size()) / targets; }
  Result<FeatureRows> Rows(const Shape& x) const {
    KANTE_TRY(const FeatureRows rows, FeatureRows::Of(x));
    if (rows.features == features()) return rows;
    return InvalidArgument("coefficients for ", features(), " features, X has ", rows.features);
  }
  // to[rows, targets]
  Status Score(RunContext& c, float* to) const {
    KANTE_TRY(const FeatureRows s, Rows(c.in(0).shape()));
    const GemmPlan plan = PlanGemm(s.rows, targets, s.features, GemmB::kStrided, s.features);
    GemmArgs args;
    KANTE_TRY(args.a, ReadNumbers<float>(c, c.in(0)));
    args.a_row_stride = s.features;
    args.b = coefficients.data();
    args.b_row_stride = 1;
    args.b_col_stride = s.features;
    args.c = to;
    args.ldc = targets;
    args.epilogue.bias_col = intercepts.empty() ? nullptr : intercepts.data();
    if (plan.scratch_bytes) {
      KANTE_TRY(args.scratch, c.Scratch(plan.scratch_bytes));
    }
    return WithThreads(c, [&](ParallelFor parallel) { return RunGemm(plan, args, parallel); });
  }
};

struct LinearRegressor : LinearScores {
  static constexpr OpInfo kInfo{.name = "LinearRegressor",
                                .domain = "ai.onnx.ml",
                                .types = kFeatureTypes,
                                .numerics = Numerics{FloatRule::kSingle, IntegerRule::kAsFloat}};

  static Result<LinearRegressor> Parse(AttrReader& a) {
    LinearRegressor op;
    KANTE_TRY(op.Read(a));
    op.targets = a.Int("targets", 1);
    KANTE_TRY(op.Check());
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kFloat32);
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const FeatureRows rows, Rows(x));
    return c.SetShape(0, Shape{rows.rows, targets});
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    float* to = y->mutable_data<float>();
    KANTE_TRY(Score(c, to));
    for (int64_t r = 0; r < y->dim(0); ++r) Transform(transform, to + r * targets, targets);
    return OkStatus();
  }
};

struct LinearClassifier : LinearScores {
  static constexpr OpInfo kInfo{.name = "LinearClassifier",
                                .domain = "ai.onnx.ml",
                                .min_outputs = 1,
                                .max_outputs = 2,
                                .types = kFeatureTypes,
                                .numerics = Numerics{FloatRule::kSingle, IntegerRule::kAsFloat}};
  ClassLabels labels;

  static Result<LinearClassifier> Parse(AttrReader& a) {
    LinearClassifier op;
    KANTE_TRY(op.Read(a));
    a.Ignore("multi_class");
    KANTE_TRY(op.labels, ClassLabels::Read(a, "classlabels_ints", "classlabels_strings"));
    // One row of coefficients may speak of two classes.
    op.targets = op.labels.size() == 2 && op.intercepts.size() == 1 ? 1 : op.labels.size();
    KANTE_TRY(op.Check());
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, labels.type());
    if (c.wants_output(1)) c.SetType(1, ElementType::kFloat32);
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const FeatureRows rows, Rows(x));
    if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, Shape{rows.rows, labels.size()}));
    return c.SetShape(0, Shape{rows.rows});
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(std::byte * memory, c.Scratch(y->elements() * targets * 4));
    auto* scores = reinterpret_cast<float*>(memory);
    KANTE_TRY(Score(c, scores));
    float* z = nullptr;
    if (c.wants_output(1)) {
      KANTE_TRY(Tensor * t, c.Output(1));
      z = t->mutable_data<float>();
    }
    for (int64_t r = 0; r < y->elements(); ++r) {
      const float* row = scores + r * targets;
      if (targets == 1) {
        labels.StoreSign(*y, r, *row > 0);
      } else {
        labels.Store(*y, r, std::max_element(row, row + targets) - row);
      }
      if (!z) continue;
      float* to = z + r * labels.size();
      if (targets < labels.size()) {
        TransformBinary(transform, *row, true, to);
      } else {
        std::copy(row, row + targets, to);
        Transform(transform, to, targets);
      }
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(LinearRegressor)
KANTE_DEFINE_OP(LinearClassifier)

}  // namespace kante::core
