// SPDX-License-Identifier: MIT
// Building graphs and models, and sessions of them.
#include <algorithm>

#include "api/c/graph.h"
#include "api/c/session.h"
#include "api/c/slots.h"

namespace kante::ort {
namespace {

constexpr size_t kLeastExternal = 128;  // bytes; smaller tensors may decide shapes, and are copied

OrtStatus* CopyNames(const char* const* names, size_t count, std::vector<std::string>* out) {
  if (count) KANTE_ORT_REQUIRE(names);
  for (size_t i = 0; i < count; ++i) {
    KANTE_ORT_REQUIRE(names[i]);
    out->emplace_back(names[i]);
  }
  return nullptr;
}

// Inputs or outputs of a graph: all are taken, or none.
OrtStatus* SetEnds(OrtGraph* graph, OrtValueInfo** infos, size_t count, std::vector<const OrtValueInfo*>& ends,
                   bool OrtValueInfo::*is_end) {
  if (count) KANTE_ORT_REQUIRE(infos);
  for (size_t i = 0; i < count; ++i) {
    if (!infos[i]) return InvalidArgument("value info " + std::to_string(i) + " is null");
    for (size_t k = 0; k < i; ++k) {
      if (infos[k] == infos[i] || infos[k]->name == infos[i]->name) {
        return InvalidArgument("the value '" + infos[i]->name + "' is listed twice");
      }
    }
  }
  for (const OrtValueInfo* v : ends) graph->Value(v->name).*is_end = false;
  ends.clear();
  for (size_t i = 0; i < count; ++i) {
    const std::unique_ptr<OrtValueInfo> given(std::exchange(infos[i], nullptr));
    OrtValueInfo& value = graph->Value(given->name);
    value.type = std::move(given->type);
    value.*is_end = true;
    ends.push_back(&value);
  }
  return nullptr;
}

// What the caller may write to or free afterwards must not be what the model reads.
OrtStatus* CopyTensor(OrtValue& value) {
  const Tensor& tensor = value.value.tensor();
  auto copy = tensor.type() == ElementType::kString
                  ? Tensor::OfStrings(tensor.shape(), tensor.strings())
                  : Tensor::CopyOf(tensor.type(), tensor.shape(), tensor.data(), tensor.bytes());
  if (!copy.ok()) return ToOrt(copy.status());
  value.value = std::move(*copy);
  return nullptr;
}

}  // namespace

OrtStatus* CreateValueInfo(const char* name, const OrtTypeInfo* type, OrtValueInfo** out) noexcept {
  KANTE_ORT_REQUIRE(name);
  KANTE_ORT_REQUIRE(type);
  KANTE_ORT_REQUIRE(out);
  if (!*name) return InvalidArgument("the name of a value is empty");
  *out = new OrtValueInfo{name, *type};
  return nullptr;
}

OrtStatus* CreateNode(const char* op_type, const char* domain, const char* name, const char* const* inputs,
                      size_t input_count, const char* const* outputs, size_t output_count, OrtOpAttr** attributes,
                      size_t attribute_count, OrtNode** out) noexcept {
  KANTE_ORT_REQUIRE(op_type);
  KANTE_ORT_REQUIRE(domain);
  KANTE_ORT_REQUIRE(name);
  KANTE_ORT_REQUIRE(out);
  if (attribute_count) KANTE_ORT_REQUIRE(attributes);
  if (!*op_type) return InvalidArgument("the operator of a node has no name");
  auto node = std::make_unique<OrtNode>();
  node->op_type = op_type;
  node->domain = domain;
  node->name = name;
  KANTE_ORT_TRY(CopyNames(inputs, input_count, &node->input_names));
  KANTE_ORT_TRY(CopyNames(outputs, output_count, &node->output_names));
  for (size_t i = 0; i < attribute_count; ++i) {
    KANTE_ORT_REQUIRE(attributes[i]);
    node->attributes.push_back(*attributes[i]);
  }
  *out = node.release();
  return nullptr;
}

OrtStatus* CreateGraph(OrtGraph** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  *out = new OrtGraph;
  return nullptr;
}

OrtStatus* SetGraphInputs(OrtGraph* graph, OrtValueInfo** inputs, size_t count) noexcept {
  KANTE_ORT_REQUIRE(graph);
  return SetEnds(graph, inputs, count, graph->inputs, &OrtValueInfo::is_input);
}

OrtStatus* SetGraphOutputs(OrtGraph* graph, OrtValueInfo** outputs, size_t count) noexcept {
  KANTE_ORT_REQUIRE(graph);
  return SetEnds(graph, outputs, count, graph->outputs, &OrtValueInfo::is_output);
}

OrtStatus* AddInitializerToGraph(OrtGraph* graph, const char* name, OrtValue* value, bool data_is_external) noexcept {
  KANTE_ORT_REQUIRE(graph);
  KANTE_ORT_REQUIRE(name);
  KANTE_ORT_TENSOR(tensor, value);
  if (!*name) return InvalidArgument("the name of an initializer is empty");
  for (const OrtValueInfo* v : graph->initializers) {
    if (v->name == name) return InvalidArgument("there is an initializer '" + v->name + "' already");
    if (v->initializer == value) return InvalidArgument("the value is the initializer '" + v->name + "' already");
  }
  if (data_is_external && tensor.type() != ElementType::kString && tensor.bytes() < kLeastExternal) {
    return InvalidArgument("External initializers must have at least 128 bytes; '" + std::string(name) + "' has " +
                           std::to_string(tensor.bytes()));
  }
  if (!data_is_external) KANTE_ORT_TRY(CopyTensor(*value));
  graph->AddInitializer(name, std::shared_ptr<OrtValue>(value));
  return nullptr;
}

OrtStatus* AddNodeToGraph(OrtGraph* graph, OrtNode* node) noexcept {
  KANTE_ORT_REQUIRE(graph);
  KANTE_ORT_REQUIRE(node);
  if (node->graph) return InvalidArgument("the node '" + node->name + "' is part of a graph already");
  node->id = graph->nodes.size();
  graph->Add(std::unique_ptr<OrtNode>(node));
  return nullptr;
}

OrtStatus* CreateModel(const char* const* domains, const int* versions, size_t count, OrtModel** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  std::vector<std::string> names;
  KANTE_ORT_TRY(CopyNames(domains, count, &names));
  if (count) KANTE_ORT_REQUIRE(versions);
  auto model = std::make_unique<OrtModel>();
  for (size_t i = 0; i < count; ++i) model->opsets.emplace_back(std::move(names[i]), versions[i]);
  *out = model.release();
  return nullptr;
}

OrtStatus* AddGraphToModel(OrtModel* model, OrtGraph* graph) noexcept {
  KANTE_ORT_REQUIRE(model);
  KANTE_ORT_REQUIRE(graph);
  if (model->graph || graph->model) return InvalidArgument("the model has a graph, or the graph a model, already");
  graph->model = model;
  model->graph.reset(graph);
  return nullptr;
}

OrtStatus* CreateSessionFromModel(const OrtEnv* env, const OrtModel* model, const OrtSessionOptions* options,
                                  OrtSession** out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(model);
  KANTE_ORT_REQUIRE(out);
  ModelSpec spec;
  KANTE_ORT_TRY(SpecOf(*model, &spec));
  const auto load = LoadOptionsOf(options);
  if (!load.ok()) return ToOrt(load.status());
  auto session = std::make_unique<OrtSession>();
  KANTE_ORT_TRY(Open(env, Model::Make(spec, *load), options, *session));
  *out = session.release();
  return nullptr;
}

}  // namespace kante::ort
