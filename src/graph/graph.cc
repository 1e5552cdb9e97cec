// SPDX-License-Identifier: MIT
#include "graph/graph.h"

#include <algorithm>
#include <utility>

namespace kante::core {

ValueId Graph::FindValue(std::string_view value_name) const {
  const auto it = by_name_.find(std::string(value_name));
  return it == by_name_.end() ? kNone : it->second;
}

const Tensor* Graph::Constant(ValueId id) const {
  if (id == kNone || values_[id].constant.empty()) return nullptr;
  return &values_[id].constant;
}

std::string Graph::UniqueName(std::string_view wanted) {
  std::string candidate(wanted);
  if (candidate.empty()) candidate = StrCat("_", next_suffix_++);
  while (by_name_.contains(candidate)) candidate = StrCat(wanted, "_", next_suffix_++);
  return candidate;
}

ValueId Graph::AddValue(std::string_view wanted_name, TypeInfo type) {
  const ValueId id = static_cast<ValueId>(values_.size());
  ValueInfo info;
  info.name = UniqueName(wanted_name);
  info.type = std::move(type);
  by_name_.emplace(info.name, id);
  values_.push_back(std::move(info));
  return id;
}

ValueId Graph::AddConstant(std::string_view wanted_name, Tensor tensor) {
  const ValueId id = AddValue(wanted_name, TypeInfo::TensorOf(tensor.type(), tensor.shape()));
  values_[id].constant = std::move(tensor);
  return id;
}

void Graph::AddInput(ValueId id) {
  inputs_.push_back(id);
  values_[id].is_graph_input = true;
}

void Graph::AddOutput(ValueId id) {
  outputs_.push_back(id);
  ++values_[id].graph_output_uses;
}

void Graph::SetOutput(size_t index, ValueId id) {
  --values_[outputs_[index]].graph_output_uses;
  outputs_[index] = id;
  ++values_[id].graph_output_uses;
}

void Graph::RemoveInput(size_t index) {
  values_[inputs_[index]].is_graph_input = false;
  inputs_.erase(inputs_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Graph::RemoveOutput(size_t index) {
  --values_[outputs_[index]].graph_output_uses;
  outputs_.erase(outputs_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Graph::AddCapture(ValueId outer, ValueId inner) { captures_.push_back({outer, inner}); }

void Graph::RemoveCapture(size_t index) { captures_.erase(captures_.begin() + static_cast<std::ptrdiff_t>(index)); }

void Graph::SetConstant(ValueId id, Tensor tensor) {
  ValueInfo& info = values_[id];
  if (info.producer != kNone) {
    nodes_[info.producer]->outputs[info.output_index] = kNone;
    info.producer = kNone;
  }
  info.type = TypeInfo::TensorOf(tensor.type(), tensor.shape());
  info.constant = std::move(tensor);
}

void Graph::SetInitial(ValueId id, Tensor tensor) { values_[id].initial = std::move(tensor); }

void Graph::RenameValue(ValueId id, std::string_view wanted_name) {
  by_name_.erase(values_[id].name);
  values_[id].name = UniqueName(wanted_name);
  by_name_.emplace(values_[id].name, id);
}

void Graph::Attach(NodeId id) {
  Node& node = *nodes_[id];
  for (ValueId in : node.inputs) {
    if (in != kNone) values_[in].consumers.push_back(id);
  }
  for (Graph* body : node.Subgraphs()) {
    for (const Capture& c : body->captures()) values_[c.outer].consumers.push_back(id);
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == kNone) continue;
    values_[node.outputs[i]].producer = id;
    values_[node.outputs[i]].output_index = static_cast<uint32_t>(i);
  }
}

void Graph::Detach(NodeId id) {
  Node& node = *nodes_[id];
  const auto drop = [&](ValueId v) {
    // From both ends: passes remove in order or backwards, and all nodes of a graph may read one constant.
    auto& uses = values_[v].consumers;
    for (size_t first = 0, last = uses.size(); first < last; ++first) {
      const size_t at = uses[--last] == id ? last : first;
      if (uses[at] == id) return void(uses.erase(uses.begin() + static_cast<ptrdiff_t>(at)));
    }
  };
  for (ValueId in : node.inputs) {
    if (in != kNone) drop(in);
  }
  for (Graph* body : node.Subgraphs()) {
    for (const Capture& c : body->captures()) drop(c.outer);
  }
  for (ValueId out : node.outputs) {
    if (out != kNone) values_[out].producer = kNone;
  }
}

NodeId Graph::AddNode(Node node) {
  const NodeId id = static_cast<NodeId>(nodes_.size());
  nodes_.push_back(std::make_unique<Node>(std::move(node)));
  ++live_nodes_;
  Attach(id);
  return id;
}

void Graph::RemoveNode(NodeId id) {
  Detach(id);
  nodes_[id].reset();
  --live_nodes_;
}

void Graph::SetInput(NodeId id, size_t index, ValueId value) {
  EditNode(id, [&](Node& node) { node.inputs[index] = value; });
}

void Graph::SetInputs(NodeId id, std::vector<ValueId> inputs) {
  EditNode(id, [&](Node& node) { node.inputs = std::move(inputs); });
}

void Graph::ReplaceUses(ValueId from, ValueId to) {
  std::vector<NodeId> users;
  users.swap(values_[from].consumers);
  std::vector<NodeId> once = users;
  std::sort(once.begin(), once.end());
  once.erase(std::unique(once.begin(), once.end()), once.end());
  for (NodeId user : once) {
    for (ValueId& in : nodes_[user]->inputs) {
      if (in == from) in = to;
    }
    for (Graph* body : nodes_[user]->Subgraphs()) {
      for (Capture& c : body->captures_) {
        if (c.outer == from) c.outer = to;
      }
    }
  }
  auto& target = values_[to].consumers;
  target.insert(target.end(), users.begin(), users.end());
  if (values_[from].graph_output_uses == 0) return;
  for (ValueId& out : outputs_) {
    if (out == from) out = to;
  }
  values_[to].graph_output_uses += std::exchange(values_[from].graph_output_uses, 0);
  // Callers know outputs by name. An input must keep its own name too; then the output is known by position only.
  if (!values_[to].is_graph_input && !values_[from].is_graph_input) {
    std::swap(values_[from].name, values_[to].name);
    by_name_[values_[from].name] = from;
    by_name_[values_[to].name] = to;
  }
  // What the model declares of its output holds for the new value too.
  const TypeInfo& declared = values_[from].type;
  TypeInfo& type = values_[to].type;
  if (declared.has_shape && !type.has_shape && (type.kind == declared.kind || type.kind == ValueKind::kUnknown)) {
    type = declared;
  }
}

std::unique_ptr<Graph> Graph::Clone() const {
  auto copy = std::make_unique<Graph>();
  copy->name = name;
  copy->values_ = values_;
  copy->inputs_ = inputs_;
  copy->outputs_ = outputs_;
  copy->captures_ = captures_;
  copy->by_name_ = by_name_;
  copy->next_suffix_ = next_suffix_;
  copy->live_nodes_ = live_nodes_;
  for (const auto& node : nodes_) {
    copy->nodes_.push_back(node ? std::make_unique<Node>(*node) : nullptr);
    if (!node) continue;
    for (Attribute& a : copy->nodes_.back()->attributes) {
      if (auto* g = std::get_if<std::shared_ptr<Graph>>(&a.value)) *g = (*g)->Clone();
      if (auto* gs = std::get_if<std::vector<std::shared_ptr<Graph>>>(&a.value)) {
        for (auto& g : *gs) g = g->Clone();
      }
    }
  }
  return copy;
}

Result<std::vector<NodeId>> Graph::TopologicalOrder() const {
  // Depth-first in insertion order with an explicit stack: stable, linear, and a hostile chain cannot overflow ours.
  enum : uint8_t { kWhite, kGrey, kBlack };
  std::vector<uint8_t> color(nodes_.size(), kWhite);
  std::vector<NodeId> order;
  order.reserve(live_nodes_);
  struct Frame {
    NodeId id;
    std::span<const ValueId> uses;
    size_t next = 0;
  };
  std::vector<Frame> stack;
  std::vector<std::vector<ValueId>> with_captures;  // uses of nodes that have bodies
  const auto push = [&](NodeId id) {
    color[id] = kGrey;
    Frame frame{id, nodes_[id]->inputs, 0};
    if (nodes_[id]->HasSubgraphs()) {
      std::vector<ValueId> uses = nodes_[id]->inputs;
      for (Graph* body : nodes_[id]->Subgraphs()) {
        for (const Capture& c : body->captures()) uses.push_back(c.outer);
      }
      with_captures.push_back(std::move(uses));
      frame.uses = with_captures.back();
    }
    stack.push_back(frame);
  };
  for (NodeId root = 0; root < nodes_.size(); ++root) {
    if (!nodes_[root] || color[root] != kWhite) continue;
    push(root);
    while (!stack.empty()) {
      Frame& top = stack.back();
      if (top.next == top.uses.size()) {
        color[top.id] = kBlack;
        order.push_back(top.id);
        stack.pop_back();
        continue;
      }
      const ValueId use = top.uses[top.next++];
      const NodeId producer = use == kNone ? kNone : values_[use].producer;
      if (producer == kNone || color[producer] == kBlack) continue;
      if (color[producer] == kGrey) {
        return InvalidGraph("the graph has a cycle through node '", nodes_[producer]->DisplayName(), "' (",
                            nodes_[producer]->op_type, ")");
      }
      push(producer);
    }
  }
  return order;
}

}  // namespace kante::core
