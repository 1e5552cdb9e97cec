// SPDX-License-Identifier: MIT
// ONNX's backend suite on disk: ROOT/{node,simple,pytorch-operator,pytorch-converted}/test_X/ and ROOT/light/.
#pragma once

#include <string>
#include <vector>

#include "kante/model.h"
#include "kante/session.h"

namespace kante::conformance {

struct TestCase {
  std::string name;    // "node/test_relu", "light/resnet50"
  std::string folder;  // of its data sets; empty for a light model
  std::string model;   // the .onnx file
  std::string output;  // of a light model: the file with its expected output
  double rtol = 1e-3;
  double atol = 1e-7;
};

// All cases below `root`, sorted by name, with the tolerances of their data.json where there is one.
Result<std::vector<TestCase>> FindCases(const std::string& root);

// "" if every data set of the case passes at this level, else why not.
std::string RunCase(const TestCase& test, const LoadOptions& load, const SessionOptions& session);

}  // namespace kante::conformance
