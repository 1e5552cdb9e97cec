// SPDX-License-Identifier: MIT
// Nodes, and calls of model-local functions, which are replaced by their bodies.
#include <climits>

#include "onnx/graph_reader.h"
#include "onnx/graph_reader_parts.h"
#include "onnx/onnx_fields.h"
#include "onnx/type_reader.h"

namespace kante::core {
namespace {

constexpr size_t kMaxAttributes = 1024;  // of one node

std::string_view DomainText(std::string_view domain) { return domain.empty() ? "ai.onnx" : domain; }

}  // namespace

Status GraphReader::DeclareNodeOutputs(const MessageList& nodes, Scope& scope, const Call& call) {
  // The values of a function's body lie in the caller's graph: they get its prefix, or are the caller's values.
  const bool in_body = &scope == call.scope;
  for (size_t i = 0; i < nodes.size(); ++i) {
    WireReader r = nodes[i];
    while (r.Next()) {
      if (r.field() != node_field::kOutput) continue;
      const std::string_view name = r.String();
      if (name.empty()) continue;
      const auto [it, added] = scope.names.emplace(name, kNone);
      if (!added) return InvalidGraph("the value '", name, "' is defined twice");
      if (in_body) {
        if (const auto result = call.results.find(name); result != call.results.end()) {
          it->second = result->second;
          continue;
        }
      }
      KANTE_TRY(CountValue());
      KANTE_TRY(Charge(name.size() + (in_body ? call.prefix.size() : 0)));
      it->second = scope.frame.graph.AddValue(in_body ? StrCat(call.prefix, name) : std::string(name));
    }
    KANTE_TRY(r.Finish());
  }
  return OkStatus();
}

Status GraphReader::ReadNodes(const MessageList& nodes, Scope& scope, const Call& call) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    NodeParts parts;
    KANTE_TRY(CollectNode(nodes[i], parts));
    Status status = ReadNode(parts, scope, call);
    if (!status.ok()) {
      return std::move(status).WithContext(StrCat("node '", parts.DisplayName(), "' (", parts.op_type, ")"));
    }
  }
  return OkStatus();
}

Status GraphReader::CollectNode(WireReader r, NodeParts& parts) {
  while (r.Next()) {
    switch (r.field()) {
      case node_field::kName:
        parts.name = r.String();
        break;
      case node_field::kOpType:
        parts.op_type = r.String();
        break;
      case node_field::kDomain:
        parts.domain = CanonicalDomain(r.String());
        break;
      case node_field::kOverload:
        parts.overload = r.String();
        break;
      case node_field::kInput:
        parts.inputs.push_back(r.String());
        break;
      case node_field::kOutput:
        parts.outputs.push_back(r.String());
        break;
      case node_field::kAttribute:
        parts.attributes.Add(r);
        break;
      case node_field::kMetadata: {
        std::string_view key, value;
        KANTE_TRY(ReadEntry(r.Message("StringStringEntryProto"), &key, &value));
        if (key == kOriginKey) parts.origin = value;
        break;
      }
      default:
        break;
    }
  }
  return r.Finish();
}

Status GraphReader::ReadNode(const NodeParts& parts, Scope& scope, const Call& call) {
  if (parts.op_type.empty()) return InvalidGraph("the node names no operator");
  if (parts.attributes.size() > kMaxAttributes) {
    return Error(StatusCode::kLimitExceeded, "has ", parts.attributes.size(), " attributes, the limit is ",
                 kMaxAttributes);
  }
  KANTE_TRY(CountNode());
  if (const FunctionDef* function = functions_.Find(parts.domain, parts.op_type, parts.overload)) {
    Status status = InlineCall(*function, parts, scope, call);
    return std::move(status).WithContext(StrCat("function ", function->DisplayName()));
  }
  return AddNode(parts, scope, call);
}

Status GraphReader::AddNode(const NodeParts& parts, Scope& scope, const Call& call) {
  Graph& graph = scope.frame.graph;
  Node node;
  node.domain = parts.domain;
  node.op_type = UnmangledName(parts.domain, parts.op_type, registry_);
  node.overload = parts.overload;
  node.name = parts.name.empty() ? std::string() : StrCat(call.prefix, parts.name);
  node.origin = call.function ? call.origin : SplitLines(parts.origin);
  KANTE_TRY(node.version, VersionOf(parts.domain, parts.op_type, call));
  KANTE_TRY(Charge(node.name.size() + parts.op_type.size() + parts.domain.size() + sizeof(Node)));
  KANTE_TRY(ResolveInputs(parts, scope, &node.inputs));
  for (std::string_view name : parts.outputs) {
    node.outputs.push_back(name.empty() ? kNone : scope.names.find(name)->second);
  }
  for (size_t i = 0; i < parts.attributes.size(); ++i) {
    KANTE_TRY(ReadAttribute(parts.attributes[i], scope.frame, scope, call, &node.attributes));
  }
  for (size_t i = 0; i < node.attributes.size(); ++i) {
    if (node.FindAttribute(node.attributes[i].name) != &node.attributes[i]) {
      return InvalidGraph("attribute '", node.attributes[i].name, "' is given twice");
    }
  }
  graph.AddNode(std::move(node));
  return OkStatus();
}

Status GraphReader::ResolveInputs(const NodeParts& parts, Scope& scope, std::vector<ValueId>* ids) {
  ids->reserve(parts.inputs.size());
  for (std::string_view name : parts.inputs) {
    if (name.empty()) {
      ids->push_back(kNone);
      continue;
    }
    const Found found = Lookup(name, scope);
    if (!found.frame) return InvalidGraph("reads the value '", name, "', which nothing produces");
    ids->push_back(Import(found, scope.frame));
  }
  return OkStatus();
}

Result<int> GraphReader::VersionOf(std::string_view domain, std::string_view op_type, const Call& call) const {
  const OpsetImports* imports = &imports_;
  if (call.function && call.function->imports.contains(domain)) imports = &call.function->imports;
  const auto declared = imports->find(domain);
  const int newest = registry_.DomainVersion(domain);
  if (newest == 0 && options_.allow_unknown_domains) {
    const bool valid = declared != imports->end() && declared->second > 0 && declared->second < INT_MAX;
    return valid ? static_cast<int>(declared->second) : 1;
  }
  if (newest == 0) {
    return NotImplemented("operator ", domain, ".", op_type, ": the domain '", DomainText(domain),
                          "' is not known, and no function of the model defines it");
  }
  if (declared == imports->end()) {
    return InvalidGraph("the model imports no opset of the domain '", DomainText(domain), "'");
  }
  if (declared->second > newest) {
    return NotImplemented("opset ", declared->second, " of ", DomainText(domain), " is newer than ", newest,
                          ", the newest this build knows");
  }
  if (declared->second < 1) return InvalidGraph("opset ", declared->second, " of ", DomainText(domain), " is invalid");
  return static_cast<int>(declared->second);
}

}  // namespace kante::core
