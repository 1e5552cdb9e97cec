// SPDX-License-Identifier: MIT
// Operators of com.microsoft whose meaning is a few operators of ONNX: they are rewritten when a model is loaded, so
// that folding and fusions see the parts.
#pragma once

#include <string_view>
#include <vector>

#include "ops/op_def.h"

namespace kante::core {

// Handed to a rule: reads attributes (all of them, or the rewrite fails), builds, and names the results.
struct Rewriting {
  explicit Rewriting(UpgradeContext& upgrade) : u(upgrade), b(upgrade.build()), attrs(upgrade.node()) {}

  bool has(size_t i) const { return u.has_input(i); }
  ValueId in(size_t i) const { return u.input(i); }
  bool wants(size_t i) const { return u.output(i) != kNone; }
  void Out(size_t i, ValueId value) {
    if (results.size() <= i) results.resize(i + 1, kNone);
    results[i] = value;
  }

  ValueId Add(ValueId x, ValueId y) { return b.Op("Add", {x, y}); }
  ValueId Mul(ValueId x, ValueId y) { return b.Op("Mul", {x, y}); }
  ValueId Reshape(ValueId x, std::initializer_list<int64_t> dims) { return b.Op("Reshape", {x, b.Ints(dims)}); }
  ValueId Transpose(ValueId x, std::vector<int64_t> perm) {
    return b.Op("Transpose", {x}, {Attribute("perm", AttributeValue(std::move(perm)))});
  }
  ValueId Cast(ValueId x, ElementType to) { return b.Op("Cast", {x}, {Attribute("to", static_cast<int64_t>(to))}); }
  // Dimensions [begin, end) of x as a vector; `end` of kRest: all that follow.
  static constexpr int kRest = 1 << 20;
  ValueId Dims(ValueId x, int begin, int end = kRest) {
    std::vector<Attribute> range = {Attribute("start", begin)};
    if (end != kRest) range.emplace_back("end", end);
    return b.Op("Shape", {x}, std::move(range));
  }
  ValueId Join(std::vector<ValueId> vectors) { return b.Op("Concat", std::move(vectors), {Attribute("axis", 0)}); }
  // 0, 1, ... up to the length of dimension `axis` of x.
  ValueId Count(ValueId x, int axis) {
    const ValueId length = b.Op("Reshape", {Dims(x, axis, axis + 1), b.Ints({})});
    return b.Op("Range", {b.Int(0), length, b.Int(1)});
  }

  UpgradeContext& u;
  GraphBuilder& b;
  AttrReader attrs;
  std::vector<ValueId> results;
};

// Checks the arity, runs the rule, refuses attributes that it did not read, and replaces the node.
Status RunRewrite(UpgradeContext& u, const OpInfo& info, Status (*rule)(Rewriting&));

// Defines the operator T, called `title` in `space`, which the function RewriteT rewrites.
#define KANTE_REWRITTEN_OP_OF(space, T, title, least, most, outputs)                                     \
  namespace {                                                                                            \
  struct T {                                                                                             \
    static constexpr OpInfo kInfo{.name = title,                                                         \
                                  .domain = space,                                                       \
                                  .min_inputs = least,                                                   \
                                  .max_inputs = most,                                                    \
                                  .max_outputs = outputs,                                                \
                                  .numerics = kAsParts};                                                 \
    static Status Upgrade(UpgradeContext& u, int) { return RunRewrite(u, kInfo, &Rewrite##T); }          \
    static Status Infer(InferContext&) { return InvalidGraph(title, " was not rewritten at the load"); } \
  };                                                                                                     \
  }                                                                                                      \
  KANTE_DEFINE_OP(T)
#define KANTE_REWRITTEN_OP(T, title, least, most, outputs) \
  KANTE_REWRITTEN_OP_OF("com.microsoft", T, title, least, most, outputs)

}  // namespace kante::core
