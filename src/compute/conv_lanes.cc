// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>

#include "base/build.h"
#include "base/checked.h"
#include "compute/conv_algorithms.h"
#include "kernels/conv_lanes.h"
#include "kernels/dispatch.h"

namespace kante::core {
namespace {

constexpr int64_t kLineFloats = 6 << 10;  // of padded input at once: L1 holds a block of weights beside it
constexpr int64_t kMaxGroups = 1 << 15, kMaxTaps = 1 << 23;
constexpr int64_t kMaxRanges = 32;
constexpr double kNanosPerRange = 4000;
constexpr int64_t kMaxDepth = 1152, kMaxDepthOfLongRows = 2048, kLongRow = 64, kFewPixels = 12;
constexpr double kCachedResults = 700e3;

double Real(int64_t n) { return static_cast<double>(n); }

int64_t Block() { return static_cast<int64_t>(kernels::ConvLanesBlock()); }

// A column of pixels is a row.
kernels::ConvGeometry GeometryOf(const ConvShape& s) {
  kernels::ConvGeometry g = s.Geometry();
  if (g.in_w == 1 && g.kernel_w == 1 && g.out_w == 1 && g.pad_left == 0) {
    std::swap(g.in_h, g.in_w);
    std::swap(g.out_h, g.out_w);
    std::swap(g.kernel_h, g.kernel_w);
    std::swap(g.stride_h, g.stride_w);
    std::swap(g.dilation_h, g.dilation_w);
    std::swap(g.pad_top, g.pad_left);
  }
  return g;
}

int64_t Reach(int64_t outputs, int64_t stride, int64_t kernel, int64_t dilation) {
  return (outputs - 1) * stride + (kernel - 1) * dilation + 1;
}
int64_t Width(const kernels::ConvGeometry& g) { return Reach(g.out_w, g.stride_w, g.kernel_w, g.dilation_w); }
int64_t Lines(const kernels::ConvGeometry& g, int64_t rows) {
  return Reach(rows, g.stride_h, g.kernel_h, g.dilation_h);
}

// No window reaches beyond the ends of a line.
bool InPlace(const kernels::ConvGeometry& g) { return g.pad_left == 0 && Width(g) <= g.in_w; }

// Lines of the input that output rows [first, first + rows) read: from `begin` on, `count` of them.
struct Span {
  int64_t begin, count, above;  // above: how far the first window begins over line `begin`
  Span(const kernels::ConvGeometry& g, int64_t first, int64_t rows) {
    const int64_t y0 = first * g.stride_h - g.pad_top;
    begin = std::clamp<int64_t>(y0, 0, g.in_h);
    count = std::clamp<int64_t>(y0 + Lines(g, rows), begin, g.in_h) - begin;
    above = begin - y0;
  }
};

// dst[channel][line][width]: lines of the input, with zeros beyond their ends. x is the first of them.
void CopyPadded(float* dst, const float* x, const kernels::ConvGeometry& g, int64_t channels, int64_t lines) {
  const int64_t width = Width(g);
  const int64_t from = std::min<int64_t>(g.pad_left, width),
                end = std::clamp<int64_t>(g.in_w + g.pad_left, from, width);
  for (int64_t c = 0; c < channels; ++c, x += g.in_h * g.in_w) {
    const float* row = x - g.pad_left;
    for (int64_t i = 0; i < lines; ++i, dst += width, row += g.in_w) {
      for (int64_t j = 0; j < from; ++j) dst[j] = 0.0f;
      if (end - from >= 16) {
        std::memcpy(dst + from, row + from, static_cast<size_t>(end - from) * sizeof(float));
      } else {
        for (int64_t j = from; j < end; ++j) dst[j] = row[j];
      }
      for (int64_t j = end; j < width; ++j) dst[j] = 0.0f;
    }
  }
}

int64_t Taps(uint64_t format) { return static_cast<int64_t>(format & 0xffffff); }
int64_t Groups(uint64_t format) { return static_cast<int64_t>(format >> 32 & 0xffff); }

}  // namespace

bool LanesFit(const ConvShape& s) {
  if (s.rank > 2 || s.groups > kMaxGroups || s.depth() == 0) return false;
  // A block of weights is read once for every few pixels: it should come from L2 at most.
  if (s.depth() <= kMaxDepth) return true;
  if (s.taps() >= kMaxTaps) return false;
  return s.out_pixels() <= kFewPixels || (GeometryOf(s).out_w >= kLongRow && s.depth() <= kMaxDepthOfLongRows);
}

// Nanoseconds of a product.
double LanesRate(const ConvShape& s, const kernels::ConvGeometry& g, bool wide) {
  if (g.stride_w == 1 && g.out_w >= 24) return wide ? 0.0126 : 0.0162;  // long tiles all along
  if (wide) return s.depth() > 600 ? 0.0172 : 0.014;
  return 0.018;
}

double LanesCost(const ConvShape& s) {
  const kernels::ConvGeometry g = GeometryOf(s);
  const int64_t lanes = Block() / 2;
  const double outs = Real(AlignUp(s.out_per_group(), lanes)), ins = Real(s.in_per_group());
  const double pixels = Real(g.out_h) * Real(g.out_w < 4 ? g.out_w : AlignUp(g.out_w, 2));
  const double results = Real(s.out_per_group()) * pixels;
  const double lines = InPlace(g) ? 0 : ins * Real(std::min<int64_t>(g.in_h, Lines(g, g.out_h)));
  return Real(s.batch * s.groups) * (200 + pixels * Real(s.depth()) * outs * LanesRate(s, g, lanes > 8) + 6 * lines +
                                     0.08 * results + 0.25 * std::max(0.0, results - kCachedResults));
}

ConvPlan PlanLanes(const ConvShape& s) {
  ConvPlan p;
  p.algorithm = ConvAlgorithm::kLanes;
  const kernels::ConvGeometry g = GeometryOf(s);
  const int64_t blocks = CeilDiv(s.out_per_group(), Block()), images = s.batch * s.groups, ins = s.in_per_group();
  p.ranges = static_cast<int64_t>(std::clamp(LanesCost(s) / kNanosPerRange, 1.0, double{kMaxRanges}));
  p.channels = s.out_per_group();
  p.bands = std::min<int64_t>(g.out_h, CeilDiv(p.ranges, images));
  if (!InPlace(g)) {
    const int64_t most = kLineFloats / (Width(g) * ins);
    const int64_t rows = std::max<int64_t>(1, (most - (g.kernel_h - 1) * g.dilation_h - 1) / g.stride_h + 1);
    p.bands = std::max(p.bands, CeilDiv(g.out_h, rows));
    const int64_t lines = Lines(g, CeilDiv(g.out_h, p.bands));
    p.slot_bytes = AlignUp(ins * lines * Width(g) * 4, 64);
  }
  const int64_t parts = std::min(blocks, CeilDiv(p.ranges, images * p.bands));
  if (parts > 1) p.channels = CeilDiv(blocks, parts) * Block();
  p.ranges = std::min(p.ranges, images * p.bands * CeilDiv(s.out_per_group(), p.channels));
  p.scratch_bytes = p.slot_bytes * p.ranges;
  return p;
}

bool ConvByLanes(const ConvPlan& plan, const ConvShape& s, const ConvOperands& o, ParallelFor parallel) {
  const kernels::ConvGeometry g = GeometryOf(s);
  const int64_t outs = s.out_per_group(), ins = s.in_per_group(), out_px = s.out_pixels(), block = Block();
  const int64_t parts = CeilDiv(outs, plan.channels), items = s.batch * s.groups * plan.bands * parts;
  const int64_t group_weights = CeilDiv(outs, block) * block * s.depth();
  const kernels::Epilogue tail{.act = o.act, .alpha = o.alpha, .beta = o.beta};
  const bool in_place = InPlace(g);
  ScratchSlots slots(reinterpret_cast<float*>(o.scratch), plan.slot_bytes / 4);
  return slots.Run(plan.ranges, parallel, [&](int64_t begin, int64_t end, float* padded) {
    int64_t held = -1;  // band whose padded input there is
    for (int64_t i = items * begin / plan.ranges; i < items * end / plan.ranges; ++i) {
      const int64_t part = i % parts, band = i / parts % plan.bands, image = i / parts / plan.bands;
      const int64_t first = g.out_h * band / plan.bands, rows = g.out_h * (band + 1) / plan.bands - first;
      const int64_t c = part * plan.channels, count = std::min(plan.channels, outs - c), group = image % s.groups;
      const float* x = o.x + image * ins * g.in_h * g.in_w;
      const Span span(g, first, rows);
      kernels::ConvLanesArgs args{.x = x + span.begin * g.in_w,
                                  .lines = static_cast<ptrdiff_t>(span.count),
                                  .lines_above = static_cast<ptrdiff_t>(span.above)};
      args.plane_x = g.in_h * g.in_w;
      args.line_x = g.in_w;
      if (!in_place) {
        if (held != i / parts) CopyPadded(padded, args.x, g, ins, span.count);
        held = i / parts;
        args.x = padded;
        args.line_x = Width(g);
        args.plane_x = span.count * args.line_x;
      }
      args.in_channels = ins;
      args.kernel_h = g.kernel_h, args.kernel_w = g.kernel_w;
      args.stride_h = g.stride_h, args.stride_w = g.stride_w;
      args.dilation_h = g.dilation_h, args.dilation_w = g.dilation_w;
      args.w = o.w + group * group_weights + c * s.depth();
      args.bias = o.bias ? o.bias + group * outs + c : nullptr;
      args.y = o.y + (image * outs + c) * out_px + first * g.out_w;
      args.plane_y = out_px;
      args.width_y = g.out_w;
      args.rows = rows;
      args.channels = count;
      args.epilogue = o.residual ? nullptr : &tail;
      kernels::ConvLanes(args);
      if (!o.residual) continue;
      kernels::Epilogue e = tail;
      e.residual = o.residual + (args.y - o.y);
      e.ld_residual = static_cast<size_t>(out_px);
      kernels::ApplyEpilogue(args.y, e.ld_residual, static_cast<size_t>(count), static_cast<size_t>(rows * g.out_w), e);
    }
  });
}

uint64_t LanesWeightFormat(const ConvShape& s) {
  return kLanesTag << 48 | static_cast<uint64_t>(s.groups) << 32 |
         static_cast<uint64_t>(kernels::CurrentTarget()) << 24 | static_cast<uint64_t>(s.taps());
}

Result<int64_t> LanesWeightBytes(uint64_t format, int64_t out_channels, int64_t in_per_group) {
  const int64_t block = Block();
  if (out_channels > INT64_MAX - block) return InvalidArgument(out_channels, " output channels are too many");
  const int64_t dims[] = {Groups(format), AlignUp(out_channels / Groups(format), block), in_per_group, Taps(format), 4};
  return CheckedProduct(dims);
}

bool PackLanesWeights(float* dst, const void* weights, uint64_t format, int64_t out_channels, int64_t in_per_group,
                      ParallelFor parallel) {
  const int64_t depth = in_per_group * Taps(format), groups = Groups(format), outs = out_channels / groups;
  const int64_t block = Block(), blocks = CeilDiv(outs, block);
  return parallel(groups * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t c = i % blocks * block;
      const char* from = static_cast<const char*>(weights) + (i / blocks * outs + c) * depth * 4;
      kernels::PackConvLanes(dst + i * block * depth, from, static_cast<size_t>(std::min(block, outs - c)),
                             static_cast<size_t>(depth));
    }
  });
}

}  // namespace kante::core
