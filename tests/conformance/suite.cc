// SPDX-License-Identifier: MIT
#include "tests/conformance/suite.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/io/compare.h"
#include "cli/io/files.h"
#include "cli/io/test_case.h"

namespace kante::conformance {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kTimeLimitMs = 120'000;

void ReadTolerances(const fs::path& folder, TestCase& test) {
  auto text = cli::ReadFile((folder / "data.json").string());
  if (!text.ok()) return;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) return;
  test.rtol = json.value("rtol", test.rtol);
  test.atol = json.value("atol", test.atol);
}

// Models without weights: ROOT/light/light_X.onnx and light_X_output_0.pb, with ROOT/real/test_X/data.json.
void FindLightModels(const fs::path& root, std::vector<TestCase>& found) {
  std::error_code error;
  for (fs::directory_iterator it(root / "light", error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() != ".onnx") continue;
    const std::string stem = it->path().stem().string();
    TestCase test;
    test.name = "light/" + stem.substr(stem.find('_') + 1);
    test.model = it->path().string();
    test.output = (root / "light" / (stem + "_output_0.pb")).string();
    ReadTolerances(root / "real" / ("test_" + stem.substr(stem.find('_') + 1)), test);
    found.push_back(std::move(test));
  }
}

std::string Compare(const std::vector<Value>& got, const std::vector<std::pair<std::string, Value>>& want,
                    const TestCase& test) {
  for (size_t i = 0; i < want.size(); ++i) {
    const std::string difference = cli::Difference(got[i], want[i].second, test.rtol, test.atol);
    if (!difference.empty()) return "output '" + want[i].first + "' " + difference;
  }
  return {};
}

// The input of a light model is arange(n) / n in the input's shape.
Result<cli::DataSet> LightData(const Model& model, const TestCase& test) {
  cli::DataSet set;
  for (const ValueDescription& input : model.inputs()) {
    if (input.has_default) continue;
    std::vector<int64_t> shape;
    for (const Dimension& d : input.dimensions) shape.push_back(d.value < 0 ? 1 : d.value);
    auto made = Tensor::Allocate(ElementType::kFloat32, shape);
    if (!made.ok()) return made.status();
    auto values = made->mutable_values<float>();
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / static_cast<float>(values.size());
    set.inputs.emplace_back(input.name, std::move(*made));
  }
  auto want = ReadProtoFile(test.output, ProtoKind::kTensor);
  if (!want.ok()) return want.status();
  set.outputs.emplace_back(model.outputs().at(0).name, std::move(*want));
  return set;
}

std::string RunSet(const Session& session, const Result<cli::DataSet>& set, const TestCase& test) {
  if (!set.ok()) return set.status().message();
  std::vector<std::string> names;
  for (const auto& [name, value] : set->outputs) names.push_back(name);
  RunOptions run;
  run.time_limit_ms = kTimeLimitMs;
  auto outputs = session.Run(set->inputs, names, run);
  return outputs.ok() ? Compare(*outputs, set->outputs, test) : outputs.status().message();
}

}  // namespace

Result<std::vector<TestCase>> FindCases(const std::string& root) {
  auto folders = cli::FindTestCases(root);
  if (!folders.ok()) return folders.status();
  std::vector<TestCase> found;
  for (const std::string& folder : *folders) {
    TestCase test;
    test.name = fs::path(folder).lexically_relative(root).generic_string();
    test.folder = folder;
    test.model = folder + "/model.onnx";
    ReadTolerances(folder, test);
    found.push_back(std::move(test));
  }
  FindLightModels(root, found);
  std::sort(found.begin(), found.end(), [](const TestCase& a, const TestCase& b) { return a.name < b.name; });
  return found;
}

std::string RunCase(const TestCase& test, const LoadOptions& load, const SessionOptions& session_options) {
  auto model = Model::Load(test.model, load);
  if (!model.ok()) return model.status().message();
  auto session = Session::Create(*model, session_options);
  if (!session.ok()) return session.status().message();
  if (test.folder.empty()) return RunSet(*session, LightData(*model, test), test);
  const std::vector<std::string> sets = cli::DataSetsOf(test.folder);
  if (sets.empty()) return "has no test_data_set_0";
  for (const std::string& set : sets) {
    std::string failure = RunSet(*session, cli::ReadDataSet(*model, set), test);
    if (!failure.empty()) return failure;
  }
  return {};
}

}  // namespace kante::conformance
