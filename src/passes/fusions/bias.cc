// SPDX-License-Identifier: MIT
// A vector added to a matrix product is its bias.
#include "passes/attributes.h"
#include "passes/known_dims.h"
#include "passes/rule.h"

namespace kante::core {
namespace {

// Gemm without C, plus something that broadcasts over its rows.
struct FuseGemmBias {
  static constexpr std::string_view kMakes[] = {"Gemm"};
  static P Pattern() { return Op("Gemm", {Any("a"), Any("b")}).As("gemm") + Const("c"); }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Node& gemm = m.node("gemm");
    const auto b = m.shape("b");
    if (!b || b->rank() != 2) return Skip("the number of columns is not known");
    const int64_t columns = (*b)[IntOr(gemm, "transB", 0) != 0 ? 0 : 1];
    const Shape& c = m.constant("c")->shape();
    const bool fits = c.rank() == 0 || (c.rank() == 1 && (c[0] == columns || c[0] == 1)) ||
                      (c.rank() == 2 && c[0] == 1 && (c[1] == columns || c[1] == 1));
    if (!fits) return Skip("the constant ", c.ToString(), " is not one number for each column");
    patch.Replace(m.root_value(), patch.Op("Gemm", {m["a"], m["b"], m["c"]}, AttributesWith(gemm, {{"beta", 1.0f}})));
    return Rewritten();
  }
};

// MatMul by a matrix, plus a vector.
struct FuseMatMulBias {
  static constexpr std::string_view kMakes[] = {"kante.FusedMatMul"};
  static P Pattern() { return Op("MatMul", {Any("a"), Any("b")}).As("product") + Const("bias"); }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const OpDef* fused = m.registry().Find("kante", "FusedMatMul");
    if (!IsValid(m.type("product")) || !fused->info.types.Has(m.type("product"))) {
      return Skip("the fused form does not compute in ", NameOf(m.type("product")));
    }
    const auto b = m.shape("b");
    if (!b || b->rank() != 2) return Skip("the second factor is not known to be a matrix");
    const Tensor& constant = *m.constant("bias");
    const Shape& bias = constant.shape();
    const int64_t columns = (*b)[1];
    // [1, 1, N] is a bias too if it adds no dimension.
    const bool one_row = bias.rank() > 0 && bias[bias.rank() - 1] == columns && constant.elements() == columns;
    if (!one_row || (bias.rank() > 1 && RankOf(m.graph(), m["product"]) < bias.rank()) || !constant.contiguous()) {
      return Skip("the constant ", bias.ToString(), " is not a bias");
    }
    const ValueId vector = bias.rank() == 1 ? m["bias"] : patch.Constant("bias", constant.Reshaped({columns}));
    patch.Replace(m.root_value(), patch.Op("kante", "FusedMatMul", {m["a"], m["b"], vector}));
    return Rewritten();
  }
};

}  // namespace

KANTE_DEFINE_RULE(FuseGemmBias)
KANTE_DEFINE_RULE(FuseMatMulBias)

}  // namespace kante::core
