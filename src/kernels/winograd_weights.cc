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
  constexpr size_t kLanes = 8;  // output channels at once: a divisor of any nr
  const size_t nr = GemmTile().nr, n = s.m + 2, matrix = PackedBSize(s.in_channels, s.out_channels);
  const double(*const g)[3] = s.m == 2 ? kG2 : kG4;
  for (size_t k = k0; k < (k1 + nr - 1) / nr * nr; k += nr) {
    for (size_t c = 0; c < s.in_channels; ++c) {
      for (size_t lane = 0; lane < nr; lane += kLanes) {
        double w[9][kLanes] = {}, rows[6][3][kLanes];
        for (size_t l = 0; l < kLanes && k + lane + l < k1; ++l) {
          float tap[9];
          std::memcpy(tap, static_cast<const char*>(weights) + ((k + lane + l) * s.in_channels + c) * sizeof(tap),
                      sizeof(tap));
          for (size_t i = 0; i < 9; ++i) w[i][l] = tap[i];
        }
        for (size_t i = 0; i < n; ++i) {
          for (size_t j = 0; j < 3; ++j) {
            for (size_t l = 0; l < kLanes; ++l) {
              rows[i][j][l] = g[i][0] * w[j][l] + g[i][1] * w[3 + j][l] + g[i][2] * w[6 + j][l];
            }
          }
        }
        float* to = dst + k * s.in_channels + c * nr + lane;
        for (size_t i = 0; i < n; ++i) {
          for (size_t j = 0; j < n; ++j, to += matrix) {
            for (size_t l = 0; l < kLanes; ++l) {
              to[l] = static_cast<float>(rows[i][0][l] * g[j][0] + rows[i][1][l] * g[j][1] + rows[i][2][l] * g[j][2]);
            }
          }
        }
      }
    }
  }
}

}  // namespace kante::kernels
