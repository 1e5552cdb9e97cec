// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "onnx/model.h"
#include "onnx/wire_writer.h"

namespace kante::core {

// What is put into a model file that lies in memory.
struct ModelAdditions {
  WireWriter graph;  // fields of a GraphProto
  bool replaces_inputs = false, replaces_outputs = false;
  std::vector<OpsetImport> opsets;  // a domain that the model has must have the same version
  std::vector<std::pair<std::string, std::string>> metadata;
};

// The bytes of a ModelProto with more in its graph. Nothing of the model but its outermost fields is looked at.
Result<std::string> ExtendModel(Bytes model, ModelAdditions additions);

}  // namespace kante::core
