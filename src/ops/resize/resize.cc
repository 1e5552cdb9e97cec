// SPDX-License-Identifier: MIT
#include "compute/resize.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"
#include "ops/resize/resize_attributes.h"

namespace kante::core {
namespace {

constexpr int kX = 0, kRoi = 1, kScales = 2, kSizes = 3;
constexpr int64_t kMaxSide = (int64_t{1} << 31) - 1;  // indices are 32 bits

// floor(value) as a dimension; -1 when there is none.
int64_t DimOf(float value) {
  value = std::floor(value);
  return value >= 0 && value < static_cast<float>(kMaxSide) ? static_cast<int64_t>(value) : -1;
}

struct Resize {
  static constexpr OpInfo kInfo{.name = "Resize",
                                .versions = {10, 11, 13, 18, 19},
                                .max_inputs = 4,
                                .types = kNumeric | kBool,
                                .shape_inputs = 0b1110,
                                .numerics = Numerics{FloatRule::kSingle, IntegerRule::kAsFloat}};
  ResizeRule rule;
  KeepAspect aspect = KeepAspect::kStretch;
  float extrapolation = 0.0f;
  std::vector<int64_t> axes;  // empty: all

  static Result<Resize> Parse(AttrReader& a) {
    Resize op;
    op.rule = ReadResizeRule(a);
    op.aspect = ReadKeepAspect(a);
    op.extrapolation = a.Float("extrapolation_value", 0.0f);
    op.axes = a.Ints("axes");
    return op;
  }

  // Version 10 had (X, scales) and what is now asymmetric; nearest took the floor, when shrinking the ceiling.
  static Status Upgrade(UpgradeContext& u, int from) {
    if (from > 10) return OkStatus();
    const ValueId scales = u.input(1);
    u.SetInput(1, kNone);
    u.SetInput(2, scales);
    u.node().SetAttribute(Attribute("coordinate_transformation_mode", "asymmetric"));
    u.node().SetAttribute(Attribute("nearest_mode", Shrinks(u.graph().Constant(scales)) ? "ceil" : "floor"));
    return OkStatus();
  }

  bool crops() const { return rule.coordinates == ResizeCoordinates::kTfCropAndResize; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    KANTE_TRY(c.RequireType(kScales, kFloat32Only));
    KANTE_TRY(const Shape x, c.shape(kX));
    Tensor roi, scales;
    std::vector<int64_t> sizes;
    if (c.has_input(kSizes)) {
      KANTE_TRY(sizes, c.ints(kSizes));
    }
    if (sizes.empty() && c.has_input(kScales)) {
      KANTE_TRY(scales, c.value(kScales));
    }
    if (crops() && c.has_input(kRoi)) {
      KANTE_TRY(roi, c.value(kRoi));
    }
    KANTE_TRY(const Grid grid, MakeGrid(x, roi, scales, sizes));
    return c.SetShape(0, grid.out);
  }

  struct Grid {
    Shape out;
    std::array<ResizeAxis, kMaxRank> axis{};
  };

  // What each dimension becomes. Empty tensors and lists: absent.
  Result<Grid> MakeGrid(const Shape& x, const Tensor& roi, const Tensor& scales, std::span<const int64_t> sizes) const {
    std::vector<int> where;
    for (int64_t a : axes) {
      KANTE_TRY(const int at, NormalizeAxis(a, x.rank()));
      if (std::find(where.begin(), where.end(), at) != where.end())
        return InvalidArgument("axis ", at, " is named twice");
      where.push_back(at);
    }
    if (axes.empty()) {
      where.resize(static_cast<size_t>(x.rank()));
      std::iota(where.begin(), where.end(), 0);
    }
    const int64_t count = static_cast<int64_t>(where.size());
    Grid grid;
    grid.out = x;
    for (int d = 0; d < x.rank(); ++d) grid.axis[static_cast<size_t>(d)] = {x[d], x[d]};
    if (crops() && roi && roi.elements() > 0) {
      if (roi.elements() != 2 * count) return InvalidArgument("roi has ", roi.elements(), " values, not ", 2 * count);
      std::array<float, 2 * kMaxRank> values{};
      const LoadRow<float> load = GetLoadRow<float>(roi.type());
      if (!load) return InvalidArgument("roi must be of a float type");
      load(values.data(), roi.raw(), 2 * count);
      for (int64_t i = 0; i < count; ++i) {
        ResizeAxis& a = grid.axis[static_cast<size_t>(where[static_cast<size_t>(i)])];
        a.crop_begin = values[static_cast<size_t>(i)];
        a.crop_end = values[static_cast<size_t>(i + count)];
      }
    }
    if (!sizes.empty()) {
      KANTE_TRY(FromSizes(sizes, where, grid));
    } else {
      KANTE_TRY(FromScales(scales, where, grid));
    }
    std::array<int64_t, kMaxRank> dims{};
    for (int d = 0; d < x.rank(); ++d) {
      const ResizeAxis& a = grid.axis[static_cast<size_t>(d)];
      if (a.out < 0 || a.out > kMaxSide || (a.in > kMaxSide && !ResizeIsIdentity(rule, a))) {
        return InvalidArgument("dimension ", d, " of ", a.in, " cannot be resized to ", a.out);
      }
      if (a.in == 0 && a.out != 0) return InvalidArgument("dimension ", d, " is empty and cannot become ", a.out);
      dims[static_cast<size_t>(d)] = a.out;
    }
    KANTE_TRY(grid.out, Shape::Make(std::span(dims.data(), static_cast<size_t>(x.rank()))));
    return grid;
  }

  Status FromScales(const Tensor& scales, std::span<const int> where, Grid& grid) const {
    if (!scales || scales.elements() == 0) return InvalidArgument("neither scales nor sizes are given");
    if (scales.elements() != static_cast<int64_t>(where.size())) {
      return InvalidArgument("scales has ", scales.elements(), " values, ", where.size(), " were expected");
    }
    for (size_t i = 0; i < where.size(); ++i) {
      ResizeAxis& a = grid.axis[static_cast<size_t>(where[i])];
      a.scale = scales.data<float>()[i];
      if (!(a.scale > 0) || !std::isfinite(a.scale)) return InvalidArgument("scales must be positive");
      const float in = static_cast<float>(a.in) * (crops() ? a.crop_end - a.crop_begin : 1.0f);
      a.out = DimOf(a.scale * in);
    }
    return OkStatus();
  }

  Status FromSizes(std::span<const int64_t> sizes, std::span<const int> where, Grid& grid) const {
    if (sizes.size() != where.size()) {
      return InvalidArgument("sizes has ", sizes.size(), " values, ", where.size(), " were expected");
    }
    float common = aspect == KeepAspect::kNotLarger ? HUGE_VALF : 0.0f;
    for (size_t i = 0; i < where.size(); ++i) {
      ResizeAxis& a = grid.axis[static_cast<size_t>(where[i])];
      if (sizes[i] < 0) return InvalidArgument("sizes holds ", sizes[i]);
      a.out = sizes[i];
      a.scale = a.in > 0 ? static_cast<float>(a.out) / static_cast<float>(a.in) : 1.0f;
      common = aspect == KeepAspect::kNotLarger ? std::min(common, a.scale) : std::max(common, a.scale);
    }
    if (aspect == KeepAspect::kStretch) return OkStatus();
    for (int d : where) {
      ResizeAxis& a = grid.axis[static_cast<size_t>(d)];
      a.scale = common;
      a.out = DimOf(common * static_cast<float>(a.in) + 0.5f);
    }
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(kX);
    Tensor roi, scales;
    std::vector<int64_t> sizes;
    if (c.has_input(kRoi)) roi = c.in(kRoi);
    if (c.has_input(kScales)) scales = c.in(kScales);
    if (c.has_input(kSizes) && c.in(kSizes).elements() > 0) {
      int count = 0;
      KANTE_TRY(const auto values, SmallInts(c.in(kSizes), &count));
      sizes.assign(values.begin(), values.begin() + count);
    }
    KANTE_TRY(const Grid grid, MakeGrid(x.shape(), roi, scales, sizes));
    KANTE_TRY(Tensor * y, c.Output(0, x.type(), grid.out));
    if (y->elements() == 0) return OkStatus();
    if (x.rank() == 0) {
      std::copy_n(x.raw(), x.bytes(), y->raw());
      return OkStatus();
    }
    KANTE_TRY(rule.mode == ResizeMode::kNearest ? Nearest(c, grid, x, *y) : Interpolate(c, grid, x, *y));
    return crops() ? Extrapolate(c, grid, *y) : OkStatus();
  }

  Status Nearest(RunContext& c, const Grid& grid, const Tensor& x, const Tensor& y) const {
    int64_t total = 0;
    for (int64_t side : grid.out.dims()) total += side;
    KANTE_TRY(std::byte * memory, c.Scratch(total * 4));
    int32_t* next = reinterpret_cast<int32_t*>(memory);
    std::array<const int32_t*, kMaxRank> index{};
    for (int d = 0; d < x.rank(); ++d) {
      const ResizeAxis& a = grid.axis[static_cast<size_t>(d)];
      const bool same = ResizeIsIdentity(rule, a);
      for (int64_t i = 0; i < a.out; ++i) next[i] = same ? static_cast<int32_t>(i) : ResizeNearestIndex(rule, a, i);
      index[static_cast<size_t>(d)] = next;
      next += a.out;
    }
    const size_t size = static_cast<size_t>(BitsOf(x.type()) / 8);
    return FinishedOr(c, GatherGrid(y.raw(), x.raw(), x.shape(), grid.out,
                                    std::span(index.data(), static_cast<size_t>(x.rank())), size, ParallelOf(c)));
  }

  // The last dimension first: later passes then mix whole rows.
  Status Interpolate(RunContext& c, const Grid& grid, const Tensor& x, const Tensor& y) const {
    KANTE_TRY(const float* from, ReadAs<float>(c, x));
    float* result = y.mutable_data<float>();
    const bool direct = y.type() == ElementType::kFloat32;
    if (!direct) {
      KANTE_TRY(std::byte * memory, c.Scratch(y.elements() * 4));
      result = reinterpret_cast<float*>(memory);
    }
    int passes = 0;
    for (int d = 0; d < x.rank(); ++d) passes += !ResizeIsIdentity(rule, grid.axis[static_cast<size_t>(d)]);
    if (passes == 0) std::copy_n(from, x.elements(), result);
    Shape shape = x.shape();
    for (int d = x.rank() - 1; d >= 0; --d) {
      const ResizeAxis& a = grid.axis[static_cast<size_t>(d)];
      if (ResizeIsIdentity(rule, a)) continue;
      if (rule.antialias && a.scale * static_cast<float>(a.in) < 0.25f) {
        return InvalidArgument("a scale of dimension ", d, " is too small");
      }
      const int64_t taps = ResizeTaps(rule, a);
      KANTE_TRY(std::byte * table, c.Scratch(taps * a.out * 8));
      int32_t* index = reinterpret_cast<int32_t*>(table);
      float* w = reinterpret_cast<float*>(table + taps * a.out * 4);
      ResizeWeights(rule, a, index, w);
      shape.set_dim(d, a.out);
      float* to = result;
      if (--passes > 0) {
        KANTE_TRY(const int64_t bytes, StorageBytes(ElementType::kFloat32, shape));
        KANTE_TRY(std::byte * memory, c.Scratch(bytes));
        to = reinterpret_cast<float*>(memory);
      }
      KANTE_TRY(FinishedOr(c, ResizePass(to, from, shape.Product(0, d), a, shape.Product(d + 1, shape.rank()), taps,
                                         index, w, ParallelOf(c))));
      from = to;
    }
    if (!direct) GetStoreRow<float>(y.type())(y.raw(), result, y.elements());
    return OkStatus();
  }

  // Outputs whose place lies outside the input in any dimension take the fixed value.
  Status Extrapolate(RunContext& c, const Grid& grid, const Tensor& y) const {
    double value[2] = {};  // any element type
    GetStoreRow<float>(y.type())(value, &extrapolation, 1);
    const int64_t size = BitsOf(y.type()) / 8;
    for (int d = 0; d < y.rank(); ++d) {
      const ResizeAxis& a = grid.axis[static_cast<size_t>(d)];
      const int64_t inner = y.shape().Product(d + 1, y.rank()), outer = y.shape().Product(0, d);
      for (int64_t i = 0; i < a.out; ++i) {
        const float at = ResizeSource(rule, a, i);
        if (at >= 0 && at <= static_cast<float>(a.in - 1)) continue;
        for (int64_t o = 0; o < outer; ++o) {
          std::byte* to = y.raw() + (o * a.out + i) * inner * size;
          for (int64_t k = 0; k < inner; ++k) std::copy_n(reinterpret_cast<std::byte*>(value), size, to + k * size);
        }
      }
    }
    return c.CheckCancelled();
  }
};

}  // namespace

KANTE_DEFINE_OP(Resize)

}  // namespace kante::core
