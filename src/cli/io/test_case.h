// SPDX-License-Identifier: MIT
// ONNX's backend-test layout: DIR/model.onnx, DIR/test_data_set_N/input_i.pb and output_i.pb.
#pragma once

#include <string>
#include <vector>

#include "kante/model.h"
#include "kante/session.h"

namespace kante::cli {

// Folders below (or equal to) `root` that hold a model.onnx, sorted.
Result<std::vector<std::string>> FindTestCases(const std::string& root);
// Its test_data_set_* folders, sorted by number.
std::vector<std::string> DataSetsOf(const std::string& test_case);

struct DataSet {
  NamedValues inputs;
  std::vector<std::pair<std::string, Value>> outputs;
};
// Files are matched to the model's inputs and outputs by position.
Result<DataSet> ReadDataSet(const Model& model, const std::string& folder);

}  // namespace kante::cli
