// SPDX-License-Identifier: MIT
// Sizes of a convolution or pooling of any rank, after auto_pad and ceil_mode have been resolved.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/conv_pack.h"
#include "tensor/shape.h"

namespace kante::core {

// Channels-first: x [batch, in_channels, in...], y [batch, out_channels, out...]. For a transposed convolution `in` and
// `out` keep the meaning of the convolution whose gradient it is: `out` is the small image that it reads.
// Whoever fills this has checked that dimensions are sane: kernel, stride and dilation positive, pads >= 0.
struct ConvShape {
  using Dims = std::array<int64_t, kMaxRank>;

  int rank = 0;  // spatial dimensions
  int64_t batch = 1;
  int64_t groups = 1;
  int64_t in_channels = 1;
  int64_t out_channels = 1;
  Dims in{};
  Dims out{};
  Dims kernel{};
  Dims stride{};
  Dims dilation{};
  Dims pad_begin{};
  Dims pad_end{};

  int64_t in_pixels() const { return Product(in); }
  int64_t out_pixels() const { return Product(out); }
  int64_t taps() const { return Product(kernel); }
  int64_t in_per_group() const { return in_channels / groups; }
  int64_t out_per_group() const { return out_channels / groups; }
  // Length of the dot product behind one output: weights are [out_channels, depth()].
  int64_t depth() const { return in_per_group() * taps(); }

  // Every output pixel reads exactly the input pixel at its own place.
  bool pointwise() const;
  // The sizes as kernels take them. REQUIRES: rank <= 3.
  kernels::ConvGeometry Geometry() const;

 private:
  int64_t Product(const Dims& dims) const {
    int64_t p = 1;
    for (int i = 0; i < rank; ++i) p *= dims[static_cast<size_t>(i)];
    return p;
  }
};

// Output rows [begin, end) of a plane as a geometry of their own. The input it starts from lies `*in_offset` floats
// further. Rows here are those of the outermost dimension that windows move along (d for 3-d, else h).
kernels::ConvGeometry BandOf(const kernels::ConvGeometry& g, int64_t begin, int64_t end, int64_t* in_offset);
inline int64_t BandRows(const kernels::ConvGeometry& g) { return g.out_d > 1 || g.in_d > 1 ? g.out_d : g.out_h; }

}  // namespace kante::core
