// SPDX-License-Identifier: MIT
// Models as data, for programs that make graphs instead of reading files:
//
//   kante::ModelSpec spec;
//   spec.opsets[""] = 21;
//   spec.graph.inputs = {kante::TensorInfo("x", kante::ElementType::kFloat32, {{-1, "batch"}, {3}})};
//   spec.graph.outputs = {kante::TensorInfo("y", kante::ElementType::kFloat32, {{-1, "batch"}, {3}})};
//   spec.graph.nodes = {{.op_type = "Relu", .inputs = {"x"}, .outputs = {"y"}}};
//   kante::Result<kante::Model> model = kante::Model::Make(spec);
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kante/export.h"
#include "kante/model.h"
#include "kante/op.h"
#include "kante/tensor.h"

namespace kante {

struct GraphSpec;

// One application of an operator. Values are named as in ONNX: a name is written once in its graph, and bodies see the
// names around them. An empty name is an absent input, or an output that nobody wants.
struct NodeSpec {
  std::string op_type{};
  std::vector<std::string> inputs{}, outputs{};
  std::vector<OpAttribute> attributes{};
  std::string domain{};  // "" is ai.onnx
  std::string name{};    // what errors and profiles call the node; may be empty
  // Graphs that are attributes of control flow, by name: "then_branch", "body".
  std::vector<std::pair<std::string, std::shared_ptr<const GraphSpec>>> bodies{};
};

struct GraphSpec {
  std::string name = "graph";
  std::vector<ValueDescription> inputs, outputs;  // of outputs, a kind kUnknown leaves the type to inference
  std::vector<NodeSpec> nodes;                    // in any order
  // Values known for ever; those named like an input are its default. Memory is shared, and must not change.
  std::vector<std::pair<std::string, Tensor>> initializers;
};

struct ModelSpec {
  GraphSpec graph;
  std::map<std::string, int> opsets;  // domain to version; every domain that nodes are of
  std::map<std::string, std::string> metadata;
  int64_t ir_version = 10;
};

// A ValueDescription of a tensor with that shape.
KANTE_API ValueDescription TensorInfo(std::string name, ElementType type, std::vector<Dimension> shape);

// The bytes of an ONNX file of the model, which is not checked: loading does that. InvalidArgument for an attribute
// without a value or a tensor that is not valid.
KANTE_API Result<std::string> WriteOnnx(const ModelSpec& spec);

// The bytes of the ONNX model in `model` with more in it: nodes and initializers are added to its graph, inputs and
// outputs replace its own where there are any, opsets and metadata come after its own. The result is not checked.
KANTE_API Result<std::string> ExtendOnnx(std::span<const std::byte> model, const ModelSpec& more);

}  // namespace kante
