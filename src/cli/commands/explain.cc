// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <numeric>

#include "cli/commands/commands.h"
#include "cli/explain/html.h"
#include "cli/explain/report.h"
#include "cli/io/feeds.h"
#include "cli/io/files.h"
#include "cli/io/table.h"

namespace kante::cli {
namespace {

struct Options {
  ModelOptions model;
  FeedOptions feeds;
  Repeats repeats;
  int top = 0;
  std::string html;
  std::string json;
};

Result<Explained> Measure(const Options& options) {
  FeedOptions feeds = options.feeds;
  if (!feeds.random) feeds.random = 1;
  auto loaded = LoadAndFeed(options.model, feeds);
  if (!loaded.ok()) return loaded.status();
  Explained e;
  e.threads = loaded->session.threads();
  auto peaks = MeasurePeaks(e.threads);
  if (!peaks.ok()) return peaks.status();
  e.peaks = *peaks;
  double first_ms = 0;
  std::vector<double> ms;
  const Status ran = RunRepeatedly(*loaded, options.repeats, options.model.time_limit_ms, first_ms, ms,
                                   [&] { loaded->session.StartProfile(); });
  if (!ran.ok()) return ran;
  e.profile = loaded->session.TakeProfile();
  e.file = options.model.model;
  e.graph = loaded->model.name();
  for (const auto& feed : loaded->feeds) e.inputs.push_back(feed.first);
  for (const ValueDescription& d : loaded->model.outputs()) e.outputs.push_back(d.name);
  WorkOut(e, loaded->model.Rewrites());
  return e;
}

std::string Percent(double share) { return Fixed(share * 100, 1); }
std::string Rate(double per_second) { return per_second > 0 ? Fixed(per_second * 1e-9, 1) : ""; }

void PrintSteps(const Explained& e, int top) {
  std::vector<size_t> order;
  for (size_t i = 0; i < e.steps.size(); ++i) {
    if (!e.profile.steps[i].skipped) order.push_back(i);
  }
  if (top > 0) {
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return e.steps[a].own > e.steps[b].own; });
    order.resize(std::min(order.size(), static_cast<size_t>(top)));
  }
  Table table({"#", "us", "% run", "GFLOP/s", "GB/s", "% limit", "operator", "nodes", "output", "how"});
  for (size_t i : order) {
    const ProfiledStep& step = e.profile.steps[i];
    const StepNumbers& n = e.steps[i];
    const std::string how = step.algorithm + (step.reason.empty() ? "" : " (" + step.reason + ")");
    table.Add({std::to_string(i), Fixed(n.own * 1e6, 1), Percent(n.share), Rate(n.flops), Rate(n.bytes),
               n.limit > 0 ? Percent(n.limit) : "", PlainText((step.parent < 0 ? "" : "  ") + OperatorOf(step), 40),
               PlainText(OriginOf(step), 60), PlainText(TypesOf(step.outputs), 60), PlainText(how)});
  }
  std::printf("%s\n", table.Text().c_str());
}

void PrintTotals(const char* of, const std::vector<Total>& totals) {
  Table table({of, "steps", "us", "% run", "GFLOP/s", "GB/s", "% limit"});
  for (const Total& t : totals) {
    table.Add({PlainText(t.name, 60), std::to_string(t.steps), Fixed(t.seconds * 1e6, 1), Percent(t.share),
               Rate(t.seconds > 0 ? t.flops / t.seconds : 0), Rate(t.seconds > 0 ? t.bytes / t.seconds : 0),
               t.limit > 0 ? Percent(t.limit) : ""});
  }
  std::printf("%s\n", table.Text().c_str());
}

void PrintMissed(const Explained& e) {
  constexpr size_t kShown = 3;
  std::printf("why a fusion did not fire:\n");
  if (e.missed.empty()) std::printf("  every rule that found its pattern was applied\n");
  for (const MissedRewrite& m : e.missed) {
    std::string nodes;
    for (size_t i = 0; i < std::min(m.places.size(), kShown); ++i)
      nodes += (i ? ", " : "") + PlainText(m.places[i].node, 60);
    std::printf("  %zu x %s: %s [%s%s]\n", m.places.size(), PlainText(m.rule).c_str(), PlainText(m.reason).c_str(),
                nodes.c_str(), m.places.size() > kShown ? ", ..." : "");
  }
}

void Print(const Explained& e, int top) {
  PrintSteps(e, top);
  PrintTotals("operator", e.by_operator);
  PrintTotals("algorithm", e.by_algorithm);
  PrintMissed(e);
  std::printf("\n%.3f ms a run, mean of the middle half of %zu; %.3f ms of it between steps\n", e.run_seconds * 1e3,
              e.profile.run_nanoseconds.size(), (e.run_seconds - e.steps_seconds) * 1e3);
  std::printf("measured peaks of %d thread%s, %s: %.1f GFLOP/s of fused multiply-adds, %.1f GB/s read from memory\n",
              e.peaks.threads, e.peaks.threads == 1 ? "" : "s", e.peaks.instruction_set.c_str(), e.peaks.flops * 1e-9,
              e.peaks.bytes * 1e-9);
  std::printf(
      "FLOPs are those of the direct form: Winograd may pass the peak. Bytes count each tensor once: what stays "
      "in caches may pass the bandwidth.\n");
  if (!e.profile.complete) std::printf("incomplete: there were more steps than a profile holds\n");
}

int Explain(const Options& options) {
  auto explained = Measure(options);
  if (!explained.ok()) return Complain(explained.status());
  if (!options.html.empty()) {
    if (const Status saved = WriteFile(options.html, ReportPage(*explained)); !saved.ok()) return Complain(saved);
  }
  if (options.json == "-") {  // nothing but JSON on standard output
    std::printf("%s", ReportJson(*explained).c_str());
    return 0;
  }
  if (!options.json.empty()) {
    if (const Status saved = WriteFile(options.json, ReportJson(*explained)); !saved.ok()) return Complain(saved);
  }
  Print(*explained, options.top);
  return 0;
}

}  // namespace

void AddExplain(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("explain", "Show what each step costs, how it is computed and why");
  command->add_option("MODEL", options->model.model, "The .onnx or .ort file")->required();
  AddFeedOptions(*command, options->feeds);
  AddRepeatOptions(*command, options->repeats);
  command->add_option("--top", options->top, "Print only the steps that take longest; 0: all, in order")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--html", options->html, "Write a page with the graph, sortable tables and the roofline");
  command->add_option("--json", options->json, "Write all of it as JSON to this file; - prints it instead");
  AddModelOptions(*command, options->model);
  command->callback([options, &exit_code] { exit_code = Explain(*options); });
}

}  // namespace kante::cli
