// SPDX-License-Identifier: MIT
// CropAndResize of com.microsoft: boxes of images, resized to one size with aligned corners.
#include <algorithm>
#include <cmath>

#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct CropAndResize {
  enum Inputs { kX, kBoxes, kBatch, kSize };
  static constexpr OpInfo kInfo{.name = "CropAndResize",
                                .domain = "com.microsoft",
                                .min_inputs = 4,
                                .max_inputs = 4,
                                .types = kFloats,
                                .same_type = 1u << kX | 1u << kBoxes,
                                .shape_inputs = 1u << kSize,
                                .numerics = kComputesInSingle};
  bool nearest = false;
  float outside = 0;

  static Result<CropAndResize> Parse(AttrReader& a) {
    const std::string mode = a.String("mode", "bilinear");
    if (mode != "bilinear" && mode != "nearest") a.Fail(StrCat("mode '", mode, "' is not known"));
    return CropAndResize{mode == "nearest", a.Float("extrapolation_value", 0)};
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    for (int i : {kBatch, kSize}) KANTE_TRY(c.RequireType(i, {ElementType::kInt32}));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape boxes, c.shape(kBoxes));
    KANTE_TRY(const Shape batch, c.shape(kBatch));
    if (x.rank() != 4 || boxes.rank() != 2 || boxes[1] != 4 || !(batch == Shape{boxes[0]})) {
      return InvalidArgument("rois ", boxes.ToString(), " and batch_indices ", batch.ToString(), " do not suit ",
                             x.ToString());
    }
    KANTE_TRY(const std::vector<int64_t> size, c.ints(kSize));
    if (size.size() != 2 || size[0] < 1 || size[1] < 1) {
      return InvalidArgument("crop_size must be two positive numbers");
    }
    const int64_t dims[] = {boxes[0], x[1], size[0], size[1]};
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  // Where pixel i of `count` of a box from `a` to `b` (parts of the image) lies among `size` pixels.
  static float Place(float a, float b, int64_t i, int64_t count, int64_t size) {
    const float last = static_cast<float>(size - 1);
    if (count == 1) return 0.5f * (a + b) * last;
    return a * last + static_cast<float>(i) * ((b - a) * last / static_cast<float>(count - 1));
  }
  static bool Inside(float place, int64_t size) { return place >= 0 && place <= static_cast<float>(size - 1); }

  float Sample(const float* x, int64_t width, float row, float col) const {
    const auto at = [&](float r, float k) { return x[static_cast<int64_t>(r) * width + static_cast<int64_t>(k)]; };
    if (nearest) return at(std::round(row), std::round(col));
    const float top = std::floor(row), left = std::floor(col), bottom = std::ceil(row), right = std::ceil(col);
    const float down = row - top, across = col - left;
    const float upper = at(top, left) + (at(top, right) - at(top, left)) * across;
    const float lower = at(bottom, left) + (at(bottom, right) - at(bottom, left)) * across;
    return upper + (lower - upper) * down;
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(kX);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t channels = x.dim(1), h = x.dim(2), w = x.dim(3), rows = y->dim(2), cols = y->dim(3);
    const int32_t* batch = c.in(kBatch).data<int32_t>();
    for (int64_t i = 0; i < y->dim(0); ++i) {
      if (batch[i] < 0 || batch[i] >= x.dim(0)) {
        return InvalidArgument("batch_indices holds ", batch[i], ", outside [0, ", x.dim(0) - 1, "]");
      }
    }
    KANTE_TRY(const float* boxes, ReadAs<float>(c, c.in(kBoxes)));
    KANTE_TRY(const float* from, ReadAs<float>(c, x));
    KANTE_TRY(const FloatTarget out, FloatTarget::Open(c, y));
    KANTE_TRY(
        c.Parallel(y->dim(0) * channels, 10.0 * static_cast<double>(rows * cols), [&](int64_t begin, int64_t end) {
          for (int64_t plane = begin; plane < end; ++plane) {
            const float* box = boxes + plane / channels * 4;  // y1, x1, y2, x2
            const float* image = from + (batch[plane / channels] * channels + plane % channels) * h * w;
            float* to = out.data + plane * rows * cols;
            for (int64_t i = 0; i < rows * cols; ++i) {
              const float row = Place(box[0], box[2], i / cols, rows, h),
                          col = Place(box[1], box[3], i % cols, cols, w);
              to[i] = Inside(row, h) && Inside(col, w) ? Sample(image, w, row, col) : outside;
            }
          }
        }));
    out.Close();
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(CropAndResize)

}  // namespace kante::core
