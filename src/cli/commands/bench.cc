// SPDX-License-Identifier: MIT
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/io/feeds.h"
#include "cli/io/table.h"

namespace kante::cli {
namespace {

struct Options {
  ModelOptions model;
  FeedOptions feeds;
  Repeats repeats;
  bool json = false;
};

double Percentile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const size_t low = static_cast<size_t>(at);
  const size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - static_cast<double>(low));
}

double PeakMemoryMiB() {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

struct Timing {
  double load_ms = 0;
  double first_ms = 0;
  std::vector<double> runs_ms;  // sorted
};

Status Measure(const Options& options, Timing& timing, int& threads) {
  FeedOptions feeds = options.feeds;
  if (!feeds.random) feeds.random = 1;
  auto loaded = LoadAndFeed(options.model, feeds);
  if (!loaded.ok()) return loaded.status();
  timing.load_ms = loaded->load_ms;
  threads = loaded->session.threads();
  Status ran = RunRepeatedly(*loaded, options.repeats, options.model.time_limit_ms, timing.first_ms, timing.runs_ms);
  std::sort(timing.runs_ms.begin(), timing.runs_ms.end());
  return ran;
}

int Bench(const Options& options) {
  Timing timing;
  int threads = 0;
  if (Status status = Measure(options, timing, threads); !status.ok()) return Complain(status);
  const auto p = [&](double q) { return Percentile(timing.runs_ms, q); };
  if (options.json) {
    nlohmann::json out = {{"model", options.model.model},
                          {"version", KANTE_VERSION},
                          {"threads", threads},
                          {"load_ms", timing.load_ms},
                          {"first_run_ms", timing.first_ms},
                          {"runs", timing.runs_ms.size()},
                          {"p50_ms", p(0.5)},
                          {"p90_ms", p(0.9)},
                          {"p99_ms", p(0.99)},
                          {"min_ms", timing.runs_ms[0]},
                          {"peak_rss_mib", PeakMemoryMiB()}};
    std::printf("%s\n", out.dump(2).c_str());
    return 0;
  }
  Table table({"load ms", "first ms", "p50 ms", "p90 ms", "p99 ms", "min ms", "runs", "threads", "peak RSS MiB"});
  table.Add({Fixed(timing.load_ms, 2), Fixed(timing.first_ms, 3), Fixed(p(0.5), 3), Fixed(p(0.9), 3), Fixed(p(0.99), 3),
             Fixed(timing.runs_ms[0], 3), std::to_string(timing.runs_ms.size()), std::to_string(threads),
             Fixed(PeakMemoryMiB(), 1)});
  std::printf("%s", table.Text().c_str());
  return 0;
}

}  // namespace

void AddBench(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("bench", "Measure load, first run, latency percentiles and memory");
  command->add_option("MODEL", options->model.model, "The .onnx or .ort file")->required();
  AddFeedOptions(*command, options->feeds);
  AddRepeatOptions(*command, options->repeats);
  command->add_flag("--json", options->json, "Print JSON");
  AddModelOptions(*command, options->model);
  command->callback([options, &exit_code] { exit_code = Bench(*options); });
}

}  // namespace kante::cli
