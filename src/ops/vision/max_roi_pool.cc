// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Largest values in the cells of regions [batch, x1, y1, x2, y2].
struct MaxRoiPool {
  static constexpr OpInfo kInfo{.name = "MaxRoiPool",
                                .versions = {1, 22},
                                .form_since = 1,
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .types = kFloats,
                                .same_type = 0b11,
                                .numerics = kChooses};
  int64_t height = 1, width = 1;
  float scale = 1;

  static Result<MaxRoiPool> Parse(AttrReader& a) {
    const std::vector<int64_t> pooled = a.Ints("pooled_shape");
    MaxRoiPool op;
    op.scale = a.Float("spatial_scale", 1);
    if (pooled.size() != 2 || pooled[0] < 1 || pooled[1] < 1) {
      a.Fail("pooled_shape must hold two positive numbers");
      return op;
    }
    op.height = pooled[0];
    op.width = pooled[1];
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const Shape rois, c.shape(1));
    if (x.rank() != 4 || rois.rank() != 2 || rois[1] != 5) {
      return InvalidArgument("regions ", rois.ToString(), " do not suit ", x.ToString());
    }
    const int64_t dims[] = {rois[0], x[1], height, width};
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  // [begin, end) of cell i of `cells` between the scaled ends of a region, cut to the image.
  void Cell(double low, double high, int64_t i, int64_t cells, int64_t side, int64_t* begin, int64_t* end) const {
    const double start = std::round(low * scale), length = std::max(std::round(high * scale) - start + 1, 1.0);
    const double step = length / static_cast<double>(cells), n = static_cast<double>(side);
    *begin = static_cast<int64_t>(std::clamp(std::floor(static_cast<double>(i) * step) + start, 0.0, n));
    *end = static_cast<int64_t>(std::clamp(std::ceil(static_cast<double>(i + 1) * step) + start, 0.0, n));
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const double* rois, ReadAs<double>(c, c.in(1)));
    const int64_t channels = x.dim(1), h = x.dim(2), w = x.dim(3);
    for (int64_t i = 0; i < c.in(1).elements(); ++i) {
      if (!std::isfinite(rois[i])) return InvalidArgument("region ", i / 5, " is not finite");
      if (i % 5 == 0 && !(rois[i] >= 0 && rois[i] < static_cast<double>(x.dim(0)))) {
        return InvalidArgument("region ", i / 5, " names image ", rois[i], " of ", x.dim(0));
      }
    }
    if (y->elements() == 0) return OkStatus();
    KANTE_TRY(const double* from, ReadAs<double>(c, x));
    const StoreRow<double> store = GetStoreRow<double>(y->type());
    const int64_t size = BitsOf(y->type()) / 8;
    return c.Parallel(y->elements(), 50, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t plane = i / (height * width), row = i / width % height, col = i % width;
        const double* roi = rois + plane / channels * 5;
        int64_t y0, y1, x0, x1;
        Cell(roi[2], roi[4], row, height, h, &y0, &y1);
        Cell(roi[1], roi[3], col, width, w, &x0, &x1);
        const double* image = from + (static_cast<int64_t>(roi[0]) * channels + plane % channels) * h * w;
        double best = y0 < y1 && x0 < x1 ? image[y0 * w + x0] : 0;  // empty cells are zero
        for (int64_t r = y0; r < y1; ++r) {
          for (int64_t k = x0; k < x1; ++k) {
            const double v = image[r * w + k];
            if (v > best || v != v) best = v;
          }
        }
        store(y->raw() + i * size, &best, 1);
      }
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(MaxRoiPool)

}  // namespace kante::core
