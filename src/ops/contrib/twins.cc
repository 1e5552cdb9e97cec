// SPDX-License-Identifier: MIT
// Operators of com.microsoft that ONNX has taken up since, or nearly.
#include "ops/contrib/rewriting.h"

namespace kante::core {
namespace {

Status RewriteMsTrilu(Rewriting& r) {
  r.Out(0, r.b.Op("Trilu", {r.in(0), r.in(1)}, {Attribute("upper", r.attrs.Int("upper", 1))}));
  return OkStatus();
}

Status RewriteMsUnique(Rewriting& r) {
  const std::vector<ValueId> found = r.b.Op("", "Unique", {r.in(0)}, 4, {Attribute("sorted", 0)});
  r.Out(0, found[0]);
  r.Out(1, found[2]);
  r.Out(2, found[3]);
  return OkStatus();
}

Status RewriteMsGridSample(Rewriting& r) {
  std::string mode = r.attrs.String("mode", "bilinear");
  if (mode == "bilinear") mode = "linear";
  if (mode == "bicubic") mode = "cubic";
  const std::string padding = r.attrs.String("padding_mode", "zeros");
  r.Out(0, r.b.Op("GridSample", {r.in(0), r.in(1)},
                  {Attribute("mode", mode.c_str()), Attribute("padding_mode", padding.c_str()),
                   Attribute("align_corners", r.attrs.Int("align_corners", 0))}));
  return OkStatus();
}

Status RewriteMsRange(Rewriting& r) {
  const auto scalar = [&](ValueId x) { return r.Reshape(x, {}); };
  const ValueId start = scalar(r.in(0));
  const ValueId delta = r.has(2) ? scalar(r.in(2)) : r.b.Op("CastLike", {r.b.Int(1), start});
  r.Out(0, r.b.Op("Range", {start, scalar(r.in(1)), delta}));
  return OkStatus();
}

Status RewriteMsPad(Rewriting& r) {
  const std::string mode = r.attrs.String("mode", "constant");
  const ValueId value = r.has(2) ? r.Reshape(r.in(2), {}) : kNone;
  r.Out(0, r.b.Op("Pad", {r.in(0), r.Reshape(r.in(1), {-1}), value}, {Attribute("mode", mode.c_str())}));
  return OkStatus();
}

Status RewriteMsGatherND(Rewriting& r) {
  r.Out(0, r.b.Op("GatherND", {r.in(0), r.Cast(r.in(1), ElementType::kInt64)}));
  return OkStatus();
}

Status RewriteExpandDims(Rewriting& r) {
  r.Out(0, r.b.Op("Unsqueeze", {r.in(0), r.Reshape(r.Cast(r.in(1), ElementType::kInt64), {1})}));
  return OkStatus();
}

Status CheckSignal(Rewriting& r) {
  const int64_t dims = r.attrs.Int("signal_ndim", 1), normalized = r.attrs.Int("normalized", 0);
  if (dims != 1) return NotImplemented("signal_ndim ", dims, ", only 1 is there");
  if (normalized != 0) return NotImplemented("normalized ", normalized);
  if (r.attrs.Int("onesided", 1) != 1) return NotImplemented("onesided 0");
  return OkStatus();
}

Status RewriteRfft(Rewriting& r) {
  KANTE_TRY(CheckSignal(r));
  const ValueId x = r.b.Op("Unsqueeze", {r.in(0), r.b.Ints({-1})});
  r.Out(0, r.b.Op("DFT", {x, kNone, r.b.Int(-2)}, {Attribute("onesided", 1)}));
  return OkStatus();
}

// The other half of the spectrum is the conjugate of the first, backwards.
Status RewriteIrfft(Rewriting& r) {
  KANTE_TRY(CheckSignal(r));
  constexpr int64_t kBeforeAll = -(int64_t{1} << 62);
  const ValueId axis = r.b.Ints({-2});
  const ValueId inner = r.b.Op("Slice", {r.in(0), r.b.Ints({-2}), r.b.Ints({kBeforeAll}), axis, r.b.Ints({-1})});
  const ValueId count = r.b.Op("Sub", {r.Dims(inner, -2, -1), r.b.Ints({1})});
  const ValueId mirrored = r.b.Op("Slice", {inner, r.b.Ints({0}), count, axis});
  const float signs[] = {1, -1};
  const ValueId conjugate = r.Mul(mirrored, r.b.Op("CastLike", {r.b.Constant(Tensor::Of<float>({2}, signs)), r.in(0)}));
  const ValueId full = r.b.Op("Concat", {r.in(0), conjugate}, {Attribute("axis", -2)});
  const ValueId signal = r.b.Op("DFT", {full, kNone, r.b.Int(-2)}, {Attribute("inverse", 1)});
  r.Out(0, r.b.Op("Gather", {signal, r.b.Int(0)}, {Attribute("axis", -1)}));
  return OkStatus();
}

}  // namespace

KANTE_REWRITTEN_OP(MsTrilu, "Trilu", 1, 2, 1)
KANTE_REWRITTEN_OP(MsUnique, "Unique", 1, 1, 3)
KANTE_REWRITTEN_OP(MsGridSample, "GridSample", 2, 2, 1)
KANTE_REWRITTEN_OP(MsRange, "Range", 2, 3, 1)
KANTE_REWRITTEN_OP(MsPad, "Pad", 2, 3, 1)
KANTE_REWRITTEN_OP(MsGatherND, "GatherND", 2, 2, 1)
KANTE_REWRITTEN_OP(ExpandDims, "ExpandDims", 2, 2, 1)
KANTE_REWRITTEN_OP(Rfft, "Rfft", 1, 1, 1)
KANTE_REWRITTEN_OP(Irfft, "Irfft", 1, 1, 1)

}  // namespace kante::core
