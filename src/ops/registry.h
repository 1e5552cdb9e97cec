// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "ops/op_def.h"

namespace kante::core {

// The operator of one node: its definition and the node's parsed attributes.
struct OpInstance {
  const OpDef* def = nullptr;
  OpAttributes attributes;
};

// The operators a model may use: a value handed to Model::Load. The built-ins of ops.inc plus the caller's domains.
// Immutable once a model uses it; copies are cheap enough to make one per set of custom operators.
class OpRegistry {
 public:
  OpRegistry() = default;  // empty
  static OpRegistry BuiltIns();

  // Adds or replaces by (domain, name). The OpDef must live as long as the registry's users; `keep_alive` may see to
  // it.
  void Add(const OpDef& def, std::shared_ptr<const void> keep_alive = nullptr);
  // Declares that models may import `domain` up to `version`.
  void AddDomain(std::string_view domain, int version);

  const OpDef* Find(std::string_view domain, std::string_view name) const;
  bool Has(std::string_view domain, std::string_view name) const { return Find(domain, name) != nullptr; }
  // Newest known opset version of a domain; 0 if the domain is unknown.
  int DomainVersion(std::string_view domain) const;
  std::vector<const OpDef*> All() const;  // sorted by domain, name

  // Finds the operator, checks arity, parses the attributes. The graph must be upgraded. Operators of the caller's are
  // shown the values around the node where its graph is given.
  Result<OpInstance> Instantiate(const Node& node, const Graph* graph = nullptr) const;
  // Called after such an operator is parsed, with what its Parse made.
  using ShowValues = void (*)(const OpDef& def, const void* attributes, const Node& node, const Graph& graph);
  void SetShowValues(ShowValues show) { show_values_ = show; }

 private:
  std::unordered_map<std::string, const OpDef*> ops_;  // "domain:name"
  std::unordered_map<std::string, int> domains_;
  std::vector<std::shared_ptr<const void>> keep_alive_;
  ShowValues show_values_ = nullptr;
};

// "" and "ai.onnx" are the same domain.
std::string_view CanonicalDomain(std::string_view domain);

// The name of a built-in operator in ops.inc, which is that of its struct; empty for other operators.
std::string_view ListNameOf(const OpDef& def);

// Checks the number of inputs and outputs and that the inputs named by kInfo.same_type have one allowed type.
Status CheckArity(const OpInfo& info, const Node& node);
// Runs Infer after the generic checks. kUnknown from Infer is not an error here: the outputs say what is known.
Status InferNode(const OpInstance& op, InferContext& context);

}  // namespace kante::core
