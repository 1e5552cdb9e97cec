// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "compute/resize.h"

namespace kante::core {
namespace {

double Cubic(double x, double a) {
  x = std::fabs(x);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

// How far a filter is stretched: downsampling with antialias widens it.
double FilterScale(const ResizeRule& rule, const ResizeAxis& axis) {
  return rule.antialias ? std::min(1.0, static_cast<double>(axis.scale)) : 1.0;
}

// First tap relative to floor(place).
int64_t FirstTap(const ResizeRule& rule, const ResizeAxis& axis) {
  const double reach = rule.mode == ResizeMode::kCubic ? 2 : 1;
  return static_cast<int64_t>(std::floor(-reach / FilterScale(rule, axis))) + 1;
}

}  // namespace

float ResizeSource(const ResizeRule& rule, const ResizeAxis& a, int64_t x) {
  const float at = static_cast<float>(x), in = static_cast<float>(a.in), out = static_cast<float>(a.out);
  const float exact_out = a.scale * in;  // before it was rounded to a whole number
  switch (rule.coordinates) {
    case ResizeCoordinates::kAsymmetric:
      return at / a.scale;
    case ResizeCoordinates::kAlignCorners:
      return exact_out == 1.0f || a.out == 1 ? 0.0f : at * (in - 1) / (exact_out - 1);
    case ResizeCoordinates::kPytorchHalfPixel:
      return a.out > 1 ? (at + 0.5f) / a.scale - 0.5f : 0.0f;
    case ResizeCoordinates::kHalfPixel:
      return (at + 0.5f) / a.scale - 0.5f;
    case ResizeCoordinates::kHalfPixelSymmetric: {
      const float offset = in / 2 * (1 - out / exact_out);
      return offset + (at + 0.5f) / a.scale - 0.5f;
    }
    case ResizeCoordinates::kTfHalfPixelForNn:
      return (at + 0.5f) / a.scale;
    case ResizeCoordinates::kTfCropAndResize: {
      const float span = (a.crop_end - a.crop_begin) * (in - 1);
      if (a.out == 1) return 0.5f * (a.crop_begin + a.crop_end) * (in - 1);
      return a.crop_begin * (in - 1) + at * span / (out - 1);
    }
  }
  return 0;
}

int32_t ResizeNearestIndex(const ResizeRule& rule, const ResizeAxis& axis, int64_t x) {
  const float at = ResizeSource(rule, axis, x);
  float place = 0;
  switch (rule.nearest) {
    case ResizeNearest::kFloor:
      place = std::floor(at);
      break;
    case ResizeNearest::kCeil:
      place = std::ceil(at);
      break;
    case ResizeNearest::kRoundPreferFloor:
      place = std::ceil(at - 0.5f);
      break;
    case ResizeNearest::kRoundPreferCeil:
      place = std::floor(at + 0.5f);
      break;
  }
  // Also sane for values no integer can hold.
  if (!(place > 0)) return 0;
  return place >= static_cast<float>(axis.in - 1) ? static_cast<int32_t>(axis.in - 1) : static_cast<int32_t>(place);
}

bool ResizeIsIdentity(const ResizeRule& rule, const ResizeAxis& axis) {
  if (axis.in != axis.out || axis.scale != 1.0f) return false;
  if (rule.coordinates == ResizeCoordinates::kTfCropAndResize) return axis.crop_begin == 0 && axis.crop_end == 1;
  return rule.coordinates != ResizeCoordinates::kTfHalfPixelForNn;
}

int64_t ResizeTaps(const ResizeRule& rule, const ResizeAxis& axis) { return 2 - 2 * FirstTap(rule, axis); }

void ResizeWeights(const ResizeRule& rule, const ResizeAxis& axis, int32_t* index, float* w) {
  const int64_t first = FirstTap(rule, axis), taps = ResizeTaps(rule, axis);
  const double stretch = FilterScale(rule, axis), a = static_cast<double>(rule.cubic_a);
  for (int64_t x = 0; x < axis.out; ++x) {
    const double limit = static_cast<double>(axis.in) + static_cast<double>(taps);
    const double at = std::clamp(static_cast<double>(ResizeSource(rule, axis, x)), -limit, limit);
    const double base = std::floor(at);
    double sum = 0;
    for (int64_t t = 0; t < taps; ++t) {
      const int64_t place = static_cast<int64_t>(base) + first + t;
      const double distance = (base - at + static_cast<double>(first + t)) * stretch;
      double weight = rule.mode == ResizeMode::kCubic ? Cubic(distance, a) : std::max(0.0, 1 - std::fabs(distance));
      if (rule.exclude_outside && (place < 0 || place >= axis.in)) weight = 0;
      sum += weight;
      index[t * axis.out + x] = static_cast<int32_t>(std::clamp<int64_t>(place, 0, axis.in - 1));
      w[t * axis.out + x] = static_cast<float>(weight);
    }
    if ((!rule.exclude_outside && !rule.antialias) || sum == 0) continue;
    for (int64_t t = 0; t < taps; ++t) {
      w[t * axis.out + x] = static_cast<float>(static_cast<double>(w[t * axis.out + x]) / sum);
    }
  }
}

}  // namespace kante::core
