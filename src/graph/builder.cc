// SPDX-License-Identifier: MIT
#include "graph/builder.h"

namespace kante::core {

std::vector<ValueId> GraphBuilder::Op(std::string_view domain, std::string_view op_type, std::vector<ValueId> inputs,
                                      size_t output_count, std::vector<Attribute> attributes) {
  std::vector<ValueId> outputs;
  for (size_t i = 0; i < output_count; ++i) outputs.push_back(graph_.AddValue(StrCat(prefix_, "/", op_type)));
  OpInto(domain, op_type, std::move(inputs), outputs, std::move(attributes));
  return outputs;
}

NodeId GraphBuilder::OpInto(std::string_view domain, std::string_view op_type, std::vector<ValueId> inputs,
                            std::vector<ValueId> outputs, std::vector<Attribute> attributes) {
  Node node;
  node.domain = domain;
  node.op_type = op_type;
  node.name = StrCat(prefix_, "/", op_type);
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  node.origin = origin_;
  return graph_.AddNode(std::move(node));
}

}  // namespace kante::core
