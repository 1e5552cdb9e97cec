// SPDX-License-Identifier: MIT
// Internal operators as model-local functions, so that other runtimes can run them.
#include "onnx/graph_writer.h"
#include "onnx/onnx_fields.h"

namespace kante::core {

// The operator's meaning as a graph of its own, in which nothing depends on where the node stood: equal operators give
// equal bodies.
Result<Graph> GraphWriter::ExpandAlone(const Graph& graph, NodeId id, const OpDef& def) {
  const Node& node = graph.node(id);
  Graph body;
  Node copy = node;
  copy.name = node.op_type;
  copy.origin.clear();
  for (size_t i = 0; i < copy.inputs.size(); ++i) {
    const ValueId input = body.AddValue(StrCat("in", i));
    body.AddInput(input);  // an absent one is not used
    if (node.inputs[i] == kNone) continue;
    body.mutable_type(input) = graph.value(node.inputs[i]).type;
    copy.inputs[i] = input;
  }
  for (size_t i = 0; i < copy.outputs.size(); ++i) copy.outputs[i] = body.AddValue(StrCat("out", i));
  for (ValueId output : copy.outputs) body.AddOutput(output);
  const size_t outputs = copy.outputs.size();
  const NodeId inner = body.AddNode(std::move(copy));
  KANTE_TRY(const OpInstance op, registry_.Instantiate(body.node(inner)));
  ExpandContext context(body, inner);
  KANTE_TRY(def.expand(op.attributes.get(), context));
  for (size_t i = 0; i < outputs; ++i) {
    if (context.results()[i] == kNone) return NotImplemented("its expansion gives no output ", i);
  }
  ReplaceNode(body, inner, std::vector<ValueId>(context.results().begin(), context.results().end()));
  for (NodeId n = 0; n < body.node_slots(); ++n) {
    if (!body.alive(n)) continue;
    body.mutable_node(n).origin.clear();
    body.mutable_node(n).name.clear();  // names of equal operators would clash when a runtime inlines the function
  }
  KANTE_TRY(Verify(body));
  return body;
}

Result<std::string> GraphWriter::FunctionFor(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const OpDef* def = registry_.Find(node.domain, node.op_type);
  if (!def->expand) {
    return NotImplemented(
        "the internal operator has no meaning in standard operators: other runtimes could not run it");
  }
  if (node.HasSubgraphs()) return NotImplemented("internal operators with subgraphs cannot be saved as functions");
  if (function_depth_ == 16) return NotImplemented("internal operators expand to each other endlessly");
  ++function_depth_;
  auto body = ExpandAlone(graph, id, *def);
  if (!body.ok()) return body.TakeStatus().WithContext("expansion");
  KANTE_TRY(WireWriter written, WriteFunctionBody(*body, node));
  --function_depth_;
  const auto [it, added] = function_of_body_.emplace(StrCat(node.op_type, "\n", written.ToString()), functions_.size());
  if (added) {
    std::string name = StrCat(node.op_type, "__", function_count_[node.op_type]++);
    functions_.push_back({node.op_type, std::move(name), std::move(written)});
  }
  return functions_[it->second].name;
}

Result<WireWriter> GraphWriter::WriteFunctionBody(const Graph& body, const Node& node) {
  WireWriter w;
  Names names = MakeNames(body, nullptr);
  for (ValueId input : body.inputs()) w.String(function_field::kInput, names.of[input]);
  for (const Attribute& attribute : node.attributes) w.String(function_field::kAttribute, attribute.name);
  for (ValueId id = 0; id < body.value_count(); ++id) {  // functions have no initializers
    if (body.value(id).constant.empty() || body.UseCount(id) == 0) continue;
    WireWriter constant;
    constant.String(node_field::kOutput, names.of[id]);
    constant.String(node_field::kOpType, "Constant");
    KANTE_TRY(WireWriter value, WriteAttribute(Attribute("value", body.value(id).constant), names));
    constant.Message(node_field::kAttribute, std::move(value));
    w.Message(function_field::kNode, std::move(constant));
    int& version = imports_[""];
    version = std::max(version, 13);
  }
  std::vector<Identity> copies;
  for (const std::string& name : OutputNames(body, names, true, copies)) w.String(function_field::kOutput, name);
  KANTE_TRY(WriteNodes(body, names, function_field::kNode, w));
  for (const Identity& copy : copies) w.Message(function_field::kNode, WriteIdentity(copy));
  return w;
}

Result<std::vector<WireWriter>> GraphWriter::Functions() {
  std::vector<WireWriter> out;
  for (Function& function : functions_) {
    WireWriter w;
    w.String(function_field::kName, function.name);
    w.String(function_field::kDomain, "kante");
    w.Append(std::move(function.body));
    for (const auto& [domain, version] : imports_) {
      w.Message(function_field::kOpsetImport, WriteOpset(domain, version));
    }
    out.push_back(std::move(w));
  }
  functions_.clear();
  return out;
}

}  // namespace kante::core
