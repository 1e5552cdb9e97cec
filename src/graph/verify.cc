// SPDX-License-Identifier: MIT
#include <algorithm>
#include <vector>

#include "graph/graph.h"

namespace kante::core {
namespace {

Status Bad(const Node& node, std::string_view what) {
  return InvalidGraph("node '", node.DisplayName(), "' (", node.op_type, ") ", what);
}

Status VerifyNode(const Graph& graph, NodeId id, std::vector<NodeId>& producer, std::vector<uint32_t>& uses) {
  const Node& node = graph.node(id);
  for (ValueId in : node.inputs) {
    if (in == kNone) continue;
    if (in >= graph.value_count()) return Bad(node, "reads a value that does not exist");
    ++uses[in];
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const ValueId out = node.outputs[i];
    if (out == kNone) continue;
    if (out >= graph.value_count()) return Bad(node, "writes a value that does not exist");
    const ValueInfo& info = graph.value(out);
    if (producer[out] != kNone) return Bad(node, StrCat("writes '", info.name, "', which has a producer already"));
    if (info.is_graph_input) return Bad(node, StrCat("writes the graph input '", info.name, "'"));
    if (!info.constant.empty()) return Bad(node, StrCat("writes the constant '", info.name, "'"));
    if (info.producer != id || info.output_index != i) return Bad(node, StrCat("is not listed at '", info.name, "'"));
    producer[out] = id;
  }
  for (const Graph* body : node.Subgraphs()) {
    for (const Capture& c : body->captures()) {
      if (c.outer >= graph.value_count()) return Bad(node, "captures a value that does not exist");
      ++uses[c.outer];
    }
    KANTE_TRY(Verify(*body, &graph));
  }
  return OkStatus();
}

// Every value that is read must come from somewhere.
Status VerifySources(const Graph& graph, const std::vector<NodeId>& producer, const std::vector<uint32_t>& uses) {
  std::vector<bool> captured(graph.value_count(), false);
  for (const Capture& c : graph.captures()) captured[c.inner] = true;
  for (ValueId v = 0; v < graph.value_count(); ++v) {
    const ValueInfo& info = graph.value(v);
    const bool has_source = producer[v] != kNone || info.is_graph_input || captured[v] || !info.constant.empty();
    if (!has_source && (uses[v] > 0 || info.graph_output_uses > 0)) {
      return InvalidGraph("nothing produces the value '", info.name, "'");
    }
    if (info.consumers.size() != uses[v]) return InvalidGraph("the uses of '", info.name, "' are not listed right");
  }
  return OkStatus();
}

}  // namespace

Status Verify(const Graph& graph, const Graph* parent) {
  std::vector<NodeId> producer(graph.value_count(), kNone);
  std::vector<uint32_t> uses(graph.value_count(), 0);
  for (const Capture& c : graph.captures()) {
    if (!parent || c.outer >= parent->value_count() || c.inner >= graph.value_count()) {
      return InvalidGraph("graph '", graph.name, "' captures a value that does not exist");
    }
  }
  for (NodeId id = 0; id < graph.node_slots(); ++id) {
    if (graph.alive(id)) KANTE_TRY(VerifyNode(graph, id, producer, uses));
  }
  for (ValueId out : graph.outputs()) {
    if (out >= graph.value_count()) return InvalidGraph("an output of graph '", graph.name, "' does not exist");
  }
  KANTE_TRY(VerifySources(graph, producer, uses));
  return graph.TopologicalOrder().TakeStatus().Clone();
}

}  // namespace kante::core
