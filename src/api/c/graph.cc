// SPDX-License-Identifier: MIT
#include "api/c/graph.h"

#include "api/c/slots.h"

OrtValueInfo& OrtGraph::Value(const std::string& name) {
  std::unique_ptr<OrtValueInfo>& value = values[name];
  if (!value) value.reset(new OrtValueInfo{name, {}});
  return *value;
}

void OrtGraph::Add(std::unique_ptr<OrtNode> node) {
  node->graph = this;
  for (const std::string& name : node->input_names) {
    OrtValueInfo* value = name.empty() ? nullptr : &Value(name);
    if (value) value->consumers.emplace_back(node.get(), static_cast<int64_t>(node->inputs.size()));
    node->inputs.push_back(value);
  }
  for (const std::string& name : node->output_names) {
    OrtValueInfo* value = name.empty() ? nullptr : &Value(name);
    if (value) {
      value->producer = node.get();
      value->producer_output = node->outputs.size();
    }
    node->outputs.push_back(value);
  }
  nodes.push_back(std::move(node));
}

void OrtGraph::AddInitializer(const std::string& name, std::shared_ptr<OrtValue> tensor) {
  OrtValueInfo& value = Value(name);
  value.initializer = tensor.get();
  if (value.type.type == ONNX_TYPE_UNKNOWN) value.type = kante::ort::InfoOf(tensor->value);
  initializers.push_back(&value);
  tensors.push_back(std::move(tensor));
}

namespace kante::ort {

OrtStatus* SpecOf(const OrtModel& model, ModelSpec* out) {
  if (!model.graph) return InvalidArgument("the model has no graph");
  const OrtGraph& graph = *model.graph;
  for (const auto& [domain, version] : model.opsets) out->opsets[domain] = version;
  for (const OrtValueInfo* v : graph.inputs) {
    KANTE_ORT_TRY(DescriptionOf(v->name, v->type, &out->graph.inputs.emplace_back()));
  }
  for (const OrtValueInfo* v : graph.outputs) {
    KANTE_ORT_TRY(DescriptionOf(v->name, v->type, &out->graph.outputs.emplace_back()));
  }
  for (const OrtValueInfo* v : graph.initializers) {
    out->graph.initializers.emplace_back(v->name, v->initializer->value.tensor());
  }
  for (const auto& node : graph.nodes) {
    NodeSpec& n = out->graph.nodes.emplace_back();
    n.op_type = node->op_type;
    n.domain = node->domain;
    n.name = node->name;
    n.inputs = node->input_names;
    n.outputs = node->output_names;
    for (const OrtOpAttr& a : node->attributes) n.attributes.push_back(a.attribute);
  }
  return nullptr;
}

void ReleaseValueInfo(OrtValueInfo* info) noexcept { delete info; }
void ReleaseNode(OrtNode* node) noexcept { delete node; }
void ReleaseGraph(OrtGraph* graph) noexcept { delete graph; }
void ReleaseModel(OrtModel* model) noexcept { delete model; }

}  // namespace kante::ort
