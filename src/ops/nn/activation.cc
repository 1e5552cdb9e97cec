// SPDX-License-Identifier: MIT
#include "ops/nn/activation.h"

#include <array>
#include <limits>

namespace kante::core {
namespace {

constexpr float kLowest = std::numeric_limits<float>::lowest();
constexpr float kHighest = std::numeric_limits<float>::max();

struct Known {
  std::string_view name;
  kernels::UnaryOp op;
  std::array<std::string_view, 2> params{};  // ONNX's attributes
  std::array<float, 2> defaults{};
};

using Op = kernels::UnaryOp;
constexpr Known kKnown[] = {
    {"Relu", Op::kRelu},
    {"LeakyRelu", Op::kLeakyRelu, {"alpha"}, {0.01f}},
    {"ThresholdedRelu", Op::kThresholdedRelu, {"alpha"}, {1.0f}},
    {"Clip", Op::kClip, {}, {kLowest, kHighest}},
    {"HardSigmoid", Op::kHardSigmoid, {"alpha", "beta"}, {0.2f, 0.5f}},
    {"HardSwish", Op::kHardSwish},
    {"Sigmoid", Op::kSigmoid},
    {"Tanh", Op::kTanh},
    {"Elu", Op::kElu, {"alpha"}, {1.0f}},
    {"Selu", Op::kSelu, {"alpha", "gamma"}, {1.67326319217681884765625f, 1.05070102214813232421875f}},
    {"Celu", Op::kCelu, {"alpha"}, {1.0f}},
    {"Softplus", Op::kSoftplus},
    {"Softsign", Op::kSoftsign},
    {"Mish", Op::kMish},
    {"Gelu", Op::kGelu},
    {"Swish", Op::kSwish, {"alpha"}, {1.0f}},
};

const Known* Find(std::string_view name) {
  for (const Known& k : kKnown) {
    if (k.name == name) return &k;
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
  if (!k) return NotImplemented("activation '", name, "' is not known");
  if (params.size() > 2) return InvalidGraph("activation_params has ", params.size(), " values, at most 2 are used");
  if (name == "Gelu" && !params.empty() && params[0] != 0) return Activation{Op::kGeluTanh};
  return Activation{k->op, Param(*k, params, 0), Param(*k, params, 1)};
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
