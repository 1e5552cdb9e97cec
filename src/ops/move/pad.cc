// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

enum class PadMode : uint8_t { kConstant, kReflect, kEdge, kWrap };

// One axis: the input is cut to [start, start + length), then `before` and `after` positions are added.
struct AxisPad {
  int64_t start = 0;
  int64_t length = 0;
  int64_t before = 0;
  int64_t after = 0;
  int64_t size() const { return before + length + after; }
};

// The input position for `at` positions after the first kept one (may be negative or past the end); -1: the constant.
int64_t Source(PadMode mode, int64_t at, const AxisPad& axis) {
  const int64_t n = axis.length;
  if (at < 0 || at >= n) {
    if (mode == PadMode::kConstant) return -1;
    if (mode == PadMode::kEdge) {
      at = at < 0 ? 0 : n - 1;
    } else if (mode == PadMode::kWrap) {
      at = (at % n + n) % n;
    } else if (n == 1) {
      at = 0;
    } else {
      const int64_t period = 2 * (n - 1);
      at = (at % period + period) % period;
      if (at >= n) at = period - at;
    }
  }
  return axis.start + at;
}

struct Pad {
  static constexpr OpInfo kInfo{.name = "Pad",
                                .versions = {1, 2, 11, 13, 18, 19, 21, 23, 24, 25},
                                .form_since = 19,
                                .min_inputs = 2,
                                .max_inputs = 4,
                                .same_type = 0b101,
                                .shape_inputs = 0b1010,
                                .numerics = kMoves};
  PadMode mode = PadMode::kConstant;

  static Result<Pad> Parse(AttrReader& a) {
    const std::string mode = a.String("mode", "constant");
    if (mode == "constant") return Pad{PadMode::kConstant};
    if (mode == "reflect") return Pad{PadMode::kReflect};
    if (mode == "edge") return Pad{PadMode::kEdge};
    if (mode == "wrap") return Pad{PadMode::kWrap};
    a.Fail(StrCat("mode '", mode.substr(0, 40), "' is none of constant, reflect, edge, wrap"));
    return Pad{};
  }

  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 11) return OkStatus();
    KANTE_TRY(u.AttributeToInput(from == 1 ? "paddings" : "pads", 1));
    const Attribute* value = u.node().FindAttribute("value");
    if (!value) return OkStatus();
    const auto* v = value->get<float>();
    if (!v) return InvalidGraph("attribute 'value' must be a float");
    const float fill = *v;
    u.node().RemoveAttribute("value");
    if (fill != 0) u.SetInput(2, u.build().Op("CastLike", {u.build().Scalar(fill), u.input(0)}));
    return OkStatus();
  }

  Result<std::array<AxisPad, kMaxRank>> Resolve(const Shape& x, std::span<const int64_t> pads,
                                                const std::vector<int64_t>* axes) const {
    std::array<AxisPad, kMaxRank> out{};
    for (int i = 0; i < x.rank(); ++i) out[static_cast<size_t>(i)].length = x[i];
    const size_t n = axes ? axes->size() : static_cast<size_t>(x.rank());
    if (pads.size() != 2 * n) return InvalidArgument(pads.size(), " pads for ", n, " axes");
    uint32_t seen = 0;
    for (size_t i = 0; i < n; ++i) {
      KANTE_TRY(const int at, NormalizeAxis(axes ? (*axes)[i] : static_cast<int64_t>(i), x.rank()));
      if ((seen >> at) & 1) return InvalidArgument("axis ", at, " is padded twice");
      seen |= uint32_t{1} << at;
      AxisPad& axis = out[static_cast<size_t>(at)];
      const int64_t before = pads[i];
      const int64_t after = pads[i + n];
      axis.start = before < 0 ? (before == INT64_MIN ? INT64_MAX : -before) : 0;
      const int64_t cut = after < 0 ? (after == INT64_MIN ? INT64_MAX : -after) : 0;
      int64_t gone = 0;
      if (!CheckedAdd(axis.start, cut, &gone) || gone > x[at]) {
        return InvalidArgument("pads ", before, " and ", after, " cut more than the ", x[at], " of axis ", at);
      }
      axis.length -= gone;
      axis.before = std::max<int64_t>(before, 0);
      axis.after = std::max<int64_t>(after, 0);
      int64_t size = 0;
      if (!CheckedAdd(axis.before, axis.after, &size) || !CheckedAdd(size, axis.length, &size)) {
        return InvalidArgument("pads on axis ", at, " overflow");
      }
      if (mode != PadMode::kConstant && axis.length == 0 && size > 0) {
        return InvalidArgument("axis ", at, " is empty: nothing to pad from");
      }
    }
    return out;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(c.RequireType(1, {ElementType::kInt64}));
    if (c.has_input(2) && c.in(2).shape_known && c.in(2).shape.elements() > 1) {
      return InvalidArgument("constant_value must be a scalar, not ", c.in(2).shape.ToString());
    }
    KANTE_TRY(const Shape x, c.shape(0));
    KANTE_TRY(const std::vector<int64_t> pads, c.ints(1));
    std::vector<int64_t> axes;
    if (c.has_input(3)) {
      KANTE_TRY(axes, c.ints(3));
    }
    KANTE_TRY(const auto resolved, Resolve(x, pads, c.has_input(3) ? &axes : nullptr));
    std::vector<int64_t> dims;
    for (int i = 0; i < x.rank(); ++i) dims.push_back(resolved[static_cast<size_t>(i)].size());
    KANTE_TRY(const Shape y, Shape::Make(dims));
    bool same = true;
    for (int i = 0; i < x.rank(); ++i) same = same && resolved[static_cast<size_t>(i)].length == x[i];
    return same && y == x ? c.View(0, 0, y) : c.SetShape(0, y);
  }

  // Rows along the last padded axis: what comes before, the kept middle in one piece, what comes after.
  Status Rows(RunContext& c, const Shape& x, std::span<const AxisPad> axes, const Movable& to, const Movable& from,
              const Movable& value) const {
    int last = x.rank() - 1;  // last padded axis; behind it everything is kept
    while (last > 0 && axes[static_cast<size_t>(last)].size() == x[last] &&
           axes[static_cast<size_t>(last)].length == x[last]) {
      --last;
    }
    if (last < 0) {  // a scalar
      CopyRun(to, 0, from, 0, 1);
      return OkStatus();
    }
    const int64_t inner = x.Product(last + 1, x.rank());
    const AxisPad& row = axes[static_cast<size_t>(last)];
    int64_t rows = 1;
    for (int d = 0; d < last; ++d) rows *= axes[static_cast<size_t>(d)].size();
    const double cost = 5 + 0.1 * static_cast<double>(row.size() * inner * to.size);
    return c.Parallel(rows, cost, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        int64_t rest = r;
        int64_t at = 0;
        int64_t stride = x[last];
        bool constant = false;
        for (int d = last - 1; d >= 0; --d) {
          const AxisPad& axis = axes[static_cast<size_t>(d)];
          const int64_t source = Source(mode, rest % axis.size() - axis.before, axis);
          rest /= axis.size();
          constant = constant || source < 0;
          at += source * stride;
          stride *= x[d];
        }
        int64_t out = r * row.size() * inner;
        if (constant) {
          FillRun(to, out, value, 0, row.size() * inner);
          continue;
        }
        const auto edge = [&](int64_t first, int64_t count) {
          if (mode == PadMode::kConstant) {
            if (count > 0) FillRun(to, out, value, 0, count * inner);
            out += count * inner;
            return;
          }
          for (int64_t i = first; i < first + count; ++i, out += inner) {
            CopyRun(to, out, from, (at + Source(mode, i, row)) * inner, inner);
          }
        };
        edge(-row.before, row.before);
        if (row.length > 0) CopyRun(to, out, from, (at + row.start) * inner, row.length * inner);
        out += row.length * inner;
        edge(row.length, row.after);
      }
    });
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    std::array<std::vector<int64_t>, 2> lists;
    for (int i : {1, 3}) {
      if (!c.has_input(i)) continue;
      for (int64_t k = 0; k < c.in(i).elements(); ++k) {
        lists[i == 3].push_back(c.in(i).type() == ElementType::kInt32 ? c.in(i).data<int32_t>()[k]
                                                                      : c.in(i).data<int64_t>()[k]);
      }
    }
    KANTE_TRY(const auto axes, Resolve(x.shape(), lists[0], c.has_input(3) ? &lists[1] : nullptr));
    KANTE_TRY(const Movable from, ReadMovable(c, x));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    // Without a value: zeros, or the empty string.
    alignas(16) std::byte zeros[16] = {};
    const std::string nothing;
    Movable value{to.strings() ? reinterpret_cast<std::byte*>(const_cast<std::string*>(&nothing)) : zeros, to.type,
                  to.size};
    if (c.has_input(2) && c.in(2).elements() == 1) {
      KANTE_TRY(value, ReadMovable(c, c.in(2)));
    }
    KANTE_TRY(Rows(c, x.shape(), axes, to, from, value));
    Finish(to, *y);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Pad)

}  // namespace kante::core
