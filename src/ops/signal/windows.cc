// SPDX-License-Identifier: MIT
// HannWindow, HammingWindow, BlackmanWindow: a0 - a1 cos(x) + a2 cos(2 x).
#include <cmath>
#include <numbers>

#include "compute/element_io.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr OpInfo WindowInfo(std::string_view name) {
  return {.name = name,
          .versions = {17},
          .types = kIndices,
          .shape_inputs = 0b1,
          .numerics = {FloatRule::kDouble, IntegerRule::kAsFloat}};
}

struct WindowBase {
  ElementType type = ElementType::kFloat32;
  bool periodic = true;

  void Read(AttrReader& a) {
    type = a.Type("output_datatype", ElementType::kFloat32);
    periodic = a.Bool("periodic", true);
    if (!kNumeric.Has(type)) a.Fail(StrCat("output_datatype ", NameOf(type), " is not a number"));
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, type);
    KANTE_TRY(const std::vector<int64_t> size, c.ints(0));
    if (size.size() != 1 || size[0] < 0) return InvalidArgument("size must be one number that is not negative");
    return c.SetShape(0, Shape{size[0]});
  }

  Status Fill(RunContext& c, double a0, double a1, double a2) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t n = y->elements(), bytes = BitsOf(type) / 8;
    const auto store = GetStoreRow<double>(type);
    const double period = static_cast<double>(periodic ? n : n - 1);
    return c.Parallel(n, 40, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const double angle = period > 0 ? 2 * std::numbers::pi * static_cast<double>(i) / period : std::numbers::pi;
        const double v = a0 - a1 * std::cos(angle) + a2 * std::cos(2 * angle);
        store(y->raw() + i * bytes, &v, 1);
      }
    });
  }
};

struct HannWindow : WindowBase {
  static constexpr OpInfo kInfo = WindowInfo("HannWindow");
  static Result<HannWindow> Parse(AttrReader& a) {
    HannWindow op;
    op.Read(a);
    return op;
  }
  Status Run(RunContext& c) const { return Fill(c, 0.5, 0.5, 0); }
};

struct HammingWindow : WindowBase {
  static constexpr OpInfo kInfo = WindowInfo("HammingWindow");
  static Result<HammingWindow> Parse(AttrReader& a) {
    HammingWindow op;
    op.Read(a);
    return op;
  }
  Status Run(RunContext& c) const { return Fill(c, 25.0 / 46, 21.0 / 46, 0); }
};

struct BlackmanWindow : WindowBase {
  static constexpr OpInfo kInfo = WindowInfo("BlackmanWindow");
  static Result<BlackmanWindow> Parse(AttrReader& a) {
    BlackmanWindow op;
    op.Read(a);
    return op;
  }
  Status Run(RunContext& c) const { return Fill(c, 0.42, 0.5, 0.08); }
};

}  // namespace

KANTE_DEFINE_OP(HannWindow)
KANTE_DEFINE_OP(HammingWindow)
KANTE_DEFINE_OP(BlackmanWindow)

}  // namespace kante::core
