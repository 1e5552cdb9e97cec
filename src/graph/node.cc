// SPDX-License-Identifier: MIT
#include <algorithm>

#include "graph/graph.h"

namespace kante::core {

const Attribute* Node::FindAttribute(std::string_view attribute_name) const {
  for (const Attribute& a : attributes) {
    if (a.name == attribute_name) return &a;
  }
  return nullptr;
}

Attribute* Node::FindAttribute(std::string_view attribute_name) {
  return const_cast<Attribute*>(std::as_const(*this).FindAttribute(attribute_name));
}

void Node::SetAttribute(Attribute attribute) {
  if (Attribute* have = FindAttribute(attribute.name)) {
    *have = std::move(attribute);
  } else {
    attributes.push_back(std::move(attribute));
  }
}

void Node::RemoveAttribute(std::string_view attribute_name) {
  std::erase_if(attributes, [&](const Attribute& a) { return a.name == attribute_name; });
}

std::vector<Graph*> Node::Subgraphs() const {
  std::vector<Graph*> out;
  for (const Attribute& a : attributes) {
    if (const auto* g = a.get<std::shared_ptr<Graph>>()) {
      if (*g) out.push_back(g->get());
    } else if (const auto* gs = a.get<std::vector<std::shared_ptr<Graph>>>()) {
      for (const auto& each : *gs) out.push_back(each.get());
    }
  }
  return out;
}

bool Node::HasSubgraphs() const {
  return std::any_of(attributes.begin(), attributes.end(), [](const Attribute& a) {
    return a.get<std::shared_ptr<Graph>>() || a.get<std::vector<std::shared_ptr<Graph>>>();
  });
}

std::string Node::DisplayName() const {
  if (origin.empty()) return name.empty() ? op_type : name;
  std::string out;
  for (const std::string& o : origin) {
    if (!out.empty()) out += '+';
    out += o;
  }
  return out;
}

const char* AttributeKindName(const AttributeValue& value) {
  constexpr const char* kNames[] = {"none",  "int",           "float",          "string",   "tensor", "graph",
                                    "ints",  "floats",        "strings",        "tensors",  "graphs", "type",
                                    "types", "sparse tensor", "sparse tensors", "reference"};
  return kNames[value.index()];
}

void ForEachGraph(Graph& graph, const std::function<void(Graph&)>& visit) {
  visit(graph);
  for (NodeId id = 0; id < graph.node_slots(); ++id) {
    if (!graph.alive(id)) continue;
    for (Graph* body : graph.node(id).Subgraphs()) ForEachGraph(*body, visit);
  }
}

void ForEachGraph(const Graph& graph, const std::function<void(const Graph&)>& visit) {
  visit(graph);
  for (NodeId id = 0; id < graph.node_slots(); ++id) {
    if (!graph.alive(id)) continue;
    for (const Graph* body : graph.node(id).Subgraphs()) ForEachGraph(*body, visit);
  }
}

}  // namespace kante::core
