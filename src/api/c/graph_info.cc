// SPDX-License-Identifier: MIT
// Built graphs, read back: what is in them, node by node. Graphs of sessions are not shown.
#include <algorithm>
#include <set>
#include <span>

#include "api/c/graph.h"
#include "api/c/slots.h"

namespace kante::ort {
namespace {

template <typename T>
OrtStatus* Count(const OrtGraph* graph, const std::vector<T> OrtGraph::*list, size_t* out) {
  KANTE_ORT_REQUIRE(graph);
  KANTE_ORT_REQUIRE(out);
  *out = (graph->*list).size();
  return nullptr;
}

OrtStatus* List(const OrtGraph* graph, const std::vector<const OrtValueInfo*> OrtGraph::*list, const OrtValueInfo** out,
                size_t room) {
  KANTE_ORT_REQUIRE(graph);
  const auto& from = graph->*list;
  if (room) KANTE_ORT_REQUIRE(out);
  if (room < from.size()) return TooLittleRoom(from.size(), room);
  std::copy(from.begin(), from.end(), out);
  return nullptr;
}

std::span<const std::pair<std::string, int>> OpsetsOf(const OrtGraph& graph) {
  if (!graph.model) return {};
  return graph.model->opsets;
}

}  // namespace

// The ModelEditor gives graphs no name of their own.
OrtStatus* Graph_GetName(const OrtGraph* graph, const char** out) noexcept {
  KANTE_ORT_REQUIRE(graph);
  KANTE_ORT_REQUIRE(out);
  *out = "graph";
  return nullptr;
}
OrtStatus* Graph_GetModelPath(const OrtGraph* graph, const char** out) noexcept {
  KANTE_ORT_REQUIRE(graph);
  KANTE_ORT_REQUIRE(out);
  *out = "";
  return nullptr;
}
OrtStatus* Graph_GetOnnxIRVersion(const OrtGraph* graph, int64_t* out) noexcept {
  KANTE_ORT_REQUIRE(graph);
  KANTE_ORT_REQUIRE(out);
  *out = ModelSpec().ir_version;
  return nullptr;
}

OrtStatus* Graph_GetNumOperatorSets(const OrtGraph* graph, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(graph);
  KANTE_ORT_REQUIRE(out);
  *out = OpsetsOf(*graph).size();
  return nullptr;
}

OrtStatus* Graph_GetOperatorSets(const OrtGraph* graph, const char** domains, int64_t* versions, size_t room) noexcept {
  KANTE_ORT_REQUIRE(graph);
  const auto opsets = OpsetsOf(*graph);
  if (room) {
    KANTE_ORT_REQUIRE(domains);
    KANTE_ORT_REQUIRE(versions);
  }
  if (room < opsets.size()) return TooLittleRoom(opsets.size(), room);
  for (size_t i = 0; i < opsets.size(); ++i) {
    domains[i] = opsets[i].first.c_str();
    versions[i] = opsets[i].second;
  }
  return nullptr;
}

OrtStatus* Graph_GetNumInputs(const OrtGraph* graph, size_t* out) noexcept {
  return Count(graph, &OrtGraph::inputs, out);
}
OrtStatus* Graph_GetInputs(const OrtGraph* graph, const OrtValueInfo** out, size_t room) noexcept {
  return List(graph, &OrtGraph::inputs, out, room);
}
OrtStatus* Graph_GetNumOutputs(const OrtGraph* graph, size_t* out) noexcept {
  return Count(graph, &OrtGraph::outputs, out);
}
OrtStatus* Graph_GetOutputs(const OrtGraph* graph, const OrtValueInfo** out, size_t room) noexcept {
  return List(graph, &OrtGraph::outputs, out, room);
}
OrtStatus* Graph_GetNumInitializers(const OrtGraph* graph, size_t* out) noexcept {
  return Count(graph, &OrtGraph::initializers, out);
}
OrtStatus* Graph_GetInitializers(const OrtGraph* graph, const OrtValueInfo** out, size_t room) noexcept {
  return List(graph, &OrtGraph::initializers, out, room);
}
OrtStatus* Graph_GetNumNodes(const OrtGraph* graph, size_t* out) noexcept {
  return Count(graph, &OrtGraph::nodes, out);
}

OrtStatus* Graph_GetNodes(const OrtGraph* graph, const OrtNode** out, size_t room) noexcept {
  KANTE_ORT_REQUIRE(graph);
  if (room) KANTE_ORT_REQUIRE(out);
  if (room < graph->nodes.size()) return TooLittleRoom(graph->nodes.size(), room);
  for (const auto& node : graph->nodes) *out++ = node.get();
  return nullptr;
}

// Built graphs are bodies of no node.
OrtStatus* Graph_GetParentNode(const OrtGraph* graph, const OrtNode** out) noexcept {
  KANTE_ORT_REQUIRE(graph);
  KANTE_ORT_REQUIRE(out);
  *out = nullptr;
  return nullptr;
}

// Some nodes of a graph as a graph: what they read from others is its inputs, what others read of them its outputs.
OrtStatus* Graph_GetGraphView(const OrtGraph* graph, const OrtNode** nodes, size_t count, OrtGraph** out) noexcept {
  KANTE_ORT_REQUIRE(graph);
  KANTE_ORT_REQUIRE(out);
  if (count) KANTE_ORT_REQUIRE(nodes);
  std::set<const OrtNode*> chosen;
  for (size_t i = 0; i < count; ++i) {
    if (!nodes[i] || nodes[i]->graph != graph) return InvalidArgument("a node is not of the graph");
    chosen.insert(nodes[i]);
  }
  auto view = std::make_unique<OrtGraph>();
  view->model = graph->model;
  for (size_t i = 0; i < count; ++i) {
    auto copy = std::make_unique<OrtNode>(*nodes[i]);
    copy->inputs.clear();
    copy->outputs.clear();
    view->Add(std::move(copy));
  }
  for (auto& [name, value] : view->values) {
    const OrtValueInfo& original = *graph->values.find(name)->second;
    value->type = original.type;
    const bool used_elsewhere =
        original.is_output || std::any_of(original.consumers.begin(), original.consumers.end(),
                                          [&](const auto& consumer) { return !chosen.count(consumer.first); });
    if (value->producer) {
      value->is_output = used_elsewhere;
      if (used_elsewhere) view->outputs.push_back(value.get());
      continue;
    }
    if (original.initializer) {
      const auto held = std::find_if(graph->tensors.begin(), graph->tensors.end(),
                                     [&](const auto& t) { return t.get() == original.initializer; });
      view->AddInitializer(name, *held);
    }
    value->is_input = !original.initializer || original.is_input;
    if (value->is_input) view->inputs.push_back(value.get());
  }
  *out = view.release();
  return nullptr;
}

}  // namespace kante::ort
