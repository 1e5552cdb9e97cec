// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/limits.h"
#include "base/mapped_file.h"
#include "onnx/external_data.h"
#include "onnx/model.h"
#include "onnx/type_reader.h"
#include "ops/registry.h"

namespace kante::core {

// What the bytes are: ONNX's protobuf, or ONNX Runtime's own format (.ort), whose files say so at their beginning.
enum class ModelFormat : int { kDetect = 0, kOnnx = 1, kOrt = 2 };

struct ReadOptions {
  ModelFormat format = ModelFormat::kDetect;
  Mapping mapping = Mapping::kMap;
  Limits limits;
  // Rewrites every node to the newest version of its operator. Without, Node::version says which opset it is of.
  bool upgrade = true;
  // Initializers that are listed as inputs too, which callers could override, become constants and are no inputs.
  // Models of IR 3 always read like that.
  bool fix_default_inputs = false;
  // Leaves nodes of domains that the registry does not know in the graph (for looking at models), instead of failing.
  bool allow_unknown_domains = false;
  // Files of external data that are in memory; must live until the model is read. Null: none.
  const ExternalData::Files* external_files = nullptr;
  // Sizes for open dimensions of the graph's inputs; the same.
  const DimensionSizes* denotations = nullptr;
};

// Reads an ONNX file (IR versions 3 to 14) or an .ort file. Weights stay in the mapped file, or in the files of
// external data beside it, and are not touched; they may be unaligned. Model-local functions are inlined. The graph is
// verified. Errors begin with "model 'path'" and name node or value.
Result<LoadedModel> ReadModel(const std::string& path, const OpRegistry& registry, const ReadOptions& options = {});

// The same from memory. `owner` keeps the bytes alive for as long as tensors point into them; null: they are copied.
// External data lies in `folder`; empty: a model that has any is refused.
Result<LoadedModel> ReadModelFromMemory(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                        const OpRegistry& registry, const ReadOptions& options = {},
                                        const std::string& folder = {});

}  // namespace kante::core
