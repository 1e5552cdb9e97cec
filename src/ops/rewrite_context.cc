// SPDX-License-Identifier: MIT
#include "ops/rewrite_context.h"

namespace kante::core {

void UpgradeContext::SetInput(size_t i, ValueId value) {
  std::vector<ValueId> inputs = graph_.node(id_).inputs;
  if (inputs.size() <= i) inputs.resize(i + 1, kNone);
  inputs[i] = value;
  graph_.SetInputs(id_, std::move(inputs));
}

Status UpgradeContext::AttributeToInput(std::string_view attribute, size_t i) {
  const Attribute* a = node().FindAttribute(attribute);
  if (!a) return OkStatus();
  const auto* ints = a->get<std::vector<int64_t>>();
  if (!ints) return InvalidGraph("attribute '", attribute, "' must be of type ints");
  const ValueId constant = builder_.Ints(*ints);
  node().RemoveAttribute(attribute);
  SetInput(i, constant);
  return OkStatus();
}

std::optional<int> UpgradeContext::rank(size_t i) const {
  if (!has_input(i)) return std::nullopt;
  const TypeInfo& type = graph_.value(input(i)).type;
  if (!type.is_tensor() || !type.has_shape) return std::nullopt;
  return static_cast<int>(type.dims.size());
}

void UpgradeContext::ReplaceWith(std::span<const ValueId> outputs) { ReplaceNode(graph_, id_, outputs); }

void ReplaceNode(Graph& graph, NodeId id, std::span<const ValueId> outputs) {
  const std::vector<ValueId> old = graph.node(id).outputs;
  graph.RemoveNode(id);
  for (size_t i = 0; i < old.size() && i < outputs.size(); ++i) {
    if (old[i] == kNone || outputs[i] == kNone) continue;
    TypeInfo& type = graph.mutable_type(outputs[i]);
    if (type.kind == ValueKind::kUnknown) type = graph.value(old[i]).type;
    graph.ReplaceUses(old[i], outputs[i]);
  }
}

}  // namespace kante::core
