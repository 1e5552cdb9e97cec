// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/build.h"
#include "base/checked.h"
#include "compute/conv_algorithms.h"
#include "kernels/dispatch.h"
#include "kernels/winograd.h"

namespace kante::core {
namespace {

constexpr int64_t kBlockTiles = 24;  // whole register tiles of every instruction set; 12 to 72 are alike
constexpr int64_t kChannels = 64;    // output channels at once: their products stay in L2
constexpr int64_t kManyItems = 8;    // that feed threads well enough
constexpr int64_t kMaxItems = 16;    // ... that anything is cut up for, and the slots of scratch
constexpr double kNanosPerRange = 20000;
constexpr int64_t kMaxGroups = 1 << 15;
constexpr uint64_t kTag = uint64_t{'W'} << 8 | uint64_t{'G'};

size_t Size(int64_t n) { return static_cast<size_t>(n); }

kernels::WinogradShape KernelShape(int tile, int64_t stride, int64_t in_per_group, int64_t out_per_group) {
  kernels::WinogradShape k;
  k.m = static_cast<size_t>(tile);
  k.stride = Size(stride);
  k.in_channels = Size(in_per_group);
  k.out_channels = Size(out_per_group);
  return k;
}

// One group of one image.
kernels::WinogradShape KernelShape(const ConvShape& s, int tile) {
  kernels::WinogradShape k = KernelShape(tile, s.stride[0], s.in_per_group(), s.out_per_group());
  k.in_h = s.in[0];
  k.in_w = s.in[1];
  k.out_h = s.out[0];
  k.out_w = s.out[1];
  k.pad_top = s.pad_begin[0];
  k.pad_left = s.pad_begin[1];
  return k;
}

int64_t Padded(size_t floats) { return AlignUp(static_cast<int64_t>(floats), 16); }

struct Format {
  int tile;
  int64_t stride, groups;
  explicit Format(uint64_t f)
      : tile(static_cast<int>(f & 0xf)),
        stride(static_cast<int64_t>(f >> 4 & 0xf)),
        groups(static_cast<int64_t>(f >> 32 & 0xffff)) {}
};

// One image and group: pointers and the epilogue of its part of the output.
struct Job {
  const float* x;
  const float* w;
  float* y;
  kernels::Epilogue epilogue;
  bool fused;

  // From output channel `first` of the group on; `weights` floats of `transformed` belong to a group.
  Job(const ConvShape& s, const ConvOperands& o, int64_t image, int64_t first, const float* transformed,
      int64_t weights) {
    const int64_t g = image % s.groups, m0 = g * s.out_per_group() + first;
    const int64_t y0 = (image * s.out_per_group() + first) * s.out_pixels();
    x = o.x + image * s.in_per_group() * s.in_pixels();
    w = transformed + g * weights;
    y = o.y + y0;
    epilogue = {.bias_row = o.bias ? o.bias + m0 : nullptr,
                .residual = o.residual ? o.residual + y0 : nullptr,
                .ld_residual = Size(s.out_pixels()),
                .act = o.act,
                .alpha = o.alpha,
                .beta = o.beta};
    fused = o.bias || o.residual || o.act != kernels::UnaryOp::kIdentity;
  }
  void Output(const float* v, const kernels::WinogradShape& k, int64_t t0, int64_t t1, int64_t k0, int64_t k1,
              float* scratch) const {
    kernels::WinogradOutput(y, v, w, k, Size(t0), Size(t1), Size(k0), Size(k1), fused ? &epilogue : nullptr, scratch);
  }
};

}  // namespace

bool WinogradFits(const ConvShape& s) {
  if (s.rank != 2 || s.groups > kMaxGroups || s.in_per_group() == 0 || s.out_pixels() == 0) return false;
  for (size_t d = 0; d < 2; ++d) {
    if (s.kernel[d] != 3 || s.stride[d] != s.stride[0] || s.dilation[d] != 1) return false;
  }
  return s.stride[0] <= 2;
}

ConvPlan PlanWinograd(const ConvShape& s, int tile, int64_t slice_bytes) {
  ConvPlan p;
  p.algorithm = ConvAlgorithm::kWinograd;
  p.tile = tile;
  const kernels::WinogradShape k = KernelShape(s, tile);
  const int64_t tiles = static_cast<int64_t>(k.tiles()), images = s.batch * s.groups, outs = s.out_per_group();
  const int64_t nr = static_cast<int64_t>(kernels::GemmTile().nr);
  // Half as many where there are more than twice as many matrices of them.
  const int64_t block_tiles = k.matrices() > 64 ? kBlockTiles / 2 : kBlockTiles;
  p.blocks = std::max<int64_t>(1, (tiles + block_tiles / 2) / block_tiles);
  if (p.blocks >= 6) p.blocks = (p.blocks + 2) / 4 * 4;  // whole rounds for 2 and 4 threads
  p.channels = outs;
  if (images * p.blocks < kManyItems) {
    p.channels = std::min(outs, AlignUp(CeilDiv(outs, kMaxItems / (images * p.blocks)), std::max<int64_t>(nr, 16)));
  }
  const int64_t items = images * p.blocks * CeilDiv(outs, p.channels);
  const double wanted = WinogradCost(s, tile) / kNanosPerRange;
  p.ranges = std::min(items, static_cast<int64_t>(std::clamp(wanted, 1.0, double{kMaxItems})));
  const size_t block = Size(CeilDiv(tiles, p.blocks));
  p.slot_bytes = 4 * (Padded(kernels::WinogradInputSize(k, block)) +
                      Padded(std::max(kernels::WinogradInputScratch(),
                                      kernels::WinogradOutputScratch(k, block, Size(std::min(kChannels, outs))))));
  p.scratch_bytes = p.slot_bytes * p.ranges;
  if (slice_bytes > 0) {
    const int64_t channel = static_cast<int64_t>(k.matrices()) * s.in_per_group() * 4;
    const int64_t most = std::max<int64_t>(slice_bytes / channel / kChannels, 1) * kChannels;
    p.slice = s.groups > 1 ? outs : std::min(outs, most);
    p.scratch_bytes += s.groups * (AlignUp(p.slice, nr) * channel + static_cast<int64_t>(k.matrices()) * 64);
  }
  return p;
}

namespace {

// Output channels [first, first + outs) of every group, with their transformed weights.
bool Channels(const ConvPlan& plan, const ConvShape& s, const ConvOperands& o, const float* transformed, int64_t first,
              int64_t outs, ParallelFor parallel) {
  kernels::WinogradShape k = KernelShape(s, plan.tile);
  k.out_channels = Size(outs);
  const int64_t tiles = static_cast<int64_t>(k.tiles());
  const int64_t weights = static_cast<int64_t>(kernels::WinogradWeightSize(k));
  const int64_t input = Padded(kernels::WinogradInputSize(k, Size(CeilDiv(tiles, plan.blocks))));
  const int64_t parts = CeilDiv(outs, plan.channels), items = s.batch * s.groups * plan.blocks * parts;
  float* scratch = reinterpret_cast<float*>(o.scratch);
  ScratchSlots slots(scratch, plan.slot_bytes / 4);
  // Block whose transformed input a slot holds. Threads that work on the same one transform it each: that is cheaper
  // than to wait for another's and to fetch it from the other's cache.
  int64_t held[kMaxItems];
  std::fill_n(held, kMaxItems, -1);
  return slots.Run(plan.ranges, parallel, [&](int64_t begin, int64_t end, float* v) {
    int64_t& holds = held[(v - scratch) * 4 / plan.slot_bytes];
    for (int64_t i = items * begin / plan.ranges; i < items * end / plan.ranges; ++i) {
      const int64_t block = i / parts, t0 = tiles * (block % plan.blocks) / plan.blocks,
                    t1 = tiles * (block % plan.blocks + 1) / plan.blocks;
      const Job job(s, o, block / plan.blocks, first, transformed, weights);
      if (holds != block) {
        kernels::WinogradInput(v, job.x, k, Size(t0), Size(t1), 0, k.in_channels, v + input);
        holds = block;
      }
      const int64_t end_channel = std::min(outs, (i % parts + 1) * plan.channels);
      for (int64_t k0 = i % parts * plan.channels; k0 < end_channel; k0 += kChannels) {
        job.Output(v, k, t0, t1, k0, std::min(end_channel, k0 + kChannels), v + input);
      }
    }
  });
}

// `from`: the groups' weights, `stride` floats apart.
bool TransformWeights(float* dst, const void* from, const kernels::WinogradShape& k, int64_t groups, int64_t stride,
                      ParallelFor parallel) {
  const int64_t nr = static_cast<int64_t>(kernels::GemmTile().nr), outs = static_cast<int64_t>(k.out_channels);
  const int64_t panels = CeilDiv(outs, nr), size = static_cast<int64_t>(kernels::WinogradWeightSize(k));
  return parallel(groups * panels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t g = i / panels, k0 = i % panels * nr;
      kernels::WinogradPackWeights(dst + g * size, static_cast<const char*>(from) + g * stride * 4, k, Size(k0),
                                   Size(std::min(outs, k0 + nr)));
    }
  });
}

}  // namespace

bool ConvByWinograd(const ConvPlan& plan, const ConvShape& s, const ConvOperands& o, ParallelFor parallel) {
  const int64_t outs = s.out_per_group();
  if (plan.slice == 0) return Channels(plan, s, o, o.w, 0, outs, parallel);
  float* transformed = reinterpret_cast<float*>(o.scratch + plan.slot_bytes * plan.ranges);
  for (int64_t first = 0; first < outs; first += plan.slice) {
    const int64_t some = std::min(plan.slice, outs - first);
    const int64_t stride = s.in_per_group() * 9;
    if (!TransformWeights(transformed, o.w + first * stride,
                          KernelShape(plan.tile, s.stride[0], s.in_per_group(), some), s.groups, outs * stride,
                          parallel) ||
        !Channels(plan, s, o, transformed, first, some, parallel)) {
      return false;
    }
  }
  return true;
}

uint64_t ConvWeightFormat(const ConvPlan& plan, const ConvShape& s) {
  if constexpr (!kForSize) {
    if (plan.algorithm == ConvAlgorithm::kLanes) return LanesWeightFormat(s);
  }
  if (plan.algorithm != ConvAlgorithm::kWinograd || plan.slice != 0) return 0;
  return kTag << 48 | static_cast<uint64_t>(s.groups) << 32 | static_cast<uint64_t>(kernels::CurrentTarget()) << 24 |
         uint64_t{kernels::GemmTile().nr} << 8 | static_cast<uint64_t>(s.stride[0] << 4 | plan.tile);
}

Result<int64_t> PackedConvBytes(uint64_t format, int64_t out_channels, int64_t in_per_group) {
  if constexpr (!kForSize) {
    if (format >> 48 == kLanesTag) return LanesWeightBytes(format, out_channels, in_per_group);
  }
  const Format f(format);
  const int64_t nr = static_cast<int64_t>(kernels::GemmTile().nr), n = (f.tile - 1) * f.stride + 3;
  if (out_channels > INT64_MAX - nr) return InvalidArgument(out_channels, " output channels are too many");
  const int64_t floats[] = {in_per_group, AlignUp(out_channels / f.groups, nr)};
  KANTE_TRY(const int64_t matrix, CheckedProduct(floats));
  if (matrix > INT64_MAX - 16) return InvalidArgument("weights are too many");
  const int64_t dims[] = {f.groups, n * n, matrix + 16, 4};
  return CheckedProduct(dims);
}

bool PackConvWeights(float* dst, const void* weights, uint64_t format, int64_t out_channels, int64_t in_per_group,
                     ParallelFor parallel) {
  if constexpr (kForSize) return false;  // no plan of such a build asks for it
  if (format >> 48 == kLanesTag) return PackLanesWeights(dst, weights, format, out_channels, in_per_group, parallel);
  const Format f(format);
  const kernels::WinogradShape k = KernelShape(f.tile, f.stride, in_per_group, out_channels / f.groups);
  return TransformWeights(dst, weights, k, f.groups, out_channels / f.groups * in_per_group * 9, parallel);
}

}  // namespace kante::core
