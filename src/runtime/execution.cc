// SPDX-License-Identifier: MIT
#include "runtime/execution.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/clock.h"
#include "ops/evaluate.h"
#include "runtime/step_host.h"

namespace kante::core {
namespace {

constexpr size_t kFew = 8;  // inputs held on the stack

}  // namespace

struct Execution::PendingStep {
  std::vector<Value> inputs;
  std::vector<const Value*> input_pointers;
  std::vector<Value> outputs;
  std::shared_ptr<const Layout> layout;
  std::unique_ptr<StepHost> host;
  std::unique_ptr<RunContext> context;
};

Execution::Execution(Session& session, const Plan& plan, const RunControl& control, int depth)
    : session_(session), plan_(plan), control_(control), depth_(depth), values_(plan.slots().size()) {
  if (plan.providers().size() == 1) return;
  queues_.resize(plan.providers().size());
  events_.resize(plan.providers().size());
}

Execution::~Execution() {
  queues_.clear();  // waits for what still runs
  pending_.clear();
  values_.clear();
  for (auto& arena : host_arenas_) session_.cache(plan_).ReturnArena(std::move(arena));
}

void Execution::Bind(size_t i, const Value& value) { values_[plan_.inputs()[i]] = value; }

void Execution::Start(std::span<const Value> inputs, std::span<const Value> captures) {
  for (size_t i = 0; i < inputs.size(); ++i) values_[plan_.inputs()[i]] = inputs[i];
  for (size_t i = 0; i < captures.size(); ++i) values_[plan_.captures()[i]] = captures[i];
  segment_ = 0;
  step_ = 0;
  entered_ = false;
}

void Execution::SetTarget(size_t i, Tensor target) { targets_.emplace_back(plan_.outputs()[i], std::move(target)); }

Result<Execution::Progress> Execution::Resume(bool block) {
  for (; segment_ < plan_.segments().size(); ++segment_) {
    const Segment& segment = plan_.segments()[segment_];
    if (!entered_) {
      KANTE_TRY(EnterSegment());
      step_ = segment.begin;
      entered_ = true;
    }
    for (; step_ < segment.end; ++step_) {
      const Step& step = plan_.steps()[step_];
      if (step.kind == StepKind::kWait) {
        KANTE_TRY(const bool ready, Wait(step, block));
        if (!ready) return Progress::kPending;
        continue;
      }
      KANTE_TRY(CheckRunControl(control_));
      KANTE_TRY(RunStep(step, layout_->steps[step_ - segment.begin]));
      if (depth_ > 0) continue;
      if (control_.observer && step.kind == StepKind::kCompute) Observe(step);
      if (control_.progress) {
        control_.progress(static_cast<double>(step_ + 1) / static_cast<double>(plan_.steps().size()));
      }
    }
    for (auto& event : events_) {  // everybody is done before memory changes hands
      if (!event) continue;
      if (!block && !event->Ready()) return Progress::kPending;
    }
    KANTE_TRY(LeaveSegment());
    entered_ = false;
  }
  return Progress::kDone;
}

Status Execution::EnterSegment() {
  const Segment& segment = plan_.segments()[segment_];
  for (SlotId slot : segment.slots) {
    if (plan_.slots()[slot].constant && !values_[slot].has_value()) {
      values_[slot] = Value(*plan_.graph().Constant(plan_.slots()[slot].value));
    }
  }
  KANTE_TRY(layout_, session_.LayoutOf(plan_, segment_, values_));
  arenas_.clear();
  for (size_t p = 0; p < plan_.providers().size(); ++p) {
    const int64_t bytes = layout_->arena_bytes[p];
    if (bytes == 0) continue;
    if (arenas_.empty()) arenas_.resize(plan_.providers().size());
    if (p == plan_.cpu()) {
      KANTE_TRY(arenas_[p], session_.cache(plan_).TakeArena(bytes, session_.allocator()));
      host_arenas_.push_back(arenas_[p]);
      continue;
    }
    const Provider& provider = *plan_.providers()[p];
    const std::shared_ptr<Allocator> allocator = provider.allocator();
    void* block = std::in_range<size_t>(bytes) ? allocator->Allocate(static_cast<size_t>(bytes)) : nullptr;
    if (!block) return Error(StatusCode::kOutOfMemory, provider.name(), " cannot allocate ", bytes, " bytes");
    arenas_[p] = Buffer::Wrap(
        block, static_cast<size_t>(bytes), [allocator](void* data, size_t n) { allocator->Free(data, n); },
        provider.device());
  }
  for (const auto& [slot, value] : layout_->values) values_[slot] = value;
  return OkStatus();
}

Status Execution::LeaveSegment() {
  for (size_t p = 0; p < queues_.size(); ++p) {
    if (!queues_[p]) continue;
    KANTE_TRY(std::shared_ptr<Event> last, queues_[p]->Signal());
    KANTE_TRY(last->Wait());
    events_[p] = nullptr;
  }
  pending_.clear();
  return OkStatus();
}

const Value* Execution::ValueOf(SlotId slot) const { return slot == kNone ? nullptr : &values_[slot]; }

std::vector<InputFacts> Execution::FactsOfInputs(const Step& step) const {
  std::vector<InputFacts> facts;
  for (SlotId slot : step.inputs) facts.push_back(FactsOf(ValueOf(slot)));
  return facts;
}

Status Execution::Fail(Status status, const Step& step) const {
  if (step.kind != StepKind::kCompute) return status;
  return NodeError(std::move(status), plan_.graph().node(step.node), FactsOfInputs(step));
}

Status Execution::RunStep(const Step& step, const StepLayout& layout) {
  if (step.kind == StepKind::kSignal) {
    KANTE_TRY(Queue * queue, QueueOf(step.provider));
    KANTE_TRY(events_[step.provider], queue->Signal());
    return OkStatus();
  }
  if (step.kind == StepKind::kCopy) return SubmitCopy(step, layout);
  if (!layout.skip && !plan_.providers()[step.provider]->synchronous()) return SubmitCompute(step, layout);
  const bool profiled = session_.profiler().enabled();
  const int64_t begin = profiled ? NowNanos() : 0;
  KANTE_TRY(layout.skip ? MakeViews(step, layout) : RunCompute(step, layout));
  if (profiled) {
    session_.profiler().AddStep(plan_, step_, layout_, begin, NowNanos(),
                                [&] { return DescribeStep(plan_, step, layout, values_); });
  }
  return OkStatus();
}

Status Execution::MakeViews(const Step& step, const StepLayout& layout) {
  for (size_t k = 0; k < layout.outputs.size(); ++k) {
    const OutputLayout& o = layout.outputs[k];
    if (o.placement != Placement::kView) continue;
    const Tensor& base = values_[step.inputs[static_cast<size_t>(o.view->view_of)]].tensor();
    values_[step.outputs[k]] = Value(MakeView(base, *o.view));
  }
  return OkStatus();
}

Status Execution::PlaceOutput(SlotId slot, const OutputLayout& output, Value& to) {
  switch (output.placement) {
    case Placement::kArena:
      to = Value(Tensor(output.type, output.shape, arenas_[plan_.slots()[slot].provider], output.offset));
      return OkStatus();
    case Placement::kOwned: {
      for (const auto& [target, tensor] : targets_) {
        if (target == slot && tensor.type() == output.type && tensor.shape() == output.shape) {
          to = Value(tensor);
          return OkStatus();
        }
      }
      KANTE_TRY(Tensor made,
                Tensor::Allocate(output.type, output.shape, std::shared_ptr<Allocator>(session_.allocator())));
      to = Value(std::move(made));
      return OkStatus();
    }
    default:
      to = Value();
      return OkStatus();
  }
}

Status Execution::RunCompute(const Step& step, const StepLayout& layout) {
  std::array<const Value*, kFew> few_inputs;
  std::vector<const Value*> many_inputs;
  std::span<const Value*> in(few_inputs.data(), step.inputs.size());
  if (step.inputs.size() > kFew) {
    many_inputs.resize(step.inputs.size());
    in = many_inputs;
  }
  for (size_t k = 0; k < step.inputs.size(); ++k) in[k] = ValueOf(step.inputs[k]);
  for (const auto& [k, value] : layout.replaced) in[k] = &value;
  std::vector<Value> compacted;  // dense copies of strided inputs that the operator does not take
  const OpInfo& info = step.op.def->info;
  for (size_t k = 0; k < in.size(); ++k) {
    if (!in[k] || !in[k]->is_tensor() || in[k]->tensor().contiguous() || info.accepts_strided(static_cast<int>(k))) {
      continue;
    }
    if (compacted.empty()) compacted.reserve(in.size());
    KANTE_TRY(Tensor dense, Compact(in[k]->tensor(), *session_.allocator()));
    compacted.emplace_back(std::move(dense));
    in[k] = &compacted.back();
  }
  // Results go where they stay, unless that would take several places.
  const size_t results = step.outputs.size();
  const bool single = results == 1 && step.outputs[0] != kNone;
  std::vector<Value> several(single ? 0 : results);
  const std::span<Value> out = single ? std::span(&values_[step.outputs[0]], 1) : std::span(several);
  for (size_t k = 0; k < results; ++k) {
    if (step.outputs[k] != kNone) KANTE_TRY(PlaceOutput(step.outputs[k], layout.outputs[k], out[k]));
  }
  std::byte* scratch = layout.scratch_offset < 0 ? nullptr : arenas_[plan_.cpu()]->data() + layout.scratch_offset;
  StepHost host(session_, control_, step, values_, depth_, scratch, layout.choice.scratch_bytes, &layout.loops);
  RunContext context(host, in, out, step.wanted, layout.choice, layout.packed);
  Status status = step.executable->Run(context);
  if (!status.ok()) return Fail(std::move(status), step);
  for (size_t k = 0; !single && k < results; ++k) {
    if (step.outputs[k] != kNone) values_[step.outputs[k]] = std::move(out[k]);
  }
  return OkStatus();
}

Result<Queue*> Execution::QueueOf(uint16_t provider) {
  if (!queues_[provider]) {
    KANTE_TRY(queues_[provider], plan_.providers()[provider]->CreateQueue());
  }
  return queues_[provider].get();
}

Status Execution::SubmitCompute(const Step& step, const StepLayout& layout) {
  KANTE_TRY(Queue * queue, QueueOf(step.provider));
  auto pending = std::make_unique<PendingStep>();
  for (SlotId slot : step.inputs) pending->inputs.push_back(slot == kNone ? Value() : values_[slot]);
  for (const Value& v : pending->inputs) pending->input_pointers.push_back(v.has_value() ? &v : nullptr);
  for (size_t k = 0; k < step.outputs.size(); ++k) {
    if (step.outputs[k] == kNone) {
      pending->outputs.emplace_back();
      continue;
    }
    pending->outputs.emplace_back();
    KANTE_TRY(PlaceOutput(step.outputs[k], layout.outputs[k], pending->outputs.back()));
    values_[step.outputs[k]] = pending->outputs.back();
  }
  pending->layout = layout_;
  pending->host = std::make_unique<StepHost>(session_, control_, step, values_, depth_, nullptr, 0, nullptr);
  pending->context = std::make_unique<RunContext>(*pending->host, pending->input_pointers, pending->outputs,
                                                  step.wanted, layout.choice, layout.packed);
  RunContext& context = *pending->context;
  pending_.push_back(std::move(pending));
  return Fail(queue->Compute(*step.executable, context), step);
}

Status Execution::SubmitCopy(const Step& step, const StepLayout& layout) {
  KANTE_TRY(Queue * queue, QueueOf(step.provider));
  Value planned;
  KANTE_TRY(PlaceOutput(step.outputs[0], layout.outputs[0], planned));
  KANTE_TRY(Tensor dense, Compact(values_[step.inputs[0]].tensor(), *session_.allocator()));
  auto pending = std::make_unique<PendingStep>();
  pending->inputs.emplace_back(std::move(dense));
  pending->outputs.push_back(planned);
  values_[step.outputs[0]] = planned;
  const Tensor& from = pending->inputs[0].tensor();
  const Tensor& to = pending->outputs[0].tensor();
  pending_.push_back(std::move(pending));
  return queue->Copy(from, to);
}

Result<bool> Execution::Wait(const Step& step, bool block) {
  const std::shared_ptr<Event>& event = events_[step.wait_provider];
  if (!event) return true;
  if (step.provider != plan_.cpu()) {
    KANTE_TRY(Queue * queue, QueueOf(step.provider));
    KANTE_TRY(queue->Wait(event));
    return true;
  }
  if (!block && !event->Ready()) return false;
  KANTE_TRY(event->Wait());
  return true;
}

void Execution::Observe(const Step& step) {
  std::vector<ValueId> ids;
  std::vector<const Value*> values;
  for (SlotId slot : step.outputs) {
    if (slot == kNone || !values_[slot].has_value() || plan_.slots()[slot].provider != plan_.cpu()) continue;
    ids.push_back(plan_.slots()[slot].value);
    values.push_back(&values_[slot]);
  }
  control_.observer({&plan_.graph(), &plan_.graph().node(step.node), ids, values});
}

Status Execution::TakeOutput(size_t i, bool outermost, Value& to) {
  const SlotId slot = plan_.outputs()[i];
  const Tensor* constant = plan_.slots()[slot].constant ? plan_.graph().Constant(plan_.slots()[slot].value) : nullptr;
  if (!constant && !values_[slot].is_tensor()) {
    to = values_[slot];
    return OkStatus();
  }
  const Tensor& t = constant ? *constant : values_[slot].tensor();
  const Buffer& buffer = *t.buffer();
  const bool ours =
      !buffer.transient() && !(outermost && (buffer.read_only() || plan_.slots()[slot].producer == kNone));
  if (ours && t.contiguous() && t.aligned()) {
    to = Value(t);
    return OkStatus();
  }
  KANTE_TRY(Tensor copy, Tensor::Allocate(t.type(), t.shape(), std::shared_ptr<Allocator>(session_.allocator())));
  CopyElements(t, copy);
  to = Value(std::move(copy));
  return OkStatus();
}

}  // namespace kante::core
