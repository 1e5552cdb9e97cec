// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"

namespace kante::core {

// A rewrite as a value: the nodes and constants that it adds and the values that they replace. Nothing touches the
// graph before Apply, which checks everything first: a patch that fails leaves the graph as it was.
//
//   GraphPatch patch(graph, "ConvBatchNorm");
//   const ValueId y = patch.Op("Conv", {x, patch.Constant("w", scaled), bias}, attributes);
//   patch.Replace(old_y, y);
//   KANTE_TRY(patch.Apply());
//
// Apply then removes the nodes that nobody needs any more, gives their names to the new ones as `origin`, hands the
// type of a replaced value to its successor where that has none, and keeps the names of graph outputs.
class GraphPatch {
 public:
  // `label` begins the names of what is added. The graph must not change before Apply.
  GraphPatch(Graph& graph, std::string label);

  // --- collecting. Ids of new values are valid inside this patch only.
  ValueId Constant(std::string_view name, Tensor tensor);
  ValueId Ints(std::span<const int64_t> values) { return Constant("ints", Tensor::Vector(values)); }
  ValueId Op(std::string_view op_type, std::vector<ValueId> inputs, std::vector<Attribute> attributes = {}) {
    return Op("", op_type, std::move(inputs), std::move(attributes));
  }
  ValueId Op(std::string_view domain, std::string_view op_type, std::vector<ValueId> inputs,
             std::vector<Attribute> attributes = {});
  // Every use of `old` becomes a use of `with`, a new value or one that exists.
  void Replace(ValueId old, ValueId with) { replaced_.emplace_back(old, with); }

  // The nodes that the patch stands for, if known: the check for cycles then looks no further.
  void SetMatched(std::vector<NodeId> nodes) { matched_ = std::move(nodes); }

  const Graph& graph() const { return graph_; }
  bool empty() const { return replaced_.empty(); }

  // InvalidGraph says what is wrong with the patch: ids that do not exist, types that disagree, a cycle, a graph output
  // that would lose its name. Call once.
  Status Apply();

  // --- after Apply
  std::span<const NodeId> added() const { return added_; }  // in the order of the Op calls
  std::span<const NodeId> removed() const { return removed_; }

 private:
  struct NewValue {
    std::string name;
    Tensor constant;  // empty: made by a node
  };
  bool IsNew(ValueId id) const { return id != kNone && id >= first_new_; }
  Status Check() const;
  Status CheckReplacement(size_t index) const;
  Status CheckNoCycle() const;
  void RemoveDead(std::vector<std::string>& origin);

  Graph& graph_;
  std::string label_;
  ValueId first_new_;
  std::vector<NewValue> values_;
  std::vector<Node> nodes_;
  std::vector<std::pair<ValueId, ValueId>> replaced_;
  std::vector<NodeId> matched_;
  std::vector<NodeId> added_;
  std::vector<NodeId> removed_;
};

// Why `to` cannot take over all uses of `from` by Graph::ReplaceUses without a graph output losing its name; null if it
// can. Graph outputs must stay distinct values that a node produces.
const char* WhyNotReplaceable(const Graph& graph, ValueId from, ValueId to);

}  // namespace kante::core
