// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "ops/nn/window.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int kX = 0, kW = 1, kOffset = 2, kBias = 3, kMask = 4;

// A convolution whose window reads between the pixels, each of its elements where `offset` says.
struct DeformConv {
  static constexpr OpInfo kInfo{.name = "DeformConv",
                                .versions = {19, 22},
                                .form_since = 19,
                                .min_inputs = 3,
                                .max_inputs = 5,
                                .types = kFloats,
                                .same_type = 0b11111,
                                .numerics = kComputes};
  Window window;
  int64_t groups = 1, offset_groups = 1;

  static Result<DeformConv> Parse(AttrReader& a) {
    DeformConv op;
    op.window.kernel = a.Ints("kernel_shape");
    op.window.strides = a.Ints("strides");
    op.window.dilations = a.Ints("dilations");
    op.window.pads = a.Ints("pads");
    op.groups = a.Int("group", 1);
    op.offset_groups = a.Int("offset_group", 1);
    if (op.groups < 1 || op.offset_groups < 1) a.Fail("group and offset_group must be positive");
    return op;
  }

  Status Resolve(const Shape& x, const Shape& w, ConvShape& s) const {
    if (x.rank() < 3 || w.rank() != x.rank()) {
      return InvalidArgument("weights ", w.ToString(), " do not suit input ", x.ToString());
    }
    KANTE_TRY(window.Resolve(x.dims().subspan(2), w.dims().subspan(2), s));
    s.batch = x[0];
    s.groups = groups;
    s.in_channels = x[1];
    s.out_channels = w[0];
    if (x[1] % groups != 0 || w[0] % groups != 0 || w[1] != x[1] / groups || x[1] % offset_groups != 0) {
      return InvalidArgument("weights ", w.ToString(), " do not suit input ", x.ToString(), " in ", groups,
                             " groups with ", offset_groups, " groups of offsets");
    }
    return OkStatus();
  }

  static Status Require(InferContext& c, int i, const Shape& want) {
    if (!c.has_input(i)) return OkStatus();
    KANTE_TRY(const Shape have, c.shape(i));
    if (have == want) return OkStatus();
    return InvalidArgument("input ", i, " ", have.ToString(), " must have shape ", want.ToString());
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape w, c.shape(kW));
    ConvShape s;
    KANTE_TRY(Resolve(x, w, s));
    KANTE_TRY(const Shape y, ImageShape(s.batch, s.out_channels, s.out, s.rank));
    KANTE_TRY(const Shape mask, ImageShape(s.batch, offset_groups * s.taps(), s.out, s.rank));
    KANTE_TRY(const Shape offset, ImageShape(s.batch, offset_groups * s.taps() * s.rank, s.out, s.rank));
    KANTE_TRY(Require(c, kOffset, offset));
    KANTE_TRY(Require(c, kBias, Shape{w[0]}));
    KANTE_TRY(Require(c, kMask, mask));
    return c.SetShape(0, y);
  }

  Status Run(RunContext& c) const {
    return c.in(kX).type() == ElementType::kFloat64 ? RunAs<double>(c) : RunAs<float>(c);
  }

 private:
  // The interpolated value at `place`; pixels outside are zero.
  template <typename T>
  static T ValueAt(const ConvShape& s, const T* image, const T* place) {
    const auto rank = static_cast<size_t>(s.rank);
    ConvShape::Dims base;
    T part[kMaxRank];
    for (size_t d = 0; d < rank; ++d) {
      if (!(place[d] > -1 && place[d] < static_cast<T>(s.in[d]))) return 0;
      const T low = std::floor(place[d]);
      base[d] = static_cast<int64_t>(low);
      part[d] = place[d] - low;
    }
    T sum = 0;
    for (int64_t corner = 0; corner < int64_t{1} << rank; ++corner) {
      T weight = 1;
      int64_t at = 0;
      bool inside = true;
      for (size_t d = 0; d < rank; ++d) {
        const int64_t high = (corner >> d) & 1, i = base[d] + high;
        inside = inside && i >= 0 && i < s.in[d];
        weight *= high ? part[d] : 1 - part[d];
        at = at * s.in[d] + i;
      }
      if (inside && weight != 0) sum += weight * image[at];
    }
    return sum;
  }

  // What the window of output pixel `p` of image n reads: column[channel of the group][tap].
  template <typename T>
  void Gather(const ConvShape& s, const T* x, const T* offset, const T* mask, int64_t n, int64_t g, int64_t p,
              T* column) const {
    const int64_t taps = s.taps(), pixels = s.out_pixels(), per_offset = s.in_channels / offset_groups;
    for (int64_t k = 0; k < s.in_per_group(); ++k) {
      const int64_t channel = g * s.in_per_group() + k;
      const T* image = x + (n * s.in_channels + channel) * s.in_pixels();
      for (int64_t tap = 0; tap < taps; ++tap) {
        const int64_t row = (n * offset_groups + channel / per_offset) * taps + tap;
        T place[kMaxRank];
        int64_t rest = p, rest_tap = tap;
        for (size_t d = static_cast<size_t>(s.rank); d-- > 0;) {
          const int64_t at = rest % s.out[d] * s.stride[d] + rest_tap % s.kernel[d] * s.dilation[d] - s.pad_begin[d];
          place[d] = static_cast<T>(at) + offset[(row * s.rank + static_cast<int64_t>(d)) * pixels + p];
          rest /= s.out[d];
          rest_tap /= s.kernel[d];
        }
        const T value = ValueAt(s, image, place);
        column[k * taps + tap] = mask ? value * mask[row * pixels + p] : value;
      }
    }
  }

  template <typename T>
  Status RunAs(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    ConvShape s;
    KANTE_TRY(Resolve(c.in(kX).shape(), c.in(kW).shape(), s));
    const T* inputs[5] = {};
    for (int i = 0; i < 5; ++i) {
      if (!c.has_input(i)) continue;
      KANTE_TRY(inputs[i], ReadAs<T>(c, c.in(i)));
    }
    const int64_t depth = s.depth(), pixels = s.out_pixels(), per_group = s.out_per_group();
    const int64_t columns = s.batch * groups * pixels;
    // One column for each range of pixels that a thread may take.
    const int64_t grain = std::max<int64_t>(1, columns / 64), ranges = (columns + grain - 1) / grain;
    KANTE_TRY(std::byte * memory, c.Scratch(ranges * depth * static_cast<int64_t>(sizeof(T))));
    const StoreRow<T> store = GetStoreRow<T>(y->type());
    const int64_t size = BitsOf(y->type()) / 8;
    return c.ParallelBlocks(ranges, 1, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        T* column = reinterpret_cast<T*>(memory) + r * depth;
        for (int64_t i = r * grain; i < std::min(columns, (r + 1) * grain); ++i) {
          const int64_t n = i / pixels / groups, g = i / pixels % groups, p = i % pixels;
          Gather(s, inputs[kX], inputs[kOffset], inputs[kMask], n, g, p, column);
          for (int64_t m = g * per_group; m < (g + 1) * per_group; ++m) {
            T sum = inputs[kBias] ? inputs[kBias][m] : T{};
            for (int64_t k = 0; k < depth; ++k) sum += inputs[kW][m * depth + k] * column[k];
            store(y->raw() + ((n * s.out_channels + m) * pixels + p) * size, &sum, 1);
          }
        }
      }
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(DeformConv)

}  // namespace kante::core
