// SPDX-License-Identifier: MIT
#include "ops/evaluate.h"

#include <algorithm>

namespace kante::core {
namespace {

constexpr int64_t kSmall = 64 << 10;  // bytes of a tensor that may decide a shape

class InlineHost final : public RunHost {
 public:
  InlineHost(const Limits& limits, int64_t max_bytes) : limits_(limits), max_bytes_(max_bytes) {}

  Result<Tensor> AllocateOutput(int i, ElementType type, const Shape& shape) override {
    KANTE_TRY(const int64_t bytes, StorageBytes(type, shape));
    if (bytes > max_bytes_) {
      return Error(StatusCode::kLimitExceeded, "output ", i, " ", shape.ToString(), " is above ", max_bytes_, " bytes");
    }
    return Tensor::Allocate(type, shape);
  }
  Result<std::byte*> AllocateScratch(int64_t bytes) override {
    KANTE_TRY(std::shared_ptr<Buffer> block, Buffer::Allocate(bytes));
    scratch_.push_back(block);
    return block->data();
  }
  bool ParallelFor(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) override {
    for (int64_t begin = 0; begin < count; begin += grain) body(begin, std::min(count, begin + grain));
    return true;
  }
  Result<SubgraphRunner*> Subgraph(int) override { return NotImplemented("subgraphs are not evaluated here"); }
  Status CheckCancelled() const override { return OkStatus(); }
  const Limits& limits() const override { return limits_; }

 private:
  const Limits& limits_;
  int64_t max_bytes_;
  std::vector<std::shared_ptr<Buffer>> scratch_;
};

// Views need no Run at all.
bool AllViews(std::span<const OutputFacts> outputs) {
  for (const OutputFacts& o : outputs) {
    if (o.wanted && o.view_of < 0) return false;
  }
  return true;
}

}  // namespace

InputFacts FactsOf(const Value* value) {
  InputFacts facts;
  if (!value || !value->has_value()) return facts;
  facts.present = true;
  if (value->is_tensor()) {
    const Tensor& t = value->tensor();
    facts.kind = ValueKind::kTensor;
    facts.type = t.type();
    facts.shape_known = true;
    facts.shape = t.shape();
    if (t.device().is_host() && t.contiguous() && t.aligned()) facts.value = &t;
  } else if (value->is_sequence()) {
    facts.kind = ValueKind::kSequence;
    facts.type = value->sequence()->element_type;
  } else {
    facts.kind = ValueKind::kMap;
    facts.type = value->map()->keys.type();
  }
  return facts;
}

Tensor MakeView(const Tensor& base, const OutputFacts& facts) {
  const int64_t bits = BitsOf(base.type());
  const int64_t offset = base.offset() + facts.view_offset * bits / 8;
  if (!facts.view_strided) return Tensor(base.type(), facts.shape, base.buffer(), offset);
  return Tensor(base.type(), facts.shape, base.buffer(), offset,
                std::span(facts.view_strides.data(), static_cast<size_t>(facts.shape.rank())));
}

Result<std::vector<Value>> EvaluateNode(const OpInstance& op, const Node& node, std::span<const Value* const> inputs,
                                        const Limits& limits, int64_t max_output_bytes) {
  if (node.HasSubgraphs() || !op.def->run) {
    if (node.HasSubgraphs() || !op.def->infer) return NotImplemented(node.op_type, " cannot be evaluated alone");
  }
  // Operators see dense, aligned tensors; those that look at shapes only may get tensors without memory behind them.
  // What decides shapes is small: large tensors are copied when it is known that something will read them.
  std::vector<Value> dense(inputs.size());
  std::vector<const Value*> in(inputs.begin(), inputs.end());
  const auto compact = [&](int64_t most_bytes) -> Status {
    for (size_t i = 0; i < in.size() && !op.def->info.value_from_shape; ++i) {
      if (!in[i] || !in[i]->is_tensor() || in[i]->tensor().bytes() > most_bytes) continue;
      const Tensor& t = in[i]->tensor();
      if (t.contiguous() && t.aligned()) continue;
      KANTE_TRY(Tensor copy, Compact(t));
      dense[i] = Value(std::move(copy));
      in[i] = &dense[i];
    }
    return OkStatus();
  };
  KANTE_TRY(compact(kSmall));
  std::vector<InputFacts> facts;
  for (const Value* v : in) facts.push_back(FactsOf(v));
  std::vector<OutputFacts> out(node.outputs.size());
  uint32_t wanted = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    out[i].wanted = node.outputs[i] != kNone;
    if (out[i].wanted) wanted |= uint32_t{1} << (i < 31 ? i : 31);
  }
  InferContext infer(op.def->info, facts, out, limits);
  KANTE_TRY(InferNode(op, infer));

  InlineHost host(limits, max_output_bytes);
  std::vector<Value> results(out.size());
  const bool views = AllViews(out);
  for (size_t i = 0; i < out.size(); ++i) {
    if (!out[i].wanted || out[i].certainty != Certainty::kExact || out[i].kind != ValueKind::kTensor) continue;
    if (views) {
      Tensor view = MakeView(in[static_cast<size_t>(out[i].view_of)]->tensor(), out[i]);
      if (!view.contiguous()) {
        KANTE_TRY(view, Compact(view));
      }
      results[i] = Value(std::move(view));
      continue;
    }
    KANTE_TRY(Tensor made, host.AllocateOutput(static_cast<int>(i), out[i].type, out[i].shape));
    results[i] = Value(std::move(made));
  }
  if (views) return results;
  if (!op.def->run) return NotImplemented(node.op_type, " has no kernel of its own");
  KANTE_TRY(compact(INT64_MAX));
  ChooseContext choose(facts, out, 0);
  if (op.def->choose) KANTE_TRY(op.def->choose(op.attributes.get(), choose));
  RunContext run(host, in, results, wanted, choose.choice, {});
  KANTE_TRY(op.def->run(op.attributes.get(), run));
  return results;
}

}  // namespace kante::core
