// SPDX-License-Identifier: MIT
// What the ways to compute a convolution cost, fitted to measurements of 580 shapes (3 to 512 channels, maps of 4
// to 224 pixels a side) with AVX2. All of them scale about alike with clock and vector length.
#include <algorithm>

#include "base/checked.h"
#include "compute/conv_algorithms.h"

namespace kante::core {
namespace {

// Nanoseconds.
struct WinogradRates {
  double fixed;             // a convolution of one image and group
  double input, output;     // a channel of a tile, transforms
  double row;               // a row of output that is written
  double multiply, weight;  // a multiplication; a transformed weight
};
constexpr WinogradRates kF2{660, 1.42, 1.86, 8.5, 0.0151, 0.0155};
constexpr WinogradRates kF4{680, 4.4, 5.6, 8.0, 0.0141, 0.033};
constexpr WinogradRates kF2By2{660, 2.9, 2.9, 8.5, 0.0151, 0.0155};  // stride 2
constexpr WinogradRates kF4By2{680, 12, 12, 8.0, 0.0145, 0.033};
// A layer with more weights finds them in memory, not in cache: no faster than this.
constexpr double kCachedBytes = 8 << 20;
constexpr double kL2Bytes = 1 << 20;
constexpr double kWeightFromMemory = 0.2;

constexpr double kNearBytes = 2 << 20;

double Real(int64_t n) { return static_cast<double>(n); }

double Matrices(const ConvShape& s, int64_t tile) {
  const double side = Real((tile - 1) * s.stride[0] + 3);
  return side * side;
}

double WinogradImageCost(const ConvShape& s, int64_t tile) {
  const bool halves = s.stride[0] == 2;
  const WinogradRates& r = tile == 2 ? halves ? kF2By2 : kF2 : halves ? kF4By2 : kF4;
  const int64_t tile_cols = CeilDiv(s.out[1], tile);
  const double tiles = Real(CeilDiv(s.out[0], tile)) * Real(tile_cols);
  const double rows = Real(s.out[0]) * Real(CeilDiv(tile_cols, int64_t{16})) * Real(s.out_per_group());
  const double ins = Real(s.in_per_group()), padded_ins = Real(AlignUp(s.in_per_group(), 8));
  const double outs = Real(AlignUp(s.out_per_group(), 16));
  const double weights = Matrices(s, tile) * ins * outs;
  double products = weights * (tiles * r.multiply + r.weight);
  if (weights * 4 * Real(s.groups) > kCachedBytes) products = std::max(products, weights * kWeightFromMemory);
  return r.fixed + tiles * (padded_ins * r.input + outs * r.output) + rows * r.row + products;
}

}  // namespace

bool LargeWinogradWeights(const ConvShape& s, int tile) {
  return Matrices(s, tile) * Real(s.out_channels) * Real(s.in_per_group()) * 4 > kNearBytes;
}

double WinogradExtraBytes(const ConvShape& s, int tile) {
  return (Matrices(s, tile) - 9) * Real(s.out_channels) * Real(s.in_per_group()) * 4;
}

double WinogradCost(const ConvShape& s, int tile) { return Real(s.batch * s.groups) * WinogradImageCost(s, tile); }

double WinogradWeightCost(const ConvShape& s, int tile) {
  const double pairs = Real(s.groups) * Real(s.in_per_group()) * Real(AlignUp(s.out_per_group(), 16));
  if (s.stride[0] == 1) return pairs * (tile == 2 ? 2.0 : 4.0);
  // 81 matrices fall out of L2 sooner.
  return pairs * (tile == 2 ? 3.0 : pairs < 12000 ? 5.6 : 11.0);
}

double ConvCost(const ConvShape& s, ConvAlgorithm algorithm) {
  if (algorithm == ConvAlgorithm::kLanes) return LanesCost(s);
  const double images = Real(s.batch * s.groups), ins = Real(s.in_per_group()), outs = Real(s.out_per_group());
  const double pixels = Real(s.out_pixels());
  if (algorithm == ConvAlgorithm::kPlanes) {
    return images * ins * outs * (60 + 11 * Real(s.out[0]) + 0.23 * pixels);
  }
  // A last panel of one column costs little.
  const double padded = s.out_pixels() % 16 == 1 ? pixels : Real(AlignUp(s.out_pixels(), 16)),
               rows = Real(CeilDiv(s.out_per_group(), int64_t{6}) * 6);
  const double packing = s.stride[1] == 1 ? 2.43 : 3.6, depth = Real(s.depth()) / 9;
  // Weights that do not stay in L2 are read from further away for every block of pixels.
  const double far = outs * Real(s.depth()) * 4 > kL2Bytes ? 1.06 : 1.0;
  return images * far * (1520 + padded * (depth * (packing + 0.146 * rows) + 0.044 * outs) + 0.66 * depth * outs);
}

}  // namespace kante::core
