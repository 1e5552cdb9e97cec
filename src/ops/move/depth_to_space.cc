// SPDX-License-Identifier: MIT
// DepthToSpace and SpaceToDepth: each is a transpose of a six-dimensional view.
#include "base/checked.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct Blocks {
  int64_t size = 1;
  bool depth_first = true;  // mode DCR: the block's position comes before the channel
};

Result<Blocks> ParseBlocks(AttrReader& a) {
  const Blocks blocks{a.Int("blocksize"), a.String("mode", "DCR") == "DCR"};
  const std::string mode = a.String("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") a.Fail(StrCat("mode '", mode, "' is neither DCR nor CRD"));
  if (blocks.size < 1 || blocks.size > (1 << 20)) a.Fail(StrCat("blocksize ", blocks.size, " must be positive"));
  return blocks;
}

// Copies x, seen as the dimensions `dims`, into y in the order `perm`.
Status TransposeView(RunContext& c, const Tensor& x, const Tensor& y, const std::array<int64_t, 6>& dims,
                     const std::array<int, 6>& perm) {
  std::array<int64_t, 6> strides{};
  int64_t stride = 1;
  for (size_t i = 6; i-- > 0;) {
    strides[i] = stride;
    stride *= dims[i];
  }
  std::array<int64_t, 6> out{};
  std::array<int64_t, 6> src{};
  std::array<int64_t, 6> dst{};
  for (size_t i = 0; i < 6; ++i) {
    out[i] = dims[static_cast<size_t>(perm[i])];
    src[i] = strides[static_cast<size_t>(perm[i])];
  }
  stride = 1;
  for (size_t i = 6; i-- > 0;) {
    dst[i] = stride;
    stride *= out[i];
  }
  KANTE_TRY(const Movable from, ReadMovable(c, x));
  KANTE_TRY(const Movable to, WriteMovable(c, y));
  KANTE_TRY(RunCopy(c, StridedCopy(to.type, out, dst, src), to.data, from.data));
  Finish(to, y);
  return OkStatus();
}

struct DepthToSpace {
  static constexpr OpInfo kInfo{
      .name = "DepthToSpace", .versions = {1, 11, 13, 28}, .form_since = 13, .numerics = kMoves};
  Blocks blocks;

  static Result<DepthToSpace> Parse(AttrReader& a) {
    KANTE_TRY(const Blocks blocks, ParseBlocks(a));
    return DepthToSpace{blocks};
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    const int64_t b = blocks.size;
    if (x.rank() != 4) return InvalidArgument("input must be [N,C,H,W], not ", x.ToString());
    if (x[1] % (b * b) != 0) return InvalidArgument(x[1], " channels are no multiple of ", b, " * ", b);
    int64_t height = 0;
    int64_t width = 0;
    if (!CheckedMul(x[2], b, &height) || !CheckedMul(x[3], b, &width)) return InvalidArgument("the size overflows");
    return c.SetShape(0, {x[0], x[1] / (b * b), height, width});
  }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t b = blocks.size;
    const int64_t channels = x.dim(1) / (b * b);
    if (blocks.depth_first) {
      return TransposeView(c, x, *y, {x.dim(0), b, b, channels, x.dim(2), x.dim(3)}, {0, 3, 4, 1, 5, 2});
    }
    return TransposeView(c, x, *y, {x.dim(0), channels, b, b, x.dim(2), x.dim(3)}, {0, 1, 4, 2, 5, 3});
  }
};

struct SpaceToDepth {
  static constexpr OpInfo kInfo{.name = "SpaceToDepth", .versions = {1, 13, 28}, .form_since = 13, .numerics = kMoves};
  Blocks blocks;

  static Result<SpaceToDepth> Parse(AttrReader& a) {
    KANTE_TRY(const Blocks blocks, ParseBlocks(a));
    return SpaceToDepth{blocks};
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    const int64_t b = blocks.size;
    if (x.rank() != 4) return InvalidArgument("input must be [N,C,H,W], not ", x.ToString());
    if (x[2] % b != 0 || x[3] % b != 0) return InvalidArgument(x.ToString(), " does not fall into blocks of ", b);
    int64_t channels = 0;
    if (!CheckedMul(x[1], b * b, &channels)) return InvalidArgument("the size overflows");
    return c.SetShape(0, {x[0], channels, x[2] / b, x[3] / b});
  }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t b = blocks.size;
    const std::array<int64_t, 6> dims{x.dim(0), x.dim(1), x.dim(2) / b, b, x.dim(3) / b, b};
    if (blocks.depth_first) return TransposeView(c, x, *y, dims, {0, 3, 5, 1, 2, 4});
    return TransposeView(c, x, *y, dims, {0, 1, 3, 5, 2, 4});
  }
};

}  // namespace

KANTE_DEFINE_OP(DepthToSpace)
KANTE_DEFINE_OP(SpaceToDepth)

}  // namespace kante::core
