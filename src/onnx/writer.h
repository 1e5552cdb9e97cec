// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "onnx/model.h"
#include "ops/registry.h"

namespace kante::core {

struct WriteOptions {
  // Large initializers go to a file of their own beside the model, and only there may the model exceed 2 GB.
  bool external_data = false;
  std::string external_name;                // file name of that file; empty: the model's with ".data" after it
  int64_t external_threshold_bytes = 1024;  // smaller initializers stay in the model
  // Internal operators (domain `kante`) come with a function of standard operators, so that other runtimes can run the
  // file; one that has no such meaning is an error. Without, only Kante can read the file.
  bool portable = true;
  // Told the share of the bytes that is written, now and then; false cancels.
  std::function<bool(double)> progress;
};

// Saves an upgraded graph as ONNX, with the oldest opsets in which every operator already has the form that it has in
// the graph. Kante reads the same graph again: internal operators and origins come back. The file appears complete or
// not at all.
Status WriteModel(const Graph& graph, const ModelInfo& info, const OpRegistry& registry, const std::string& path,
                  const WriteOptions& options = {});

// The file's bytes. External data is refused here.
Result<std::string> WriteModelToMemory(const Graph& graph, const ModelInfo& info, const OpRegistry& registry,
                                       const WriteOptions& options = {});

}  // namespace kante::core
