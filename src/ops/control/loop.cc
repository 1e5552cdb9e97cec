// SPDX-License-Identifier: MIT
#include "ops/control/body.h"
#include "ops/sequence/owned.h"

namespace kante::core {
namespace {

Result<int64_t> TripCount(const Tensor& t) {
  if (t.elements() != 1) return InvalidArgument("the trip count must have one element, not ", t.shape().ToString());
  if (t.type() == ElementType::kInt32) return int64_t{*t.data<int32_t>()};
  return *t.data<int64_t>();
}

struct Loop {
  static constexpr OpInfo kInfo{.name = "Loop",
                                .versions = {1, 11, 13, 16, 19, 21, 23, 24, 25},
                                .min_inputs = 0,
                                .max_inputs = kVariadic,
                                .min_outputs = 0,
                                .max_outputs = kVariadic,
                                .same_type = 0,
                                .data_dependent = true,
                                .numerics = kAsParts};
  Body body;
  size_t carried = 0;
  size_t scans = 0;

  static Result<Loop> Parse(AttrReader& a) {
    Loop op{ParseBody(a, "body"), a.input_count() > 2 ? a.input_count() - 2 : 0};
    if (op.body.inputs != op.carried + 2) {
      a.Fail(StrCat("the body takes ", op.body.inputs, " values, the loop gives ", op.carried + 2));
    }
    if (op.body.outputs.size() < op.carried + 1) {
      a.Fail("the body gives fewer values than it carries");
      return op;
    }
    op.scans = op.body.outputs.size() - 1 - op.carried;
    if (a.output_count() > op.carried + op.scans) a.Fail("more outputs than the body gives");
    return op;
  }

  Status Infer(InferContext& c) const {
    KANTE_TRY(c.RequireType(0, kIndices));
    KANTE_TRY(c.RequireType(1, kBool));
    for (int i = 0; i < c.output_count(); ++i) {
      // An optional may come in and a sequence go out: the body knows better.
      const TypeInfo& declared = body.outputs[static_cast<size_t>(i) + 1];
      const bool is_carried = static_cast<size_t>(i) < carried && c.has_input(i + 2);
      if (is_carried && (declared.kind == ValueKind::kUnknown || declared.kind == ValueKind::kTensor)) {
        c.SetKind(i, c.in(i + 2).kind, c.type(i + 2));
      } else {
        SetDeclared(c, i, declared);
      }
    }
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    int64_t trips = INT64_MAX;
    bool condition = true;
    if (c.has_input(0)) {
      KANTE_TRY(trips, TripCount(c.in(0)));
    }
    if (c.has_input(1)) {
      KANTE_TRY(condition, Truth(c.in_value(1), "the condition"));
    }
    std::vector<Value> inputs(2 + carried);
    for (size_t i = 0; i < carried; ++i) {
      if (c.has_input(static_cast<int>(i) + 2)) inputs[i + 2] = c.in_value(static_cast<int>(i) + 2);
    }
    std::vector<Stack> stacks(scans);
    std::vector<Value> results;
    KANTE_TRY(SubgraphRunner * runner, c.Subgraph(body.index));
    int64_t bytes = 0;
    const uint8_t yes = 1;
    const Tensor true_tensor = BoolTensor(yes);
    for (int64_t i = 0; i < trips && condition; ++i) {
      if (i >= c.limits().max_loop_iterations) {
        return Error(StatusCode::kLimitExceeded, "more than ", c.limits().max_loop_iterations, " iterations");
      }
      inputs[0] = Value(Tensor::Scalar(i));
      inputs[1] = Value(i == 0 || !results[0].is_tensor() ? true_tensor : results[0].tensor());
      if (inputs[0].tensor().empty() || true_tensor.empty()) return Error(StatusCode::kOutOfMemory, "no memory");
      KANTE_TRY(RunBody(c, *runner, body, inputs, results));
      KANTE_TRY(condition, Truth(results[0], "the body's condition"));
      for (size_t k = 0; k < carried; ++k) inputs[k + 2] = std::move(results[k + 1]);
      for (size_t k = 0; k < scans; ++k) {
        if (!c.wants_output(static_cast<int>(carried + k))) continue;
        KANTE_TRY(stacks[k].Add(results[1 + carried + k], &bytes, c.limits().max_memory_bytes));
      }
    }
    for (size_t k = 0; k < carried; ++k) {
      if (!c.wants_output(static_cast<int>(k))) continue;
      KANTE_TRY(Value last, Owned(inputs[k + 2]));
      c.SetOutput(static_cast<int>(k), std::move(last));
    }
    for (size_t k = 0; k < scans; ++k) {
      const int output = static_cast<int>(carried + k);
      if (!c.wants_output(output)) continue;
      KANTE_TRY(stacks[k].Finish(c, output, body.outputs[1 + carried + k], 0, false));
    }
    return OkStatus();
  }

 private:
  static Tensor BoolTensor(uint8_t value) {
    auto made = Tensor::Allocate(ElementType::kBool, {});
    if (!made.ok()) return Tensor();
    *made->mutable_data<uint8_t>() = value;
    return std::move(made).value();
  }
};

}  // namespace

KANTE_DEFINE_OP(Loop)

}  // namespace kante::core
