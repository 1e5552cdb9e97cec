// SPDX-License-Identifier: MIT
// Contexts of the facets that write graphs: Upgrade and Expand.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "graph/builder.h"
#include "graph/graph.h"

namespace kante::core {

// Handed to Upgrade with a node of an older version. The rule edits the node in place (attributes, inputs) or builds
// others that write its outputs; afterwards everything must have the newest version's meaning. New nodes count as
// written in the newest versions. Values that are not known become Shape/Gather/... nodes, which folding cleans up.
class UpgradeContext {
 public:
  UpgradeContext(Graph& graph, NodeId id, int opset)
      : graph_(graph),
        id_(id),
        opset_(opset),
        builder_(graph, graph.node(id).name.empty() ? graph.node(id).op_type : graph.node(id).name,
                 {graph.node(id).DisplayName()}) {}

  Graph& graph() { return graph_; }
  NodeId id() const { return id_; }
  Node& node() { return graph_.mutable_node(id_); }  // attributes only; inputs through SetInput(s)
  int opset() const { return opset_; }               // that the model imports
  GraphBuilder& build() { return builder_; }

  bool has_input(size_t i) const { return i < graph_.node(id_).inputs.size() && graph_.node(id_).inputs[i] != kNone; }
  ValueId input(size_t i) const { return has_input(i) ? graph_.node(id_).inputs[i] : kNone; }
  ValueId output(size_t i) const { return i < graph_.node(id_).outputs.size() ? graph_.node(id_).outputs[i] : kNone; }
  // Appends absent inputs as needed.
  void SetInput(size_t i, ValueId value);
  // An `ints` attribute becomes constant input `i`; nothing happens if it is absent.
  Status AttributeToInput(std::string_view attribute, size_t i);
  // The declared rank of an input where the model says it.
  std::optional<int> rank(size_t i) const;

  // Replaces the node by what `outputs` name (one value for each output; kNone for those nobody wants).
  void ReplaceWith(std::span<const ValueId> outputs);
  void ReplaceWith(ValueId only) { ReplaceWith(std::span<const ValueId>(&only, 1)); }
  // Turns the node into another operator, keeping inputs, outputs and attributes.
  void Rename(std::string_view op_type) { node().op_type = op_type; }
  bool removed() const { return !graph_.alive(id_); }

 private:
  Graph& graph_;
  NodeId id_;
  int opset_;
  GraphBuilder builder_;
};

// Handed to Expand: write the operator's meaning in simpler ones.
class ExpandContext {
 public:
  ExpandContext(Graph& graph, NodeId id)
      : graph_(graph),
        id_(id),
        builder_(graph, graph.node(id).name.empty() ? graph.node(id).op_type : graph.node(id).name,
                 {graph.node(id).DisplayName()}),
        results_(graph.node(id).outputs.size(), kNone) {}

  GraphBuilder& build() { return builder_; }
  bool has_input(size_t i) const { return i < graph_.node(id_).inputs.size() && graph_.node(id_).inputs[i] != kNone; }
  ValueId input(size_t i) const { return has_input(i) ? graph_.node(id_).inputs[i] : kNone; }
  bool wants_output(size_t i) const {
    return i < graph_.node(id_).outputs.size() && graph_.node(id_).outputs[i] != kNone;
  }
  const TypeInfo& input_type(size_t i) const { return graph_.value(input(i)).type; }
  void SetOutput(size_t i, ValueId value) {
    if (i < results_.size()) results_[i] = value;
  }
  std::span<const ValueId> results() const { return results_; }

 private:
  Graph& graph_;
  NodeId id_;
  GraphBuilder builder_;
  std::vector<ValueId> results_;
};

// Replaces node `id` by values that exist (one for each output; kNone for unwanted ones).
void ReplaceNode(Graph& graph, NodeId id, std::span<const ValueId> outputs);

}  // namespace kante::core
