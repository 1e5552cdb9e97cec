// SPDX-License-Identifier: MIT
#include "cli/explain/draw.h"
#include "cli/explain/html.h"
#include "cli/explain/report.h"
#include "cli/io/table.h"

namespace kante::cli {

extern const char kPageTemplate[];  // page.html

namespace {

std::string Percent(double share) { return Fixed(share * 100, share < 0.0995 ? 1 : 0) + " %"; }

std::string Cell(double value, const std::string& text) {
  return "<td class=\"r\" data-v=\"" + Fixed(value, 6) + "\">" + text + "</td>";
}

std::string ShareCell(double share) {
  return "<td class=\"r share\" style=\"--part:" + Fixed(share * 100, 2) + "%\" data-v=\"" + Fixed(share, 6) + "\">" +
         Percent(share) + "</td>";
}

std::string Card(const std::string& value, const std::string& meaning) {
  return "<div class=\"card\"><b>" + value + "</b><span>" + meaning + "</span></div>";
}

std::string CardsOf(const Explained& e) {
  double flops = 0;
  for (const ProfiledStep& step : e.profile.steps) flops += step.flops;
  const double rate = e.run_seconds > 0 ? flops / e.run_seconds : 0;
  return Card(Fixed(e.run_seconds * 1e3, 3) + " ms", "a run, of " + std::to_string(e.profile.run_nanoseconds.size())) +
         Card(Percent(e.run_seconds > 0 ? 1 - e.steps_seconds / e.run_seconds : 0), "of it between steps") +
         Card(std::to_string(e.threads), e.threads == 1 ? "thread" : "threads") +
         Card(Html(e.peaks.instruction_set), "instructions") +
         Card(Fixed(rate * 1e-9, 1), "GFLOP/s, of " + Fixed(e.peaks.flops * 1e-9, 1) + " measured") +
         Card(Fixed(e.peaks.bytes * 1e-9, 1), "GB/s read from memory") + Card(Human(flops), "FLOP in direct form");
}

std::string RowOf(const Explained& e, size_t i) {
  const ProfiledStep& step = e.profile.steps[i];
  const StepNumbers& n = e.steps[i];
  std::string kinds = step.skipped ? "skip" : "";
  if (step.parent >= 0) kinds += " inner";
  const auto rate = [&](double v) { return Cell(v, v > 0 ? Fixed(v * 1e-9, v < 1e10 ? 2 : 1) : ""); };
  return "<tr class=\"" + kinds + "\" data-step=\"" + std::to_string(i) + "\">" +
         Cell(static_cast<double>(i), std::to_string(i)) + "<td class=\"name\">" + Html(OriginOf(step)) + "</td><td>" +
         Html(OperatorOf(step)) + "</td><td class=\"types\">" + Html(TypesOf(step.outputs)) + "</td><td>" +
         Html(step.algorithm) + (step.reason.empty() ? "" : "<small>" + Html(step.reason) + "</small>") + "</td>" +
         Cell(n.own * 1e6, Fixed(n.own * 1e6, 1)) + ShareCell(n.share) + rate(n.flops) + rate(n.bytes) +
         Cell(n.limit, n.limit > 0 ? Percent(n.limit) : "") + "</tr>\n";
}

std::string TotalRows(const std::vector<Total>& totals) {
  std::string out;
  for (const Total& t : totals) {
    const auto rate = [&](double amount) {
      const double v = t.seconds > 0 ? amount / t.seconds * 1e-9 : 0;
      return Cell(v, v > 0 ? Fixed(v, 1) : "");
    };
    out += "<tr><td class=\"name\">" + Html(t.name) + "</td>" +
           Cell(static_cast<double>(t.steps), std::to_string(t.steps)) +
           Cell(t.seconds * 1e6, Fixed(t.seconds * 1e6, 1)) + ShareCell(t.share) + rate(t.flops) + rate(t.bytes) +
           Cell(t.limit, t.limit > 0 ? Percent(t.limit) : "") + "</tr>\n";
  }
  return out;
}

std::string MissedOf(const Explained& e) {
  if (e.missed.empty()) return "<p>Every rule that found its pattern was applied.</p>";
  std::string out;
  for (const MissedRewrite& m : e.missed) {
    out += "<details><summary><b>" + Html(m.rule) + "</b> " + std::to_string(m.places.size()) +
           " &times;: " + Html(m.reason) + "</summary><ul>\n";
    for (const RewriteNote& note : m.places) {
      out += "<li>" + Html(note.node) + (note.reason == m.reason ? "" : ": " + Html(note.reason)) + "</li>\n";
    }
    out += "</ul></details>\n";
  }
  return out;
}

}  // namespace

std::string ReportPage(const Explained& e) {
  int64_t left_out = 0;
  std::map<std::string, std::string> values;
  values["graph"] = GraphSvg(e, &left_out);
  const std::string name = e.file.substr(e.file.find_last_of('/') + 1);
  values["title"] = Html(name);
  values["subtitle"] =
      Html(e.graph) + ", kante " KANTE_VERSION + (e.profile.complete ? "" : ", incomplete: too many steps");
  values["cards"] = CardsOf(e);
  values["graph_note"] =
      left_out ? std::to_string(left_out) + " steps whose values are known before a run are left out." : "";
  for (size_t i = 0; i < e.steps.size(); ++i) values["steps"] += RowOf(e, i);
  values["total_head"] =
      "<thead><tr><th>name</th><th class=\"r\">steps</th><th class=\"r\">&micro;s</th><th class=\"r\">run</th><th "
      "class=\"r\">GFLOP/s</th><th class=\"r\">GB/s</th><th class=\"r\">limit</th></tr></thead>";
  values["by_operator"] = TotalRows(e.by_operator);
  values["by_algorithm"] = TotalRows(e.by_algorithm);
  values["roof_note"] = "Peaks measured just before: " + Fixed(e.peaks.flops * 1e-9, 1) + " GFLOP/s and " +
                        Fixed(e.peaks.bytes * 1e-9, 1) + " GB/s with " + std::to_string(e.peaks.threads) +
                        (e.peaks.threads == 1 ? " thread, " : " threads, ") + Html(e.peaks.instruction_set) +
                        ". The area of a dot is its share of the run.";
  values["roofline"] = RooflineSvg(e);
  values["missed"] = MissedOf(e);
  values["data"] = ScriptJson(ReportJson(e));
  return FillIn(kPageTemplate, values);
}

}  // namespace kante::cli
