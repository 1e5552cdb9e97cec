// SPDX-License-Identifier: MIT
#include "passes/common_subexpressions.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/patch.h"

namespace kante::core {
namespace {

constexpr int64_t kSmallConstant = 1024;  // bytes; larger constants are the same only if they share memory
constexpr size_t kMaxOrigin = 8;          // names that one node may come to stand for

// Appends the bytes of plain data: keys are compared, never shown.
template <typename T>
void Put(std::string& key, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  key.append(reinterpret_cast<const char*>(&value), sizeof value);
}
void PutText(std::string& key, std::string_view text) {
  Put(key, text.size());
  key.append(text);
}

bool PutTensor(std::string& key, const Tensor& t) {
  if (t.empty() || !t.contiguous()) return false;
  Put(key, t.type());
  Put(key, t.rank());
  for (int64_t d : t.shape()) Put(key, d);
  if (t.type() != ElementType::kString && t.bytes() <= kSmallConstant) {
    key.append(reinterpret_cast<const char*>(t.raw()), static_cast<size_t>(t.bytes()));
  } else {
    Put(key, t.buffer()->id());
    Put(key, t.offset());
  }
  return true;
}

// False for kinds of attributes that are not compared (bodies, sparse tensors, types).
bool PutAttribute(std::string& key, const Attribute& a) {
  PutText(key, a.name);
  Put(key, a.value.index());
  if (const auto* i = a.get<int64_t>()) {
    Put(key, *i);
  } else if (const auto* f = a.get<float>()) {
    Put(key, *f);
  } else if (const auto* s = a.get<std::string>()) {
    PutText(key, *s);
  } else if (const auto* t = a.get<Tensor>()) {
    return PutTensor(key, *t);
  } else if (const auto* is = a.get<std::vector<int64_t>>()) {
    Put(key, is->size());
    for (int64_t each : *is) Put(key, each);
  } else if (const auto* fs = a.get<std::vector<float>>()) {
    Put(key, fs->size());
    for (float each : *fs) Put(key, each);
  } else if (const auto* ss = a.get<std::vector<std::string>>()) {
    Put(key, ss->size());
    for (const std::string& each : *ss) PutText(key, each);
  } else {
    return false;
  }
  return true;
}

// Everything that decides what the node computes; empty if it must not be merged.
std::string KeyOf(const Graph& graph, const Node& node, const OpRegistry& registry) {
  const OpDef* def = registry.Find(node.domain, node.op_type);
  if (!def || def->info.stateful) return {};
  std::string key;
  PutText(key, def->info.domain);
  PutText(key, node.op_type);
  std::vector<ValueId> inputs = node.inputs;
  if (def->info.commutative && inputs.size() >= 2 && inputs[0] > inputs[1]) std::swap(inputs[0], inputs[1]);
  Put(key, inputs.size());
  for (ValueId v : inputs) Put(key, v);
  Put(key, node.outputs.size());
  for (ValueId v : node.outputs) Put(key, v == kNone);
  std::vector<const Attribute*> attributes;
  for (const Attribute& a : node.attributes) attributes.push_back(&a);
  std::sort(attributes.begin(), attributes.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  for (const Attribute* a : attributes) {
    if (!PutAttribute(key, *a)) return {};
  }
  return key;
}

void MergeConstants(Graph& graph) {
  std::unordered_map<std::string, ValueId> first;
  for (ValueId v = 0; v < graph.value_count(); ++v) {
    const Tensor* t = graph.Constant(v);
    std::string key;
    if (!t || graph.UseCount(v) == 0 || graph.IsGraphOutput(v) || !PutTensor(key, *t)) continue;
    const auto [it, fresh] = first.emplace(std::move(key), v);
    if (!fresh) graph.ReplaceUses(v, it->second);
  }
}

bool Replaceable(const Graph& graph, const Node& node, const Node& by) {
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] != kNone && WhyNotReplaceable(graph, node.outputs[i], by.outputs[i])) return false;
  }
  return true;
}

void MergeInto(Graph& graph, NodeId id, NodeId kept) {
  const std::vector<ValueId> from = graph.node(id).outputs;
  const std::vector<ValueId> to = graph.node(kept).outputs;
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] != kNone) graph.ReplaceUses(from[i], to[i]);
  }
  Node& keeper = graph.mutable_node(kept);
  const Node& gone = graph.node(id);
  if (keeper.origin.empty()) keeper.origin = {keeper.DisplayName()};
  const std::vector<std::string> names = gone.origin.empty() ? std::vector{gone.DisplayName()} : gone.origin;
  for (const std::string& name : names) {
    if (keeper.origin.size() >= kMaxOrigin) break;
    if (std::find(keeper.origin.begin(), keeper.origin.end(), name) == keeper.origin.end()) {
      keeper.origin.push_back(name);
    }
  }
}

}  // namespace

Result<int64_t> MergeCommonSubexpressions(Graph& graph, const OpRegistry& registry) {
  int64_t merged = 0;
  MergeConstants(graph);
  KANTE_TRY(const std::vector<NodeId> order, graph.TopologicalOrder());
  std::unordered_map<std::string, NodeId> first;
  for (NodeId id : order) {
    for (Graph* body : graph.node(id).Subgraphs()) {
      KANTE_TRY(const int64_t inside, MergeCommonSubexpressions(*body, registry));
      merged += inside;
    }
    const Node& node = graph.node(id);
    const bool used = std::any_of(node.outputs.begin(), node.outputs.end(),
                                  [&](ValueId v) { return v != kNone && graph.UseCount(v) > 0; });
    if (!used) continue;
    std::string key = KeyOf(graph, node, registry);
    if (key.empty()) continue;
    const auto [it, fresh] = first.emplace(std::move(key), id);
    if (fresh || !Replaceable(graph, node, graph.node(it->second))) continue;
    MergeInto(graph, id, it->second);
    ++merged;
  }
  return merged;
}

}  // namespace kante::core
