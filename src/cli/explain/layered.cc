// SPDX-License-Identifier: MIT
#include "cli/explain/layered.h"

#include <algorithm>
#include <cstdint>

namespace kante::cli {
namespace {

constexpr size_t kMostBends = 50'000;
constexpr int kOrderSweeps = 12;
constexpr int kPlaceSweeps = 17;  // the last one downwards
constexpr double kBendWidth = 14;

// Nodes and bends (places where a long edge crosses a layer).
struct Vertex {
  size_t layer = 0;
  bool bend = false;
  double x = 0;
  std::vector<size_t> up, down;
};

class Layering {
 public:
  Layering(const LayeredGraph& graph, const BoxSize& box) : box_(box), vertices_(graph.nodes) {
    AssignLayers(graph);
    AddEdges(graph);
    for (size_t v = 0; v < vertices_.size(); ++v) {
      const size_t layer = vertices_[v].layer;
      if (layers_.size() <= layer) layers_.resize(layer + 1);
      layers_[layer].push_back(v);
    }
    for (int i = 0; i < kOrderSweeps; ++i) Order(i % 2 == 0);
    for (auto& layer : layers_) Pack(layer);
    for (int i = 0; i < kPlaceSweeps; ++i) Place(i % 2 == 0);
  }

  LayeredDrawing Drawing(size_t nodes) const {
    LayeredDrawing out;
    double left = vertices_.empty() ? 0 : vertices_[0].x, right = left;
    for (const Vertex& v : vertices_) {
      left = std::min(left, v.x - Width(v) / 2);
      right = std::max(right, v.x + Width(v) / 2);
    }
    const auto place = [&](const Vertex& v) {
      return LayeredDrawing::Point{v.x - left + box_.gap_x,
                                   static_cast<double>(v.layer) * Step() + box_.height / 2 + box_.gap_y};
    };
    for (size_t i = 0; i < nodes; ++i) out.centres.push_back(place(vertices_[i]));
    for (const auto& path : paths_) {
      auto& line = out.lines.emplace_back();
      for (size_t v : path) line.push_back(place(vertices_[v]));
      line.front().y += box_.height / 2;
      line.back().y -= box_.height / 2;
    }
    out.width = right - left + 2 * box_.gap_x;
    out.height = static_cast<double>(layers_.size()) * Step() + box_.gap_y;
    return out;
  }

 private:
  double Step() const { return box_.height + box_.gap_y; }
  double Width(const Vertex& v) const { return v.bend ? kBendWidth : box_.width; }

  // The longest way from a source; then what has no more inputs than outputs moves down to what it feeds.
  void AssignLayers(const LayeredGraph& graph) {
    std::vector<size_t> inputs(graph.nodes);
    std::vector<std::vector<size_t>> targets(graph.nodes);
    for (const auto& [from, to] : graph.edges) {
      targets[from].push_back(to);
      ++inputs[to];
    }
    for (size_t v = 0; v < graph.nodes; ++v) {
      for (size_t to : targets[v]) vertices_[to].layer = std::max(vertices_[to].layer, vertices_[v].layer + 1);
    }
    for (size_t v = graph.nodes; v-- > 0;) {
      if (targets[v].empty() || inputs[v] > targets[v].size()) continue;
      size_t nearest = SIZE_MAX;
      for (size_t to : targets[v]) nearest = std::min(nearest, vertices_[to].layer);
      vertices_[v].layer = nearest - 1;
    }
    size_t top = SIZE_MAX;
    for (const Vertex& v : vertices_) top = std::min(top, v.layer);
    for (Vertex& v : vertices_) v.layer -= top;
  }

  // Long edges from one node go down together.
  void AddEdges(const LayeredGraph& graph) {
    std::vector<std::vector<size_t>> bends(graph.nodes);
    const auto connect = [&](size_t from, size_t to) {
      vertices_[from].down.push_back(to);
      vertices_[to].up.push_back(from);
    };
    for (const auto& [from, to] : graph.edges) {
      auto& path = paths_.emplace_back();
      auto& trunk = bends[from];
      const size_t crossed = vertices_[to].layer - vertices_[from].layer - 1;
      const bool straight = crossed > trunk.size() && vertices_.size() - graph.nodes + crossed > kMostBends;
      while (!straight && trunk.size() < crossed) {
        const size_t before = trunk.empty() ? from : trunk.back();
        trunk.push_back(vertices_.size());
        Vertex bend;
        bend.layer = vertices_[before].layer + 1;
        bend.bend = true;
        vertices_.push_back(std::move(bend));
        connect(before, trunk.back());
      }
      path.push_back(from);
      if (!straight) path.insert(path.end(), trunk.begin(), trunk.begin() + static_cast<ptrdiff_t>(crossed));
      path.push_back(to);
      if (!straight) connect(path[path.size() - 2], to);
    }
  }

  // Every layer by the mean place of the neighbours in the layer before it.
  void Order(bool downwards) {
    std::vector<double> place(vertices_.size());
    const auto number = [&](const std::vector<size_t>& layer) {
      for (size_t i = 0; i < layer.size(); ++i) place[layer[i]] = static_cast<double>(i);
    };
    for (auto& layer : layers_) number(layer);
    for (size_t i = 0; i < layers_.size(); ++i) {
      auto& layer = layers_[downwards ? i : layers_.size() - 1 - i];
      std::vector<std::pair<double, size_t>> keys;
      for (size_t v : layer) {
        const auto& near = downwards ? vertices_[v].up : vertices_[v].down;
        double sum = 0;
        for (size_t n : near) sum += place[n];
        keys.emplace_back(near.empty() ? place[v] : sum / static_cast<double>(near.size()), v);
      }
      std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
      for (size_t k = 0; k < keys.size(); ++k) layer[k] = keys[k].second;
      number(layer);
    }
  }

  double Distance(size_t a, size_t b) const { return (Width(vertices_[a]) + Width(vertices_[b])) / 2 + box_.gap_x; }

  void Pack(const std::vector<size_t>& layer) {
    double x = 0;
    for (size_t i = 0; i < layer.size(); ++i) {
      if (i) x += Distance(layer[i - 1], layer[i]);
      vertices_[layer[i]].x = x;
    }
    for (size_t v : layer) vertices_[v].x -= x / 2;
  }

  // As near as their order and distances allow to where their neighbours are: regression under an order, by pooling
  // violators.
  void Place(bool downwards) {
    struct Pool {
      double sum, weight;
      size_t count;
      double mean() const { return sum / weight; }
    };
    for (size_t i = 0; i < layers_.size(); ++i) {
      const auto& layer = layers_[downwards ? i : layers_.size() - 1 - i];
      std::vector<double> offsets;
      std::vector<Pool> pools;
      double offset = 0;
      for (size_t k = 0; k < layer.size(); ++k) {
        const Vertex& v = vertices_[layer[k]];
        if (k) offset += Distance(layer[k - 1], layer[k]);
        offsets.push_back(offset);
        double sum = 0, weight = 0;
        for (const auto* near : {&v.up, &v.down}) {
          const double w = near == (downwards ? &v.up : &v.down) ? 1 : 0.02;
          for (size_t n : *near) {
            const double pull = w * (v.bend && vertices_[n].bend ? 8 : 1);
            sum += pull * vertices_[n].x;
            weight += pull;
          }
        }
        const double wanted = weight > 0 ? sum / weight : v.x;
        const double stiff = v.bend ? 0.5 : 1;
        pools.push_back({stiff * (wanted - offset), stiff, 1});
        while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
          const Pool last = pools.back();
          pools.pop_back();
          pools.back().sum += last.sum;
          pools.back().weight += last.weight;
          pools.back().count += last.count;
        }
      }
      size_t k = 0;
      for (const Pool& pool : pools) {
        for (size_t n = 0; n < pool.count; ++n, ++k) vertices_[layer[k]].x = pool.mean() + offsets[k];
      }
    }
  }

  const BoxSize box_;
  std::vector<Vertex> vertices_;
  std::vector<std::vector<size_t>> layers_;
  std::vector<std::vector<size_t>> paths_;  // of edges
};

}  // namespace

LayeredDrawing DrawLayered(const LayeredGraph& graph, const BoxSize& box) {
  return Layering(graph, box).Drawing(graph.nodes);
}

}  // namespace kante::cli
