// SPDX-License-Identifier: MIT
// Cast, CastLike and BitCast.
#include "compute/move/cast.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "compute/move/number_text.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

Status CastNumbers(RunContext& c, const Tensor& x, const Tensor& y, const CastRules& rules) {
  // Eight elements of any packed type end at a whole byte.
  const int64_t n = x.elements();
  return c.ParallelBlocks((n + 7) / 8, 2048, [&](int64_t begin, int64_t end) {
    const int64_t from = begin * 8;
    const int64_t count = std::min(n, end * 8) - from;
    CastRange(y.type(), y.raw() + from * BitsOf(y.type()) / 8, x.type(), x.raw() + from * BitsOf(x.type()) / 8, count,
              rules);
  });
}

Status CastToText(RunContext& c, const Tensor& x, const Tensor& y) {
  auto* out = y.mutable_data<std::string>();
  return c.Parallel(x.elements(), 100, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = NumberToText(x.type(), x.raw() + i * BitsOf(x.type()) / 8);
  });
}

Status CastFromText(RunContext& c, const Tensor& x, const Tensor& y) {
  const auto* in = x.data<std::string>();
  std::byte* out = y.raw();
  const int64_t size = BitsOf(y.type()) / 8;
  for (int64_t i = 0; i < x.elements(); ++i) {
    if (i % 4096 == 0) KANTE_TRY(c.CheckCancelled());
    KANTE_TRY(TextToNumber(in[i], y.type(), out + i * size));
  }
  return OkStatus();
}

bool TextOrNumber(ElementType type) { return type == ElementType::kString || IsCastable(type); }

Status InferCast(InferContext& c, ElementType to) {
  const ElementType from = c.type(0);
  c.SetType(0, to);
  if (from == ElementType::kUndefined || to == ElementType::kUndefined) return OkStatus();
  if (from != to) {
    if (!TextOrNumber(from) || !TextOrNumber(to)) return NotImplemented("cast from ", NameOf(from), " to ", NameOf(to));
    const bool text = from == ElementType::kString || to == ElementType::kString;
    if (text && (IsSubByte(from) || IsSubByte(to))) {
      return NotImplemented("cast from ", NameOf(from), " to ", NameOf(to));
    }
  }
  KANTE_TRY(const Shape x, c.shape(0));
  return from == to ? c.View(0, 0, x) : c.SetShape(0, x);
}

Status RunCast(RunContext& c, const CastRules& rules) {
  const Tensor& x = c.in(0);
  KANTE_TRY(Tensor * y, c.Output(0));
  if (x.type() == ElementType::kString) return CastFromText(c, x, *y);
  if (y->type() == ElementType::kString) return CastToText(c, x, *y);
  return CastNumbers(c, x, *y, rules);
}

CastRules ParseRules(AttrReader& a) {
  CastRules rules;
  rules.saturate = a.Bool("saturate", true);
  const std::string mode = a.String("round_mode", "up");
  if (mode == "down") {
    rules.rounding = ScaleRounding::kDown;
  } else if (mode == "nearest") {
    rules.rounding = ScaleRounding::kNearest;
  } else if (mode != "up") {
    a.Fail(StrCat("round_mode '", mode, "' is neither up, down nor nearest"));
  }
  return rules;
}

struct Cast {
  static constexpr OpInfo kInfo{
      .name = "Cast", .versions = {1, 6, 9, 13, 19, 21, 23, 24, 25, 28}, .form_since = 19, .numerics = kConverts};
  ElementType to = ElementType::kUndefined;
  CastRules rules;

  static Result<Cast> Parse(AttrReader& a) {
    if (!a.Has("to")) a.Fail("attribute 'to' is missing");
    return Cast{a.Type("to", ElementType::kFloat32), ParseRules(a)};
  }
  static Status Upgrade(UpgradeContext& u, int from) {
    // Cast-1 names the type.
    Attribute* to = u.node().FindAttribute("to");
    if (from >= 6 || !to || !to->get<std::string>()) return OkStatus();
    std::string name = *to->get<std::string>();
    for (char& ch : name) ch = ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch;
    if (name == "float" || name == "double") name = name == "float" ? "float32" : "float64";
    const auto type = ElementTypeOfName(name);
    if (!type) return InvalidGraph("'", name.substr(0, 40), "' is not an element type");
    u.node().SetAttribute(Attribute("to", static_cast<int>(*type)));
    return OkStatus();
  }
  Status Infer(InferContext& c) const { return InferCast(c, to); }
  Status Run(RunContext& c) const { return RunCast(c, rules); }
};

struct CastLike {
  static constexpr OpInfo kInfo{.name = "CastLike",
                                .versions = {15, 19, 21, 23, 24, 25},
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .numerics = kConverts};
  CastRules rules;

  static Result<CastLike> Parse(AttrReader& a) { return CastLike{ParseRules(a)}; }
  Status Infer(InferContext& c) const { return InferCast(c, c.type(1)); }
  Status Run(RunContext& c) const { return RunCast(c, rules); }
};

// The same bytes as another type of the same width.
struct BitCast {
  static constexpr OpInfo kInfo{.name = "BitCast", .versions = {26}, .numerics = kMoves};
  ElementType to = ElementType::kUndefined;

  static Result<BitCast> Parse(AttrReader& a) {
    if (!a.Has("to")) a.Fail("attribute 'to' is missing");
    return BitCast{a.Type("to", ElementType::kFloat32)};
  }
  Status Infer(InferContext& c) const {
    const ElementType from = c.type(0);
    c.SetType(0, to);
    if (from == ElementType::kUndefined) return OkStatus();
    if (from == ElementType::kString || to == ElementType::kString || BitsOf(from) != BitsOf(to)) {
      return InvalidArgument("cannot reinterpret ", NameOf(from), " as ", NameOf(to));
    }
    KANTE_TRY(const Shape x, c.shape(0));
    return c.SetShape(0, x);  // a copy: a view would have to keep its type
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    std::memmove(y->raw(), c.in(0).raw(), static_cast<size_t>(y->bytes()));
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Cast)
KANTE_DEFINE_OP(CastLike)
KANTE_DEFINE_OP(BitCast)

}  // namespace kante::core
