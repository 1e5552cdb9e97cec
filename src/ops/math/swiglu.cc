// SPDX-License-Identifier: MIT
#include <algorithm>

#include "compute/element_io.h"
#include "ops/math/elementwise.h"

namespace kante::core {
namespace {

// Swish(a) * b, both of one shape.
struct SwiGLU {
  static constexpr OpInfo kInfo = [] {
    OpInfo info = BinaryInfo("SwiGLU", {28}, kFloats, false, kComputes);
    info.in_place = 0b11;
    return info;
  }();
  float alpha = 1;
  static Result<SwiGLU> Parse(AttrReader& a) { return SwiGLU{a.Float("alpha", 1)}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape a, c.shape(0));
    KANTE_TRY(const Shape b, c.shape(1));
    if (!(a == b)) return InvalidArgument("shapes ", a.ToString(), " and ", b.ToString(), " differ");
    return c.SetShape(0, a);
  }

  Status Run(RunContext& c) const {
    const bool wide = c.in(0).type() == ElementType::kFloat64;
    return wide ? RunAs<double>(c) : RunAs<float>(c);
  }

  Status Expand(ExpandContext& c) const {
    const ValueId gate = c.build().Op("Swish", {c.input(0)}, {Attribute("alpha", AttributeValue(alpha))});
    c.SetOutput(0, c.build().Op("Mul", {gate, c.input(1)}));
    return OkStatus();
  }

 private:
  template <typename T>
  Status RunAs(RunContext& c) const {
    const Tensor& a = c.in(0);
    const Tensor& b = c.in(1);
    KANTE_TRY(Tensor * y, c.Output(0, a.type(), a.shape()));
    const LoadRow<T> load = GetLoadRow<T>(a.type());
    const StoreRow<T> store = GetStoreRow<T>(a.type());
    const auto multiply = kernels::GetBinary<T>(kernels::BinaryOp::kMul, kernels::BinaryForm::kVectorVector);
    const int64_t size = BitsOf(a.type()) / 8;
    auto inline_loop = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
      body(0, count);
      return true;
    };
    return c.Parallel(a.elements(), sizeof(T) == 8 ? 12 : 1.2, [&](int64_t begin, int64_t end) {
      T gate[kTileElements], value[kTileElements];
      for (int64_t at = begin; at < end; at += kTileElements) {
        const int64_t n = std::min(kTileElements, end - at);
        load(gate, a.raw() + at * size, n);
        load(value, b.raw() + at * size, n);
        RunUnary(kernels::UnaryOp::kSwish, alpha, 0, ElementTypeFor<T>, gate, gate, n, inline_loop);
        multiply(gate, gate, value, static_cast<size_t>(n));
        store(y->raw() + at * size, gate, n);
      }
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(SwiGLU)

}  // namespace kante::core
