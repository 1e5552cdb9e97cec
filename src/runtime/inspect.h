// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/model.h"

namespace kante::core {

struct OperatorUse {
  std::string domain;
  std::string name;
  int version = 0;
  int64_t count = 0;
  bool supported = true;
  double flops = 0;
};

// What `kante inspect` shows. See kante/model.h for the meaning of each number.
struct Inspection {
  std::vector<OperatorUse> operators;
  int64_t parameters = 0;
  int64_t parameter_bytes = 0;
  double flops = 0;
  int64_t activation_bytes = 0;
  int64_t arena_bytes = 0;
  bool complete = false;
  std::vector<std::string> unsupported;
};

// Works out shapes for the given input shapes (open dimensions nobody gives count as 1) and counts.
Result<Inspection> Inspect(const Model& model, const std::map<std::string, std::vector<int64_t>>& shapes);

// A graph of the one node that produces `value_name`: constants stay inside, other inputs become graph inputs.
Result<Graph> ExtractNode(const Graph& graph, const std::string& value_name);

}  // namespace kante::core
