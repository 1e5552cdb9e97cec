// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <set>
#include <tuple>

#include "cli/commands/commands.h"
#include "cli/io/table.h"
#include "kante/media.h"

namespace kante::cli {
namespace {

constexpr int kAnyNumber = 1'000'000;

std::string Range(int low, int high) {
  if (low == high) return std::to_string(low);
  return std::to_string(low) + (high >= kAnyNumber ? " or more" : " to " + std::to_string(high));
}

std::string TypesText(const OperatorInfo& op) {
  if (op.types.size() >= 26) return "all";
  std::string out;
  for (ElementType t : op.types) out += (out.empty() ? "" : " ") + std::string(NameOf(t));
  return out;
}

struct Word {
  const char* word;
  const char* meaning;
};
// By FloatNumerics and IntegerNumerics.
constexpr Word kFloatWords[] = {
    {"", ""},
    {"", ""},
    {"bits", "elements are moved: every bit stays, NaN payloads and -0 too"},
    {"exact", "nothing is rounded: the result is compared, chosen or a whole number"},
    {"rounds", "the exact result is rounded once, to nearest even"},
    {"f32, f64",
     "float64 is computed and summed in f64, other floats in f32; 16-bit results are rounded once, at the end"},
    {"f32, f64 by steps", "the same, but every step is rounded to the type of the elements"},
    {"f32", "computed and summed in f32; float64 is rounded to it on the way in"},
    {"f64", "computed and summed in f64 for every type"},
    {"parts", "as the operators, or the bodies, that it stands for"},
};
constexpr Word kIntegerWords[] = {
    {"", ""},
    {"bits", ""},
    {"exact", ""},
    {"wraps", "integers: modulo 2^bits"},
    {"saturates", "integers: rounded to nearest even, then limited to the range of the type"},
    {"as floats", "integers: computed in the float type named, a fraction is cut off"},
    {"parts", ""},
};

std::string NumericsText(const OperatorInfo& op) {
  const std::string floats = kFloatWords[static_cast<size_t>(op.floats)].word;
  const std::string integers = kIntegerWords[static_cast<size_t>(op.integers)].word;
  return floats.empty() || floats == integers ? integers : integers.empty() ? floats : floats + "; " + integers;
}

std::string Legend() {
  std::string out;
  const auto add = [&](const Word& w) {
    if (*w.meaning) out += std::string("- *") + w.word + "*: " + w.meaning + "\n";
  };
  for (const Word& w : kFloatWords) add(w);
  for (const Word& w : kIntegerWords) add(w);
  return out;
}

// What a row of the table says.
struct Row {
  OperatorInfo op;
  std::string runs_as;
};

// The library's operators and those of libkante-media, which are what a model of ONNX may need.
std::vector<Row> Rows() {
  std::vector<Row> rows;
  for (const OperatorInfo& op : ListOperators()) rows.push_back({op, op.has_kernel ? "kernel" : "expansion"});
  for (const auto& op : media::Operators()) {
    const OpSignature s = op->signature();
    if (s.case_mapping) continue;  // completes one of the library's
    const ElementType type = s.name == "ImageDecoder" ? ElementType::kUint8 : ElementType::kString;
    rows.push_back({{s.domain, s.name, {s.version}, s.min_inputs, s.max_inputs, s.min_outputs, s.max_outputs, {type}},
                    "libkante-media"});
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tie(a.op.domain, a.op.name) < std::tie(b.op.domain, b.op.name);
  });
  return rows;
}

int Ops(bool markdown) {
  Table table({"domain", "operator", "opset versions", "inputs", "outputs", "types", "numerics", "runs as"});
  const std::vector<Row> rows = Rows();
  for (const auto& [op, runs_as] : rows) {
    std::string versions;
    for (int v : op.versions) versions += (versions.empty() ? "" : " ") + std::to_string(v);
    table.Add({op.domain.empty() ? "ai.onnx" : op.domain, op.name, versions, Range(op.min_inputs, op.max_inputs),
               Range(op.min_outputs, op.max_outputs), TypesText(op), NumericsText(op), runs_as});
  }
  if (!markdown) {
    std::printf("%s\n%zu operators\n", table.Text().c_str(), rows.size());
    return 0;
  }
  std::printf(
      "# Operators\n\nMade by `make docs`; a test compares. Versions are the opsets at which an operator changed: "
      "Kante upgrades all of\nthem to the newest at load. Types are those of the inputs that share one type. Those of "
      "libkante-media are registered\nwith `kante::media::Operators()`; the program does so.\n\n"
      "%s\n%zu operators.\n\n*Numerics*; `docs/explanation/numbers.md` says more:\n\n%s",
      table.Markdown().c_str(), rows.size(), Legend().c_str());
  return 0;
}

// The list of a reduced build: -DKANTE_OPS=file.
int Needed(const std::vector<std::string>& models) {
  std::set<std::string> operators, rules;
  for (const std::string& model : models) {
    auto needed = FindNeeded(model, ModelOptions().load());
    if (!needed.ok()) return Complain(needed.status());
    operators.insert(needed->operators.begin(), needed->operators.end());
    rules.insert(needed->rules.begin(), needed->rules.end());
  }
  std::printf("// Made by `kante ops --needed`.\n");
  for (const std::string& name : operators) std::printf("KANTE_OP(%s)\n", name.c_str());
  for (const std::string& name : rules) std::printf("KANTE_RULE(%s)\n", name.c_str());
  return 0;
}

}  // namespace

void AddOps(CLI::App& app, int& exit_code) {
  auto markdown = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("ops", "List the operators of this build");
  command->add_flag("--markdown", *markdown, "As Markdown, for docs/operators.md");
  auto needed = std::make_shared<std::vector<std::string>>();
  command->add_option("--needed", *needed, "What these models need, as the list of a reduced build (KANTE_OPS)")
      ->type_name("MODEL...")
      ->excludes("--markdown");
  command->callback([=, &exit_code] { exit_code = needed->empty() ? Ops(*markdown) : Needed(*needed); });
}

}  // namespace kante::cli
