// SPDX-License-Identifier: MIT
// Activations with attributes.
#include "ops/math/elementwise.h"

namespace kante::core {

// alpha alone, with the operator's default.
#define KANTE_ALPHA_FUNCTION(Name, default_alpha, ...)                                          \
  namespace {                                                                                   \
  struct Name {                                                                                 \
    static constexpr OpInfo kInfo = UnaryInfo(#Name, {__VA_ARGS__});                            \
    float alpha = default_alpha;                                                                \
    static Result<Name> Parse(AttrReader& a) { return Name{a.Float("alpha", default_alpha)}; }  \
    static Status Upgrade(UpgradeContext& u, int) { return DropConsumedInputs(u); }             \
    Status Infer(InferContext& c) const { return c.SameAs(0, 0); }                              \
    Status Run(RunContext& c) const { return RunUnaryOp(c, kernels::UnaryOp::k##Name, alpha); } \
  };                                                                                            \
  }                                                                                             \
  KANTE_DEFINE_OP(Name)

KANTE_ALPHA_FUNCTION(Celu, 1.0f, 12, 28)
KANTE_ALPHA_FUNCTION(Elu, 1.0f, 1, 6, 22)
KANTE_ALPHA_FUNCTION(LeakyRelu, 0.01f, 1, 6, 16)
KANTE_ALPHA_FUNCTION(Swish, 1.0f, 24)
KANTE_ALPHA_FUNCTION(ThresholdedRelu, 1.0f, 10, 22)

namespace {

struct Selu {
  static constexpr OpInfo kInfo = UnaryInfo("Selu", {1, 6, 22});
  float alpha = 0, gamma = 0;
  static Result<Selu> Parse(AttrReader& a) {
    return Selu{a.Float("alpha", 1.67326319217681884765625f), a.Float("gamma", 1.05070102214813232421875f)};
  }
  static Status Upgrade(UpgradeContext& u, int from) {
    KANTE_TRY(DropConsumedInputs(u));
    if (from >= 6) return OkStatus();
    // Version 1 had rounder defaults.
    if (!u.node().FindAttribute("alpha")) u.node().SetAttribute({"alpha", AttributeValue(1.6732f)});
    if (!u.node().FindAttribute("gamma")) u.node().SetAttribute({"gamma", AttributeValue(1.0507f)});
    return OkStatus();
  }
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
  Status Run(RunContext& c) const { return RunUnaryOp(c, kernels::UnaryOp::kSelu, alpha, gamma); }
};

struct HardSigmoid {
  static constexpr OpInfo kInfo = UnaryInfo("HardSigmoid", {1, 6, 22});
  float alpha = 0, beta = 0;
  static Result<HardSigmoid> Parse(AttrReader& a) { return HardSigmoid{a.Float("alpha", 0.2f), a.Float("beta", 0.5f)}; }
  static Status Upgrade(UpgradeContext& u, int) { return DropConsumedInputs(u); }
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
  Status Run(RunContext& c) const { return RunUnaryOp(c, kernels::UnaryOp::kHardSigmoid, alpha, beta); }
};

struct Gelu {
  static constexpr OpInfo kInfo = UnaryInfo("Gelu", {20});
  bool tanh = false;
  static Result<Gelu> Parse(AttrReader& a) {
    const std::string how = a.String("approximate", "none");
    if (how != "none" && how != "tanh") a.Fail(StrCat("approximate '", how, "' must be 'none' or 'tanh'"));
    return Gelu{how == "tanh"};
  }
  Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
  Status Run(RunContext& c) const {
    return RunUnaryOp(c, tanh ? kernels::UnaryOp::kGeluTanh : kernels::UnaryOp::kGelu);
  }
};

}  // namespace

KANTE_DEFINE_OP(Selu)
KANTE_DEFINE_OP(HardSigmoid)
KANTE_DEFINE_OP(Gelu)

}  // namespace kante::core
