// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>

#include "cli/commands/commands.h"
#include "cli/io/compare.h"
#include "cli/io/feeds.h"
#include "cli/io/files.h"
#include "cli/io/test_case.h"

namespace kante::cli {
namespace {

struct Options {
  ModelOptions model;
  FeedOptions feeds;
  std::vector<std::string> levels = {"none", "all"};
  std::vector<int> threads = {1, 1};
  std::string reference;
  std::string save;
  double rtol = 1e-3;
  double atol = 1e-5;
};

// Copies what the observer shows: the memory behind it is used again.
Value Copied(const Value& value) {
  if (!value.is_tensor() || !value.tensor().valid() || value.tensor().type() == ElementType::kString) return value;
  const Tensor& t = value.tensor();
  auto copy = Tensor::CopyOf(t.type(), t.shape(), t.data(), t.bytes());
  return copy.ok() ? Value(std::move(*copy)) : value;
}

struct Trace {
  Model model;
  std::vector<NodeResult> nodes;            // in order
  std::map<std::string, size_t> by_output;  // node index
  std::map<std::string, Value> values;      // by name, inputs too
  std::vector<Value> outputs;
};

Status RunTraced(const Options& options, size_t side, const NamedValues* feeds, Trace& trace) {
  ModelOptions model_options = options.model;
  model_options.level = options.levels[side];
  model_options.threads = options.threads[side];
  auto model = Model::Load(model_options.model, model_options.load());
  if (!model.ok()) return model.status();
  auto session = Session::Create(*model, model_options.session());
  if (!session.ok()) return session.status();
  trace.model = *model;
  RunOptions run;
  run.time_limit_ms = options.model.time_limit_ms;
  run.observer = [&trace](const NodeResult& seen) {
    NodeResult copy = seen;
    for (Value& v : copy.outputs) v = Copied(v);
    for (size_t i = 0; i < copy.output_names.size(); ++i) {
      trace.by_output[copy.output_names[i]] = trace.nodes.size();
      trace.values[copy.output_names[i]] = copy.outputs[i];
    }
    trace.nodes.push_back(std::move(copy));
  };
  for (const auto& [name, value] : *feeds) trace.values[name] = value;
  auto outputs = session->Run(*feeds, {}, run);
  if (!outputs.ok()) return outputs.status();
  trace.outputs = std::move(*outputs);
  return Status();
}

// Writes the node that made `value_name`, its inputs and what side B gave, as a backend test.
void SaveMinimal(const Options& options, const Trace& trace, const std::string& value_name, const Value& expected) {
  const std::string folder = options.save.empty() ? "kante-compare" : options.save;
  const std::string data = folder + "/test_data_set_0";
  if (const Status made = MakeFolder(data); !made.ok()) return (void)Complain(made);
  auto inputs = trace.model.SaveNode(value_name, folder + "/model.onnx");
  if (!inputs.ok()) return (void)Complain(inputs.status());
  for (size_t i = 0; i < inputs->size(); ++i) {
    const auto value = trace.values.find((*inputs)[i]);
    if (value == trace.values.end() || !value->second.is_tensor()) continue;
    const Status saved =
        WriteProtoFile(data + "/input_" + std::to_string(i) + ".pb", value->second.tensor(), (*inputs)[i]);
    if (!saved.ok()) return (void)Complain(saved);
  }
  if (expected.is_tensor()) {
    const Status saved = WriteProtoFile(data + "/output_0.pb", expected.tensor(), value_name);
    if (!saved.ok()) return (void)Complain(saved);
  }
  std::printf("saved the node with its inputs and the other side's output in %s: try `kante test %s`\n", folder.c_str(),
              folder.c_str());
}

int CompareTraces(const Options& options, const Trace& a, const Trace& b) {
  int compared = 0;
  for (const NodeResult& node : a.nodes) {
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const auto other = b.values.find(node.output_names[i]);
      if (other == b.values.end()) continue;  // rewritten away on the other side
      ++compared;
      const std::string difference = Difference(other->second, node.outputs[i], options.rtol, options.atol);
      if (difference.empty()) continue;
      std::printf("first difference: node '%s' (%s), value '%s': %s\n", node.node.c_str(), node.op_type.c_str(),
                  node.output_names[i].c_str(), difference.c_str());
      SaveMinimal(options, b.by_output.contains(node.output_names[i]) ? b : a, node.output_names[i], node.outputs[i]);
      return kFailed;
    }
  }
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    const std::string difference = Difference(b.outputs[i], a.outputs[i], options.rtol, options.atol);
    if (difference.empty()) continue;
    std::printf("output '%s' %s\n", a.model.outputs()[i].name.c_str(), difference.c_str());
    return kFailed;
  }
  std::printf("equal within rtol %g, atol %g: %zu outputs and %d values between them\n", options.rtol, options.atol,
              a.outputs.size(), compared);
  return 0;
}

// Against stored outputs of another runtime: only the model's outputs are known there.
int CompareReference(const Options& options, const Trace& trace, const DataSet& set) {
  for (const auto& [name, want] : set.outputs) {
    for (size_t i = 0; i < trace.outputs.size(); ++i) {
      if (trace.model.outputs()[i].name != name) continue;
      const std::string difference = Difference(trace.outputs[i], want, options.rtol, options.atol);
      if (difference.empty()) continue;
      std::printf("output '%s' %s\n", name.c_str(), difference.c_str());
      const auto made_by = trace.by_output.find(name);
      if (made_by != trace.by_output.end()) {
        std::printf("it is made by node '%s' (%s)\n", trace.nodes[made_by->second].node.c_str(),
                    trace.nodes[made_by->second].op_type.c_str());
        SaveMinimal(options, trace, name, want);
      }
      return kFailed;
    }
  }
  std::printf("equal to the reference within rtol %g, atol %g: %zu outputs\n", options.rtol, options.atol,
              set.outputs.size());
  return 0;
}

int Compare(const Options& options) {
  auto model = Model::Load(options.model.model, options.model.load());
  if (!model.ok()) return Complain(model.status());
  if (!options.reference.empty()) {
    auto set = ReadDataSet(*model, options.reference);
    if (!set.ok()) return Complain(set.status());
    Trace trace;
    if (Status status = RunTraced(options, 1, &set->inputs, trace); !status.ok()) return Complain(status);
    return CompareReference(options, trace, *set);
  }
  FeedOptions with_random = options.feeds;
  if (!with_random.random) with_random.random = 1;
  auto feeds = MakeFeeds(*model, with_random);
  if (!feeds.ok()) return Complain(feeds.status());
  Trace a, b;
  if (Status status = RunTraced(options, 0, &*feeds, a); !status.ok()) return Complain(status);
  if (Status status = RunTraced(options, 1, &*feeds, b); !status.ok()) return Complain(status);
  return CompareTraces(options, a, b);
}

}  // namespace

void AddCompare(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("compare", "Run a model two ways and report the first node that differs");
  command->add_option("MODEL", options->model.model, "The .onnx or .ort file")->required();
  AddFeedOptions(*command, options->feeds);
  command->add_option("--level", options->levels, "The two optimisation levels")
      ->expected(2)
      ->check(CLI::IsMember({"none", "basic", "all", "0", "1", "2"}))
      ->default_str("none all");
  command->add_option("--threads", options->threads, "The two numbers of threads")
      ->expected(2)
      ->check(CLI::Range(0, 1024))
      ->default_str("1 1");
  command->add_option("--reference", options->reference, "Compare with a test_data_set folder: inputs and outputs");
  command->add_option("--save", options->save, "Folder for the differing node as a test (default kante-compare)");
  command->add_option("--rtol", options->rtol, "Relative tolerance")->capture_default_str();
  command->add_option("--atol", options->atol, "Absolute tolerance")->capture_default_str();
  command->footer("Exit code 1 if something differs.");
  command->callback([options, &exit_code] { exit_code = Compare(*options); });
}

}  // namespace kante::cli
