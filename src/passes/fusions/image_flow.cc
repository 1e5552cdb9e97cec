// SPDX-License-Identifier: MIT
#include "passes/fusions/image_flow.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <utility>
#include <vector>

#include "base/checked.h"
#include "passes/attributes.h"

namespace kante::core {
namespace {

constexpr int kMaxSteps = 256;

// Elementwise in input 0, whatever the others are.
constexpr std::string_view kKeepShape[] = {"Relu",
                                           "LeakyRelu",
                                           "Clip",
                                           "Sigmoid",
                                           "Tanh",
                                           "HardSwish",
                                           "HardSigmoid",
                                           "Elu",
                                           "Selu",
                                           "Celu",
                                           "Gelu",
                                           "Mish",
                                           "Swish",
                                           "Identity",
                                           "Softplus",
                                           "PRelu",
                                           "Dropout",
                                           "BatchNormalization",
                                           "InstanceNormalization"};

// How a value came to be: from `source`, whose size went through `changes` (last one first).
struct Flow {
  ValueId source = kNone;
  int64_t channels = -1;         // of the value; -1: those of the source
  int64_t source_channels = -1;  // -1: not known
  std::vector<std::vector<int64_t>> changes;
};

// One convolution or pooling: out = (in - excess - 1) / stride + 1 on each axis; [stride..., excess...].
std::optional<std::vector<int64_t>> SizeChange(const Node& node, const std::vector<int64_t>& kernel) {
  const size_t n = kernel.size();
  const std::vector<int64_t> ones(n, 1);
  std::vector<int64_t> strides = IntsOr(node, "strides", ones);
  const std::vector<int64_t> dilations = IntsOr(node, "dilations", ones);
  const std::vector<int64_t> pads = IntsOr(node, "pads", std::vector<int64_t>(2 * n, 0));
  if (strides.size() != n || dilations.size() != n || pads.size() != 2 * n || IntOr(node, "ceil_mode", 0) != 0) {
    return std::nullopt;
  }
  const auto absurd = [](int64_t v) { return v < -(1 << 30) || v > (1 << 30); };
  for (const std::vector<int64_t>* list : {&std::as_const(strides), &dilations, &pads, &kernel}) {
    if (std::any_of(list->begin(), list->end(), absurd)) return std::nullopt;
  }
  const std::string auto_pad = StringOr(node, "auto_pad", "NOTSET");
  for (size_t i = 0; i < n; ++i) {
    int64_t excess = 0;  // SAME: out = ceil(in / stride)
    if (auto_pad == "NOTSET") excess = dilations[i] * (kernel[i] - 1) - pads[i] - pads[i + n];
    if (auto_pad == "VALID") excess = dilations[i] * (kernel[i] - 1);
    strides.push_back(excess);
  }
  return strides;
}

bool KeepsSize(const std::vector<int64_t>& change) {
  const size_t n = change.size() / 2;
  return std::all_of(change.begin(), change.begin() + static_cast<std::ptrdiff_t>(n),
                     [](int64_t s) { return s == 1; }) &&
         std::all_of(change.begin() + static_cast<std::ptrdiff_t>(n), change.end(), [](int64_t e) { return e == 0; });
}

Flow Trace(const Graph& graph, ValueId value) {
  Flow flow{value};
  for (int step = 0; step < kMaxSteps; ++step) {
    const ValueInfo& info = graph.value(flow.source);
    if (info.producer == kNone || info.output_index != 0) break;
    const Node& node = graph.node(info.producer);
    if (node.inputs.empty() || node.inputs[0] == kNone) break;
    std::optional<std::vector<int64_t>> change;
    if (node.op_type == "Conv" || (node.op_type == "FusedConv" && node.domain == "kante")) {
      const auto w = graph.value(node.inputs[1]).type.concrete_shape();
      if (!w || w->rank() < 3) break;
      change = SizeChange(node, std::vector<int64_t>(w->begin() + 2, w->end()));
      if (!change) break;
      if (flow.channels < 0) flow.channels = (*w)[0];
      if (!CheckedMul((*w)[1], IntOr(node, "group", 1), &flow.source_channels)) break;
    } else if (node.op_type == "MaxPool" || node.op_type == "AveragePool") {
      change = SizeChange(node, IntsOr(node, "kernel_shape"));
      if (!change) break;
    } else if (!node.domain.empty() ||
               std::find(std::begin(kKeepShape), std::end(kKeepShape), node.op_type) == std::end(kKeepShape)) {
      break;
    }
    if (change && !KeepsSize(*change)) flow.changes.push_back(std::move(*change));
    flow.source = node.inputs[0];
  }
  return flow;
}

}  // namespace

bool SameImageShape(const Graph& graph, ValueId a, ValueId b) {
  const Flow fa = Trace(graph, a);
  const Flow fb = Trace(graph, b);
  if (fa.source != fb.source || fa.changes != fb.changes) return false;
  const int64_t source = std::max(fa.source_channels, fb.source_channels);
  const int64_t ca = fa.channels < 0 ? source : fa.channels;
  const int64_t cb = fb.channels < 0 ? source : fb.channels;
  return ca == cb;  // both -1: elementwise of one value
}

}  // namespace kante::core
