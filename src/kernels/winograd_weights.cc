// SPDX-License-Identifier: MIT
#include <cstring>

#include "kernels/gemm.h"
#include "kernels/winograd.h"

namespace kante::kernels {
namespace {

// Row p: (1, p, p^2) / P'(p); the last row is the point at infinity. See winograd_inl.h for the points. Constants are
// rounded once.
constexpr double kA = 0.70710678118654752440, kB = 1.41421356237309504880;
constexpr double kG2[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
constexpr double kG4[6][3] = {{1, 0, 0},
                              {-1 / 1.5, -kA / 1.5, -0.5 / 1.5},
                              {-1 / 1.5, kA / 1.5, -0.5 / 1.5},
                              {1 / 6.0, kB / 6, 2 / 6.0},
                              {1 / 6.0, -kB / 6, 2 / 6.0},
                              {0, 0, 1}};

}  // namespace

size_t WinogradWeightSize(const WinogradShape& s) {
  return (s.m + 2) * (s.m + 2) * PackedBSize(s.in_channels, s.out_channels);
}

void WinogradPackWeights(float* dst, const void* weights, const WinogradShape& s, size_t k0, size_t k1) {
  const size_t nr = GemmTile().nr, n = s.m + 2, matrix = PackedBSize(s.in_channels, s.out_channels);
  const double(*const g)[3] = s.m == 2 ? kG2 : kG4;
  for (size_t k = k0; k < (k1 + nr - 1) / nr * nr; ++k) {
    for (size_t c = 0; c < s.in_channels; ++c) {
      float* to = dst + k / nr * nr * s.in_channels + c * nr + k % nr;
      float w[9] = {};
      if (k < k1) std::memcpy(w, static_cast<const char*>(weights) + (k * s.in_channels + c) * sizeof(w), sizeof(w));
      double rows[6][3];
      for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j < 3; ++j) rows[i][j] = g[i][0] * w[j] + g[i][1] * w[3 + j] + g[i][2] * w[6 + j];
      }
      for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j < n; ++j) {
          to[(i * n + j) * matrix] =
              static_cast<float>(rows[i][0] * g[j][0] + rows[i][1] * g[j][1] + rows[i][2] * g[j][2]);
        }
      }
    }
  }
}

}  // namespace kante::kernels
