// SPDX-License-Identifier: MIT
#include "ops/nn/activation.h"

#include <array>
#include <limits>

#include "ops/listed.h"

namespace kante::core {
namespace {

constexpr float kLowest = std::numeric_limits<float>::lowest();
constexpr float kHighest = std::numeric_limits<float>::max();

struct Known {
  std::string_view name;
  kernels::UnaryOp op;                       // kIdentity: not in this build
  std::array<std::string_view, 2> params{};  // ONNX's attributes
  std::array<float, 2> defaults{};
};

using Op = kernels::UnaryOp;
#define KANTE_LISTED(name) Listed(#name) ? Op::k##name : Op::kIdentity
constexpr Known kKnown[] = {
    {"Relu", KANTE_LISTED(Relu)},
    {"LeakyRelu", KANTE_LISTED(LeakyRelu), {"alpha"}, {0.01f}},
    {"ThresholdedRelu", KANTE_LISTED(ThresholdedRelu), {"alpha"}, {1.0f}},
    {"Clip", KANTE_LISTED(Clip), {}, {kLowest, kHighest}},
    {"HardSigmoid", KANTE_LISTED(HardSigmoid), {"alpha", "beta"}, {0.2f, 0.5f}},
    {"HardSwish", KANTE_LISTED(HardSwish)},
    {"Sigmoid", KANTE_LISTED(Sigmoid)},
    {"Tanh", KANTE_LISTED(Tanh)},
    {"Elu", KANTE_LISTED(Elu), {"alpha"}, {1.0f}},
    {"Selu", KANTE_LISTED(Selu), {"alpha", "gamma"}, {1.67326319217681884765625f, 1.05070102214813232421875f}},
    {"Celu", KANTE_LISTED(Celu), {"alpha"}, {1.0f}},
    {"Softplus", KANTE_LISTED(Softplus)},
    {"Softsign", KANTE_LISTED(Softsign)},
    {"Mish", KANTE_LISTED(Mish)},
    {"Gelu", KANTE_LISTED(Gelu)},
    {"Swish", KANTE_LISTED(Swish), {"alpha"}, {1.0f}},
};

const Known* Find(std::string_view name) {
  for (const Known& k : kKnown) {
    if (k.name == name && k.op != Op::kIdentity) return &k;
  }
  return nullptr;
}

float Param(const Known& k, std::span<const float> params, size_t i) {
  return i < params.size() ? params[i] : k.defaults[i];
}

}  // namespace

Result<Activation> ParseActivation(std::string_view name, std::span<const float> params) {
  if (name.empty()) return Activation{};
  const Known* k = Find(name);
  if (!k) return NotImplemented("activation '", name, "' is not known or not in this build");
  if (params.size() > 2) return InvalidGraph("activation_params has ", params.size(), " values, at most 2 are used");
  if (name == "Gelu" && !params.empty() && params[0] != 0) {
    return Activation{Listed("Gelu") ? Op::kGeluTanh : Op::kIdentity};
  }
  const float first = Param(*k, params, 0);
  if (name == "Swish" && first == 1) return Activation{Listed("Swish") ? Op::kSilu : Op::kIdentity};  // a product less
  return Activation{k->op, first, Param(*k, params, 1)};
}

ValueId ExpandActivation(GraphBuilder& b, ValueId x, std::string_view name, std::span<const float> params) {
  const Known* k = Find(name);
  if (!k) return x;
  if (name == "Clip") return b.Op("Clip", {x, b.Scalar(Param(*k, params, 0)), b.Scalar(Param(*k, params, 1))});
  std::vector<Attribute> attributes;
  if (name == "Gelu" && !params.empty() && params[0] != 0) attributes.emplace_back("approximate", "tanh");
  for (size_t i = 0; i < 2; ++i) {
    if (!k->params[i].empty()) attributes.emplace_back(std::string(k->params[i]), Param(*k, params, i));
  }
  return b.Op(name, {x}, std::move(attributes));
}

}  // namespace kante::core
