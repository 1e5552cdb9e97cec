// SPDX-License-Identifier: MIT
#include "graph/patch.h"

#include <algorithm>

namespace kante::core {
namespace {

// A few ids.
class IdSet {
 public:
  bool contains(uint32_t id) const { return std::find(ids_.begin(), ids_.end(), id) != ids_.end(); }
  bool insert(uint32_t id) {
    if (contains(id)) return false;
    ids_.push_back(id);
    return true;
  }
  void erase(uint32_t id) { ids_.erase(std::remove(ids_.begin(), ids_.end(), id), ids_.end()); }
  bool empty() const { return ids_.empty(); }
  auto begin() const { return ids_.begin(); }
  auto end() const { return ids_.end(); }

 private:
  std::vector<uint32_t> ids_;
};

constexpr size_t kNearby = 64;  // nodes looked at before the search for cycles walks the whole graph

// Every value that a node reads, captures of its subgraphs included.
template <typename F>
void ForEachUse(const Node& node, F&& visit) {
  for (ValueId in : node.inputs) {
    if (in != kNone) visit(in);
  }
  for (const Graph* body : node.Subgraphs()) {
    for (const Capture& c : body->captures()) visit(c.outer);
  }
}

// Walks from `start` to the nodes it depends on through nodes that are `worth` it, at most `limit` of them; calls
// visit(node id) once each.
template <typename W, typename F>
void WalkBack(const Graph& graph, std::vector<NodeId> stack, size_t limit, W&& worth, F&& visit) {
  std::vector<bool> seen(graph.node_slots());
  for (NodeId id : stack) seen[id] = true;
  while (!stack.empty() && limit-- > 0) {
    const NodeId id = stack.back();
    stack.pop_back();
    if (!visit(id)) return;
    ForEachUse(graph.node(id), [&](ValueId v) {
      const NodeId producer = graph.value(v).producer;
      if (producer == kNone || seen[producer] || !worth(producer)) return;
      seen[producer] = true;
      stack.push_back(producer);
    });
  }
}

bool TypesAgree(const TypeInfo& a, const TypeInfo& b) {
  if (a.kind == ValueKind::kUnknown || b.kind == ValueKind::kUnknown) return true;
  if (a.kind != b.kind) return false;
  if (a.element_type != b.element_type && a.element_type != ElementType::kUndefined &&
      b.element_type != ElementType::kUndefined) {
    return false;
  }
  const auto shape_a = a.concrete_shape();
  const auto shape_b = b.concrete_shape();
  return !shape_a || !shape_b || *shape_a == *shape_b;
}

}  // namespace

const char* WhyNotReplaceable(const Graph& graph, ValueId from, ValueId to) {
  if (!graph.IsGraphOutput(from)) return nullptr;
  if (graph.value(to).is_graph_input) return "a graph output would become a graph input";
  if (graph.value(to).producer == kNone) return "a graph output would become a constant or captured value";
  if (graph.IsGraphOutput(to)) return "two graph outputs would become one value";
  return nullptr;
}

GraphPatch::GraphPatch(Graph& graph, std::string label)
    : graph_(graph), label_(std::move(label)), first_new_(static_cast<ValueId>(graph.value_count())) {}

ValueId GraphPatch::Constant(std::string_view name, Tensor tensor) {
  values_.push_back({StrCat(label_, "/", name), std::move(tensor)});
  return first_new_ + static_cast<ValueId>(values_.size() - 1);
}

ValueId GraphPatch::Op(std::string_view domain, std::string_view op_type, std::vector<ValueId> inputs,
                       std::vector<Attribute> attributes) {
  Node node;
  node.domain = domain;
  node.op_type = op_type;
  node.inputs = std::move(inputs);
  node.attributes = std::move(attributes);
  values_.push_back({StrCat(label_, "/", op_type), {}});
  node.outputs = {first_new_ + static_cast<ValueId>(values_.size() - 1)};
  nodes_.push_back(std::move(node));
  return nodes_.back().outputs[0];
}

Status GraphPatch::CheckReplacement(size_t index) const {
  const auto [old, with] = replaced_[index];
  if (old >= first_new_) return InvalidGraph("replaces a value that does not exist");
  const ValueInfo& from = graph_.value(old);
  if (from.producer == kNone) return InvalidGraph("replaces '", from.name, "', which no node produces");
  if (with == kNone || with >= first_new_ + values_.size()) return InvalidGraph("'", from.name, "' gets no successor");
  for (size_t i = 0; i < index; ++i) {
    if (replaced_[i].first == old) return InvalidGraph("replaces '", from.name, "' twice");
    if (replaced_[i].second == with && graph_.IsGraphOutput(old) && graph_.IsGraphOutput(replaced_[i].first)) {
      return InvalidGraph("two graph outputs would become one value");
    }
  }
  if (!IsNew(with)) {
    if (const char* why = WhyNotReplaceable(graph_, old, with)) return InvalidGraph(why);
    if (!TypesAgree(from.type, graph_.value(with).type)) {
      return InvalidGraph("'", from.name, "' is ", from.type.ToString(), ", its successor ",
                          graph_.value(with).type.ToString());
    }
    return OkStatus();
  }
  const Tensor& constant = values_[with - first_new_].constant;
  if (constant.empty()) return OkStatus();
  if (graph_.IsGraphOutput(old)) return InvalidGraph("a graph output would become a constant");
  const TypeInfo type = TypeInfo::TensorOf(constant.type(), constant.shape());
  if (!TypesAgree(from.type, type)) {
    return InvalidGraph("'", from.name, "' is ", from.type.ToString(), ", its successor ", type.ToString());
  }
  return OkStatus();
}

// What the patch reads must not depend on what it replaces.
Status GraphPatch::CheckNoCycle() const {
  IdSet leaves;
  for (const Node& node : nodes_) {
    for (ValueId in : node.inputs) {
      if (in != kNone && !IsNew(in)) leaves.insert(in);
    }
  }
  std::vector<NodeId> old_producers;
  for (const auto& [old, with] : replaced_) {
    if (!IsNew(with)) leaves.insert(with);
    old_producers.push_back(graph_.value(old).producer);
  }
  // The usual case: one value is replaced and every leaf is read close before it, so that it cannot come after.
  if (replaced_.size() == 1) {
    IdSet far = leaves, within;
    for (NodeId id : matched_) within.insert(id);
    const auto worth = [&](NodeId id) { return within.empty() || within.contains(id); };
    WalkBack(graph_, old_producers, kNearby, worth, [&](NodeId id) {
      ForEachUse(graph_.node(id), [&](ValueId v) { far.erase(v); });
      return !far.empty();
    });
    leaves = std::move(far);
  }
  std::vector<NodeId> start;
  for (ValueId leaf : leaves) {
    const NodeId producer = graph_.value(leaf).producer;
    if (producer != kNone && std::find(start.begin(), start.end(), producer) == start.end()) start.push_back(producer);
  }
  bool cycle = false;
  const auto all = [](NodeId) { return true; };
  WalkBack(graph_, start, graph_.node_slots(), all, [&](NodeId id) {
    // A leaf may be another output of a replaced node only if nothing between them is replaced: the node itself stays.
    ForEachUse(graph_.node(id), [&](ValueId v) {
      for (const auto& [old, with] : replaced_) cycle |= old == v;
    });
    return !cycle;
  });
  for (const auto& [old, with] : replaced_) cycle |= leaves.contains(old);
  return cycle ? InvalidGraph("would make a cycle") : OkStatus();
}

Status GraphPatch::Check() const {
  if (graph_.value_count() != first_new_) return InvalidGraph("the graph changed since the patch was begun");
  std::vector<bool> made(values_.size(), false);
  for (size_t i = 0; i < values_.size(); ++i) made[i] = !values_[i].constant.empty();
  for (const Node& node : nodes_) {
    for (ValueId in : node.inputs) {
      if (in == kNone) continue;
      if (in >= first_new_ + values_.size()) return InvalidGraph(node.op_type, " reads a value that does not exist");
      if (IsNew(in) && !made[in - first_new_]) return InvalidGraph(node.op_type, " reads a value that is not made yet");
    }
    made[node.outputs[0] - first_new_] = true;
  }
  for (size_t i = 0; i < values_.size(); ++i) {
    if (!made[i]) return InvalidGraph("the constant '", values_[i].name, "' is empty");
  }
  for (size_t i = 0; i < replaced_.size(); ++i) KANTE_TRY(CheckReplacement(i));
  return CheckNoCycle();
}

void GraphPatch::RemoveDead(std::vector<std::string>& origin) {
  std::vector<NodeId> stack;
  IdSet replaced;
  for (const auto& [old, with] : replaced_) {
    const NodeId id = graph_.value(old).producer;
    if (replaced.insert(id)) stack.push_back(id);
  }
  std::vector<std::vector<std::string>> names;
  while (!stack.empty()) {
    const NodeId id = stack.back();
    stack.pop_back();
    if (!graph_.alive(id)) continue;
    const Node& node = graph_.node(id);
    const bool used = std::any_of(node.outputs.begin(), node.outputs.end(),
                                  [&](ValueId v) { return v != kNone && graph_.UseCount(v) > 0; });
    if (used && !replaced.contains(id)) continue;
    names.push_back(node.origin.empty() ? std::vector<std::string>{node.DisplayName()} : node.origin);
    if (used) continue;
    ForEachUse(node, [&](ValueId v) {
      if (graph_.value(v).producer != kNone) stack.push_back(graph_.value(v).producer);
    });
    graph_.RemoveNode(id);
    removed_.push_back(id);
  }
  for (auto it = names.rbegin(); it != names.rend(); ++it) {  // inputs first, as a reader of the model expects
    for (std::string& name : *it) {
      if (std::find(origin.begin(), origin.end(), name) == origin.end()) origin.push_back(std::move(name));
    }
  }
}

Status GraphPatch::Apply() {
  Status status = Check();
  if (!status.ok()) return std::move(status).WithContext(StrCat("patch ", label_));
  std::vector<ValueId> real;
  for (NewValue& v : values_) {
    real.push_back(v.constant.empty() ? graph_.AddValue(v.name) : graph_.AddConstant(v.name, std::move(v.constant)));
  }
  const auto resolve = [&](ValueId id) { return IsNew(id) ? real[id - first_new_] : id; };
  for (Node& node : nodes_) {
    for (ValueId& in : node.inputs) in = resolve(in);
    node.outputs[0] = resolve(node.outputs[0]);
    node.name = graph_.value(node.outputs[0]).name;
    added_.push_back(graph_.AddNode(std::move(node)));
  }
  for (const auto& [old, with] : replaced_) {
    const ValueId to = resolve(with);
    TypeInfo& type = graph_.mutable_type(to);
    if (type.kind == ValueKind::kUnknown) type = graph_.value(old).type;
    graph_.ReplaceUses(old, to);
  }
  std::vector<std::string> origin;
  RemoveDead(origin);
  for (NodeId id : added_) graph_.mutable_node(id).origin = origin;
  return OkStatus();
}

}  // namespace kante::core
