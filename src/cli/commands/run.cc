// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/commands/commands.h"
#include "cli/io/feeds.h"
#include "cli/io/files.h"
#include "cli/io/json_tensor.h"
#include "cli/io/npy.h"
#include "cli/io/table.h"

namespace kante::cli {
namespace {

struct Options {
  ModelOptions model;
  FeedOptions feeds;
  std::string output;
  std::string format = "npy";
  std::string profile;
  bool progress = false;
};

std::string ElementText(const Tensor& t, int64_t i) {
  if (t.type() == ElementType::kString) return "\"" + t.strings()[static_cast<size_t>(i)] + "\"";
  if (t.type() == ElementType::kInt64) return std::to_string(t.values<int64_t>()[static_cast<size_t>(i)]);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.6g", ElementAsDouble(t, i));
  return buffer;
}

// The first few elements (with the keys of a map) and, for numbers, the range. REQUIRES: a tensor or a map.
std::vector<std::string> Summary(const std::string& name, const Value& value) {
  const Tensor& t = value.is_map() ? value.values() : value.tensor();
  std::string head;
  for (int64_t i = 0; i < std::min<int64_t>(t.elements(), 5); ++i) {
    head += i ? " " : "";
    if (value.is_map()) head += ElementText(value.keys(), i) + ":";
    head += ElementText(t, i);
  }
  if (t.elements() > 5) head += " ...";
  double low = INFINITY, high = -INFINITY, sum = 0;
  int64_t count = 0;
  for (int64_t i = 0; i < t.elements(); ++i) {
    const double v = ElementAsDouble(t, i);
    if (std::isnan(v)) continue;
    low = std::min(low, v);
    high = std::max(high, v);
    sum += v;
    ++count;
  }
  const auto number = [&](double v) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", v);
    return count ? std::string(buffer) : std::string("-");
  };
  return {name, TypeText(value), number(low), number(count ? sum / static_cast<double>(count) : 0), number(high), head};
}

void Summarize(Table& table, const std::string& name, const Value& value) {
  constexpr size_t kMostItems = 10;
  if (value.is_tensor() || value.is_map()) return table.Add(Summary(name, value));
  if (value.kind() == Value::Kind::kNone) return table.Add({name, "none", "-", "-", "-", ""});
  for (size_t i = 0; i < value.items().size(); ++i) {
    if (i == kMostItems) {
      const std::string rest = std::to_string(value.items().size() - i) + " more items";
      return table.Add({name + "[...]", rest, "-", "-", "-", ""});
    }
    Summarize(table, name + "[" + std::to_string(i) + "]", value.items()[i]);
  }
  if (value.items().empty()) table.Add({name, "empty sequence", "-", "-", "-", ""});
}

Status Save(const std::string& folder, const std::string& format, const std::string& name, const Value& value) {
  const std::string path = folder + "/" + FileNameOf(name) + "." + format;
  if (value.is_map() && format == "json") return WriteFile(path, FormatJson(name, value));
  if (value.is_map() && format == "pb") return WriteProtoFile(path, value, name);
  if (value.is_map()) {
    const Status keys = Save(folder, format, name + ".keys", value.keys());
    return keys.ok() ? Save(folder, format, name + ".values", value.values()) : keys;
  }
  if (!value.is_tensor()) {
    for (size_t i = 0; i < value.items().size(); ++i) {
      const Status saved = Save(folder, format, name + "." + std::to_string(i), value.items()[i]);
      if (!saved.ok()) return saved;
    }
    return Status();
  }
  if (format == "json") return WriteFile(path, FormatJson(name, value.tensor()));
  if (format == "pb") return WriteProtoFile(path, value.tensor(), name);
  auto bytes = FormatNpy(value.tensor());
  if (!bytes.ok()) return bytes.status();
  return WriteFile(path, *bytes);
}

RunOptions RunOptionsOf(const Options& options) {
  RunOptions run;
  run.time_limit_ms = options.model.time_limit_ms;
  if (options.progress) {
    run.progress = [](double share) { std::fprintf(stderr, "\r%3.0f %%", share * 100); };
  }
  return run;
}

int Run(const Options& options) {
  auto loaded = LoadAndFeed(options.model, options.feeds);
  if (!loaded.ok()) return Complain(loaded.status());
  const Model& model = loaded->model;
  const Session& session = loaded->session;
  if (!options.profile.empty()) session.StartProfile();
  const auto begin = std::chrono::steady_clock::now();
  auto outputs = session.Run(loaded->feeds, {}, RunOptionsOf(options));
  const double took = MillisSince(begin);
  if (options.progress) std::fprintf(stderr, "\n");
  if (!outputs.ok()) return Complain(outputs.status());
  if (!options.profile.empty()) {
    if (const Status saved = WriteFile(options.profile, session.StopProfile()); !saved.ok()) return Complain(saved);
  }
  if (options.output == "-" && options.format == "json") {  // nothing but JSON on standard output
    for (size_t i = 0; i < outputs->size(); ++i) {
      std::printf("%s", FormatJson(model.outputs()[i].name, (*outputs)[i]).c_str());
    }
    return 0;
  }
  Table table({"output", "type", "min", "mean", "max", "first values"});
  for (size_t i = 0; i < outputs->size(); ++i) Summarize(table, model.outputs()[i].name, (*outputs)[i]);
  std::printf("%s\n%.2f ms, first run, %d thread%s, %s of activations\n", table.Text().c_str(), took, session.threads(),
              session.threads() == 1 ? "" : "s", HumanBytes(static_cast<double>(session.peak_memory_bytes())).c_str());
  if (options.output.empty()) return 0;
  if (const Status made = MakeFolder(options.output); !made.ok()) return Complain(made);
  for (size_t i = 0; i < outputs->size(); ++i) {
    const Status saved = Save(options.output, options.format, model.outputs()[i].name, (*outputs)[i]);
    if (!saved.ok()) return Complain(saved);
  }
  return 0;
}

}  // namespace

void AddRun(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "Run a model on files or random inputs");
  command->add_option("MODEL", options->model.model, "The .onnx or .ort file")->required();
  AddFeedOptions(*command, options->feeds);
  command->add_option("-o,--output", options->output, "Folder for the outputs; - with --format json prints them");
  command->add_option("--format", options->format, "Of the outputs: npy, json or pb")
      ->check(CLI::IsMember({"npy", "json", "pb"}))
      ->capture_default_str();
  command->add_option("--profile", options->profile, "Write a Chrome trace of the run to this file");
  command->add_flag("--progress", options->progress, "Show progress on standard error");
  AddModelOptions(*command, options->model);
  command->callback([options, &exit_code] { exit_code = Run(*options); });
}

}  // namespace kante::cli
