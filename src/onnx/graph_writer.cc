// SPDX-License-Identifier: MIT
#include "onnx/graph_writer.h"

#include <algorithm>

#include "base/checked.h"
#include "onnx/graph_reader_parts.h"
#include "onnx/onnx_fields.h"

namespace kante::core {
namespace {

bool IsUsedConstant(const Graph& graph, ValueId id) {
  return !graph.value(id).constant.empty() && graph.UseCount(id) > 0;
}

}  // namespace

bool GraphWriter::Names::Taken(const std::string& name) const {
  for (const Names* n = this; n; n = n->around) {
    if (n->taken.contains(name)) return true;
  }
  return false;
}

std::string GraphWriter::Names::Unique(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 1; Taken(name); ++i) name = StrCat(wanted, "_", i);
  taken.insert(name);
  return name;
}

// Names are unique within a graph, but ONNX wants them different from those of enclosing graphs too.
GraphWriter::Names GraphWriter::MakeNames(const Graph& graph, const Names* around) {
  Names names;
  names.around = around;
  names.of.resize(graph.value_count());
  std::vector<bool> captured(graph.value_count(), false);
  for (const Capture& c : graph.captures()) {
    captured[c.inner] = true;
    names.of[c.inner] = around->of[c.outer];
  }
  // Inputs and outputs first: callers know them by name.
  for (ValueId id : graph.inputs()) names.of[id] = names.Unique(graph.value(id).name);
  for (ValueId id : graph.outputs()) {
    if (names.of[id].empty()) names.of[id] = names.Unique(graph.value(id).name);
  }
  for (ValueId id = 0; id < graph.value_count(); ++id) {
    if (!names.of[id].empty()) continue;
    if (graph.value(id).producer != kNone || IsUsedConstant(graph, id)) {
      names.of[id] = names.Unique(graph.value(id).name);
    }
  }
  return names;
}

Result<WireWriter> GraphWriter::Write(const Graph& graph) { return WriteGraph(graph, nullptr); }

Result<WireWriter> GraphWriter::WriteGraph(const Graph& graph, const Names* around) {
  Names names = MakeNames(graph, around);
  std::vector<Identity> copies;
  const std::vector<std::string> outputs = OutputNames(graph, names, false, copies);  // takes names: before subgraphs
  WireWriter w;
  KANTE_TRY(WriteNodes(graph, names, graph_field::kNode, w));
  for (const Identity& copy : copies) w.Message(graph_field::kNode, WriteIdentity(copy));
  w.String(graph_field::kName, graph.name.empty() ? "main" : graph.name);
  KANTE_TRY(WriteInitializers(graph, names, w));
  for (ValueId id : graph.inputs()) w.Message(graph_field::kInput, WriteValueInfo(names.of[id], graph.value(id).type));
  for (size_t i = 0; i < outputs.size(); ++i) {
    w.Message(graph_field::kOutput, WriteValueInfo(outputs[i], graph.value(graph.outputs()[i]).type));
  }
  for (ValueId id = 0; id < graph.value_count(); ++id) {
    const ValueInfo& value = graph.value(id);
    if (value.producer == kNone || value.graph_output_uses > 0 || value.type.kind == ValueKind::kUnknown) continue;
    w.Message(graph_field::kValueInfo, WriteValueInfo(names.of[id], value.type));
  }
  return w;
}

// An output that is a captured value, or listed a second time, needs a value of its own; functions also copy inputs.
std::vector<std::string> GraphWriter::OutputNames(const Graph& graph, Names& names, bool function,
                                                  std::vector<Identity>& copies) {
  std::unordered_set<ValueId> not_direct;
  for (const Capture& c : graph.captures()) not_direct.insert(c.inner);
  if (function) not_direct.insert(graph.inputs().begin(), graph.inputs().end());
  std::vector<std::string> out;
  for (ValueId id : graph.outputs()) {
    const bool direct = not_direct.insert(id).second;
    out.push_back(direct ? names.of[id] : names.Unique(names.of[id] + "_out"));
    if (!direct) copies.push_back({names.of[id], out.back()});
  }
  return out;
}

Status GraphWriter::WriteInitializers(const Graph& graph, const Names& names, WireWriter& out) {
  for (ValueId id = 0; id < graph.value_count(); ++id) {
    const ValueInfo& value = graph.value(id);
    const bool is_default = value.is_graph_input && !value.initial.empty();
    if (!is_default && !IsUsedConstant(graph, id)) continue;
    const Tensor& tensor = is_default ? value.initial : value.constant;
    if (options_.external_data && tensor.type() != ElementType::kString &&
        tensor.bytes() >= options_.external_threshold_bytes) {
      KANTE_TRY(WriteExternal(names.of[id], tensor, out));
      continue;
    }
    auto written = WriteTensor(names.of[id], tensor, holder_);
    if (!written.ok()) return written.TakeStatus().Clone().WithContext(StrCat("initializer '", value.name, "'"));
    out.Message(graph_field::kInitializer, std::move(*written));
  }
  return OkStatus();
}

Status GraphWriter::WriteExternal(const std::string& name, const Tensor& tensor, WireWriter& out) {
  constexpr int64_t kPage = 4096;  // lets readers map the weights
  KANTE_TRY(Tensor dense, Compact(tensor));
  const int64_t bytes = dense.bytes();
  external_bytes_ = AlignUp(external_bytes_, bytes >= kPage ? kPage : 64);
  WireWriter w = WriteTensorHead(name, dense);
  w.Message(tensor_field::kExternalData, WriteEntry("location", options_.external_name));
  w.Message(tensor_field::kExternalData, WriteEntry("offset", std::to_string(external_bytes_)));
  w.Message(tensor_field::kExternalData, WriteEntry("length", std::to_string(bytes)));
  w.Int(tensor_field::kDataLocation, 1);
  out.Message(graph_field::kInitializer, std::move(w));
  externals_.push_back({std::move(dense), external_bytes_});
  external_bytes_ += bytes;
  return OkStatus();
}

Status GraphWriter::WriteNodes(const Graph& graph, const Names& names, uint32_t field, WireWriter& out) {
  KANTE_TRY(const std::vector<NodeId> order, graph.TopologicalOrder());
  for (NodeId id : order) {
    auto node = WriteNode(graph, id, names);
    if (!node.ok()) {
      return node.TakeStatus().WithContext(
          StrCat("node '", graph.node(id).DisplayName(), "' (", graph.node(id).op_type, ")"));
    }
    out.Message(field, std::move(*node));
  }
  return OkStatus();
}

// The oldest opset in which the node means what it means here, so that as many runtimes as possible read the file.
void GraphWriter::Import(const Node& node) {
  const OpDef* def = registry_.Find(node.domain, node.op_type);
  int needed = node.version;
  if (needed == 0 && def) needed = def->info.form_since ? def->info.form_since : def->info.versions.newest();
  int& version = imports_[node.domain];
  version = std::max({version, 1, needed});
}

Result<WireWriter> GraphWriter::WriteNode(const Graph& graph, NodeId id, const Names& names) {
  const Node& node = graph.node(id);
  Import(node);
  std::string op_type = node.op_type;
  if (node.domain == "kante" && options_.portable && registry_.Has(node.domain, node.op_type)) {
    KANTE_TRY(op_type, FunctionFor(graph, id));
  }
  WireWriter w;
  // Absent ones at the end too: some operators count their outputs.
  for (ValueId in : node.inputs) w.String(node_field::kInput, in == kNone ? "" : names.of[in]);
  for (ValueId out : node.outputs) w.String(node_field::kOutput, out == kNone ? "" : names.of[out]);
  w.OptionalString(node_field::kName, node.name);
  w.String(node_field::kOpType, op_type);
  w.OptionalString(node_field::kDomain, node.domain);
  w.OptionalString(node_field::kOverload, node.overload);
  for (const Attribute& attribute : node.attributes) {
    auto written = WriteAttribute(attribute, names);
    if (!written.ok()) return written.TakeStatus().WithContext(StrCat("attribute '", attribute.name, "'"));
    w.Message(node_field::kAttribute, std::move(*written));
  }
  std::string origin;
  for (const std::string& each : node.origin) origin += StrCat(origin.empty() ? "" : "\n", each);
  if (!origin.empty()) w.Message(node_field::kMetadata, WriteEntry(kOriginKey, origin));
  return w;
}

WireWriter GraphWriter::WriteIdentity(const Identity& identity) {
  int& version = imports_[""];
  version = std::max(version, 14);  // which added sequences and optionals' elements
  WireWriter w;
  w.String(node_field::kInput, identity.from);
  w.String(node_field::kOutput, identity.to);
  w.String(node_field::kOpType, "Identity");
  return w;
}

}  // namespace kante::core
