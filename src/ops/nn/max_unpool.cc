// SPDX-License-Identifier: MIT
#include <cstring>

#include "ops/nn/window.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct MaxUnpool {
  static constexpr int kX = 0, kPlaces = 1, kShape = 2;
  static constexpr OpInfo kInfo{.name = "MaxUnpool",
                                .versions = {9, 11, 22},
                                .min_inputs = 2,
                                .max_inputs = 3,
                                .types = kFloats,
                                .shape_inputs = 0b100,
                                .numerics = kMoves};
  Window window;

  static Result<MaxUnpool> Parse(AttrReader& a) { return MaxUnpool{Window::Read(a)}; }

  // The shape whose pooling gave x: places count in it.
  Result<Shape> Pooled(const Shape& x) const {
    if (x.rank() < 3) return InvalidArgument("input 0 needs at least 3 dimensions, not ", x.ToString());
    KANTE_TRY(CheckSizes(x.dims()));
    ConvShape s;
    KANTE_TRY(window.ResolveKernel(x.dims().subspan(2), {}, s));
    for (size_t d = 0; d < static_cast<size_t>(s.rank); ++d) {
      s.in[d] = (s.in[d] - 1) * s.stride[d] + s.kernel[d] - s.pad_begin[d] - s.pad_end[d];
      if (s.in[d] < 0) return InvalidArgument("pads leave a dimension of ", s.in[d]);
    }
    return ImageShape(x[0], x[1], s.in, s.rank);
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    KANTE_TRY(c.RequireType(kPlaces, {ElementType::kInt64}));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape places, c.shape(kPlaces));
    if (!(places == x)) return InvalidArgument("indices ", places.ToString(), " do not suit input ", x.ToString());
    KANTE_TRY(Shape y, Pooled(x));
    if (c.has_input(kShape)) {
      KANTE_TRY(const std::vector<int64_t> dims, c.ints(kShape));
      KANTE_TRY(const Shape wanted, Shape::Make(dims));
      bool smaller = wanted.rank() != y.rank();
      for (int d = 0; !smaller && d < y.rank(); ++d) smaller = d < 2 ? wanted[d] != y[d] : wanted[d] < y[d];
      if (smaller) return InvalidArgument("output_shape ", wanted.ToString(), " cannot hold ", y.ToString());
      y = wanted;
    }
    return c.SetShape(0, y);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(kX);
    KANTE_TRY(const Shape pooled, Pooled(x.shape()));
    KANTE_TRY(Tensor * y, c.Output(0));
    std::memset(y->raw(), 0, static_cast<size_t>(y->bytes()));
    const int64_t* places = c.in(kPlaces).data<int64_t>();
    const int64_t limit = pooled.elements(), size = BitsOf(x.type()) / 8;
    for (int64_t i = 0; i < x.elements(); ++i) {
      int64_t rest = places[i];
      if (rest < 0 || rest >= limit) return InvalidArgument("index ", rest, " lies outside ", pooled.ToString());
      int64_t at = 0, step = 1;
      for (int d = pooled.rank() - 1; d >= 0; --d) {
        at += rest % pooled[d] * step;
        rest /= pooled[d];
        step *= y->dim(d);
      }
      std::memcpy(y->raw() + at * size, x.raw() + i * size, static_cast<size_t>(size));
    }
    return c.CheckCancelled();
  }
};

}  // namespace

KANTE_DEFINE_OP(MaxUnpool)

}  // namespace kante::core
