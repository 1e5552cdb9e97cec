// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands/commands.h"
#include "cli/io/compare.h"
#include "cli/io/test_case.h"

namespace kante::cli {
namespace {

struct Options {
  std::vector<std::string> folders;
  ModelOptions model;
  double rtol = 1e-3;
  double atol = 1e-7;
  bool verbose = false;
};

struct Counts {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
};

// "" if the data set passes, else why not.
std::string RunDataSet(const Model& model, const Session& session, const std::string& folder, const Options& options) {
  auto set = ReadDataSet(model, folder);
  if (!set.ok()) return set.status().message();
  std::vector<std::string> names;
  for (const auto& [name, value] : set->outputs) names.push_back(name);
  RunOptions run;
  run.time_limit_ms = options.model.time_limit_ms;
  auto outputs = session.Run(set->inputs, names, run);
  if (!outputs.ok()) return outputs.status().message();
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string difference = Difference((*outputs)[i], set->outputs[i].second, options.rtol, options.atol);
    if (!difference.empty()) return "output '" + names[i] + "' " + difference;
  }
  return {};
}

void RunCase(const std::string& folder, const Options& options, Counts& counts) {
  const auto report = [&](const std::string& what, const std::string& why) {
    if (why.empty()) {
      ++counts.passed;
      if (options.verbose) std::printf("ok    %s\n", what.c_str());
    } else {
      ++counts.failed;
      std::printf("FAIL  %s: %s\n", what.c_str(), why.c_str());
    }
  };
  const std::vector<std::string> sets = DataSetsOf(folder);
  if (sets.empty()) {
    ++counts.skipped;
    std::printf("skip  %s: no test_data_set_0\n", folder.c_str());
    return;
  }
  auto model = Model::Load(folder + "/model.onnx", options.model.load());
  if (!model.ok()) return report(folder, model.status().message());
  auto session = Session::Create(*model, options.model.session());
  if (!session.ok()) return report(folder, session.status().message());
  for (const std::string& set : sets) {
    report(sets.size() == 1 ? folder : set, RunDataSet(*model, *session, set, options));
  }
}

int Test(const Options& options) {
  Counts counts;
  for (const std::string& root : options.folders) {
    auto cases = FindTestCases(root);
    if (!cases.ok()) return Complain(cases.status());
    for (const std::string& folder : *cases) RunCase(folder, options, counts);
  }
  if (counts.passed + counts.failed == 0) std::fprintf(stderr, "kante: no tests were found\n");
  std::printf("%d passed, %d failed", counts.passed, counts.failed);
  if (counts.skipped) std::printf(", %d skipped", counts.skipped);
  std::printf("\n");
  return counts.failed == 0 && counts.passed > 0 ? 0 : kFailed;
}

}  // namespace

void AddTest(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("test", "Run models in ONNX's backend-test layout and compare their outputs");
  command->add_option("DIR", options->folders, "Folders with model.onnx and test_data_set_N, at any depth")->required();
  command->add_option("--rtol", options->rtol, "Relative tolerance")->capture_default_str();
  command->add_option("--atol", options->atol, "Absolute tolerance")->capture_default_str();
  command->add_flag("-v,--verbose", options->verbose, "Print passing tests too");
  AddModelOptions(*command, options->model);
  command->callback([options, &exit_code] { exit_code = Test(*options); });
}

}  // namespace kante::cli
