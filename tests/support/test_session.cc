// SPDX-License-Identifier: MIT
#include "tests/support/test_session.h"

#include <gtest/gtest.h>

namespace kante::core {

ValueId GraphWriter::Input(std::string_view name, ElementType type, const std::vector<int64_t>& dims) {
  TypeInfo info = TypeInfo::TensorOf(type);
  info.has_shape = true;
  for (int64_t d : dims) info.dims.push_back(Dim{d, {}});
  const ValueId id = graph.AddValue(name, info);
  graph.AddInput(id);
  return id;
}

std::vector<ValueId> GraphWriter::Ops(std::string_view op_type, std::vector<ValueId> inputs, size_t outputs,
                                      std::vector<Attribute> attributes) {
  Node node;
  node.op_type = op_type;
  node.name = StrCat(op_type, graph.node_slots());
  node.inputs = std::move(inputs);
  for (size_t i = 0; i < outputs; ++i) node.outputs.push_back(graph.AddValue(StrCat(node.name, "_", i)));
  node.attributes = std::move(attributes);
  std::vector<ValueId> made = node.outputs;
  graph.AddNode(std::move(node));
  return made;
}

ValueId GraphWriter::Capture(ValueId outer, std::string_view name) {
  const ValueId inner = graph.AddValue(name);
  graph.AddCapture(outer, inner);
  return inner;
}

Tensor Floats(const Shape& shape, const std::vector<float>& values) { return Tensor::Of<float>(shape, values); }

Tensor Ramp(const Shape& shape) {
  std::vector<float> values(static_cast<size_t>(shape.elements()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(static_cast<int>(i * 7 % 64) - 32) / 8;
  return Tensor::Of<float>(shape, values);
}

std::vector<float> FloatsOf(const Value& value) {
  if (!value.is_tensor() || value.tensor().type() != ElementType::kFloat32) return {};
  const auto span = value.tensor().span<float>();
  return {span.begin(), span.end()};
}

std::vector<int64_t> IntsOf(const Value& value) {
  if (!value.is_tensor() || value.tensor().type() != ElementType::kInt64) return {};
  const auto span = value.tensor().span<int64_t>();
  return {span.begin(), span.end()};
}

TestSession::TestSession(Graph graph, Session::Options options, Model::Options model_options) {
  auto loaded = Model::FromGraph(std::move(graph), model_options);
  EXPECT_TRUE(loaded.ok()) << loaded.status().ToString();
  if (!loaded.ok()) return;
  model = *loaded;
  auto made = Session::Create(model, options);
  EXPECT_TRUE(made.ok()) << made.status().ToString();
  if (made.ok()) session = *made;
}

Result<std::vector<Value>> TestSession::Run(const std::vector<Value>& feeds, const RunControl& control) {
  if (!session) return Error(StatusCode::kFail, "there is no session");
  std::vector<Value> outputs(model->graph().outputs().size());
  KANTE_TRY(session->Run(feeds, outputs, {}, control));
  return outputs;
}

}  // namespace kante::core
