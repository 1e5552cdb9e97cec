// SPDX-License-Identifier: MIT
// Graphs that callers build (ModelEditor) and read back. Indices of who writes and reads a value are kept while
// building, so that reading changes nothing and may happen on several threads.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/c/custom_op.h"
#include "api/c/type_info.h"
#include "api/c/value.h"
#include "kante/graph.h"

struct OrtValueInfo {
  std::string name;
  OrtTypeInfo type;
  // As part of a graph:
  const OrtNode* producer = nullptr;
  size_t producer_output = 0;
  std::vector<std::pair<const OrtNode*, int64_t>> consumers;  // and which input
  const OrtValue* initializer = nullptr;
  bool is_input = false, is_output = false;
};

struct OrtNode {
  size_t id = 0;
  std::string op_type, domain, name;
  std::vector<std::string> input_names, output_names;
  std::vector<OrtOpAttr> attributes;
  // As part of a graph; null where a name is empty.
  const OrtGraph* graph = nullptr;
  std::vector<const OrtValueInfo*> inputs, outputs;
};

struct OrtGraph {
  const OrtModel* model = nullptr;
  std::vector<const OrtValueInfo*> inputs, outputs, initializers;
  std::vector<std::unique_ptr<OrtNode>> nodes;
  std::vector<std::shared_ptr<OrtValue>> tensors;  // of the initializers
  std::map<std::string, std::unique_ptr<OrtValueInfo>, std::less<>> values;

  OrtValueInfo& Value(const std::string& name);  // made if it is new
  void Add(std::unique_ptr<OrtNode> node);
  void AddInitializer(const std::string& name, std::shared_ptr<OrtValue> tensor);
};

struct OrtModel {
  std::vector<std::pair<std::string, int>> opsets;
  std::unique_ptr<OrtGraph> graph;
};

namespace kante::ort {

// The model as the C++ API takes it; tensors are shared.
OrtStatus* SpecOf(const OrtModel& model, ModelSpec* out);

}  // namespace kante::ort
