// SPDX-License-Identifier: MIT
// An activation at the end of a convolution, matrix product or normalisation is applied while its result is in cache.
#include <array>
#include <limits>

#include "ops/nn/activation.h"
#include "passes/activation_params.h"
#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

struct Fused {
  std::string_view plain;
  std::string_view fused;  // in domain kante
};
constexpr Fused kFused[] = {{"Conv", "FusedConv"},
                            {"Gemm", "FusedGemm"},
                            {"MatMul", "FusedMatMul"},
                            {"GroupNormalization", "FusedGroupNormalization"}};

std::string_view FusedName(const Node& node) {
  for (const Fused& f : kFused) {
    if (node.domain == "kante" ? node.op_type == f.fused : node.op_type == f.plain) return f.fused;
  }
  return {};
}

struct FuseActivation {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() {
    const P product = OneOf({"Conv", "kante.FusedConv", "Gemm", "kante.FusedGemm", "MatMul", "kante.FusedMatMul",
                             "GroupNormalization", "kante.FusedGroupNormalization"},
                            {Any("a"), Any("b"), Optional(Any("c")), Optional(Any("d"))});
    return OneOf({"Relu", "LeakyRelu", "ThresholdedRelu", "Clip", "HardSigmoid", "HardSwish", "Sigmoid", "Tanh", "Elu",
                  "Selu", "Celu", "Softplus", "Softsign", "Mish", "Gelu", "Swish"},
                 {product.As("product"), Optional(Any("min")), Optional(Any("max"))})
        .As("act");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Node& product = m.node("product");
    const Node& act = m.node("act");
    if (!StringOr(product, "activation", "").empty()) return Skip("an activation is applied already");
    const std::string_view name = FusedName(product);
    const OpDef* def = m.registry().Find("kante", name);
    if (!def) return Skip("there is no fused form of ", product.op_type);
    if (!IsValid(m.type("product")) || !def->info.types.Has(m.type("product"))) {
      return Skip("the fused form does not compute in ", NameOf(m.type("product")));
    }
    const auto params = ActivationParams(m.graph(), act);
    if (!params) return Skip("the bounds of Clip are not ordered constants");
    if (!ParseActivation(act.op_type, *params).ok()) return Skip(act.op_type, " has no fused form");
    std::vector<Attribute> attributes = AttributesWith(product, {{"activation", act.op_type}});
    if (!params->empty()) attributes.emplace_back("activation_params", *params);
    patch.Replace(m.root_value(), patch.Op("kante", name, product.inputs, std::move(attributes)));
    return Rewritten();
  }
};

}  // namespace

std::optional<std::vector<float>> ActivationParams(const Graph& graph, const Node& node) {
  const std::string& op = node.op_type;
  if (op == "LeakyRelu") return {{FloatOr(node, "alpha", 0.01f)}};
  if (op == "HardSigmoid") return {{FloatOr(node, "alpha", 0.2f), FloatOr(node, "beta", 0.5f)}};
  if (op == "Elu" || op == "Celu" || op == "ThresholdedRelu" || op == "Swish") return {{FloatOr(node, "alpha", 1.0f)}};
  if (op == "Selu")
    return {{FloatOr(node, "alpha", 1.67326319217681885f), FloatOr(node, "gamma", 1.05070102214813232f)}};
  if (op == "Gelu" && StringOr(node, "approximate", "none") == "tanh") return {{1.0f}};
  if (op != "Clip") return {{}};
  std::vector<float> bounds = {std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max()};
  for (size_t i = 0; i < 2; ++i) {
    if (i + 1 >= node.inputs.size() || node.inputs[i + 1] == kNone) continue;
    const auto value = ScalarOf(graph.Constant(node.inputs[i + 1]));
    if (!value) return std::nullopt;
    bounds[i] = static_cast<float>(*value);
  }
  if (!(bounds[0] <= bounds[1])) return std::nullopt;
  return bounds;
}

KANTE_DEFINE_RULE(FuseActivation)

}  // namespace kante::core
