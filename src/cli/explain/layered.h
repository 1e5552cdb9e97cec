// SPDX-License-Identifier: MIT
// Drawing a graph without cycles in layers: where boxes and lines go.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace kante::cli {

struct LayeredGraph {
  size_t nodes = 0;
  std::vector<std::pair<size_t, size_t>> edges;  // from, to; nodes are numbered so that from < to
};

struct LayeredDrawing {
  struct Point {
    double x = 0;
    double y = 0;
  };
  std::vector<Point> centres;             // of nodes
  std::vector<std::vector<Point>> lines;  // of edges, from the lower side of one box to the upper side of the other
  double width = 0;
  double height = 0;
};

struct BoxSize {
  double width = 0;
  double height = 0;
  double gap_x = 0;
  double gap_y = 0;
};
// Time grows with nodes and with the layers that edges cross; edges across very many are drawn straight.
LayeredDrawing DrawLayered(const LayeredGraph& graph, const BoxSize& box);

}  // namespace kante::cli
