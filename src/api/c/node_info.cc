// SPDX-License-Identifier: MIT
// Nodes of built graphs, read back.
#include <algorithm>

#include "api/c/graph.h"
#include "api/c/slots.h"

namespace kante::ort {
namespace {

template <typename Field, typename Out>
OrtStatus* Get(const OrtNode* node, Field OrtNode::*field, Out* out) {
  KANTE_ORT_REQUIRE(node);
  KANTE_ORT_REQUIRE(out);
  if constexpr (std::is_same_v<Field, std::string>) {
    *out = (node->*field).c_str();
  } else if constexpr (requires { (node->*field).size(); }) {
    *out = (node->*field).size();
  } else {
    *out = node->*field;
  }
  return nullptr;
}

OrtStatus* List(const OrtNode* node, std::vector<const OrtValueInfo*> OrtNode::*list, const OrtValueInfo** out,
                size_t room) {
  KANTE_ORT_REQUIRE(node);
  if (room) KANTE_ORT_REQUIRE(out);
  const auto& from = node->*list;
  if (room < from.size()) return TooLittleRoom(from.size(), room);
  std::copy(from.begin(), from.end(), out);
  return nullptr;
}

// Nodes of built graphs have no bodies, and nothing that these would read.
OrtStatus* None(const OrtNode* node, size_t* out) {
  KANTE_ORT_REQUIRE(node);
  KANTE_ORT_REQUIRE(out);
  *out = 0;
  return nullptr;
}

}  // namespace

OrtStatus* Node_GetId(const OrtNode* node, size_t* out) noexcept { return Get(node, &OrtNode::id, out); }
OrtStatus* Node_GetName(const OrtNode* node, const char** out) noexcept { return Get(node, &OrtNode::name, out); }
OrtStatus* Node_GetOperatorType(const OrtNode* node, const char** out) noexcept {
  return Get(node, &OrtNode::op_type, out);
}
OrtStatus* Node_GetDomain(const OrtNode* node, const char** out) noexcept { return Get(node, &OrtNode::domain, out); }
OrtStatus* Node_GetNumInputs(const OrtNode* node, size_t* out) noexcept { return Get(node, &OrtNode::inputs, out); }
OrtStatus* Node_GetInputs(const OrtNode* node, const OrtValueInfo** out, size_t room) noexcept {
  return List(node, &OrtNode::inputs, out, room);
}
OrtStatus* Node_GetNumOutputs(const OrtNode* node, size_t* out) noexcept { return Get(node, &OrtNode::outputs, out); }
OrtStatus* Node_GetOutputs(const OrtNode* node, const OrtValueInfo** out, size_t room) noexcept {
  return List(node, &OrtNode::outputs, out, room);
}
OrtStatus* Node_GetNumImplicitInputs(const OrtNode* node, size_t* out) noexcept { return None(node, out); }
OrtStatus* Node_GetImplicitInputs(const OrtNode* node, const OrtValueInfo** out, size_t room) noexcept {
  KANTE_ORT_REQUIRE(node);
  if (room) KANTE_ORT_REQUIRE(out);
  return nullptr;
}
OrtStatus* Node_GetNumSubgraphs(const OrtNode* node, size_t* out) noexcept { return None(node, out); }
OrtStatus* Node_GetSubgraphs(const OrtNode* node, const OrtGraph** out, size_t room, const char**) noexcept {
  KANTE_ORT_REQUIRE(node);
  if (room) KANTE_ORT_REQUIRE(out);
  return nullptr;
}
OrtStatus* Node_GetNumAttributes(const OrtNode* node, size_t* out) noexcept {
  return Get(node, &OrtNode::attributes, out);
}
OrtStatus* Node_GetGraph(const OrtNode* node, const OrtGraph** out) noexcept { return Get(node, &OrtNode::graph, out); }

OrtStatus* Node_GetAttributes(const OrtNode* node, const OrtOpAttr** out, size_t room) noexcept {
  KANTE_ORT_REQUIRE(node);
  if (room) KANTE_ORT_REQUIRE(out);
  if (room < node->attributes.size()) return TooLittleRoom(node->attributes.size(), room);
  for (const OrtOpAttr& attribute : node->attributes) *out++ = &attribute;
  return nullptr;
}

OrtStatus* Node_GetAttributeByName(const OrtNode* node, const char* name, const OrtOpAttr** out) noexcept {
  KANTE_ORT_REQUIRE(node);
  KANTE_ORT_REQUIRE(name);
  KANTE_ORT_REQUIRE(out);
  *out = nullptr;
  for (const OrtOpAttr& attribute : node->attributes) {
    if (attribute.attribute.name == name) *out = &attribute;
  }
  return *out ? nullptr : Fail(ORT_NOT_FOUND, "the node has no attribute '" + std::string(name) + "'");
}

// The newest version of the operator that its graph's opset has.
OrtStatus* Node_GetSinceVersion(const OrtNode* node, int* out) noexcept {
  KANTE_ORT_REQUIRE(node);
  KANTE_ORT_REQUIRE(out);
  const OrtModel* model = node->graph ? node->graph->model : nullptr;
  if (!model) return Fail(ORT_FAIL, "the node is part of no model, which would say its opset");
  *out = 0;
  for (const auto& [domain, version] : model->opsets) {
    if (domain == node->domain) *out = OperatorSince(domain, node->op_type, version);
  }
  if (*out) return nullptr;
  return Fail(ORT_NOT_FOUND, "operator '" + node->op_type + "' is not in the model's opsets");
}

// A built graph is assigned to no provider.
OrtStatus* Node_GetEpName(const OrtNode* node, const char** out) noexcept {
  KANTE_ORT_REQUIRE(node);
  KANTE_ORT_REQUIRE(out);
  *out = nullptr;
  return nullptr;
}

}  // namespace kante::ort
