// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/checked.h"
#include "compute/element_io.h"
#include "ops/nn/window.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Adds blocks [N, C * block, places] up to images [N, C, image...].
struct Col2Im {
  static constexpr OpInfo kInfo{.name = "Col2Im",
                                .versions = {18},
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .types = kNumeric | kBool,
                                .shape_inputs = 0b110,
                                .numerics = kArithmetic};
  Window window;

  static Result<Col2Im> Parse(AttrReader& a) {
    Col2Im op;
    op.window.strides = a.Ints("strides");
    op.window.dilations = a.Ints("dilations");
    op.window.pads = a.Ints("pads");
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    for (int i : {1, 2}) KANTE_TRY(c.RequireType(i, {ElementType::kInt64}));
    KANTE_TRY(const std::vector<int64_t> image, c.ints(1));
    KANTE_TRY(const std::vector<int64_t> block, c.ints(2));
    KANTE_TRY(const Shape x, c.shape(0));
    ConvShape s;
    KANTE_TRY(Resolve(image, block, s));
    KANTE_TRY(const int64_t taps, CheckedProduct(block));
    if (x.rank() != 3 || x[1] % taps != 0 || x[2] != s.out_pixels()) {
      return InvalidArgument("input ", x.ToString(), " does not suit ", s.out_pixels(), " blocks of ", taps,
                             " elements");
    }
    std::vector<int64_t> dims = {x[0], x[1] / taps};
    dims.insert(dims.end(), image.begin(), image.end());
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  Status Resolve(std::span<const int64_t> image, std::span<const int64_t> block, ConvShape& s) const {
    if (image.empty() || image.size() != block.size() || image.size() + 2 > kMaxRank) {
      return InvalidArgument("image_shape names ", image.size(), " dimensions, block_shape ", block.size());
    }
    KANTE_TRY(window.Resolve(image, block, s));
    return CheckSizes({s.out.data(), static_cast<size_t>(s.rank)});
  }

  Status Run(RunContext& c) const {
    switch (ArithmeticOf(c.in(0).type())) {
      case Arithmetic::kDouble:
        return RunAs<double>(c);
      case Arithmetic::kInteger:
        return RunAs<int64_t>(c);
      default:
        return RunAs<float>(c);
    }
  }

 private:
  template <typename T>
  Status RunAs(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    ConvShape s;
    KANTE_TRY(Resolve(y->shape().dims().subspan(2), c.in(2).span<int64_t>(), s));
    KANTE_TRY(const T* from, ReadAs<T>(c, x));
    T* to = y->mutable_data<T>();
    const bool direct = y->type() == ElementTypeFor<T>;
    if (!direct) {
      KANTE_TRY(std::byte * memory, c.Scratch(y->elements() * static_cast<int64_t>(sizeof(T))));
      to = reinterpret_cast<T*>(memory);
    }
    const int64_t pixels = s.in_pixels(), places = s.out_pixels(), taps = s.taps();
    KANTE_TRY(c.Parallel(y->dim(0) * y->dim(1), 3 * static_cast<double>(places * taps + pixels),
                         [&](int64_t begin, int64_t end) {
                           for (int64_t p = begin; p < end; ++p) {
                             std::fill_n(to + p * pixels, pixels, T{});
                             AddBlocks(s, from + p * taps * places, to + p * pixels);
                           }
                         }));
    if (!direct) GetStoreRow<T>(y->type())(y->raw(), to, y->elements());
    return OkStatus();
  }

  template <typename T>
  static void AddBlocks(const ConvShape& s, const T* from, T* to) {
    const int64_t places = s.out_pixels(), taps = s.taps();
    for (int64_t tap = 0; tap < taps; ++tap) {
      for (int64_t place = 0; place < places; ++place, ++from) {
        int64_t rest_tap = tap, rest = place, at = 0, step = 1;
        bool inside = true;
        for (size_t d = static_cast<size_t>(s.rank); d-- > 0;) {
          const int64_t i = rest % s.out[d] * s.stride[d] + rest_tap % s.kernel[d] * s.dilation[d] - s.pad_begin[d];
          inside = inside && i >= 0 && i < s.in[d];
          at += i * step;
          step *= s.in[d];
          rest /= s.out[d];
          rest_tap /= s.kernel[d];
        }
        if (inside) to[at] += *from;
      }
    }
  }
};

}  // namespace

KANTE_DEFINE_OP(Col2Im)

}  // namespace kante::core
