// SPDX-License-Identifier: MIT
// Biases, activations and gates in one operator.
#include "ops/contrib/rewriting.h"

namespace kante::core {
namespace {

ValueId GeluOf(Rewriting& r, ValueId x, const char* how = "none") {
  return r.b.Op("Gelu", {x}, {Attribute("approximate", how)});
}

Status RewriteMsGelu(Rewriting& r) {
  r.Out(0, GeluOf(r, r.in(0)));
  return OkStatus();
}

Status RewriteBiasGelu(Rewriting& r) {
  r.Out(0, GeluOf(r, r.Add(r.in(0), r.in(1))));
  return OkStatus();
}

Status RewriteFastGelu(Rewriting& r) {
  r.Out(0, GeluOf(r, r.has(1) ? r.Add(r.in(0), r.in(1)) : r.in(0), "tanh"));
  return OkStatus();
}

Status RewriteQuickGelu(Rewriting& r) {
  r.Out(0, r.b.Op("Swish", {r.in(0)}, {Attribute("alpha", r.attrs.Float("alpha", 1.702f))}));
  return OkStatus();
}

Status RewriteBiasSplitGelu(Rewriting& r) {
  const std::vector<ValueId> halves =
      r.b.Op("", "Split", {r.Add(r.in(0), r.in(1))}, 2, {Attribute("axis", -1), Attribute("num_outputs", 2)});
  r.Out(0, r.Mul(halves[0], GeluOf(r, halves[1])));
  return OkStatus();
}

Status RewriteBiasAdd(Rewriting& r) {
  r.Out(0, r.Add(r.Add(r.in(0), r.in(1)), r.in(2)));
  return OkStatus();
}

// With weights the gate is sigmoid(gate * weights), one number a row.
Status RewriteGatedAdd(Rewriting& r) {
  const ValueId gate = r.has(3) ? r.b.Op("Sigmoid", {r.b.Op("MatMul", {r.in(2), r.in(3)})}) : r.in(2);
  r.Out(0, r.Add(r.in(0), r.Mul(r.in(1), gate)));
  return OkStatus();
}

// Complex numbers are pairs in the last dimension.
Status ComplexProduct(Rewriting& r, bool conjugate) {
  const std::vector<Attribute> how = {Attribute("axis", -1), Attribute("num_outputs", 2)};
  const std::vector<ValueId> x = r.b.Op("", "Split", {r.in(0)}, 2, how), y = r.b.Op("", "Split", {r.in(1)}, 2, how);
  const char* same = conjugate ? "Add" : "Sub";
  const char* other = conjugate ? "Sub" : "Add";
  const ValueId real = r.b.Op(same, {r.Mul(x[0], y[0]), r.Mul(x[1], y[1])});
  const ValueId imaginary = r.b.Op(other, {r.Mul(x[1], y[0]), r.Mul(x[0], y[1])});
  r.Out(0, r.b.Op("Concat", {real, imaginary}, {Attribute("axis", -1)}));
  return OkStatus();
}
Status RewriteComplexMul(Rewriting& r) { return ComplexProduct(r, false); }
Status RewriteComplexMulConj(Rewriting& r) { return ComplexProduct(r, true); }

}  // namespace

KANTE_REWRITTEN_OP(MsGelu, "Gelu", 1, 1, 1)
KANTE_REWRITTEN_OP(BiasGelu, "BiasGelu", 2, 2, 1)
KANTE_REWRITTEN_OP(FastGelu, "FastGelu", 1, 2, 1)
KANTE_REWRITTEN_OP(QuickGelu, "QuickGelu", 1, 1, 1)
KANTE_REWRITTEN_OP(BiasSplitGelu, "BiasSplitGelu", 2, 2, 1)
KANTE_REWRITTEN_OP(BiasAdd, "BiasAdd", 3, 3, 1)
KANTE_REWRITTEN_OP(GatedAdd, "GatedAdd", 3, 4, 1)
KANTE_REWRITTEN_OP(ComplexMul, "ComplexMul", 2, 2, 1)
KANTE_REWRITTEN_OP(ComplexMulConj, "ComplexMulConj", 2, 2, 1)

}  // namespace kante::core
