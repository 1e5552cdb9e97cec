// SPDX-License-Identifier: MIT
#include "ops/nn/window.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/checked.h"

namespace kante::core {
namespace {

constexpr int64_t kMaxStep = int64_t{1} << 31;  // of kernels, strides, dilations, pads: products stay in int64
constexpr int64_t kMaxSide = int64_t{1} << 40;  // of an image
constexpr int64_t kMaxElements = int64_t{1} << 50;

// list[i], or `fallback` for an empty list.
int64_t At(const std::vector<int64_t>& list, size_t i, int64_t fallback) { return list.empty() ? fallback : list[i]; }

Status CheckList(std::string_view what, std::span<const int64_t> list, size_t wanted, int64_t least) {
  if (list.empty()) return OkStatus();
  if (list.size() != wanted) {
    return InvalidArgument(what, " has ", list.size(), " values, ", wanted, " were expected");
  }
  for (int64_t v : list) {
    if (v < least || v > kMaxStep) return InvalidArgument(what, " holds ", v, ", outside [", least, ", 2^31]");
  }
  return OkStatus();
}

}  // namespace

Status UpgradePower(UpgradeContext& u, int from) {
  Attribute* attribute = u.node().FindAttribute("p");
  const float* p = from == 1 && attribute ? attribute->get<float>() : nullptr;
  if (!p) return OkStatus();
  const float power = *p;
  if (!(power >= 1 && power < 1024 && power == std::floor(power))) {
    return NotImplemented("p ", power, " is no integer in [1, 1024)");
  }
  attribute->value = static_cast<int64_t>(power);
  return OkStatus();
}

Status CheckSizes(std::span<const int64_t> dims) {
  int64_t product = 1;
  for (int64_t d : dims) {
    if (d > 0 && (!CheckedMul(product, d, &product) || product > kMaxElements)) {
      return InvalidArgument("the dimensions are too large");
    }
  }
  return OkStatus();
}

Window Window::Read(AttrReader& a) {
  Window w;
  w.kernel = a.Ints("kernel_shape");
  w.strides = a.Ints("strides");
  w.dilations = a.Ints("dilations");
  w.pads = a.Ints("pads");
  const std::string pad = a.String("auto_pad", "NOTSET");
  if (pad == "VALID") {
    w.auto_pad = AutoPad::kValid;
  } else if (pad == "SAME_UPPER") {
    w.auto_pad = AutoPad::kSameUpper;
  } else if (pad == "SAME_LOWER") {
    w.auto_pad = AutoPad::kSameLower;
  } else if (pad != "NOTSET" && !pad.empty()) {
    a.Fail(StrCat("auto_pad '", pad, "' is not known"));
  }
  return w;
}

Status Window::ResolveKernel(std::span<const int64_t> in, std::span<const int64_t> kernel_dims, ConvShape& s) const {
  const size_t rank = in.size();
  if (rank < 1) return InvalidArgument("input 0 needs at least 3 dimensions");
  if (rank + 2 > static_cast<size_t>(kMaxRank)) return InvalidArgument("input 0 has too many dimensions");
  const std::span<const int64_t> sides = kernel_dims.empty() ? std::span<const int64_t>(kernel) : kernel_dims;
  if (sides.empty()) return InvalidArgument("attribute 'kernel_shape' is missing");
  KANTE_TRY(CheckList("kernel_shape", sides, rank, 1));
  KANTE_TRY(CheckList("strides", strides, rank, 1));
  KANTE_TRY(CheckList("dilations", dilations, rank, 1));
  KANTE_TRY(CheckList("pads", pads, 2 * rank, 0));
  KANTE_TRY(CheckSizes(in));
  KANTE_TRY(CheckSizes(sides));
  s.rank = static_cast<int>(rank);
  for (size_t i = 0; i < rank; ++i) {
    if (in[i] > kMaxSide) return InvalidArgument("input 0 has a dimension of ", in[i]);
    if (!kernel_dims.empty() && !kernel.empty() && (kernel.size() != rank || kernel[i] != kernel_dims[i])) {
      return InvalidArgument("kernel_shape differs from the dimensions of the weights");
    }
    s.in[i] = in[i];
    s.kernel[i] = sides[i];
    s.stride[i] = At(strides, i, 1);
    s.dilation[i] = At(dilations, i, 1);
    s.pad_begin[i] = At(pads, i, 0);
    s.pad_end[i] = At(pads, i + rank, 0);
  }
  return OkStatus();
}

Status Window::Resolve(std::span<const int64_t> in, std::span<const int64_t> kernel_dims, ConvShape& s) const {
  KANTE_TRY(ResolveKernel(in, kernel_dims, s));
  for (size_t i = 0; i < in.size(); ++i) {
    const int64_t reach = (s.kernel[i] - 1) * s.dilation[i] + 1;
    const int64_t step = s.stride[i];
    if (auto_pad == AutoPad::kSameUpper || auto_pad == AutoPad::kSameLower) {
      s.out[i] = CeilDiv(in[i], step);
      const int64_t total = std::max<int64_t>(0, (s.out[i] - 1) * step + reach - in[i]);
      s.pad_begin[i] = auto_pad == AutoPad::kSameUpper ? total / 2 : total - total / 2;
      s.pad_end[i] = total - s.pad_begin[i];
      continue;
    }
    if (auto_pad == AutoPad::kValid) s.pad_begin[i] = s.pad_end[i] = 0;
    const int64_t room = in[i] + s.pad_begin[i] + s.pad_end[i] - reach;
    if (room < 0) {
      return InvalidArgument("a window of ", reach, " does not fit into the padded input of ", room + reach);
    }
    s.out[i] = (ceil_mode ? CeilDiv(room, step) : room / step) + 1;
    // A window that would start in the padding after the input is left out.
    if (ceil_mode && (s.out[i] - 1) * step >= in[i] + s.pad_begin[i]) --s.out[i];
  }
  return CheckSizes(std::span(s.out.data(), in.size()));
}

Result<Shape> ImageShape(int64_t batch, int64_t channels, const ConvShape::Dims& dims, int rank) {
  std::array<int64_t, kMaxRank> all{batch, channels};
  for (int i = 0; i < rank; ++i) all[static_cast<size_t>(i) + 2] = dims[static_cast<size_t>(i)];
  return Shape::Make(std::span(all.data(), static_cast<size_t>(rank) + 2));
}

}  // namespace kante::core
