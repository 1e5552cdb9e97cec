// SPDX-License-Identifier: MIT
#include "graph/graph.h"

namespace kante::core {
namespace {

std::string ValueText(const Graph& graph, ValueId id) {
  if (id == kNone) return "_";
  return graph.value(id).name;
}

template <typename T>
std::string ListText(const std::vector<T>& items) {
  std::string out = "[";
  for (size_t i = 0; i < items.size() && i < 8; ++i) {
    if (i) out += ',';
    if constexpr (std::is_same_v<T, std::string>) {
      out += StrCat("\"", items[i], "\"");
    } else {
      internal::Piece(items[i]).AppendTo(out);
    }
  }
  return out + (items.size() > 8 ? ",...]" : "]");
}

std::string AttributeText(const Attribute& a) {
  if (const auto* i = a.get<int64_t>()) return StrCat(a.name, "=", *i);
  if (const auto* f = a.get<float>()) return StrCat(a.name, "=", static_cast<double>(*f));
  if (const auto* s = a.get<std::string>()) return StrCat(a.name, "=\"", *s, "\"");
  if (const auto* is = a.get<std::vector<int64_t>>()) return StrCat(a.name, "=", ListText(*is));
  if (const auto* fs = a.get<std::vector<float>>()) {
    return StrCat(a.name, "=", ListText(std::vector<double>(fs->begin(), fs->end())));
  }
  if (const auto* ss = a.get<std::vector<std::string>>()) return StrCat(a.name, "=", ListText(*ss));
  if (const auto* t = a.get<Tensor>()) return StrCat(a.name, "=", NameOf(t->type()), t->shape().ToString());
  if (const auto* r = a.get<AttributeReference>()) return StrCat(a.name, "=@", r->name);
  return StrCat(a.name, "=<", AttributeKindName(a.value), ">");
}

void DumpInto(const Graph& graph, int depth, std::string& out) {
  const std::string indent(static_cast<size_t>(depth) * 2, ' ');
  out += StrCat(indent, "graph ", graph.name.empty() ? "main" : graph.name, " (");
  for (size_t i = 0; i < graph.inputs().size(); ++i) {
    const ValueInfo& v = graph.value(graph.inputs()[i]);
    out += StrCat(i ? ", " : "", v.name, ": ", v.type.ToString());
  }
  out += ") -> (";
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    const ValueInfo& v = graph.value(graph.outputs()[i]);
    out += StrCat(i ? ", " : "", v.name, ": ", v.type.ToString());
  }
  out += ")\n";
  auto order = graph.TopologicalOrder();
  if (!order.ok()) {
    out += StrCat(indent, "  ! ", order.status().message(), "\n");
    return;
  }
  for (NodeId id : *order) {
    const Node& node = graph.node(id);
    out += indent + "  ";
    for (size_t i = 0; i < node.outputs.size(); ++i) out += StrCat(i ? ", " : "", ValueText(graph, node.outputs[i]));
    out += StrCat(" = ", node.domain.empty() ? "" : node.domain + ".", node.op_type, "(");
    for (size_t i = 0; i < node.inputs.size(); ++i) out += StrCat(i ? ", " : "", ValueText(graph, node.inputs[i]));
    out += ")";
    for (const Attribute& a : node.attributes) out += " " + AttributeText(a);
    if (!node.origin.empty()) out += StrCat("  # ", node.DisplayName());
    out += "\n";
    for (const Graph* body : node.Subgraphs()) DumpInto(*body, depth + 2, out);
  }
}

}  // namespace

std::string Dump(const Graph& graph) {
  std::string out;
  DumpInto(graph, 0, out);
  return out;
}

}  // namespace kante::core
