// SPDX-License-Identifier: MIT
#include "kante/graph.h"

#include "api/cxx/convert.h"
#include "api/cxx/spec_writer.h"
#include "onnx/extend.h"
#include "onnx/onnx_fields.h"
#include "onnx/proto_writer.h"

namespace kante {
namespace {

namespace field = core::attribute_field;
using core::WireWriter;

constexpr size_t kShared = 1024;  // bytes of a tensor that is referred to instead of copied
constexpr int kDeepest = 64;      // of bodies

class SpecWriter {
 public:
  explicit SpecWriter(core::ExternalData::Files* files) : files_(files) {}

  core::Result<WireWriter> Model(const ModelSpec& spec) {
    WireWriter w;
    w.Int(core::model_field::kIrVersion, spec.ir_version);
    for (const auto& [domain, version] : spec.opsets) {
      w.Message(core::model_field::kOpsetImport, core::WriteOpset(domain, version));
    }
    for (const auto& [key, value] : spec.metadata) {
      w.Message(core::model_field::kMetadata, core::WriteEntry(key, value));
    }
    KANTE_TRY(WireWriter graph, Graph(spec.graph, 0));
    w.Message(core::model_field::kGraph, std::move(graph));
    return w;
  }

  core::Result<WireWriter> Graph(const GraphSpec& spec, int depth) {
    KANTE_TRY(WireWriter w, Fields(spec, depth));
    w.OptionalString(core::graph_field::kName, spec.name);
    return w;
  }

  // Of a graph, but for its name.
  core::Result<WireWriter> Fields(const GraphSpec& spec, int depth) {
    if (depth > kDeepest) return core::InvalidArgument("bodies are nested too deeply");
    WireWriter w;
    for (const NodeSpec& node : spec.nodes) {
      KANTE_TRY(WireWriter n, Node(node, depth));
      w.Message(core::graph_field::kNode, std::move(n));
    }
    for (const auto& [name, tensor] : spec.initializers) {
      auto t = Initializer(name, tensor);
      if (!t.ok()) return t.TakeStatus().WithContext(core::StrCat("initializer '", name, "'"));
      w.Message(core::graph_field::kInitializer, std::move(*t));
    }
    for (const ValueDescription& v : spec.inputs) {
      w.Message(core::graph_field::kInput, core::WriteValueInfo(v.name, TypeOf(v)));
    }
    for (const ValueDescription& v : spec.outputs) {
      w.Message(core::graph_field::kOutput, core::WriteValueInfo(v.name, TypeOf(v)));
    }
    return w;
  }

 private:
  core::Result<WireWriter> Initializer(const std::string& name, const Tensor& tensor) {
    const core::Tensor t = ToCore(tensor);
    if (!files_ || t.empty() || t.type() == core::ElementType::kString || tensor.bytes() < kShared) {
      return core::WriteTensor(name, t, holder_);
    }
    const std::string location = core::StrCat("memory/", files_->size());
    (*files_)[location] = {core::Bytes(t.raw(), tensor.bytes()), tensor.rep()};
    WireWriter w = core::WriteTensorHead(name, t);
    w.Message(core::tensor_field::kExternalData, core::WriteEntry("location", location));
    w.Int(core::tensor_field::kDataLocation, 1);
    return w;
  }

  core::Result<WireWriter> Node(const NodeSpec& node, int depth) {
    WireWriter w;
    for (const std::string& name : node.inputs) w.String(core::node_field::kInput, name);
    for (const std::string& name : node.outputs) w.String(core::node_field::kOutput, name);
    w.OptionalString(core::node_field::kName, node.name);
    w.String(core::node_field::kOpType, node.op_type);
    w.OptionalString(core::node_field::kDomain, node.domain);
    for (const OpAttribute& attribute : node.attributes) {
      WireWriter a;
      a.String(field::kName, attribute.name);
      if (core::Status put = Put(attribute, a); !put.ok()) {
        return std::move(put).WithContext(core::StrCat("attribute '", attribute.name, "' of ", node.op_type));
      }
      w.Message(core::node_field::kAttribute, std::move(a));
    }
    for (const auto& [name, body] : node.bodies) {
      if (!body) return core::InvalidArgument("body '", name, "' of ", node.op_type, " is null");
      KANTE_TRY(WireWriter graph, Graph(*body, depth + 1));
      WireWriter a;
      a.String(field::kName, name);
      a.Message(field::kG, std::move(graph));
      SetType(a, core::AttributeType::kGraph);
      w.Message(core::node_field::kAttribute, std::move(a));
    }
    return w;
  }

  core::Status Put(const OpAttribute& attribute, WireWriter& a) {
    const auto& v = attribute.value;
    if (const auto* i = std::get_if<int64_t>(&v)) {
      a.Int(field::kI, *i);
      SetType(a, core::AttributeType::kInt);
    } else if (const auto* f = std::get_if<float>(&v)) {
      a.Float(field::kF, *f);
      SetType(a, core::AttributeType::kFloat);
    } else if (const auto* s = std::get_if<std::string>(&v)) {
      a.String(field::kS, *s);
      SetType(a, core::AttributeType::kString);
    } else if (const auto* ints = std::get_if<std::vector<int64_t>>(&v)) {
      for (const int64_t each : *ints) a.Int(field::kInts, each);
      SetType(a, core::AttributeType::kInts);
    } else if (const auto* floats = std::get_if<std::vector<float>>(&v)) {
      for (const float each : *floats) a.Float(field::kFloats, each);
      SetType(a, core::AttributeType::kFloats);
    } else if (const auto* texts = std::get_if<std::vector<std::string>>(&v)) {
      for (const std::string& each : *texts) a.String(field::kStrings, each);
      SetType(a, core::AttributeType::kStrings);
    } else if (const auto* tensor = std::get_if<Tensor>(&v)) {
      KANTE_TRY(WireWriter t, core::WriteTensor("", ToCore(*tensor), holder_));
      a.Message(field::kT, std::move(t));
      SetType(a, core::AttributeType::kTensor);
    } else {
      return core::InvalidArgument("it has no value");
    }
    return core::OkStatus();
  }

  static void SetType(WireWriter& a, core::AttributeType type) { a.Int(field::kType, static_cast<int64_t>(type)); }

  core::ExternalData::Files* files_;
  core::TensorHolder holder_;  // what the writers refer to
};

}  // namespace

ValueDescription TensorInfo(std::string name, ElementType type, std::vector<Dimension> shape) {
  ValueDescription d;
  d.name = std::move(name);
  d.element_type = type;
  d.has_shape = true;
  d.dimensions = std::move(shape);
  return d;
}

core::Result<std::string> WriteSpec(const ModelSpec& spec, core::ExternalData::Files* files) {
  SpecWriter writer(files);
  KANTE_TRY(const WireWriter model, writer.Model(spec));
  return model.ToString();
}

Result<std::string> WriteOnnx(const ModelSpec& spec) {
  auto bytes = WriteSpec(spec, nullptr);
  if (!bytes.ok()) return StatusOf(bytes);
  return std::move(*bytes);
}

Result<std::string> ExtendOnnx(std::span<const std::byte> model, const ModelSpec& more) {
  SpecWriter writer(nullptr);
  auto graph = writer.Fields(more.graph, 0);
  if (!graph.ok()) return StatusOf(graph);
  core::ModelAdditions all;
  all.graph = std::move(*graph);
  all.replaces_inputs = !more.graph.inputs.empty();
  all.replaces_outputs = !more.graph.outputs.empty();
  for (const auto& [domain, version] : more.opsets) all.opsets.push_back({domain, version});
  for (const auto& entry : more.metadata) all.metadata.push_back(entry);
  auto bytes = core::ExtendModel(model, std::move(all));
  if (!bytes.ok()) return StatusOf(bytes);
  return std::move(*bytes);
}

}  // namespace kante
