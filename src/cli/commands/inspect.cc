// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/io/feeds.h"
#include "cli/io/table.h"

namespace kante::cli {
namespace {

struct Options {
  ModelOptions model;
  std::vector<std::string> shapes;
  bool graph = false;
  bool json = false;
};

void PrintHead(const Model& model) {
  std::string opsets;
  for (const auto& [domain, version] : model.opsets()) {
    opsets += (opsets.empty() ? "" : ", ") + (domain.empty() ? std::string("ai.onnx") : domain) + " " +
              std::to_string(version);
  }
  std::printf("graph     %s\nproducer  %s %s\nIR        %lld\nopsets    %s\n", model.name().c_str(),
              model.producer().c_str(), model.producer_version().c_str(), static_cast<long long>(model.ir_version()),
              opsets.c_str());
  for (const auto& [key, value] : model.metadata()) std::printf("metadata  %s = %.100s\n", key.c_str(), value.c_str());
  Table table({"", "name", "type"});
  for (const ValueDescription& d : model.inputs()) {
    table.Add({d.has_default ? "input (optional)" : "input", d.name, d.ToString()});
  }
  for (const ValueDescription& d : model.outputs()) table.Add({"output", d.name, d.ToString()});
  std::printf("\n%s\n", table.Text().c_str());
}

void PrintReport(const ModelReport& report) {
  Table table({"operator", "version", "count", "FLOPs", ""});
  for (const OperatorCount& op : report.operators) {
    table.Add({(op.domain.empty() ? "" : op.domain + ".") + op.name, std::to_string(op.version),
               std::to_string(op.count), Human(op.flops), op.supported ? "" : "NOT SUPPORTED"});
  }
  std::printf("%s\n", table.Text().c_str());
  std::printf("parameters   %s (%s)\n", Human(static_cast<double>(report.parameters)).c_str(),
              HumanBytes(static_cast<double>(report.parameter_bytes)).c_str());
  std::printf("FLOPs        %s%s\n", Human(report.flops).c_str(), report.complete ? "" : ", of what has a known shape");
  std::printf("activations  %s in all", HumanBytes(static_cast<double>(report.activation_bytes)).c_str());
  if (report.arena_bytes) {
    std::printf(", %s at once", HumanBytes(static_cast<double>(report.arena_bytes)).c_str());
  }
  std::printf("\n");
  for (const std::string& line : report.unsupported) std::printf("not supported: %s\n", line.c_str());
}

nlohmann::json ToJson(const Model& model, const ModelReport& report) {
  nlohmann::json out;
  for (const ValueDescription& d : model.inputs()) out["inputs"].push_back({{"name", d.name}, {"type", d.ToString()}});
  for (const ValueDescription& d : model.outputs())
    out["outputs"].push_back({{"name", d.name}, {"type", d.ToString()}});
  for (const OperatorCount& op : report.operators) {
    out["operators"].push_back({{"domain", op.domain},
                                {"name", op.name},
                                {"version", op.version},
                                {"count", op.count},
                                {"flops", op.flops},
                                {"supported", op.supported}});
  }
  out["opsets"] = model.opsets();
  out["metadata"] = model.metadata();
  out["parameters"] = report.parameters;
  out["parameter_bytes"] = report.parameter_bytes;
  out["flops"] = report.flops;
  out["activation_bytes"] = report.activation_bytes;
  out["arena_bytes"] = report.arena_bytes;
  out["complete"] = report.complete;
  out["unsupported"] = report.unsupported;
  return out;
}

int Inspect(const Options& options) {
  LoadOptions load = options.model.load();
  load.inspect_only = true;
  auto model = Model::Load(options.model.model, load);
  if (!model.ok()) return Complain(model.status());
  if (options.graph) {
    std::printf("%s", model->GraphText().c_str());
    return 0;
  }
  auto shapes = ShapesOf(*model, options.shapes);
  if (!shapes.ok()) return Complain(shapes.status());
  auto report = model->Inspect(*shapes);
  if (!report.ok()) return Complain(report.status());
  if (options.json) {
    std::printf("%s\n", ToJson(*model, *report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    PrintHead(*model);
    PrintReport(*report);
  }
  return report->unsupported.empty() ? 0 : kFailed;
}

}  // namespace

void AddInspect(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  options->model.level = "none";
  CLI::App* command = app.add_subcommand("inspect", "Show inputs, outputs, operators, parameters, FLOPs and memory");
  command->add_option("MODEL", options->model.model, "The .onnx or .ort file")->required();
  command->add_option("--shape", options->shapes, "NAME=1,3,224,224: dimensions that the model leaves open");
  command->add_option("--level", options->model.level, "Look at the graph after this optimisation: none, basic, all")
      ->check(CLI::IsMember({"none", "basic", "all", "0", "1", "2"}))
      ->capture_default_str();
  command->add_flag("--graph", options->graph, "Print the graph as text, one line a node");
  command->add_flag("--json", options->json, "Print the report as JSON");
  command->footer("Exit code 1 if something in the model is not supported.");
  command->callback([options, &exit_code] { exit_code = Inspect(*options); });
}

}  // namespace kante::cli
