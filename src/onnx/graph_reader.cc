// SPDX-License-Identifier: MIT
#include "onnx/graph_reader.h"

#include "onnx/graph_reader_parts.h"
#include "onnx/onnx_fields.h"
#include "onnx/type_reader.h"

namespace kante::core {
namespace {

Status Twice(std::string_view name) { return InvalidGraph("the value '", name, "' is defined twice"); }

bool SameElements(const TypeInfo& declared, const Tensor& tensor) {
  return !declared.is_tensor() || declared.element_type == ElementType::kUndefined ||
         declared.element_type == tensor.type();
}

}  // namespace

Status GraphReader::Collect(WireReader r, GraphParts& parts) {
  while (r.Next()) {
    switch (r.field()) {
      case graph_field::kName:
        parts.name = r.String();
        break;
      case graph_field::kDocString:
        parts.doc_string = r.String();
        break;
      case graph_field::kNode:
        parts.nodes.Add(r);
        break;
      case graph_field::kInitializer:
        parts.initializers.Add(r);
        break;
      case graph_field::kSparseInitializer:
        parts.sparse_initializers.Add(r);
        break;
      case graph_field::kInput:
        parts.inputs.Add(r);
        break;
      case graph_field::kOutput:
        parts.outputs.Add(r);
        break;
      case graph_field::kValueInfo:
        parts.value_infos.Add(r);
        break;
      default:
        break;
    }
  }
  return r.Finish();
}

Status GraphReader::ReadMain(WireReader message, Graph& graph, std::string* doc_string) {
  if (!functions_.empty()) {
    GraphParts parts;
    KANTE_TRY(Collect(message.Again(), parts));
    KANTE_TRY([[maybe_unused]] const int64_t nodes, functions_.CountInlined(parts.nodes, limits_));
  }
  Frame frame{graph};
  const Call call;
  GraphParts parts;
  KANTE_TRY(ReadGraph(std::move(message), frame, nullptr, call, parts));
  *doc_string = parts.doc_string;
  return OkStatus();
}

// Everything is declared before any node is read, so nodes may stand in any order.
Status GraphReader::ReadGraph(WireReader message, Frame& frame, const Scope* around, const Call& call,
                              GraphParts& parts) {
  KANTE_TRY(Collect(std::move(message), parts));
  frame.graph.name = parts.name;
  Scope scope{frame, around};
  KANTE_TRY(DeclareInputs(parts, scope));
  KANTE_TRY(ReadInitializers(parts, scope));
  KANTE_TRY(DeclareNodeOutputs(parts.nodes, scope, call));
  KANTE_TRY(ReadValueInfos(parts.value_infos, scope));
  KANTE_TRY(ReadValueInfos(parts.outputs, scope));
  KANTE_TRY(ReadNodes(parts.nodes, scope, call));
  return ReadOutputs(parts, scope);
}

Status GraphReader::DeclareInputs(const GraphParts& parts, Scope& scope) {
  for (size_t i = 0; i < parts.inputs.size(); ++i) {
    std::string_view name;
    TypeInfo type;
    const bool main = scope.frame.parent == nullptr;
    KANTE_TRY(ReadValueInfo(parts.inputs[i], &name, &type, main ? options_.denotations : nullptr));
    if (name.empty()) return InvalidGraph("input ", i, " of graph '", parts.name, "' has no name");
    if (scope.names.contains(name)) return Twice(name);
    KANTE_TRY(CountValue());
    const ValueId id = scope.frame.graph.AddValue(name, std::move(type));
    scope.names.emplace(name, id);
  }
  return OkStatus();
}

Status GraphReader::ReadInitializers(const GraphParts& parts, Scope& scope) {
  const size_t inputs = scope.frame.graph.value_count();  // they are the first values
  for (size_t i = 0; i < parts.initializers.size(); ++i) {
    std::string_view name;
    auto tensor = tensors_.Read(parts.initializers[i], &name);
    KANTE_TRY(AddInitializer(name, std::move(tensor), inputs, scope));
  }
  for (size_t i = 0; i < parts.sparse_initializers.size(); ++i) {
    std::string_view name;
    auto tensor = tensors_.ReadSparseAsDense(parts.sparse_initializers[i], &name);
    KANTE_TRY(AddInitializer(name, std::move(tensor), inputs, scope));
  }
  FinishInputs(inputs, scope.frame.graph);
  return OkStatus();
}

void GraphReader::FinishInputs(size_t input_count, Graph& graph) {
  for (ValueId id = 0; id < input_count; ++id) {
    if (!options_.fix_default_inputs || graph.value(id).initial.empty()) {
      graph.AddInput(id);
    } else {
      const Tensor tensor = graph.value(id).initial;
      graph.SetInitial(id, Tensor());
      graph.SetConstant(id, tensor);
    }
  }
}

Status GraphReader::AddInitializer(std::string_view name, Result<Tensor> tensor, size_t input_count, Scope& scope) {
  if (!tensor.ok()) return std::move(tensor.TakeStatus()).WithContext(StrCat("initializer '", name, "'"));
  if (name.empty()) return InvalidGraph("an initializer of graph '", scope.frame.graph.name, "' has no name");
  Graph& graph = scope.frame.graph;
  const auto have = scope.names.find(name);
  if (have == scope.names.end()) {
    KANTE_TRY(CountValue());
    scope.names.emplace(name, graph.AddConstant(name, std::move(*tensor)));
    return OkStatus();
  }
  const ValueInfo& input = graph.value(have->second);
  if (have->second >= input_count || !input.initial.empty()) return Twice(name);
  if (!SameElements(input.type, *tensor)) {
    return InvalidGraph("initializer '", name, "' has the type ", NameOf(tensor->type()),
                        ", the input of that name declares ", input.type.ToString());
  }
  graph.SetInitial(have->second, std::move(*tensor));
  return OkStatus();
}

// Declared types of values that have none yet. Names that nothing makes may be listed; they mean nothing.
Status GraphReader::ReadValueInfos(const MessageList& infos, Scope& scope) {
  for (size_t i = 0; i < infos.size(); ++i) {
    std::string_view name;
    TypeInfo type;
    KANTE_TRY(ReadValueInfo(infos[i], &name, &type));
    const auto it = scope.names.find(name);
    if (it == scope.names.end() || it->second == kNone) continue;
    if (scope.frame.graph.value(it->second).type.kind == ValueKind::kUnknown) {
      scope.frame.graph.mutable_type(it->second) = std::move(type);
    }
  }
  return OkStatus();
}

Status GraphReader::ReadOutputs(const GraphParts& parts, Scope& scope) {
  for (size_t i = 0; i < parts.outputs.size(); ++i) {
    std::string_view name;
    TypeInfo type;
    KANTE_TRY(ReadValueInfo(parts.outputs[i], &name, &type));
    const Found found = Lookup(name, scope);
    if (!found.frame || found.id == kNone) {
      return InvalidGraph("nothing produces '", name, "', output ", i, " of graph '", parts.name, "'");
    }
    scope.frame.graph.AddOutput(Import(found, scope.frame));
  }
  return OkStatus();
}

GraphReader::Found GraphReader::Lookup(std::string_view name, const Scope& scope) {
  for (const Scope* s = &scope; s; s = s->parent) {
    const auto it = s->names.find(name);
    if (it != s->names.end()) return {&s->frame, it->second};
  }
  return {};
}

// The value that stands in `frame` for one of a graph around it, captured at every level in between.
ValueId GraphReader::Import(Found found, Frame& frame) {
  if (found.frame == &frame || found.id == kNone) return found.id;
  std::vector<Frame*> path;
  for (Frame* f = &frame; f != found.frame; f = f->parent) path.push_back(f);
  ValueId id = found.id;
  for (size_t i = path.size(); i-- > 0;) {
    Frame& inner = *path[i];
    const auto [it, added] = inner.captured.emplace(id, kNone);
    if (added) {
      const ValueInfo& outer = inner.parent->graph.value(id);
      it->second = inner.graph.AddValue(outer.name, outer.type);
      inner.graph.AddCapture(id, it->second);
    }
    id = it->second;
  }
  return id;
}

Status GraphReader::CountNode() {
  if (++nodes_ <= limits_.max_nodes) return OkStatus();
  return Error(StatusCode::kLimitExceeded, "the model has more than ", limits_.max_nodes, " nodes");
}

Status GraphReader::CountValue() {
  if (++values_ <= limits_.max_values) return OkStatus();
  return Error(StatusCode::kLimitExceeded, "the model has more than ", limits_.max_values, " values");
}

Status GraphReader::Charge(size_t bytes) {
  if (functions_.empty()) return OkStatus();  // bounded by the size of the file
  copied_bytes_ += static_cast<int64_t>(bytes);
  if (copied_bytes_ <= limits_.max_inlined_bytes) return OkStatus();
  return Error(StatusCode::kLimitExceeded, "the model-local functions would expand to more than ",
               limits_.max_inlined_bytes, " bytes");
}

}  // namespace kante::core
