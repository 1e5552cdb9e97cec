// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int64_t kMaxSamples = 1 << 20;  // of one output: a region's size comes from data

struct RoiAlign {
  static constexpr int kX = 0, kRois = 1, kBatch = 2;
  static constexpr OpInfo kInfo{.name = "RoiAlign",
                                .versions = {10, 16, 22},
                                .form_since = 16,
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .types = kFloats,
                                .same_type = 0b11,
                                .numerics = kComputes};
  bool max = false;
  bool half_pixel = true;
  int64_t height = 1;
  int64_t width = 1;
  int64_t sampling = 0;
  float scale = 1.0f;

  static Result<RoiAlign> Parse(AttrReader& a) {
    RoiAlign op;
    const std::string mode = a.String("mode", "avg");
    const std::string coordinates = a.String("coordinate_transformation_mode", "half_pixel");
    if (mode != "avg" && mode != "max") a.Fail(StrCat("mode '", mode, "' is not known"));
    if (coordinates != "half_pixel" && coordinates != "output_half_pixel") {
      a.Fail(StrCat("coordinate_transformation_mode '", coordinates, "' is not known"));
    }
    op.max = mode == "max";
    op.half_pixel = coordinates == "half_pixel";
    op.height = a.Int("output_height", 1);
    op.width = a.Int("output_width", 1);
    op.sampling = a.Int("sampling_ratio", 0);
    op.scale = a.Float("spatial_scale", 1.0f);
    if (op.height < 1 || op.width < 1 || op.sampling < 0 || op.sampling > 1024) {
      a.Fail("output_height, output_width and sampling_ratio are out of bounds");
    }
    return op;
  }

  static Status Upgrade(UpgradeContext& u, int from) {
    if (from < 16) u.node().SetAttribute(Attribute("coordinate_transformation_mode", "output_half_pixel"));
    return OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    KANTE_TRY(c.RequireType(kBatch, {ElementType::kInt64}));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape rois, c.shape(kRois));
    KANTE_TRY(const Shape batch, c.shape(kBatch));
    if (x.rank() != 4 || rois.rank() != 2 || rois[1] != 4 || batch.rank() != 1 || batch[0] != rois[0]) {
      return InvalidArgument("regions ", rois.ToString(), " and ", batch.ToString(), " do not suit ", x.ToString());
    }
    const int64_t dims[] = {rois[0], x[1], height, width};
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  // Four neighbours of a place and their weights; all weights are zero outside the image.
  template <typename T>
  struct Sample {
    int64_t at[4] = {};
    T w[4] = {};
  };
  template <typename T>
  static Sample<T> SampleOf(T y, T x, int64_t h, int64_t w) {
    if (!(y >= -1 && y <= static_cast<T>(h) && x >= -1 && x <= static_cast<T>(w))) return {};
    y = std::max(y, T(0));
    x = std::max(x, T(0));
    const int64_t y0 = std::min(static_cast<int64_t>(y), h - 1), x0 = std::min(static_cast<int64_t>(x), w - 1);
    const int64_t y1 = std::min(y0 + 1, h - 1), x1 = std::min(x0 + 1, w - 1);
    const T ly = y0 == h - 1 ? 0 : y - static_cast<T>(y0), lx = x0 == w - 1 ? 0 : x - static_cast<T>(x0);
    return {{y0 * w + x0, y0 * w + x1, y1 * w + x0, y1 * w + x1},
            {(1 - ly) * (1 - lx), (1 - ly) * lx, ly * (1 - lx), ly * lx}};
  }

  Status Run(RunContext& c) const {
    return c.in(kX).type() == ElementType::kFloat64 ? RunAs<double>(c) : RunAs<float>(c);
  }

 private:
  template <typename T>
  Status RunAs(RunContext& c) const {
    const Tensor& x = c.in(kX);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t channels = x.dim(1), h = x.dim(2), w = x.dim(3), count = c.in(kRois).dim(0);
    const int64_t* batch = c.in(kBatch).data<int64_t>();
    KANTE_TRY(const T* rois, ReadAs<T>(c, c.in(kRois)));
    for (int64_t r = 0; r < count; ++r) {
      if (batch[r] < 0 || batch[r] >= x.dim(0)) return InvalidArgument("batch_indices holds ", batch[r]);
      const double most = static_cast<double>(kMaxSamples);
      const double rows =
          std::fabs(static_cast<double>(rois[4 * r + 3]) - rois[4 * r + 1]) * scale / static_cast<double>(height);
      const double cols =
          std::fabs(static_cast<double>(rois[4 * r + 2]) - rois[4 * r]) * scale / static_cast<double>(width);
      if (!((rows + 1) * (cols + 1) < most) && sampling == 0) return InvalidArgument("region ", r, " is too large");
    }
    if (y->elements() == 0 || h == 0 || w == 0) {
      std::fill_n(y->raw(), y->bytes(), std::byte{0});
      return OkStatus();
    }
    T* to = nullptr;
    FloatTarget out;
    if constexpr (std::is_same_v<T, double>) {
      to = y->mutable_data<double>();
    } else {
      KANTE_TRY(out, FloatTarget::Open(c, y));
      to = out.data;
    }
    KANTE_TRY(const T* from, ReadAs<T>(c, x));
    KANTE_TRY(
        c.Parallel(count * channels, 200.0 * static_cast<double>(height * width), [&](int64_t begin, int64_t end) {
          for (int64_t plane = begin; plane < end; ++plane) {
            const int64_t r = plane / channels;
            Region(to + plane * height * width, from + (batch[r] * channels + plane % channels) * h * w, rois + 4 * r,
                   h, w);
          }
        }));
    out.Close();
    return OkStatus();
  }

  template <typename T>
  void Region(T* y, const T* x, const T* roi, int64_t h, int64_t w) const {
    const T shift = half_pixel ? T(0.5) : T(0);
    const T x0 = roi[0] * scale - shift, y0 = roi[1] * scale - shift;
    T region_w = roi[2] * scale - shift - x0, region_h = roi[3] * scale - shift - y0;
    if (!half_pixel) {
      region_w = std::max(region_w, T(1));
      region_h = std::max(region_h, T(1));
    }
    const T bin_h = region_h / static_cast<T>(height), bin_w = region_w / static_cast<T>(width);
    const int64_t rows = sampling > 0 ? sampling : static_cast<int64_t>(std::ceil(bin_h));
    const int64_t cols = sampling > 0 ? sampling : static_cast<int64_t>(std::ceil(bin_w));
    const T samples = static_cast<T>(std::max<int64_t>(rows * cols, 1));
    for (int64_t i = 0; i < height * width; ++i) {
      const T top = y0 + static_cast<T>(i / width) * bin_h, left = x0 + static_cast<T>(i % width) * bin_w;
      T sum = 0, best = 0;
      bool first = true;
      for (int64_t k = 0; rows > 0 && cols > 0 && k < rows * cols; ++k) {
        const T at_y = top + (static_cast<T>(k / cols) + T(0.5)) * bin_h / static_cast<T>(rows);
        const T at_x = left + (static_cast<T>(k % cols) + T(0.5)) * bin_w / static_cast<T>(cols);
        const Sample<T> s = SampleOf(at_y, at_x, h, w);
        // ONNX's maximum is that of the weighted neighbours, not of the interpolated samples.
        for (int q = 0; q < 4; ++q) {
          const T part = s.w[q] * x[s.at[q]];
          sum += part;
          if (first || part > best || part != part) best = part;
          first = false;
        }
      }
      y[i] = max ? best : sum / samples;
    }
  }
};

}  // namespace

KANTE_DEFINE_OP(RoiAlign)

}  // namespace kante::core
