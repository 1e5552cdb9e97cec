// SPDX-License-Identifier: MIT
#include "ops/control/body.h"

namespace kante::core {
namespace {

struct If {
  static constexpr OpInfo kInfo{.name = "If",
                                .versions = {1, 11, 13, 16, 19, 21, 23, 24, 25},
                                .max_outputs = kVariadic,
                                .types = kBool,
                                .data_dependent = true,
                                .numerics = kAsParts};
  Body then_branch;
  Body else_branch;

  static Result<If> Parse(AttrReader& a) {
    If op{ParseBody(a, "then_branch"), ParseBody(a, "else_branch")};
    if (op.then_branch.outputs.size() != op.else_branch.outputs.size()) a.Fail("the branches differ in outputs");
    if (a.output_count() > op.then_branch.outputs.size()) a.Fail("more outputs than the branches have");
    return op;
  }
  Status Infer(InferContext& c) const {
    for (int i = 0; i < c.output_count(); ++i) {
      const TypeInfo& a = then_branch.outputs[static_cast<size_t>(i)];
      const TypeInfo& b = else_branch.outputs[static_cast<size_t>(i)];
      if (a.kind == b.kind && a.element_type == b.element_type) SetDeclared(c, i, a);
    }
    return OkStatus();
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(const bool condition, Truth(c.in_value(0), "the condition"));
    std::vector<Value> results;
    const Body& body = condition ? then_branch : else_branch;
    KANTE_TRY(SubgraphRunner * runner, c.Subgraph(body.index));
    KANTE_TRY(RunBody(c, *runner, body, {}, results));
    for (int i = 0; i < c.output_count(); ++i) {
      if (c.wants_output(i)) c.SetOutput(i, std::move(results[static_cast<size_t>(i)]));
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(If)

}  // namespace kante::core
