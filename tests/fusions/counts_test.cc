// SPDX-License-Identifier: MIT
// How many fused operators each model has at each optimisation level, against counts.tsv: a fusion that is lost, or
// that a new rule takes from another, shows here. Fragments (zoo/fragments) are part of the repository, real models
// (KANTE_MODELS_DIR or ../shared/models) and the zoo's exports (KANTE_CACHE or ~/.cache/kante, below it zoo/) are
// counted where they are present. KANTE_WRITE_COUNTS=1 writes the lines of the models that are present anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "kante/model.h"

namespace kante {
namespace {

namespace fs = std::filesystem;

const fs::path kTable = fs::path(KANTE_SOURCE_DIR) / "tests" / "fusions" / "counts.tsv";
constexpr const char* kFused[] = {"Gelu",
                                  "Swish",
                                  "HardSwish",
                                  "HardSigmoid",
                                  "Mish",
                                  "Attention",
                                  "RMSNormalization",
                                  "LayerNormalization",
                                  "GroupNormalization"};

fs::path Given(const char* variable, const fs::path& otherwise) {
  const char* value = std::getenv(variable);
  return value ? fs::path(value) : otherwise;
}

// "fragments/torch-2.8-opset17/attention_sdpa" -> its folder.
std::map<std::string, fs::path> Models() {
  const char* home = std::getenv("HOME");
  const fs::path cache = Given("KANTE_CACHE", fs::path(home ? home : "") / ".cache" / "kante");
  const std::pair<const char*, fs::path> roots[] = {
      {"fragments", fs::path(KANTE_SOURCE_DIR) / "zoo" / "fragments"},
      {"models", Given("KANTE_MODELS_DIR", fs::path(KANTE_SOURCE_DIR) / ".." / "shared" / "models")},
      {"zoo", cache / "zoo"}};
  std::map<std::string, fs::path> out;
  for (const auto& [name, root] : roots) {
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(root, error)) {
      if (entry.path().filename() != "model.onnx") continue;
      const fs::path folder = entry.path().parent_path();
      out[(fs::path(name) / folder.lexically_relative(root)).generic_string()] = folder;
    }
  }
  return out;
}

bool IsFused(const std::string& op) {
  return op.rfind("kante.", 0) == 0 || std::find(std::begin(kFused), std::end(kFused), op) != std::end(kFused);
}

// "31 nodes: Gelu=2 kante.FusedMatMul=5"; nodes of bodies do not count.
std::string Counts(const fs::path& folder, OptimizationLevel level) {
  LoadOptions options;
  options.inspect_only = true;
  options.optimization = level;
  auto model = Model::Load((folder / "model.onnx").string(), options);
  if (!model.ok()) return "does not load: " + model.status().ToString();
  std::istringstream text(model->GraphText());
  std::map<std::string, int> fused;
  int nodes = 0;
  for (std::string line; std::getline(text, line);) {
    const size_t equals = line.find(" = ");
    const size_t open = equals == std::string::npos ? equals : line.find('(', equals);
    if (line.rfind("  ", 0) != 0 || line[2] == ' ' || open == std::string::npos) continue;
    ++nodes;
    const std::string op = line.substr(equals + 3, open - equals - 3);
    if (IsFused(op)) ++fused[op];
  }
  std::string out = std::to_string(nodes) + " nodes";
  for (const auto& [op, count] : fused) out += " " + op + "=" + std::to_string(count);
  return out;
}

using Table = std::map<std::pair<std::string, std::string>, std::string>;  // model, level

Table ReadTable() {
  Table out;
  std::ifstream file(kTable);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string model, level, counts;
    if (line.empty() || line[0] == '#') continue;
    std::getline(fields, model, '\t');
    std::getline(fields, level, '\t');
    std::getline(fields, counts, '\t');
    out[{model, level}] = counts;
  }
  return out;
}

TEST(Fusions, CountsOfEveryModel) {
  Table table = ReadTable();
  ASSERT_FALSE(table.empty()) << kTable;
  const std::map<std::string, fs::path> models = Models();
  const std::pair<const char*, OptimizationLevel> levels[] = {
      {"none", OptimizationLevel::kNone}, {"basic", OptimizationLevel::kBasic}, {"all", OptimizationLevel::kAll}};
  const bool write = std::getenv("KANTE_WRITE_COUNTS") != nullptr;
  for (const auto& [name, folder] : models) {
    for (const auto& [level, value] : levels) {
      std::string& expected = table[{name, level}];
      const std::string counts = Counts(folder, value);
      if (write) {
        expected = counts;
      } else {
        EXPECT_EQ(counts, expected) << name << " at level " << level << ", as a line of counts.tsv:\n"
                                    << name << "\t" << level << "\t" << counts;
      }
    }
  }
  size_t absent = 0;
  for (const auto& [key, counts] : table) absent += models.count(key.first) == 0 && key.second == "all";
  if (absent > 0) std::printf("%zu models of counts.tsv are not on this machine\n", absent);
  if (!write) return;
  std::ofstream file(kTable);
  file << "# Model, optimisation level, nodes and fused operators: see counts_test.cc.\n";
  for (const auto& [key, counts] : table) file << key.first << "\t" << key.second << "\t" << counts << "\n";
}

}  // namespace
}  // namespace kante
