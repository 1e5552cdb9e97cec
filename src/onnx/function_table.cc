// SPDX-License-Identifier: MIT
#include "onnx/function_table.h"

#include "onnx/onnx_fields.h"
#include "onnx/type_reader.h"

namespace kante::core {
namespace {

std::string KeyOf(std::string_view domain, std::string_view name, std::string_view overload) {
  std::string key(CanonicalDomain(domain));
  key += '\0';
  key += name;
  key += '\0';
  key += overload;
  return key;
}

Result<std::string_view> AttributeName(WireReader r) {
  std::string_view name;
  while (r.Next()) {
    if (r.field() == attribute_field::kName) name = r.String();
  }
  KANTE_TRY(r.Finish());
  return name;
}

}  // namespace

Status ReadOpsetImport(WireReader r, OpsetImports* imports) {
  std::string_view domain;
  int64_t version = 0;
  while (r.Next()) {
    if (r.field() == opset_field::kDomain) domain = r.String();
    if (r.field() == opset_field::kVersion) version = r.Int();
  }
  KANTE_TRY(r.Finish());
  domain = CanonicalDomain(domain);
  const auto [it, added] = imports->emplace(domain, version);
  if (!added && it->second != version) {
    return InvalidGraph("the domain '", domain.empty() ? "ai.onnx" : domain, "' is imported twice, as opset ",
                        it->second, " and as ", version);
  }
  return OkStatus();
}

std::string_view UnmangledName(std::string_view domain, std::string_view name, const OpRegistry& registry) {
  if (domain != "kante") return name;
  const size_t digits = name.find_last_not_of("0123456789") + 1;
  if (digits < 3 || digits == name.size() || name.substr(digits - 2, 2) != "__") return name;
  const std::string_view stem = name.substr(0, digits - 2);
  return registry.Has(domain, stem) ? stem : name;
}

std::string FunctionDef::DisplayName() const {
  return StrCat(domain, domain.empty() ? "" : ".", name, overload.empty() ? "" : ":", overload);
}

Status FunctionTable::Add(WireReader r, const OpRegistry& registry) {
  FunctionDef f;
  while (r.Next()) {
    switch (r.field()) {
      case function_field::kName:
        f.name = r.String();
        break;
      case function_field::kDomain:
        f.domain = CanonicalDomain(r.String());
        break;
      case function_field::kOverload:
        f.overload = r.String();
        break;
      case function_field::kInput:
        f.inputs.push_back(r.String());
        break;
      case function_field::kOutput:
        f.outputs.push_back(r.String());
        break;
      case function_field::kNode:
        f.nodes.Add(r);
        break;
      case function_field::kValueInfo:
        f.value_infos.Add(r);
        break;
      case function_field::kOpsetImport:
        KANTE_TRY(ReadOpsetImport(r.Message("OperatorSetIdProto"), &f.imports));
        break;
      case function_field::kAttributeProto: {
        KANTE_TRY(const std::string_view name, AttributeName(r.Message("AttributeProto")));
        f.defaults.Add(r);
        f.default_names.push_back(name);
        break;
      }
      default:
        break;
    }
  }
  KANTE_TRY(r.Finish());
  if (f.name.empty()) return InvalidGraph("a model-local function without a name");
  names_.push_back(f.DisplayName());
  if (f.domain == "kante" && registry.Has(f.domain, UnmangledName(f.domain, f.name, registry))) return OkStatus();
  if (!by_key_.emplace(KeyOf(f.domain, f.name, f.overload), functions_.size()).second) {
    return InvalidGraph("the function ", f.DisplayName(), " is defined twice");
  }
  functions_.push_back(std::move(f));
  return OkStatus();
}

const FunctionDef* FunctionTable::Find(std::string_view domain, std::string_view name,
                                       std::string_view overload) const {
  if (functions_.empty()) return nullptr;
  const auto it = by_key_.find(KeyOf(domain, name, overload));
  return it == by_key_.end() ? nullptr : &functions_[it->second];
}

// Adds up nodes, subgraphs included, with each function counted once and remembered.
struct FunctionTable::Counter {
  enum : int64_t { kNotYet = -1, kInProgress = -2 };

  const FunctionTable& table;
  const Limits& limits;
  std::vector<int64_t> sizes;

  Status Add(int64_t more, int64_t* total) {
    *total += more;  // both are at most max_nodes
    if (*total <= limits.max_nodes) return OkStatus();
    return Error(StatusCode::kLimitExceeded, "the model-local functions would expand to more than ", limits.max_nodes,
                 " nodes");
  }

  Status Function(const FunctionDef& f, int calls, int64_t* total) {
    const auto index = static_cast<size_t>(&f - table.functions_.data());
    if (sizes[index] == kInProgress) return InvalidGraph("the function ", f.DisplayName(), " calls itself");
    if (calls > limits.max_function_depth) {
      return Error(StatusCode::kLimitExceeded, "functions call each other more than ", limits.max_function_depth,
                   " levels deep, at ", f.DisplayName());
    }
    if (sizes[index] == kNotYet) {
      sizes[index] = kInProgress;
      int64_t size = 1;  // empty ones cost something too
      for (size_t i = 0; i < f.nodes.size(); ++i) KANTE_TRY(Node(f.nodes[i], calls, 0, &size));
      sizes[index] = size;
    }
    return Add(sizes[index], total);
  }

  Status Node(WireReader r, int calls, int nesting, int64_t* total) {
    std::string_view op_type, domain, overload;
    while (r.Next()) {
      switch (r.field()) {
        case node_field::kOpType:
          op_type = r.String();
          break;
        case node_field::kDomain:
          domain = CanonicalDomain(r.String());
          break;
        case node_field::kOverload:
          overload = r.String();
          break;
        case node_field::kAttribute:
          KANTE_TRY(Attribute(r.Message("AttributeProto"), calls, nesting, total));
          break;
        default:
          break;
      }
    }
    KANTE_TRY(r.Finish());
    if (const FunctionDef* f = table.Find(domain, op_type, overload)) return Function(*f, calls + 1, total);
    return Add(1, total);
  }

  Status Attribute(WireReader r, int calls, int nesting, int64_t* total) {
    while (r.Next()) {
      if (r.field() != attribute_field::kG && r.field() != attribute_field::kGraphs) continue;
      if (nesting == limits.max_nesting) {
        return Error(StatusCode::kLimitExceeded, "subgraphs are nested more than ", limits.max_nesting, " levels deep");
      }
      WireReader graph = r.Message("GraphProto");
      while (graph.Next()) {
        if (graph.field() == graph_field::kNode) KANTE_TRY(Node(graph.Message("NodeProto"), calls, nesting + 1, total));
      }
      KANTE_TRY(graph.Finish());
    }
    return r.Finish();
  }
};

Result<int64_t> FunctionTable::CountInlined(const MessageList& nodes, const Limits& limits) const {
  Counter counter{*this, limits, std::vector<int64_t>(functions_.size(), Counter::kNotYet)};
  int64_t total = 0;
  for (size_t i = 0; i < nodes.size(); ++i) KANTE_TRY(counter.Node(nodes[i], 0, 0, &total));
  return total;
}

}  // namespace kante::core
