// SPDX-License-Identifier: MIT
// Operators of ours that kernels of the caller's invoke: models of one node.
#include <mutex>

#include "api/c/custom_op.h"
#include "api/c/slots.h"
#include "base/mutex.h"
#include "kante/graph.h"
#include "kante/session.h"

struct OrtOp {
  std::string name, domain;
  int version = 0;
  std::vector<kante::OpAttribute> attributes;
  std::vector<std::string> inputs, outputs;  // by position
  // For each combination of input types (kUndefined: absent), made when it first comes. Few: they are searched.
  struct Typed {
    std::vector<kante::ElementType> types;
    kante::Session session;
  };
  kante::core::Mutex mutex;
  std::vector<Typed> sessions;
};

namespace kante::ort {
namespace {

Result<Session> Prepare(const OrtOp& op, const std::vector<ElementType>& types) {
  ModelSpec spec;
  spec.opsets[op.domain] = op.version;
  NodeSpec& node = spec.graph.nodes.emplace_back();
  node.op_type = op.name;
  node.domain = op.domain;
  node.attributes = op.attributes;
  node.inputs = op.inputs;
  node.outputs = op.outputs;
  for (size_t i = 0; i < types.size(); ++i) {
    if (types[i] == ElementType::kUndefined) {
      node.inputs[i].clear();
      continue;
    }
    ValueDescription& input = spec.graph.inputs.emplace_back();
    input.name = node.inputs[i];
    input.element_type = types[i];
  }
  for (const std::string& name : node.outputs) {
    ValueDescription& output = spec.graph.outputs.emplace_back();
    output.name = name;
    output.kind = ValueKind::kUnknown;
  }
  const auto model = Model::Make(spec);
  if (!model.ok()) return model.status();
  return Session::Create(*model);
}

Result<Session> SessionFor(OrtOp& op, std::vector<ElementType> types) {
  const std::lock_guard lock(op.mutex);
  for (const OrtOp::Typed& each : op.sessions) {
    if (each.types == types) return each.session;
  }
  auto made = Prepare(op, types);
  if (made.ok()) op.sessions.push_back({std::move(types), *made});
  return made;
}

}  // namespace

OrtStatus* CreateOp(const OrtKernelInfo* info, const char* name, const char* domain, int version,
                    const char** constraints, const ONNXTensorElementDataType* constraint_types, int constraint_count,
                    const OrtOpAttr* const* attributes, int attribute_count, int input_count, int output_count,
                    OrtOp** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(name);
  KANTE_ORT_REQUIRE(domain);
  KANTE_ORT_REQUIRE(out);
  if (constraint_count > 0) {  // what they say, the inputs of each call show
    KANTE_ORT_REQUIRE(constraints);
    KANTE_ORT_REQUIRE(constraint_types);
  }
  if (attribute_count > 0) KANTE_ORT_REQUIRE(attributes);
  if (input_count < 0 || output_count < 0) return InvalidArgument("the number of inputs or outputs is negative");
  if (!OperatorSince(domain, name, version)) {
    return Fail(ORT_FAIL, "there is no operator '" + std::string(name) + "' in version " + std::to_string(version) +
                              " of domain '" + domain + "'");
  }
  auto op = std::make_unique<OrtOp>();
  op->name = name;
  op->domain = domain;
  op->version = version;
  for (int i = 0; i < attribute_count; ++i) {
    KANTE_ORT_REQUIRE(attributes[i]);
    op->attributes.push_back(attributes[i]->attribute);
  }
  for (int i = 0; i < input_count; ++i) op->inputs.push_back("x" + std::to_string(i));
  for (int i = 0; i < output_count; ++i) op->outputs.push_back("y" + std::to_string(i));
  *out = op.release();
  return nullptr;
}

OrtStatus* InvokeOp(const OrtKernelContext* context, const OrtOp* invoked, const OrtValue* const* inputs,
                    int input_count, OrtValue* const* outputs, int output_count) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(invoked);
  if (input_count) KANTE_ORT_REQUIRE(inputs);
  if (output_count) KANTE_ORT_REQUIRE(outputs);
  auto& op = const_cast<OrtOp&>(*invoked);  // its sessions are made when asked for
  if (input_count != static_cast<int>(op.inputs.size()) || output_count != static_cast<int>(op.outputs.size())) {
    return InvalidArgument("the operator was made for " + std::to_string(op.inputs.size()) + " inputs and " +
                           std::to_string(op.outputs.size()) + " outputs");
  }
  std::vector<ElementType> types;
  NamedValues feeds;
  for (int i = 0; i < input_count; ++i) {
    types.push_back(ElementType::kUndefined);
    if (!inputs[i]) continue;
    KANTE_ORT_TENSOR(tensor, inputs[i]);
    types.back() = tensor.type();
    feeds.emplace_back(op.inputs[static_cast<size_t>(i)], tensor);
  }
  std::vector<std::pair<std::string, Tensor>> results;
  for (int i = 0; i < output_count; ++i) {
    KANTE_ORT_TENSOR(tensor, outputs[i]);
    results.emplace_back(op.outputs[static_cast<size_t>(i)], tensor);
  }
  const auto session = SessionFor(op, std::move(types));
  if (!session.ok()) return ToOrt(session.status());
  return ToOrt(session->RunInto(feeds, results));
}

void ReleaseOp(OrtOp* op) noexcept { delete op; }

}  // namespace kante::ort
