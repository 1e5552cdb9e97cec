// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands/commands.h"
#include "kante/media.h"

namespace kante::cli {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Result<OptimizationLevel> LevelOf(const std::string& name) {
  if (name == "none" || name == "0") return OptimizationLevel::kNone;
  if (name == "basic" || name == "1") return OptimizationLevel::kBasic;
  if (name == "all" || name == "2") return OptimizationLevel::kAll;
  return Status(StatusCode::kInvalidArgument, "optimisation level '" + name + "' is none of none, basic, all");
}

LoadOptions ModelOptions::load() const {
  LoadOptions out;
  const auto parsed = LevelOf(level);
  if (parsed.ok()) out.optimization = *parsed;
  out.custom_ops = media::Operators();
  out.weight_cache = weight_cache;
  out.log = [](const std::string& line) { std::fprintf(stderr, "kante: %s\n", line.c_str()); };
  out.mapping = copy ? FileMapping::kCopy : FileMapping::kMap;
  return out;
}

SessionOptions ModelOptions::session() const {
  SessionOptions out;
  out.threads = threads;
  out.max_memory_bytes = max_memory_mb << 20;
  if (weights == "f16") out.weights = WeightStorage::kFloat16;
  if (weights == "bf16") out.weights = WeightStorage::kBfloat16;
  out.memory = memory == "low" ? MemoryUse::kLow : MemoryUse::kDefault;
  return out;
}

void AddModelOptions(CLI::App& command, ModelOptions& options) {
  command.add_option("--level", options.level, "Optimisation: none (0), basic (1), all (2)")
      ->check(CLI::IsMember({"none", "basic", "all", "0", "1", "2"}))
      ->capture_default_str();
  command.add_option("--threads", options.threads, "Threads of a run; 0: one for each usable core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command.add_flag("--copy", options.copy, "Read model files into memory instead of mapping them");
  command
      .add_option("--memory", options.memory,
                  "low keeps weights in few more bytes than they have, for somewhat slower runs")
      ->check(CLI::IsMember({"default", "low"}))
      ->capture_default_str();
  command
      .add_option("--weights", options.weights,
                  "f16 and bf16 round the float32 weights of matrix products, which halves their memory")
      ->check(CLI::IsMember({"model", "f16", "bf16"}))
      ->capture_default_str();
  command.add_option("--weight-cache", options.weight_cache, "Folder that keeps packed weights for later starts")
      ->check(CLI::ExistingDirectory);
  command.add_option("--max-memory", options.max_memory_mb, "Most memory for activations and outputs, in MiB")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 30))
      ->capture_default_str();
  command.add_option("--time-limit", options.time_limit_ms, "Milliseconds after which a run is stopped; 0: never")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

double MillisSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

Result<Loaded> LoadAndFeed(const ModelOptions& options, const FeedOptions& feeds) {
  const auto begin = Clock::now();
  Loaded out;
  auto model = Model::Load(options.model, options.load());
  if (!model.ok()) return model.status();
  auto session = Session::Create(*model, options.session());
  if (!session.ok()) return session.status();
  out.load_ms = MillisSince(begin);
  auto values = MakeFeeds(*model, feeds);
  if (!values.ok()) return values.status();
  out.model = std::move(*model);
  out.session = std::move(*session);
  out.feeds = std::move(*values);
  return out;
}

void AddRepeatOptions(CLI::App& command, Repeats& repeats) {
  command.add_option("--runs", repeats.runs, "Measured runs; 0: as many as --seconds allow")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--seconds", repeats.seconds, "How long to measure")->capture_default_str();
  command.add_option("--warmup", repeats.warmup, "Runs before the measured ones")->capture_default_str();
}

Status RunRepeatedly(const Loaded& loaded, const Repeats& repeats, int64_t time_limit_ms, double& first_ms,
                     std::vector<double>& ms, const std::function<void()>& before_measuring) {
  RunOptions run;
  run.time_limit_ms = time_limit_ms;
  const auto once = [&](double& took) {
    const auto begin = Clock::now();
    const Status status = loaded.session.Run(loaded.feeds, {}, run).status();
    took = MillisSince(begin);
    return status;
  };
  if (Status status = once(first_ms); !status.ok()) return status;
  double took = 0;
  for (int i = 0; i < repeats.warmup; ++i) {
    if (Status status = once(took); !status.ok()) return status;
  }
  if (before_measuring) before_measuring();
  const auto start = Clock::now();
  while (repeats.runs > 0 ? static_cast<int>(ms.size()) < repeats.runs
                          : ms.size() < 5 || MillisSince(start) < repeats.seconds * 1000) {
    if (Status status = once(took); !status.ok()) return status;
    ms.push_back(took);
  }
  return Status();
}

int Complain(const Status& status) {
  std::fprintf(stderr, "kante: %s\n", status.message().c_str());
  const StatusCode code = status.code();
  return code == StatusCode::kInvalidArgument || code == StatusCode::kNoSuchFile ? kUsage : kFailed;
}

}  // namespace kante::cli
