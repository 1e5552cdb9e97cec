// SPDX-License-Identifier: MIT
#include "cli/explain/report.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace kante::cli {
namespace {

// Runs by their time, without the fastest and the slowest quarter: medians of steps would not add up to a run.
std::vector<size_t> MiddleRuns(const std::vector<int64_t>& runs) {
  std::vector<size_t> order(runs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return runs[a] < runs[b]; });
  const size_t cut = runs.size() / 4;
  return {order.begin() + static_cast<ptrdiff_t>(cut), order.end() - static_cast<ptrdiff_t>(cut)};
}

double MeanSeconds(const std::vector<int64_t>& nanos, const std::vector<size_t>& runs) {
  double sum = 0;
  for (size_t i : runs) sum += static_cast<double>(nanos[i]);
  return runs.empty() ? 0 : sum / static_cast<double>(runs.size()) * 1e-9;
}

double LeastSeconds(const std::vector<int64_t>& nanos) {
  return nanos.empty() ? 0 : static_cast<double>(*std::min_element(nanos.begin(), nanos.end())) * 1e-9;
}

// What stands in quotes is a name of the model.
std::string WithoutNames(const std::string& reason) {
  std::string out;
  for (size_t at = 0; at < reason.size();) {
    const size_t open = reason.find('\'', at), close = open == reason.npos ? open : reason.find('\'', open + 1);
    if (close == reason.npos) return out + reason.substr(at);
    out += reason.substr(at, open - at) + "'…'";
    at = close + 1;
  }
  return out;
}

void WorkOutSteps(Explained& e) {
  const auto& steps = e.profile.steps;
  const std::vector<size_t> middle = MiddleRuns(e.profile.run_nanoseconds);
  e.run_seconds = MeanSeconds(e.profile.run_nanoseconds, middle);
  e.steps.assign(steps.size(), {});
  for (size_t i = 0; i < steps.size(); ++i) {
    e.steps[i].seconds = e.steps[i].own = MeanSeconds(steps[i].nanoseconds, middle);
    e.steps[i].least = LeastSeconds(steps[i].nanoseconds);
    if (steps[i].parent < 0) {
      e.steps_seconds += e.steps[i].seconds;
    } else {
      e.steps[static_cast<size_t>(steps[i].parent)].own -= e.steps[i].seconds;
    }
  }
  for (size_t i = 0; i < steps.size(); ++i) {
    StepNumbers& n = e.steps[i];
    n.own = std::max(n.own, 0.0);
    n.share = e.run_seconds > 0 ? n.own / e.run_seconds : 0;
    if (n.own <= 0 || steps[i].skipped) continue;
    n.flops = steps[i].flops / n.own;
    n.bytes = steps[i].bytes / n.own;
    const double compute = e.peaks.flops > 0 ? steps[i].flops / e.peaks.flops : 0;
    const double memory = e.peaks.bytes > 0 ? steps[i].bytes / e.peaks.bytes : 0;
    n.limit = std::max(compute, memory) / n.own;
    n.bound_by_memory = memory >= compute;
  }
}

template <typename NameOf>
std::vector<Total> SumUp(const Explained& e, const NameOf& name_of) {
  std::map<std::string, Total> totals;
  for (size_t i = 0; i < e.steps.size(); ++i) {
    const ProfiledStep& step = e.profile.steps[i];
    Total& t = totals[name_of(step)];
    ++t.steps;
    t.seconds += e.steps[i].own;
    t.share += e.steps[i].share;
    t.flops += step.flops;
    t.bytes += step.bytes;
    t.limit += e.steps[i].limit * e.steps[i].own;
  }
  std::vector<Total> sorted;
  for (auto& [name, total] : totals) {
    total.name = name;
    total.limit = total.seconds > 0 ? total.limit / total.seconds : 0;
    sorted.push_back(total);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const Total& a, const Total& b) { return a.seconds > b.seconds; });
  return sorted;
}

}  // namespace

void WorkOut(Explained& e, const std::vector<RewriteNote>& rewrites) {
  WorkOutSteps(e);
  e.by_operator = SumUp(e, OperatorOf);
  e.by_algorithm = SumUp(e, [](const ProfiledStep& step) {
    return OperatorOf(step) + (step.algorithm.empty() ? "" : ": " + step.algorithm);
  });
  std::map<std::string, int64_t> made;
  std::map<std::pair<std::string, std::string>, std::vector<RewriteNote>> missed;
  for (const RewriteNote& note : rewrites) {
    if (note.made) {
      ++made[note.rule];
    } else {
      missed[{note.rule, WithoutNames(note.reason)}].push_back(note);
    }
  }
  e.made.assign(made.begin(), made.end());
  for (auto& [key, places] : missed) {
    const std::string first = places[0].reason;
    const bool same =
        std::all_of(places.begin(), places.end(), [&](const RewriteNote& note) { return note.reason == first; });
    e.missed.push_back({key.first, same ? first : key.second, std::move(places)});
  }
  std::stable_sort(e.missed.begin(), e.missed.end(),
                   [](const MissedRewrite& a, const MissedRewrite& b) { return a.places.size() > b.places.size(); });
}

std::string OriginOf(const ProfiledStep& step) {
  std::string out;
  for (const std::string& name : step.origin) out += (out.empty() ? "" : "+") + name;
  return out;
}

std::string OperatorOf(const ProfiledStep& step) {
  return step.domain.empty() ? step.op_type : step.domain + "." + step.op_type;
}

std::string TypesOf(const std::vector<ProfiledValue>& values) {
  std::string out;
  for (const ProfiledValue& v : values) {
    if (!v.type.empty()) out += (out.empty() ? "" : " ") + v.type;
  }
  return out;
}

}  // namespace kante::cli
