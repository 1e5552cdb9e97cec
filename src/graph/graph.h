// SPDX-License-Identifier: MIT
// A computation as data: values and nodes with stable numbers. Knows no operator.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "graph/attribute.h"
#include "graph/type_info.h"
#include "tensor/tensor.h"

namespace kante::core {

using ValueId = uint32_t;
using NodeId = uint32_t;
inline constexpr uint32_t kNone = ~uint32_t{0};  // no value (an absent optional input or output), no node

// An application of an operator.
struct Node {
  std::string domain;  // "" is ai.onnx
  std::string op_type;
  std::string name;              // the user's, may be empty
  std::string overload;          // of a model-local function
  int version = 0;               // opset version that the node is written in; the operator's newest after the upgrade
  std::vector<ValueId> inputs;   // kNone: absent
  std::vector<ValueId> outputs;  // kNone: not wanted
  std::vector<Attribute> attributes;
  std::vector<std::string> origin;  // names of the user's nodes that this one stands for; empty: itself

  const Attribute* FindAttribute(std::string_view attribute_name) const;
  Attribute* FindAttribute(std::string_view attribute_name);
  // Adds or replaces.
  void SetAttribute(Attribute attribute);
  void RemoveAttribute(std::string_view attribute_name);
  // Bodies of control flow, in the order of the attributes.
  std::vector<Graph*> Subgraphs() const;
  bool HasSubgraphs() const;
  // What errors, profiles and explanations call the node: its origin, else its name, else "OpType".
  std::string DisplayName() const;
};

// What flows between nodes.
struct ValueInfo {
  std::string name;  // unique in its graph
  TypeInfo type;
  Tensor constant;  // a value known for ever (initializer, folded node); no producer then
  Tensor initial;   // default of a graph input that a caller may override
  NodeId producer = kNone;
  uint32_t output_index = 0;      // of the producer
  std::vector<NodeId> consumers;  // one entry per use, uses by subgraphs of a node included
  bool is_graph_input = false;
  uint32_t graph_output_uses = 0;
};

// A value of the enclosing graph that a subgraph reads: `inner` stands for it inside.
struct Capture {
  ValueId outer;  // in the parent graph
  ValueId inner;  // in this graph
};

// Values, nodes, inputs and outputs. Edited through these functions only, which keep producers and consumers right.
// Numbers stay valid for the graph's life; removed nodes leave holes. Not thread-safe while edited.
class Graph {
 public:
  std::string name;

  // --- reading
  size_t value_count() const { return values_.size(); }
  size_t node_slots() const { return nodes_.size(); }  // holes included
  size_t node_count() const { return live_nodes_; }
  const ValueInfo& value(ValueId id) const { return values_[id]; }
  const Node& node(NodeId id) const { return *nodes_[id]; }
  bool alive(NodeId id) const { return id < nodes_.size() && nodes_[id] != nullptr; }
  std::span<const ValueId> inputs() const { return inputs_; }
  std::span<const ValueId> outputs() const { return outputs_; }
  std::span<const Capture> captures() const { return captures_; }
  ValueId FindValue(std::string_view value_name) const;  // kNone if there is none
  // The tensor of a constant value, else null. kNone gives null.
  const Tensor* Constant(ValueId id) const;
  bool IsGraphOutput(ValueId id) const { return values_[id].graph_output_uses > 0; }
  // Uses by nodes plus uses as graph output.
  size_t UseCount(ValueId id) const { return values_[id].consumers.size() + values_[id].graph_output_uses; }
  // Live nodes so that producers come before consumers, stable in insertion order; InvalidGraph names a cycle.
  Result<std::vector<NodeId>> TopologicalOrder() const;

  // --- values
  // An empty or taken name is made unique.
  ValueId AddValue(std::string_view wanted_name, TypeInfo type = {});
  ValueId AddConstant(std::string_view wanted_name, Tensor tensor);
  void AddInput(ValueId id);
  void AddOutput(ValueId id);
  void SetOutput(size_t index, ValueId id);
  void RemoveInput(size_t index);
  void RemoveOutput(size_t index);
  void AddCapture(ValueId outer, ValueId inner);
  void RemoveCapture(size_t index);
  // Only for graphs that no node owns yet or through Graph::SetCaptureOuter of the parent.
  TypeInfo& mutable_type(ValueId id) { return values_[id].type; }
  // Makes the value a constant; its producer (if any) loses that output.
  void SetConstant(ValueId id, Tensor tensor);
  void SetInitial(ValueId id, Tensor tensor);
  void RenameValue(ValueId id, std::string_view wanted_name);

  // --- nodes
  // Outputs must have no producer yet. Subgraphs in attributes count as uses of what they capture.
  NodeId AddNode(Node node);
  void RemoveNode(NodeId id);  // its outputs stay as values without a producer
  void SetInput(NodeId id, size_t index, ValueId value);
  void SetInputs(NodeId id, std::vector<ValueId> inputs);
  // Attributes, name, version, origin may be edited through this; inputs, outputs and subgraph captures must not.
  Node& mutable_node(NodeId id) { return *nodes_[id]; }
  // Detaches the node's bookkeeping, lets `edit` change anything of it (inputs, outputs, attributes), attaches again.
  template <typename F>
  void EditNode(NodeId id, F&& edit) {
    Detach(id);
    edit(*nodes_[id]);
    Attach(id);
  }
  // Every use of `from` (inputs, captures, graph outputs) becomes a use of `to`. The graph output keeps its name: if
  // `from` was an output, the names of the two values are exchanged.
  void ReplaceUses(ValueId from, ValueId to);

  // A deep copy (subgraphs too); tensors share memory. Numbers are the same.
  std::unique_ptr<Graph> Clone() const;

  Graph() = default;
  Graph(Graph&&) = default;
  Graph& operator=(Graph&&) = default;
  Graph(const Graph&) = delete;

 private:
  void Attach(NodeId id);
  void Detach(NodeId id);
  std::string UniqueName(std::string_view wanted);

  std::vector<ValueInfo> values_;
  std::vector<std::unique_ptr<Node>> nodes_;
  size_t live_nodes_ = 0;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
  std::vector<Capture> captures_;
  std::unordered_map<std::string, ValueId> by_name_;
  uint64_t next_suffix_ = 0;
};

// Walks `graph` and every subgraph inside it, outermost first.
void ForEachGraph(Graph& graph, const std::function<void(Graph&)>& visit);
void ForEachGraph(const Graph& graph, const std::function<void(const Graph&)>& visit);

// Checks what every pass relies on: numbers in range, one producer a value, consumers listed exactly, no cycle, outputs
// produced, captures that exist in the parent. InvalidGraph names the value or node.
Status Verify(const Graph& graph, const Graph* parent = nullptr);

// The graph as text, one line a node, subgraphs indented: for people, tests and bug reports.
std::string Dump(const Graph& graph);

}  // namespace kante::core
