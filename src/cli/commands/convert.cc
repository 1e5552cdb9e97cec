// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "cli/commands/commands.h"

namespace kante::cli {
namespace {

struct Options {
  std::string input, output;
  SaveOptions save;
  bool external = false;
  bool progress = false;
};

// Loading is the first half of the work.
std::function<bool(double)> Half(bool wanted, double first) {
  if (!wanted) return {};
  return [first](double share) {
    std::fprintf(stderr, "\r%3.0f %%", (first + share / 2) * 100);
    return true;
  };
}

int Convert(const Options& options) {
  if (options.output.ends_with(".ort")) {
    std::fprintf(stderr, "kante: '%s': only ONNX is written\n", options.output.c_str());
    return kUsage;
  }
  LoadOptions load;
  load.optimization = OptimizationLevel::kNone;
  load.inspect_only = true;  // operators that others have stay as they are
  load.progress = Half(options.progress, 0);
  const auto model = Model::Load(options.input, load);
  Status status = model.status();
  SaveOptions save = options.save;
  if (options.external && save.external_data.empty()) {
    save.external_data = std::filesystem::path(options.output).filename().string() + ".data";
  }
  save.progress = Half(options.progress, 0.5);
  if (status.ok()) status = model->Save(options.output, save);
  if (options.progress) std::fputs(status.ok() ? "\r100 %\n" : "\n", stderr);
  if (!status.ok()) return Complain(status);
  const auto report = model->Inspect();
  for (size_t i = 0; report.ok() && i < report->unsupported.size(); ++i) {
    std::fprintf(stderr, "kante: note: %s\n", report->unsupported[i].c_str());
  }
  std::printf("wrote %s\n", options.output.c_str());
  return 0;
}

}  // namespace

void AddConvert(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("convert", "Save a model (.ort or .onnx) as ONNX in the newest form");
  command->add_option("IN", options->input, "The .ort or .onnx file")->required();
  command->add_option("OUT", options->output, "The .onnx file to write; may be IN")->required();
  command->add_flag("--external", options->external, "Write large weights into OUT.data, beside OUT");
  command->add_option("--external-name", options->save.external_data, "Name of that file instead");
  command
      ->add_option("--external-threshold", options->save.external_threshold_bytes,
                   "Smaller weights, in bytes, stay in OUT")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--progress", options->progress, "Show progress on standard error");
  command->callback([options, &exit_code] { exit_code = Convert(*options); });
}

}  // namespace kante::cli
