// SPDX-License-Identifier: MIT
// NegativeLogLikelihoodLoss, and SoftmaxCrossEntropyLoss as LogSoftmax before it.
#include <limits>
#include <optional>

#include "compute/element_io.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int kScores = 0, kTarget = 1, kWeight = 2;

enum class LossReduction : uint8_t { kNone, kSum, kMean };

struct LossAttributes {
  LossReduction reduction = LossReduction::kMean;
  std::optional<int64_t> ignored;  // the class that does not count

  void Read(AttrReader& a) {
    const std::string name = a.String("reduction", "mean");
    reduction = name == "none" ? LossReduction::kNone : name == "sum" ? LossReduction::kSum : LossReduction::kMean;
    if (name != "none" && name != "sum" && name != "mean") a.Fail(StrCat("reduction '", name, "' is not known"));
    if (a.Has("ignore_index")) ignored = a.Int("ignore_index", 0);
  }

  // Scores [N, C, d...], target [N, d...], weight [C].
  Status InferLoss(InferContext& c) const {
    c.SetType(0, c.type(kScores));
    KANTE_TRY(c.RequireType(kTarget, kIndices));
    KANTE_TRY(const Shape x, c.shape(kScores));
    if (x.rank() < 2) return InvalidArgument("input 0 ", x.ToString(), " must have rank 2 or more");
    Shape samples{x[0]};
    for (int i = 2; i < x.rank(); ++i) samples.push_back(x[i]);
    KANTE_TRY(const Shape target, c.shape(kTarget));
    if (!(target == samples)) {
      return InvalidArgument("input 1 ", target.ToString(), " must have shape ", samples.ToString());
    }
    if (c.has_input(kWeight)) {
      KANTE_TRY(const Shape weight, c.shape(kWeight));
      if (!(weight == Shape{x[1]})) {
        return InvalidArgument("input 2 ", weight.ToString(), " must have shape ", Shape{x[1]}.ToString());
      }
    }
    return c.SetShape(0, reduction == LossReduction::kNone ? samples : Shape{});
  }
};

struct NegativeLogLikelihoodLoss : LossAttributes {
  static constexpr OpInfo kInfo{.name = "NegativeLogLikelihoodLoss",
                                .versions = {12, 13, 22},
                                .form_since = 12,
                                .min_inputs = 2,
                                .max_inputs = 3,
                                .types = kFloats,
                                .same_type = 0b101,
                                .numerics = kComputesInDouble};

  static Result<NegativeLogLikelihoodLoss> Parse(AttrReader& a) {
    NegativeLogLikelihoodLoss op;
    op.Read(a);
    return op;
  }
  Status Infer(InferContext& c) const { return InferLoss(c); }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(kScores);
    const Tensor& target = c.in(kTarget);
    const int64_t classes = x.dim(1), inner = x.shape().Product(2, x.rank()), samples = target.elements();
    KANTE_TRY(Tensor * y, c.Output(0));
    const double* weights = nullptr;
    if (c.has_input(kWeight)) {
      KANTE_TRY(weights, ReadAs<double>(c, c.in(kWeight)));
    }
    const LoadRow<double> load = GetLoadRow<double>(x.type());
    const StoreRow<double> store = GetStoreRow<double>(y->type());
    const LoadRow<int64_t> load_class = GetLoadRow<int64_t>(target.type());
    const int64_t size = BitsOf(x.type()) / 8, class_size = BitsOf(target.type()) / 8;
    double sum = 0, total = 0;
    for (int64_t i = 0; i < samples; ++i) {
      int64_t label = 0;
      load_class(&label, target.raw() + i * class_size, 1);
      double loss = 0;
      if (!ignored || label != *ignored) {
        if (label < 0 || label >= classes) return InvalidArgument("class ", label, " outside [0, ", classes, ")");
        const double weight = weights ? weights[label] : 1;
        const int64_t at = (i / inner * classes + label) * inner + i % inner;
        load(&loss, x.raw() + at * size, 1);
        loss *= -weight;
        total += weight;
      }
      sum += loss;
      if (reduction == LossReduction::kNone) store(y->raw() + i * size, &loss, 1);
    }
    if (reduction == LossReduction::kNone) return OkStatus();
    if (reduction == LossReduction::kMean) sum = total != 0 ? sum / total : std::numeric_limits<double>::quiet_NaN();
    store(y->raw(), &sum, 1);
    return OkStatus();
  }
};

struct SoftmaxCrossEntropyLoss : LossAttributes {
  static constexpr OpInfo kInfo{.name = "SoftmaxCrossEntropyLoss",
                                .versions = {12, 13},
                                .form_since = 12,
                                .min_inputs = 2,
                                .max_inputs = 3,
                                .max_outputs = 2,
                                .types = kFloats,
                                .same_type = 0b101,
                                .numerics = kAsParts};

  static Result<SoftmaxCrossEntropyLoss> Parse(AttrReader& a) {
    SoftmaxCrossEntropyLoss op;
    op.Read(a);
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetType(1, c.type(kScores));
    KANTE_TRY(InferLoss(c));
    KANTE_TRY(const Shape x, c.shape(kScores));
    return c.SetShape(1, x);
  }

  Status Expand(ExpandContext& c) const {
    GraphBuilder& b = c.build();
    const ValueId chances = b.Op("LogSoftmax", {c.input(kScores)}, {Attribute("axis", 1)});
    std::vector<Attribute> attributes = {Attribute("reduction", reduction == LossReduction::kNone  ? "none"
                                                                : reduction == LossReduction::kSum ? "sum"
                                                                                                   : "mean")};
    if (ignored) attributes.emplace_back("ignore_index", *ignored);
    std::vector<ValueId> inputs = {chances, c.input(kTarget)};
    if (c.has_input(kWeight)) inputs.push_back(c.input(kWeight));
    c.SetOutput(0, b.Op("NegativeLogLikelihoodLoss", std::move(inputs), std::move(attributes)));
    c.SetOutput(1, chances);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(NegativeLogLikelihoodLoss)
KANTE_DEFINE_OP(SoftmaxCrossEntropyLoss)

}  // namespace kante::core
