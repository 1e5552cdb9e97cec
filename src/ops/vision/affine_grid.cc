// SPDX-License-Identifier: MIT
#include "compute/element_io.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int kMaxSides = 3;

// Places of an image's pixels, each moved by the image's matrix [sides, sides + 1]: what GridSample takes.
struct AffineGrid {
  static constexpr OpInfo kInfo{.name = "AffineGrid",
                                .versions = {20},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .types = kFloats,
                                .shape_inputs = 0b10,
                                .numerics = kComputesInDouble};
  bool align_corners = false;

  static Result<AffineGrid> Parse(AttrReader& a) { return AffineGrid{a.Bool("align_corners", false)}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, {ElementType::kInt64}));
    KANTE_TRY(const std::vector<int64_t> size, c.ints(1));
    KANTE_TRY(const Shape theta, c.shape(0));
    const int64_t sides = static_cast<int64_t>(size.size()) - 2;
    if (sides != 2 && sides != 3) return InvalidArgument("size must name 4 or 5 dimensions, not ", size.size());
    if (!(theta == Shape{size[0], sides, sides + 1})) {
      return InvalidArgument("theta ", theta.ToString(), " must have shape ",
                             Shape{size[0], sides, sides + 1}.ToString());
    }
    std::vector<int64_t> dims = {size[0]};
    dims.insert(dims.end(), size.begin() + 2, size.end());
    dims.push_back(sides);
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  double Place(int64_t i, int64_t side) const {
    const auto at = static_cast<double>(i), n = static_cast<double>(side);
    if (align_corners) return side > 1 ? -1 + 2 * at / (n - 1) : 0;
    return (2 * at + 1) / n - 1;
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    KANTE_TRY(const double* theta, ReadAs<double>(c, c.in(0)));
    const int sides = y->rank() - 2;
    const int64_t pixels = y->shape().Product(1, y->rank() - 1), size = BitsOf(y->type()) / 8;
    const StoreRow<double> store = GetStoreRow<double>(y->type());
    return c.Parallel(y->dim(0) * pixels, 20, [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        // The first coordinate is that of the last dimension.
        double place[kMaxSides] = {}, moved[kMaxSides] = {};
        int64_t rest = p % pixels;
        for (int k = 0; k < sides; ++k) {
          const int64_t side = y->dim(sides - k);
          place[k] = Place(rest % side, side);
          rest /= side;
        }
        const double* row = theta + p / pixels * sides * (sides + 1);
        for (int k = 0; k < sides; ++k, row += sides + 1) {
          moved[k] = row[sides];
          for (int j = 0; j < sides; ++j) moved[k] += row[j] * place[j];
        }
        store(y->raw() + p * sides * size, moved, sides);
      }
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(AffineGrid)

}  // namespace kante::core
