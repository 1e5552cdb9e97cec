// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "graph/graph.h"

namespace kante::core {

struct OpsetImport {
  std::string domain;  // "" is ai.onnx
  int64_t version = 0;
};

// What a model file says about itself beside its graph.
struct ModelInfo {
  int64_t ir_version = 0;
  std::string producer_name;
  std::string producer_version;
  std::string domain;
  int64_t model_version = 0;
  std::string doc_string;
  std::string graph_doc_string;
  std::vector<OpsetImport> opset_imports;  // as the file says, before the upgrade
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<std::string> functions;  // "domain.Name" of its model-local functions; all are inlined
};

struct LoadedModel {
  Graph graph;
  ModelInfo info;
  // The mapped files that the graph's tensors point into (each tensor's buffer keeps its own file alive too).
  std::vector<std::shared_ptr<const MappedFile>> files;
};

}  // namespace kante::core
