// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "kante/model.h"
#include "kante/session.h"
#include "kante/status.h"

namespace CLI {
class App;
}

namespace kante::cli {

inline constexpr int kFailed = 1;  // the model or a test failed
inline constexpr int kUsage = 2;   // wrong arguments, unreadable or unwritable files

// Each adds its subcommand, which sets `exit_code` when it ran.
void AddRun(CLI::App& app, int& exit_code);
void AddTest(CLI::App& app, int& exit_code);
void AddCompare(CLI::App& app, int& exit_code);
void AddInspect(CLI::App& app, int& exit_code);
void AddBench(CLI::App& app, int& exit_code);
void AddOptimize(CLI::App& app, int& exit_code);
void AddOps(CLI::App& app, int& exit_code);

// Options that most commands share.
struct ModelOptions {
  std::string model;
  std::string level = "all";  // none|0, basic|1, all|2
  int threads = 0;
  bool copy = false;  // read files instead of mapping them
  int64_t max_memory_mb = 16384;
  int64_t time_limit_ms = 0;
  std::string memory = "default";  // or low
  std::string weights = "model";   // or f16, bf16
  std::string weight_cache;        // a folder

  LoadOptions load() const;
  SessionOptions session() const;
};
// Adds --level, --threads, --copy, --memory, --weights, --weight-cache, --max-memory and --time-limit.
void AddModelOptions(CLI::App& command, ModelOptions& options);
Result<OptimizationLevel> LevelOf(const std::string& name);

// Prints "kante: message" to standard error and gives the exit code that fits.
int Complain(const Status& status);

}  // namespace kante::cli
