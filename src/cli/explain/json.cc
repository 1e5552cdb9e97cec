// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "cli/explain/report.h"

namespace kante::cli {
namespace {

using Json = nlohmann::ordered_json;

Json ValuesOf(const std::vector<ProfiledValue>& values) {
  Json out = Json::array();
  for (const ProfiledValue& v : values) {
    Json value = {{"name", v.name}, {"type", v.type}};
    if (v.producer >= 0) value["producer"] = v.producer;
    if (v.constant) value["constant"] = true;
    out.push_back(std::move(value));
  }
  return out;
}

Json StepOf(const ProfiledStep& step, const StepNumbers& n) {
  Json out = {{"name", step.name},
              {"origin", step.origin},
              {"operator", OperatorOf(step)},
              {"algorithm", step.algorithm},
              {"reason", step.reason},
              {"skipped", step.skipped},
              {"executions", step.executions},
              {"us", n.seconds * 1e6},
              {"own_us", n.own * 1e6},
              {"min_us", n.least * 1e6},
              {"share", n.share},
              {"flops", step.flops},
              {"bytes", step.bytes},
              {"gflops", n.flops * 1e-9},
              {"gb_per_s", n.bytes * 1e-9},
              {"limit_share", n.limit},
              {"bound_by", n.bound_by_memory ? "memory" : "compute"},
              {"inputs", ValuesOf(step.inputs)},
              {"outputs", ValuesOf(step.outputs)}};
  if (step.parent >= 0) out["parent"] = step.parent;
  return out;
}

Json TotalsOf(const std::vector<Total>& totals) {
  Json out = Json::array();
  for (const Total& t : totals) {
    out.push_back({{"name", t.name},
                   {"steps", t.steps},
                   {"us", t.seconds * 1e6},
                   {"share", t.share},
                   {"flops", t.flops},
                   {"bytes", t.bytes},
                   {"limit_share", t.limit}});
  }
  return out;
}

}  // namespace

std::string ReportJson(const Explained& e) {
  Json out = {{"model", e.file},
              {"graph", e.graph},
              {"version", KANTE_VERSION},
              {"threads", e.threads},
              {"machine",
               {{"instruction_set", e.peaks.instruction_set},
                {"threads", e.peaks.threads},
                {"gflops", e.peaks.flops * 1e-9},
                {"read_gb_per_s", e.peaks.bytes * 1e-9}}},
              {"runs", e.profile.run_nanoseconds.size()},
              {"run_us", e.run_seconds * 1e6},
              {"steps_us", e.steps_seconds * 1e6},
              {"complete", e.profile.complete}};
  Json& steps = out["steps"] = Json::array();
  for (size_t i = 0; i < e.steps.size(); ++i) steps.push_back(StepOf(e.profile.steps[i], e.steps[i]));
  out["by_operator"] = TotalsOf(e.by_operator);
  out["by_algorithm"] = TotalsOf(e.by_algorithm);
  Json& made = out["rewrites_made"] = Json::array();
  for (const auto& [rule, count] : e.made) made.push_back({{"rule", rule}, {"count", count}});
  Json& missed = out["rewrites_not_made"] = Json::array();
  for (const MissedRewrite& m : e.missed) {
    Json places = Json::array();
    for (const RewriteNote& note : m.places) places.push_back({{"node", note.node}, {"reason", note.reason}});
    missed.push_back({{"rule", m.rule}, {"reason", m.reason}, {"count", m.places.size()}, {"places", places}});
  }
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kante::cli
