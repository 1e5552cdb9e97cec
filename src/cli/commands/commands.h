// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "cli/io/feeds.h"
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
void AddExplain(CLI::App& app, int& exit_code);
void AddOptimize(CLI::App& app, int& exit_code);
void AddConvert(CLI::App& app, int& exit_code);
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

// A model with a session and inputs to run it on.
struct Loaded {
  Model model;
  Session session;
  NamedValues feeds;
  double load_ms = 0;  // of model and session
};
Result<Loaded> LoadAndFeed(const ModelOptions& options, const FeedOptions& feeds);

// How often a model is run to measure it.
struct Repeats {
  int runs = 0;  // 0: for `seconds`, at least five
  double seconds = 2;
  int warmup = 3;
};
// Adds --runs, --seconds and --warmup.
void AddRepeatOptions(CLI::App& command, Repeats& repeats);
// Runs `before_measuring` after the first run and those to warm up. `ms` takes the measured runs, `first_ms` the first.
Status RunRepeatedly(const Loaded& loaded, const Repeats& repeats, int64_t time_limit_ms, double& first_ms,
                     std::vector<double>& ms, const std::function<void()>& before_measuring = {});
double MillisSince(std::chrono::steady_clock::time_point begin);

// Prints "kante: message" to standard error and gives the exit code that fits.
int Complain(const Status& status);

}  // namespace kante::cli
