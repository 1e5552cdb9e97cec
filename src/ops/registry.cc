// SPDX-License-Identifier: MIT
#include "ops/registry.h"

#include <algorithm>

#include "ops/contrib/refused.h"

namespace kante::core {

#ifndef KANTE_OPS_FILE
#define KANTE_OPS_FILE "ops/ops.inc"
#endif
#define KANTE_RULE(T)  // a reduced build's list has these too

namespace op_defs {
#define KANTE_OP(T) extern const OpDef T;
#include KANTE_OPS_FILE
#undef KANTE_OP
}  // namespace op_defs

namespace {

constexpr int kNewestOnnxOpset = 28;

std::string KeyOf(std::string_view domain, std::string_view name) { return StrCat(CanonicalDomain(domain), ":", name); }

}  // namespace

std::string_view CanonicalDomain(std::string_view domain) { return domain == "ai.onnx" ? "" : domain; }

OpRegistry OpRegistry::BuiltIns() {
  OpRegistry registry;
  registry.AddDomain("", kNewestOnnxOpset);
  registry.AddDomain("ai.onnx.ml", 5);
  registry.AddDomain("com.microsoft", 1);
  registry.AddDomain("ai.onnx.preview", 1);
  registry.AddDomain("ai.onnx.preview.training", 1);
  registry.AddDomain("kante", 1);
  registry.AddDomain("com.microsoft.nchwc", 1);  // so that nodes of these two are refused with a reason
  registry.AddDomain("com.ms.internal.nhwc", kNewestOnnxOpset);
  static constexpr const OpDef* kAll[] = {
#define KANTE_OP(T) &op_defs::T,
#include KANTE_OPS_FILE
#undef KANTE_OP
  };
  for (const OpDef* def : kAll) registry.Add(*def);
  return registry;
}

void OpRegistry::Add(const OpDef& def, std::shared_ptr<const void> keep_alive) {
  ops_[KeyOf(def.info.domain, def.info.name)] = &def;
  if (DomainVersion(def.info.domain) < def.info.versions.newest()) {
    AddDomain(def.info.domain, def.info.versions.newest());
  }
  if (keep_alive) keep_alive_.push_back(std::move(keep_alive));
}

void OpRegistry::AddDomain(std::string_view domain, int version) {
  int& have = domains_[std::string(CanonicalDomain(domain))];
  have = std::max(have, version);
}

const OpDef* OpRegistry::Find(std::string_view domain, std::string_view name) const {
  const auto it = ops_.find(KeyOf(domain, name));
  return it == ops_.end() ? nullptr : it->second;
}

int OpRegistry::DomainVersion(std::string_view domain) const {
  const auto it = domains_.find(std::string(CanonicalDomain(domain)));
  return it == domains_.end() ? 0 : it->second;
}

std::vector<const OpDef*> OpRegistry::All() const {
  std::vector<const OpDef*> all;
  for (const auto& entry : ops_) all.push_back(entry.second);
  std::sort(all.begin(), all.end(), [](const OpDef* a, const OpDef* b) {
    return std::pair(a->info.domain, a->info.name) < std::pair(b->info.domain, b->info.name);
  });
  return all;
}

std::string_view ListNameOf(const OpDef& def) {
  struct Entry {
    const OpDef* def;
    const char* name;
  };
  static constexpr Entry kAll[] = {
#define KANTE_OP(T) {&op_defs::T, #T},
#include KANTE_OPS_FILE
#undef KANTE_OP
  };
  for (const Entry& entry : kAll) {
    if (entry.def == &def) return entry.name;
  }
  return {};
}

Status CheckArity(const OpInfo& info, const Node& node) {
  // Trailing absent inputs and outputs may be written out.
  int inputs = static_cast<int>(node.inputs.size());
  while (inputs > 0 && node.inputs[static_cast<size_t>(inputs - 1)] == kNone) --inputs;
  int outputs = static_cast<int>(node.outputs.size());
  while (outputs > 0 && node.outputs[static_cast<size_t>(outputs - 1)] == kNone) --outputs;
  if (inputs < info.min_inputs) return InvalidGraph("has ", inputs, " inputs, needs at least ", info.min_inputs);
  if (inputs > info.max_inputs) return InvalidGraph("has ", inputs, " inputs, takes at most ", info.max_inputs);
  if (outputs > info.max_outputs) return InvalidGraph("has ", outputs, " outputs, gives at most ", info.max_outputs);
  return OkStatus();
}

Result<OpInstance> OpRegistry::Instantiate(const Node& node, const Graph* graph) const {
  const OpDef* def = Find(node.domain, node.op_type);
  if (!def) {
    const std::string_view why = WhyRefused(node.domain, node.op_type);
    return NotImplemented("operator ", node.domain.empty() ? "" : node.domain + ".", node.op_type,
                          why.empty() ? " is not known" : ": ", why);
  }
  KANTE_TRY(CheckArity(def->info, node));
  AttrReader reader(node);
  KANTE_TRY(OpAttributes attributes, def->parse(reader, *def));
  KANTE_TRY(reader.Finish());
  if (show_values_ && graph && def->user) show_values_(*def, attributes.get(), node, *graph);
  return OpInstance{def, std::move(attributes)};
}

Status InferNode(const OpInstance& op, InferContext& context) {
  const OpInfo& info = op.def->info;
  ElementType common = ElementType::kUndefined;
  for (int i = 0; i < context.input_count(); ++i) {
    const InputFacts& in = context.in(i);
    if (!in.present || !info.of_common_type(i) || in.kind != ValueKind::kTensor) continue;
    if (in.type == ElementType::kUndefined) continue;
    KANTE_TRY(context.RequireType(i, info.types));
    if (common == ElementType::kUndefined) common = in.type;
    if (in.type != common) {
      return InvalidArgument("input ", i, " has type ", NameOf(in.type), " where ", NameOf(common),
                             " was expected like the inputs before");
    }
  }
  Status status = op.def->infer(op.attributes.get(), context);
  if (status.is_unknown()) return OkStatus();
  return status;
}

}  // namespace kante::core
