// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands/commands.h"

namespace kante::cli {
namespace {

struct Options {
  ModelOptions model;
  std::string output;
  bool explain = false;
};

int Optimize(const Options& options) {
  LoadOptions load = options.model.load();
  load.mapping = FileMapping::kCopy;  // the output may replace the input
  auto model = Model::Load(options.model.model, load);
  if (!model.ok()) return Complain(model.status());
  if (options.explain) {
    for (const std::string& note : model->OptimizationNotes()) std::printf("%s\n", note.c_str());
  }
  const Status saved = model->Save(options.output);
  if (!saved.ok()) return Complain(saved);
  std::printf("wrote %s\n", options.output.c_str());
  return 0;
}

}  // namespace

void AddOptimize(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("optimize", "Save the rewritten graph as ONNX that other runtimes can run");
  command->add_option("MODEL", options->model.model, "The .onnx or .ort file")->required();
  command->add_option("-o,--output", options->output, "The file to write")->required();
  command->add_option("--level", options->model.level, "none (upgrade only), basic, all")
      ->check(CLI::IsMember({"none", "basic", "all", "0", "1", "2"}))
      ->capture_default_str();
  command->add_flag("--explain", options->explain, "Say which rewrites were made, which were not, and why");
  command->callback([options, &exit_code] { exit_code = Optimize(*options); });
}

}  // namespace kante::cli
