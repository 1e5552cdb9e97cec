// SPDX-License-Identifier: MIT
// Calls of model-local functions.
#include "onnx/graph_reader.h"
#include "onnx/graph_reader_parts.h"
#include "onnx/onnx_fields.h"

namespace kante::core {

// Reads the function's nodes as if they stood in the place of the call.
Status GraphReader::InlineCall(const FunctionDef& function, const NodeParts& parts, Scope& scope, const Call& call) {
  Call inner;
  inner.function = &function;
  inner.depth = call.depth + 1;
  if (inner.depth > limits_.max_function_depth) {
    return Error(StatusCode::kLimitExceeded, "functions call each other more than ", limits_.max_function_depth,
                 " levels deep");
  }
  inner.prefix = StrCat(call.prefix, parts.DisplayName(), "/");
  inner.origin = call.function ? call.origin : SplitLines(parts.origin);
  if (inner.origin.empty()) inner.origin = {parts.DisplayName()};
  KANTE_TRY(Charge(inner.prefix.size()));
  Scope body{scope.frame, nullptr};
  inner.scope = &body;
  KANTE_TRY(BindInputs(function, parts, scope, body));
  KANTE_TRY(BindArguments(parts, scope, call, inner));
  if (parts.outputs.size() > function.outputs.size()) {
    return InvalidGraph("has ", parts.outputs.size(), " outputs, the function gives ", function.outputs.size());
  }
  std::vector<ValueId> wanted;
  for (size_t i = 0; i < parts.outputs.size(); ++i) {
    const std::string_view name = parts.outputs[i];
    wanted.push_back(name.empty() ? kNone : scope.names.find(name)->second);
    const bool is_input = body.names.contains(function.outputs[i]);
    if (wanted[i] != kNone && !is_input) inner.results.emplace(function.outputs[i], wanted[i]);
  }
  KANTE_TRY(DeclareNodeOutputs(function.nodes, body, inner));
  KANTE_TRY(ReadValueInfos(function.value_infos, body));
  KANTE_TRY(ReadNodes(function.nodes, body, inner));
  return FinishResults(function, wanted, inner, body);
}

Status GraphReader::BindInputs(const FunctionDef& function, const NodeParts& parts, Scope& scope, Scope& body) {
  std::vector<ValueId> given;
  KANTE_TRY(ResolveInputs(parts, scope, &given));
  if (given.size() > function.inputs.size()) {
    return InvalidGraph("has ", given.size(), " inputs, the function takes ", function.inputs.size());
  }
  given.resize(function.inputs.size(), kNone);
  for (size_t i = 0; i < given.size(); ++i) {
    if (!body.names.emplace(function.inputs[i], given[i]).second) {
      return InvalidGraph("the function has two inputs called '", function.inputs[i], "'");
    }
  }
  return OkStatus();
}

// Attributes are read where the body refers to them, again each time.
Status GraphReader::BindArguments(const NodeParts& parts, const Scope& scope, const Call& call, Call& inner) {
  for (size_t i = 0; i < parts.attributes.size(); ++i) {
    WireReader r = parts.attributes[i];
    std::string_view name;
    while (r.Next()) {
      if (r.field() == attribute_field::kName) name = r.String();
    }
    KANTE_TRY(r.Finish());
    inner.arguments.push_back({name, parts.attributes[i], &scope, &call});
  }
  return OkStatus();
}

// Results that are inputs, or other results once more, need a node that makes the caller's value.
Status GraphReader::FinishResults(const FunctionDef& function, const std::vector<ValueId>& wanted, const Call& inner,
                                  Scope& body) {
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == kNone) continue;
    const auto made = body.names.find(function.outputs[i]);
    if (made == body.names.end() || made->second == kNone) {
      return InvalidGraph("nothing produces its output '", function.outputs[i], "'");
    }
    if (made->second == wanted[i]) continue;
    KANTE_TRY(CountNode());
    Node identity;
    identity.op_type = "Identity";
    identity.name = StrCat(inner.prefix, "Identity");
    identity.origin = inner.origin;
    identity.inputs = {made->second};
    identity.outputs = {wanted[i]};
    body.frame.graph.AddNode(std::move(identity));
  }
  return OkStatus();
}

}  // namespace kante::core
