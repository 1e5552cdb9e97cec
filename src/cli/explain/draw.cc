// SPDX-License-Identifier: MIT
#include "cli/explain/draw.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cli/explain/html.h"
#include "cli/explain/layered.h"
#include "cli/io/table.h"

namespace kante::cli {
namespace {

constexpr BoxSize kBox{196, 54, 18, 28};
constexpr size_t kLabel = 28;  // characters that fit

constexpr size_t kMostBoxes = 20'000;

// How hot a box is drawn.
int Heat(double share) {
  constexpr double kFrom[] = {0.001, 0.005, 0.01, 0.03, 0.06, 0.12};
  return static_cast<int>(std::upper_bound(std::begin(kFrom), std::end(kFrom), share) - std::begin(kFrom));
}

std::string Time(double seconds) {
  return seconds >= 1e-3 ? Fixed(seconds * 1e3, 2) + " ms" : Fixed(seconds * 1e6, 1) + " µs";
}

struct Box {
  int step = -1;     // or:
  std::string name;  // an input or output of the graph
};

// The end of a long name says more than its beginning.
std::string Tail(const std::string& name) {
  const std::string plain = PlainText(name, 100000);
  size_t at = plain.size() > kLabel ? plain.size() - kLabel : 0;
  while (at < plain.size() && (static_cast<unsigned char>(plain[at]) & 0xc0) == 0x80) ++at;
  return (at ? "…" : "") + plain.substr(at);
}

// What is drawn: inputs, steps, outputs, in this order.
struct Picture {
  std::vector<Box> boxes;
  LayeredGraph graph;
};

Picture PictureOf(const Explained& e, int64_t* left_out) {
  Picture out;
  const auto& steps = e.profile.steps;
  const auto drawn = [&](const ProfiledStep& s) { return s.parent < 0 && s.algorithm != "known"; };
  std::map<std::string, size_t> inputs;
  std::vector<size_t> box_of(steps.size(), SIZE_MAX);
  const std::set<std::string> fed(e.inputs.begin(), e.inputs.end());
  const auto is_input = [&](const ProfiledValue& v) { return v.producer < 0 && fed.contains(v.name); };
  for (const ProfiledStep& step : steps) {
    if (!drawn(step)) continue;
    for (const ProfiledValue& v : step.inputs) {
      if (is_input(v) && inputs.try_emplace(v.name, out.boxes.size()).second) out.boxes.push_back({-1, v.name});
    }
  }
  std::set<std::pair<size_t, size_t>> edges;
  std::map<std::string, size_t> producers;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].parent >= 0) continue;
    if (!drawn(steps[i])) {
      ++*left_out;
      continue;
    }
    const size_t box = box_of[i] = out.boxes.size();
    out.boxes.push_back({static_cast<int>(i), {}});
    for (const ProfiledValue& v : steps[i].inputs) {
      const size_t from = is_input(v)       ? inputs[v.name]
                          : v.producer >= 0 ? box_of[static_cast<size_t>(v.producer)]
                                            : SIZE_MAX;
      if (from != SIZE_MAX) edges.insert({from, box});
    }
    for (const ProfiledValue& v : steps[i].outputs) producers[v.name] = box;
  }
  // What bodies read from outside belongs to the step that runs them.
  for (const ProfiledStep& step : steps) {
    int top = step.parent;
    while (top >= 0 && steps[static_cast<size_t>(top)].parent >= 0) top = steps[static_cast<size_t>(top)].parent;
    if (top < 0) continue;
    for (const ProfiledValue& v : step.inputs) {
      const size_t from = v.producer >= 0 ? box_of[static_cast<size_t>(v.producer)] : SIZE_MAX;
      if (from != SIZE_MAX && from < box_of[static_cast<size_t>(top)])
        edges.insert({from, box_of[static_cast<size_t>(top)]});
    }
  }
  for (const std::string& name : e.outputs) {
    const auto from = producers.find(name);
    if (from == producers.end()) continue;
    edges.insert({from->second, out.boxes.size()});
    out.boxes.push_back({-1, name});
  }
  out.graph.nodes = out.boxes.size();
  out.graph.edges.assign(edges.begin(), edges.end());
  return out;
}

std::string At(double v) { return Fixed(v, 1); }

std::string Curve(const std::vector<LayeredDrawing::Point>& line) {
  std::string d = "M" + At(line[0].x) + " " + At(line[0].y);
  for (size_t i = 1; i < line.size(); ++i) {
    const double middle = (line[i - 1].y + line[i].y) / 2;
    d += "C" + At(line[i - 1].x) + " " + At(middle) + " " + At(line[i].x) + " " + At(middle) + " " + At(line[i].x) +
         " " + At(line[i].y);
  }
  return d;
}

std::string BoxSvg(const Explained& e, const Box& box, const LayeredDrawing::Point& centre) {
  const double x = centre.x - kBox.width / 2, y = centre.y - kBox.height / 2;
  const auto text = [&](const char* kind, double down, const std::string& words) {
    return "<text class=\"" + std::string(kind) + "\" x=\"" + At(centre.x) + "\" y=\"" + At(y + down) +
           "\" text-anchor=\"middle\">" + Html(words, kLabel + 2) + "</text>";
  };
  const std::string rect = "<rect x=\"" + At(x) + "\" y=\"" + At(y) + "\" width=\"" + At(kBox.width) + "\" height=\"" +
                           At(kBox.height) + "\"/>";
  if (box.step < 0) {
    return "<g class=\"io\"><title>" + Html(box.name) + "</title>" + rect + text("a", 31, Tail(box.name)) + "</g>\n";
  }
  const size_t i = static_cast<size_t>(box.step);
  const ProfiledStep& step = e.profile.steps[i];
  // Of a loop the whole is shown, its steps are in the table.
  const double share = e.run_seconds > 0 ? e.steps[i].seconds / e.run_seconds : 0;
  const std::string time =
      step.skipped ? step.algorithm : Time(e.steps[i].seconds) + " · " + Fixed(share * 100, 1) + " %";
  const std::string kind = step.skipped ? "skip" : "t" + std::to_string(Heat(share));
  return "<g class=\"n " + kind + "\" data-step=\"" + std::to_string(i) + "\" tabindex=\"0\"><title>" +
         Html(OriginOf(step)) + "&#10;" + Html(OperatorOf(step) + " " + step.algorithm) + "&#10;" +
         Html(TypesOf(step.outputs)) + "&#10;" + Html(time) + "</title>" + rect + text("a", 18, OperatorOf(step)) +
         text("b", 32, Tail(OriginOf(step))) + text("b", 46, time) + "</g>\n";
}

// A number in exponent steps of the axes.
std::string Power(int exponent) {
  return exponent >= 0 && exponent <= 5   ? Fixed(std::pow(10.0, exponent), 0)
         : exponent < 0 && exponent >= -3 ? Fixed(std::pow(10.0, exponent), -exponent)
                                          : "1e" + std::to_string(exponent);
}

}  // namespace

std::string GraphSvg(const Explained& e, int64_t* left_out) {
  *left_out = 0;
  const Picture picture = PictureOf(e, left_out);
  if (picture.boxes.empty()) return "<p>Nothing runs.</p>";
  if (picture.boxes.size() > kMostBoxes) return "<p>There are too many steps to draw; the table has them all.</p>";
  const LayeredDrawing drawing = DrawLayered(picture.graph, kBox);
  const std::string width = At(drawing.width), height = At(drawing.height);
  std::string out = "<svg width=\"" + width + "\" height=\"" + height + "\" viewBox=\"0 0 " + width + " " + height +
                    "\" role=\"img\" aria-label=\"the graph\">\n";
  for (size_t i = 0; i < picture.graph.edges.size(); ++i) {
    const auto& [from, to] = picture.graph.edges[i];
    out += "<path class=\"e\" data-from=\"" + std::to_string(picture.boxes[from].step) + "\" data-to=\"" +
           std::to_string(picture.boxes[to].step) + "\" d=\"" + Curve(drawing.lines[i]) + "\"/>\n";
  }
  for (size_t i = 0; i < picture.boxes.size(); ++i) out += BoxSvg(e, picture.boxes[i], drawing.centres[i]);
  return out + "</svg>";
}

std::string RooflineSvg(const Explained& e) {
  struct Dot {
    size_t step;
    double x, y;  // decimal logarithms of FLOP/byte and GFLOP/s
  };
  std::vector<Dot> dots;
  const double peak = std::log10(std::max(e.peaks.flops * 1e-9, 1e-3));
  const double ridge = std::log10(std::max(e.peaks.flops, 1.0) / std::max(e.peaks.bytes, 1.0));
  double left = -1.2, right = ridge + 1, low = peak - 2, high = peak + 0.3;
  for (size_t i = 0; i < e.steps.size(); ++i) {
    const ProfiledStep& step = e.profile.steps[i];
    if (e.steps[i].own <= 0 || step.flops <= 0 || step.bytes <= 0) continue;
    const Dot dot{i, std::log10(step.flops / step.bytes), std::log10(e.steps[i].flops * 1e-9)};
    if (!std::isfinite(dot.x) || !std::isfinite(dot.y)) continue;
    dots.push_back(dot);
    left = std::min(left, dot.x - 0.2);
    right = std::max(right, dot.x + 0.2);
    if (e.steps[i].share > 1e-4) low = std::min(low, dot.y - 0.2);
    high = std::max(high, dot.y + 0.2);
  }
  constexpr double kWide = 900, kHigh = 420, kMargin = 56;
  const auto x = [&](double v) { return At(kMargin + (v - left) / (right - left) * (kWide - kMargin - 12)); };
  const auto y = [&](double v) { return At(12 + (high - std::max(v, low)) / (high - low) * (kHigh - kMargin)); };
  std::string out = "<svg width=\"900\" height=\"420\" viewBox=\"0 0 900 420\" role=\"img\" aria-label=\"roofline\">\n";
  for (int p = static_cast<int>(std::ceil(left)); p <= static_cast<int>(right); ++p) {
    out += "<path class=\"grid\" d=\"M" + x(p) + " " + y(high) + "V" + y(low) + "\"/><text class=\"axis\" x=\"" + x(p) +
           "\" y=\"394\" text-anchor=\"middle\">" + Power(p) + "</text>\n";
  }
  for (int p = static_cast<int>(std::ceil(low)); p <= static_cast<int>(high); ++p) {
    out += "<path class=\"grid\" d=\"M" + x(left) + " " + y(p) + "H" + x(right) +
           "\"/><text class=\"axis\" x=\"50\" y=\"" + y(p) + "\" text-anchor=\"end\">" + Power(p) + "</text>\n";
  }
  out += "<path class=\"roof\" d=\"M" + x(std::max(left, low - peak + ridge)) + " " +
         y(std::max(left, low - peak + ridge) - ridge + peak) + "L" + x(ridge) + " " + y(peak) + "H" + x(right) +
         "\"/>\n";
  out += "<text class=\"axis\" x=\"" + x(right) +
         "\" y=\"412\" text-anchor=\"end\">FLOP for each byte</text>"
         "<text class=\"axis\" x=\"60\" y=\"24\">GFLOP/s</text>\n";
  std::stable_sort(dots.begin(), dots.end(), [&](const Dot& a, const Dot& b) {
    return e.steps[a.step].share > e.steps[b.step].share;  // the small ones on top
  });
  for (const Dot& dot : dots) {
    const StepNumbers& n = e.steps[dot.step];
    const ProfiledStep& step = e.profile.steps[dot.step];
    out += "<circle class=\"p" + std::string(n.bound_by_memory ? " m" : "") + "\" data-step=\"" +
           std::to_string(dot.step) + "\" cx=\"" + x(dot.x) + "\" cy=\"" + y(dot.y) + "\" r=\"" +
           Fixed(3 + 30 * std::sqrt(n.share), 1) + "\"><title>" + Html(OriginOf(step)) + "&#10;" +
           Html(OperatorOf(step) + " " + step.algorithm) + "&#10;" + Fixed(n.flops * 1e-9, 1) + " GFLOP/s, " +
           Fixed(n.bytes * 1e-9, 1) + " GB/s, " + Fixed(n.share * 100, 1) + " % of the run</title></circle>\n";
  }
  return out + "</svg>";
}

}  // namespace kante::cli
