// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>

#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int kMaxSpatial = 3;
constexpr int kMaxTaps = 4;
constexpr double kFar = 1e9;  // beyond any image, still an integer

enum class SampleMode : uint8_t { kNearest, kLinear, kCubic };
enum class SamplePadding : uint8_t { kZeros, kBorder, kReflection };

// Mirrors v at both ends of [low, high] until it lies inside.
template <typename T>
T Reflect(T v, T low, T high) {
  const T range = high - low;
  if (range <= 0) return low;
  const T away = v < low ? low - v : v > high ? v - high : -1;
  if (away < 0) return v;
  const T turns = std::floor(away / range), rest = away - turns * range;
  const bool even = std::fmod(turns, T(2)) == 0;
  return (v < low) == even ? low + rest : high - rest;
}

// The pixels of one dimension that a place is mixed from. index -1: outside, counts as zero.
template <typename T>
struct Taps {
  int count = 1;
  std::array<int64_t, kMaxTaps> index{};
  std::array<T, kMaxTaps> weight{};
};

struct GridSample {
  static constexpr OpInfo kInfo{.name = "GridSample",
                                .versions = {16, 20, 22},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .types = kNumeric | kBool,
                                .numerics = kDequantizes};
  SampleMode mode = SampleMode::kLinear;
  SamplePadding padding = SamplePadding::kZeros;
  bool align_corners = false;

  static Result<GridSample> Parse(AttrReader& a) {
    GridSample op;
    const std::string mode = a.String("mode", "linear"), padding = a.String("padding_mode", "zeros");
    op.mode = mode == "nearest" ? SampleMode::kNearest : mode == "cubic" ? SampleMode::kCubic : SampleMode::kLinear;
    if (mode != "nearest" && mode != "cubic" && mode != "linear") a.Fail(StrCat("mode '", mode, "' is not known"));
    op.padding = padding == "border"       ? SamplePadding::kBorder
                 : padding == "reflection" ? SamplePadding::kReflection
                                           : SamplePadding::kZeros;
    if (padding != "border" && padding != "reflection" && padding != "zeros") {
      a.Fail(StrCat("padding_mode '", padding, "' is not known"));
    }
    op.align_corners = a.Bool("align_corners", false);
    return op;
  }

  // Version 16 said bilinear and bicubic.
  static Status Upgrade(UpgradeContext& u, int from) {
    Attribute* mode = u.node().FindAttribute("mode");
    auto* name = mode ? std::get_if<std::string>(&mode->value) : nullptr;
    if (from < 20 && name && name->starts_with("bi")) name->erase(0, 2);
    return OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, kFloats));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const Shape grid, c.shape(1));
    const int spatial = x.rank() - 2;
    if (spatial < 1 || spatial > kMaxSpatial || grid.rank() != x.rank() || grid[grid.rank() - 1] != spatial ||
        grid[0] != x[0]) {
      return InvalidArgument("grid ", grid.ToString(), " does not suit input ", x.ToString());
    }
    Shape y = grid;
    y.resize(x.rank());
    y.set_dim(1, x[1]);
    for (int d = 0; d < spatial; ++d) {
      y.set_dim(d + 2, grid[d + 1]);
      if (x[d + 2] == 0 && grid.elements() > 0) return InvalidArgument("an empty image has no samples");
    }
    KANTE_TRY(const Shape checked, Shape::Make(y.dims()));
    return c.SetShape(0, checked);
  }

  template <typename T>
  int64_t PixelAt(T at, int64_t side) const {
    const T last = static_cast<T>(side - 1);
    if (padding == SamplePadding::kBorder) at = std::clamp(at, T(0), last);
    if (padding == SamplePadding::kReflection) {
      at = std::clamp(std::trunc(align_corners ? Reflect(at, T(0), last) : Reflect(at, -T(0.5), last + T(0.5))), T(0),
                      last);
    }
    return at >= 0 && at <= last ? static_cast<int64_t>(at) : -1;
  }

  template <typename T>
  Taps<T> TapsOf(T place, int64_t side) const {
    const T length = static_cast<T>(side);
    T at = align_corners ? (place + 1) / 2 * (length - 1) : ((place + 1) * length - 1) / 2;
    if (!(at > -T(kFar))) at = -T(kFar);  // NaN too
    at = std::min(at, T(kFar));
    if (mode == SampleMode::kNearest) at = std::nearbyint(at);
    const T low = align_corners ? 0 : -T(0.5), high = align_corners ? length - 1 : length - T(0.5);
    if (at < low || at > high) {
      // As in PyTorch, a cubic's place stays outside, and only the pixels that it is mixed from are clamped.
      const bool clamped = padding == SamplePadding::kBorder && mode != SampleMode::kCubic;
      if (clamped) at = std::clamp(at, T(0), length - 1);
      if (padding == SamplePadding::kReflection) at = Reflect(at, low, high);
    }
    Taps<T> t;
    if (mode == SampleMode::kNearest) {
      t.index[0] = PixelAt(at, side);
      t.weight[0] = 1;
      return t;
    }
    const T base = std::floor(at), r = at - base;
    if (mode == SampleMode::kLinear) {
      t.count = 2;
      t.weight = {1 - r, r};
    } else {
      constexpr T a = T(-0.75);
      const auto outer = [](T d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
      const auto inner = [](T d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
      t.count = 4;
      t.weight = {outer(r + 1), inner(r), inner(1 - r), outer(2 - r)};
    }
    for (int k = 0; k < t.count; ++k) {
      t.index[static_cast<size_t>(k)] = PixelAt(base + static_cast<T>(k - (t.count == 4 ? 1 : 0)), side);
    }
    return t;
  }

  // Numbers that float has no room for are mixed in double.
  Status Run(RunContext& c) const {
    const ElementType type = c.in(0).type();
    const bool wide = BitsOf(type) >= 32 && type != ElementType::kFloat32;
    return wide ? RunAs<double>(c) : RunAs<float>(c);
  }

 private:
  template <typename T>
  Status RunAs(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    KANTE_TRY(const T* from, ReadAs<T>(c, x));
    KANTE_TRY(const T* grid, ReadAs<T>(c, c.in(1)));
    auto* to = reinterpret_cast<T*>(y->raw());
    const bool direct = y->type() == ElementTypeFor<T>;
    if (!direct) {
      KANTE_TRY(std::byte * memory, c.Scratch(y->elements() * static_cast<int64_t>(sizeof(T))));
      to = reinterpret_cast<T*>(memory);
    }
    const int spatial = x.rank() - 2;
    const int64_t channels = x.dim(1), in_px = x.shape().Product(2, x.rank()), out_px = y->shape().Product(2, x.rank());
    KANTE_TRY(c.Parallel(x.dim(0) * out_px, 60 + 8 * static_cast<double>(channels), [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        const int64_t n = p / out_px;
        // The grid names the last dimension first.
        std::array<Taps<T>, kMaxSpatial> taps;
        int64_t combinations = 1;
        for (int d = 0; d < spatial; ++d) {
          taps[static_cast<size_t>(d)] = TapsOf(grid[p * spatial + (spatial - 1 - d)], x.dim(d + 2));
          combinations *= taps[static_cast<size_t>(d)].count;
        }
        T* out = to + n * channels * out_px + p % out_px;
        for (int64_t ch = 0; ch < channels; ++ch) out[ch * out_px] = 0;
        for (int64_t k = 0; k < combinations; ++k) {
          int64_t rest = k, offset = 0, step = 1;
          T weight = 1;
          bool inside = true;
          for (int d = spatial - 1; d >= 0; --d) {
            const Taps<T>& t = taps[static_cast<size_t>(d)];
            const size_t which = static_cast<size_t>(rest % t.count);
            rest /= t.count;
            inside = inside && t.index[which] >= 0;
            weight *= t.weight[which];
            offset += t.index[which] * step;
            step *= x.dim(d + 2);
          }
          if (!inside) continue;
          const T* pixel = from + n * channels * in_px + offset;
          for (int64_t ch = 0; ch < channels; ++ch) out[ch * out_px] += weight * pixel[ch * in_px];
        }
      }
    }));
    if (!direct) GetStoreRow<T>(y->type())(y->raw(), to, y->elements());
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(GridSample)

}  // namespace kante::core
