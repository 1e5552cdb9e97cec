// SPDX-License-Identifier: MIT
#include "onnx/graph_writer.h"
#include "onnx/onnx_fields.h"

namespace kante::core {
namespace {

namespace field = attribute_field;

Result<WireWriter> WriteSparse(const SparseTensor& sparse, TensorHolder& holder) {
  WireWriter w;
  KANTE_TRY(WireWriter values, WriteTensor("", sparse.values, holder));
  KANTE_TRY(WireWriter indices, WriteTensor("", sparse.indices, holder));
  w.Message(sparse_field::kValues, std::move(values));
  w.Message(sparse_field::kIndices, std::move(indices));
  for (int64_t d : sparse.shape) w.Int(sparse_field::kDims, d);
  return w;
}

}  // namespace

Result<WireWriter> GraphWriter::WriteAttribute(const Attribute& attribute, const Names& names) {
  WireWriter w;
  w.String(field::kName, attribute.name);
  AttributeType type = AttributeType::kUndefined;
  const AttributeValue& v = attribute.value;
  if (const auto* i = std::get_if<int64_t>(&v)) {
    type = AttributeType::kInt;
    w.Int(field::kI, *i);
  } else if (const auto* f = std::get_if<float>(&v)) {
    type = AttributeType::kFloat;
    w.Float(field::kF, *f);
  } else if (const auto* s = std::get_if<std::string>(&v)) {
    type = AttributeType::kString;
    w.String(field::kS, *s);
  } else if (const auto* ints = std::get_if<std::vector<int64_t>>(&v)) {
    type = AttributeType::kInts;
    for (int64_t each : *ints) w.Int(field::kInts, each);
  } else if (const auto* floats = std::get_if<std::vector<float>>(&v)) {
    type = AttributeType::kFloats;
    for (float each : *floats) w.Float(field::kFloats, each);
  } else if (const auto* strings = std::get_if<std::vector<std::string>>(&v)) {
    type = AttributeType::kStrings;
    for (const std::string& each : *strings) w.String(field::kStrings, each);
  } else if (const auto* tensor = std::get_if<Tensor>(&v)) {
    type = AttributeType::kTensor;
    KANTE_TRY(WireWriter t, WriteTensor("", *tensor, holder_));
    w.Message(field::kT, std::move(t));
  } else if (const auto* tensors = std::get_if<std::vector<Tensor>>(&v)) {
    type = AttributeType::kTensors;
    for (const Tensor& each : *tensors) {
      KANTE_TRY(WireWriter t, WriteTensor("", each, holder_));
      w.Message(field::kTensors, std::move(t));
    }
  } else if (const auto* graph = std::get_if<std::shared_ptr<Graph>>(&v)) {
    type = AttributeType::kGraph;
    KANTE_TRY(WireWriter g, WriteGraph(**graph, &names));
    w.Message(field::kG, std::move(g));
  } else if (const auto* graphs = std::get_if<std::vector<std::shared_ptr<Graph>>>(&v)) {
    type = AttributeType::kGraphs;
    for (const auto& each : *graphs) {
      KANTE_TRY(WireWriter g, WriteGraph(*each, &names));
      w.Message(field::kGraphs, std::move(g));
    }
  } else if (const auto* info = std::get_if<TypeInfo>(&v)) {
    type = AttributeType::kTypeProto;
    w.Message(field::kTp, WriteType(*info));
  } else if (const auto* infos = std::get_if<std::vector<TypeInfo>>(&v)) {
    type = AttributeType::kTypeProtos;
    for (const TypeInfo& each : *infos) w.Message(field::kTypeProtos, WriteType(each));
  } else if (const auto* sparse = std::get_if<SparseTensor>(&v)) {
    type = AttributeType::kSparseTensor;
    KANTE_TRY(WireWriter t, WriteSparse(*sparse, holder_));
    w.Message(field::kSparseTensor, std::move(t));
  } else if (const auto* sparses = std::get_if<std::vector<SparseTensor>>(&v)) {
    type = AttributeType::kSparseTensors;
    for (const SparseTensor& each : *sparses) {
      KANTE_TRY(WireWriter t, WriteSparse(each, holder_));
      w.Message(field::kSparseTensors, std::move(t));
    }
  } else if (const auto* reference = std::get_if<AttributeReference>(&v)) {
    type = static_cast<AttributeType>(reference->type);
    w.String(field::kRefAttrName, reference->name);
  }
  w.Int(field::kType, static_cast<int64_t>(type));
  return w;
}

}  // namespace kante::core
