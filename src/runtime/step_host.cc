// SPDX-License-Identifier: MIT
#include "runtime/step_host.h"

#include <algorithm>
#include <utility>

namespace kante::core {
namespace {

// Loops shorter than this gain nothing from a worker that is awake, or from one that sleeps.
constexpr int64_t kWorthSharing = 4'000, kWorthWaking = 60'000;

}  // namespace

void LoopTime::Learn(int64_t nanos) const {
  const int64_t known = this->nanos();
  // Disturbances only ever lengthen.
  const int64_t now = known == 0 || nanos < known ? nanos : known + std::min(nanos - known, known) / 16;
  nanos_.store(now, std::memory_order_relaxed);
}

// Runs one body, any number of times, with the captured values of the run around it.
class Execution::StepHost::BodyRunner final : public SubgraphRunner {
 public:
  BodyRunner(Session& session, const RunControl& control, const Plan& plan, std::vector<Value> captures, int depth)
      : session_(session), control_(control), plan_(plan), captures_(std::move(captures)), depth_(depth) {}

  Status Run(std::span<const Value> inputs, std::span<Value> outputs) override {
    if (inputs.size() != plan_.inputs().size()) {
      return InvalidGraph("the body '", plan_.graph().name, "' takes ", plan_.inputs().size(), " inputs, not ",
                          inputs.size());
    }
    if (outputs.size() != plan_.outputs().size()) {
      return InvalidGraph("the body '", plan_.graph().name, "' gives ", plan_.outputs().size(), " outputs, not ",
                          outputs.size());
    }
    Execution execution(session_, plan_, control_, depth_);
    execution.Start(inputs, captures_);
    KANTE_TRY([[maybe_unused]] const Progress done, execution.Resume(true));
    for (size_t i = 0; i < outputs.size(); ++i) {
      KANTE_TRY(execution.TakeOutput(i, false, outputs[i]));
    }
    return OkStatus();
  }

 private:
  Session& session_;
  const RunControl& control_;
  const Plan& plan_;
  std::vector<Value> captures_;
  int depth_;
};

Execution::StepHost::StepHost(Session& session, const RunControl& control, const Step& step,
                              std::span<const Value> values, int depth, std::byte* scratch, int64_t scratch_bytes,
                              const LoopTime* loops)
    : session_(session),
      control_(control),
      step_(step),
      values_(values),
      depth_(depth),
      scratch_(scratch),
      scratch_bytes_(scratch_bytes),
      loops_(loops) {}

Execution::StepHost::~StepHost() {
  if (loops_ && longest_ns_ > 0) loops_->Learn(longest_ns_);
}

Status CheckRunControl(const RunControl& control) {
  if (control.cancel && control.cancel->cancelled()) return Error(StatusCode::kCancelled, "the run was cancelled");
  if (control.deadline_ns != 0 && NowNanos() > control.deadline_ns) {
    return Error(StatusCode::kDeadlineExceeded, "the run took longer than its time limit");
  }
  return OkStatus();
}

Result<Tensor> Execution::StepHost::AllocateOutput(int i, ElementType type, const Shape& shape) {
  KANTE_TRY(const int64_t bytes, StorageBytes(type, shape));
  if (bytes > limits().max_tensor_bytes) {
    return Error(StatusCode::kLimitExceeded, "output ", i, " ", shape.ToString(), " would take ", bytes, " bytes");
  }
  return Tensor::Allocate(type, shape, std::shared_ptr<Allocator>(session_.allocator()));
}

Result<std::byte*> Execution::StepHost::AllocateScratch(int64_t bytes) {
  if (scratch_ && bytes <= scratch_bytes_) return std::exchange(scratch_, nullptr);
  KANTE_TRY(std::shared_ptr<Buffer> block, Buffer::Allocate(bytes, std::shared_ptr<Allocator>(session_.allocator())));
  extra_scratch_.push_back(block);
  return block->data();
}

bool Execution::StepHost::ParallelFor(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  const int64_t deadline = control_.deadline_ns;
  std::atomic<bool> expired{false};
  const auto timed = [&](int64_t begin, int64_t end) {
    if (expired.load(std::memory_order_relaxed)) return;
    body(begin, end);
    if (NowNanos() > deadline) expired.store(true, std::memory_order_relaxed);
  };
  const FunctionRef<void(int64_t, int64_t)> work = deadline ? FunctionRef<void(int64_t, int64_t)>(timed) : body;
  grain = std::max<int64_t>(1, grain);
  ThreadPool* pool = session_.pool();
  if (pool && count > grain && session_.threads() > 1) return ShareLoop(*pool, count, grain, work) && !expired;
  for (int64_t begin = 0; begin < count; begin += grain) {
    if (control_.cancel && control_.cancel->cancelled()) return false;
    work(begin, std::min(count, begin + grain));
  }
  return !expired;
}

bool Execution::StepHost::ShareLoop(ThreadPool& pool, int64_t count, int64_t grain,
                                    FunctionRef<void(int64_t, int64_t)> body) {
  const int64_t expected = loops_ ? loops_->nanos() : 0;
  const bool known = expected != 0;
  if (known && expected >= kWorthSharing) session_.set_worth_warming();
  const bool alone = known && (expected < kWorthSharing || (expected < kWorthWaking && pool.awake() == 0));
  const int threads = alone ? 1 : session_.threads();
  const int64_t begin = NowNanos();
  const bool finished =
      pool.ParallelFor(count, grain, threads, body, control_.cancel, !known || expected >= kWorthWaking);
  const int64_t used = std::min<int64_t>(threads, (count - 1) / grain + 1);
  longest_ns_ = std::max(longest_ns_, (NowNanos() - begin) * used);
  return finished;
}

Result<SubgraphRunner*> Execution::StepHost::Subgraph(int i) {
  if (i < 0 || static_cast<size_t>(i) >= step_.bodies.size()) return InvalidGraph("there is no body ", i);
  if (depth_ + 1 > limits().max_nesting) {
    return Error(StatusCode::kLimitExceeded, "bodies are nested deeper than ", limits().max_nesting);
  }
  std::vector<Value> captures;
  for (SlotId slot : step_.body_captures[static_cast<size_t>(i)]) {
    const Value& value = values_[slot];
    if (!value.is_tensor() || !value.tensor().device().is_host() || value.tensor().aligned()) {
      captures.push_back(value);
      continue;
    }
    // Only weights in a mapped file lie so. The body would take them for values of a run, which are always aligned.
    KANTE_TRY(Tensor aligned, session_.model().weights().Aligned(value.tensor()));
    captures.push_back(Value(std::move(aligned)));
  }
  runners_.push_back(std::make_unique<BodyRunner>(session_, control_, *step_.bodies[static_cast<size_t>(i)],
                                                  std::move(captures), depth_ + 1));
  return static_cast<SubgraphRunner*>(runners_.back().get());
}

}  // namespace kante::core
