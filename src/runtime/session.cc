// SPDX-License-Identifier: MIT
#include "runtime/session.h"

#include <algorithm>

#include "base/clock.h"
#include "runtime/default_inputs.h"
#include "runtime/execution.h"

namespace kante::core {
namespace {

// Bytes that packed weights may take beyond what the weights have; by default about as many as those, from 16 MB on,
// but no more than kMostSpare: large models gain less from it than their machines have memory to give. Where memory is
// short, kSpareLow and a kLowShare of the weights: with the rest of a process 32 MB and a twentieth.
constexpr int64_t kSpare = 16 << 20, kMostSpare = 384 << 20, kSpareLow = 20 << 20, kLowShare = 20;

// What the session's tensors lie in. Freed blocks, up to kKept bytes, serve what comes later; where memory is short,
// less and in the same run only.
struct Memory {
  static constexpr size_t kKept = size_t{64} << 20, kKeptLow = size_t{16} << 20;

  BlockCache blocks;
  CappedAllocator capped;
  explicit Memory(const Session::Options& options)
      : blocks(options.low_memory ? kKeptLow : kKept), capped(options.max_memory_bytes, blocks) {}
};

// Keys and values are vectors of one length, of the types declared.
Status CheckMap(const ValueInfo& input, const TypeInfo* type, const Map& map) {
  const bool vectors = map.keys.rank() == 1 && map.values.rank() == 1 && map.keys.dim(0) == map.values.dim(0);
  const ElementType key = map.keys.type();
  if (!vectors || (key != ElementType::kInt64 && key != ElementType::kString)) {
    return InvalidArgument("input '", input.name,
                           "': a map is a vector of int64 or string keys and one of as many values");
  }
  const bool typed = type && type->kind == ValueKind::kMap;
  const ElementType want = typed && type->inner ? type->inner->element_type : ElementType::kUndefined;
  if ((typed && type->element_type != key) || (want != ElementType::kUndefined && want != map.values.type())) {
    return InvalidArgument("input '", input.name, "' must be ", input.type.ToString(), ", not a map of ", NameOf(key),
                           " to ", NameOf(map.values.type()));
  }
  return OkStatus();
}

// A sequence or map of the kind declared, whose tensors are there and of the type declared.
Status CheckItems(const ValueInfo& input, const TypeInfo& type, const Value& value) {
  const bool sequence = type.kind == ValueKind::kSequence;
  if ((sequence && !value.is_sequence()) || (type.kind == ValueKind::kMap && !value.is_map())) {
    return InvalidArgument("input '", input.name, "' must be ", input.type.ToString());
  }
  if (value.is_map()) return CheckMap(input, &type, *value.map());
  if (!value.is_sequence()) return OkStatus();
  for (const Value& item : value.sequence()->items) {
    if (item.is_map()) KANTE_TRY(CheckMap(input, type.inner.get(), *item.map()));
    if (sequence && type.inner && type.inner->is_tensor()) {
      const ElementType want = type.inner->element_type;
      if (item.is_tensor() && (want == ElementType::kUndefined || item.tensor().type() == want)) continue;
    } else if (item.has_value()) {
      continue;
    }
    return InvalidArgument("input '", input.name, "' must be ", input.type.ToString(), ", but holds another item");
  }
  return OkStatus();
}

Status CheckFeed(const ValueInfo& input, const Value& value) {
  const TypeInfo& type = input.type;
  if (!value.is_tensor()) {
    if (type.is_tensor()) return InvalidArgument("input '", input.name, "' must be a tensor ", type.ToString());
    return CheckItems(input, type.kind == ValueKind::kOptional && type.inner ? *type.inner : type, value);
  }
  const Tensor& t = value.tensor();
  if (!type.is_tensor()) {
    if (type.kind == ValueKind::kUnknown || type.kind == ValueKind::kOptional) return OkStatus();
    return InvalidArgument("input '", input.name, "' must be ", type.ToString(), ", not a tensor");
  }
  const auto other = [&] {
    return InvalidArgument("input '", input.name, "' must be ", type.ToString(), ", not ", NameOf(t.type()),
                           t.shape().ToString());
  };
  if (type.element_type != ElementType::kUndefined && t.type() != type.element_type) return other();
  // Exporters declare scalars where callers feed [1]; ORT takes both.
  if (type.has_shape && type.dims.empty() && t.elements() == 1) return OkStatus();
  bool fits = !type.has_shape || static_cast<int>(type.dims.size()) == t.rank();
  for (int d = 0; fits && type.has_shape && d < t.rank(); ++d) {
    const Dim& dim = type.dims[static_cast<size_t>(d)];
    fits = !dim.known() || dim.value == t.dim(d);
  }
  return fits ? OkStatus() : other();
}

// Outputs own their memory: two that are views of one buffer part here.
Status Separate(std::span<Value> outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      if (!outputs[i].is_tensor() || !outputs[k].is_tensor()) continue;
      if (outputs[i].tensor().buffer() != outputs[k].tensor().buffer()) continue;
      const Tensor& shared = outputs[i].tensor();
      KANTE_TRY(Tensor copy, Tensor::Allocate(shared.type(), shared.shape()));
      CopyElements(shared, copy);
      outputs[i] = Value(std::move(copy));
    }
  }
  return OkStatus();
}

}  // namespace

Result<std::shared_ptr<Session>> Session::Create(std::shared_ptr<const Model> model, const Options& options) {
  if (!model->has_plan()) return InvalidArgument("the model was loaded for inspection only");
  std::shared_ptr<Session> session(new Session);
  session->model_ = std::move(model);
  session->pool_ = options.pool;
  if (!session->pool_ && options.threads == 0) {
    KANTE_TRY(session->pool_, ThreadPool::Default());
  } else if (!session->pool_ && options.threads > 1) {
    ThreadPool::Options pool;
    pool.threads = options.threads;
    pool.spin_us = options.spin_us;
    KANTE_TRY(session->pool_, ThreadPool::Create(std::move(pool)));
  }
  session->threads_ = options.threads > 0 ? options.threads : session->pool_->threads();
  const auto memory = std::make_shared<Memory>(options);
  session->allocator_ = std::shared_ptr<CappedAllocator>(memory, &memory->capped);
  session->blocks_ = &memory->blocks;
  session->limits_ = session->model_->limits();
  session->limits_.max_memory_bytes = options.max_memory_bytes;
  session->limits_.max_loop_iterations = options.max_loop_iterations;
  session->limits_.max_tensor_bytes = std::min(session->limits_.max_tensor_bytes, options.max_memory_bytes);
  session->options_ = options;
  session->options_.pool = session->pool_;
  session->caches_ = std::make_unique<PlanCache[]>(session->model_->plan_count());
  return session;
}

Status Session::Bind(std::span<const Value> inputs, Execution& execution) const {
  const Graph& graph = model_->graph();
  if (inputs.size() != graph.inputs().size()) {
    return InvalidArgument("the model has ", graph.inputs().size(), " inputs, got ", inputs.size());
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const ValueInfo& input = graph.value(graph.inputs()[i]);
    if (!inputs[i].has_value()) {
      if (IsFixedInput(graph, i)) continue;  // the plan knows it
      if (!input.initial.empty()) {
        KANTE_TRY(Tensor aligned, model_->weights().Aligned(input.initial));
        execution.Bind(i, Value(std::move(aligned)));
        continue;
      }
      if (input.type.kind == ValueKind::kOptional) continue;
      return InvalidArgument("input '", input.name, "' (", input.type.ToString(), ") is missing");
    }
    KANTE_TRY(CheckFeed(input, inputs[i]));
    const Tensor* tensor = inputs[i].is_tensor() ? &inputs[i].tensor() : nullptr;
    if (tensor && (!tensor->contiguous() || !tensor->aligned())) {
      KANTE_TRY(Tensor dense, Compact(*tensor, *allocator_));
      dense.buffer()->set_transient();
      execution.Bind(i, Value(std::move(dense)));
      continue;
    }
    if (tensor) tensor->buffer()->set_transient();
    execution.Bind(i, inputs[i]);
  }
  return OkStatus();
}

bool Session::FeedsFixedInputs(std::span<const Value> inputs) const {
  const Graph& graph = model_->graph();
  if (!model_->has_fixed_inputs() || inputs.size() != graph.inputs().size()) return false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].has_value() && IsFixedInput(graph, i)) return true;
  }
  return false;
}

Result<std::shared_ptr<Session>> Session::WithOpenInputs() {
  const std::lock_guard lock(open_mutex_);
  if (!open_) {
    KANTE_TRY(auto model, model_->WithOpenInputs());
    KANTE_TRY(open_, Create(std::move(model), options_));
  }
  return open_;
}

// Runs of a few microseconds in quick succession keep a worker awake; others are not worth that.
void Session::WarmPool() {
  constexpr int64_t kSoon = 500'000;
  constexpr int kRow = 8;
  if (NowNanos() - last_end_ns_.load(std::memory_order_relaxed) > kSoon) {
    in_a_row_.store(0, std::memory_order_relaxed);
  } else if (in_a_row_.load(std::memory_order_relaxed) < kRow) {
    in_a_row_.fetch_add(1, std::memory_order_relaxed);
  } else if (worth_warming_.load(std::memory_order_relaxed)) {
    pool_->Warm();
  }
}

Status Session::Run(std::span<const Value> inputs, std::span<Value> outputs, std::span<const Tensor> into,
                    const RunControl& control) {
  const int64_t begin = profiler_.enabled() ? NowNanos() : 0;
  KANTE_TRY(model_->CheckFiles());
  if (FeedsFixedInputs(inputs)) {
    KANTE_TRY(const std::shared_ptr<Session> open, WithOpenInputs());
    return open->Run(inputs, outputs, into, control);
  }
  const bool several = pool_ && threads_ > 1;
  if (several) WarmPool();
  Execution execution(*this, model_->plan(), control, 0);
  KANTE_TRY(Bind(inputs, execution));
  for (size_t i = 0; i < into.size(); ++i) {
    if (!into[i].empty()) execution.SetTarget(i, into[i]);
  }
  KANTE_TRY([[maybe_unused]] const Execution::Progress done, execution.Resume(true));
  for (size_t i = 0; i < outputs.size(); ++i) {
    KANTE_TRY(execution.TakeOutput(i, true, outputs[i]));
    if (i >= into.size() || into[i].empty()) continue;
    const Tensor& target = into[i];
    const ValueInfo& info = model_->graph().value(model_->graph().outputs()[i]);
    if (!outputs[i].is_tensor() || outputs[i].tensor().type() != target.type() ||
        !(outputs[i].tensor().shape() == target.shape())) {
      const std::string got = outputs[i].is_tensor()
                                  ? StrCat(NameOf(outputs[i].tensor().type()), outputs[i].tensor().shape().ToString())
                                  : std::string("not a tensor");
      return InvalidArgument("output '", info.name, "' is ", got, ", the memory given for it is ",
                             NameOf(target.type()), target.shape().ToString());
    }
    if (outputs[i].tensor().raw() != target.raw()) CopyElements(outputs[i].tensor(), target);
    outputs[i] = Value(target);
  }
  KANTE_TRY(Separate(outputs));
  if (options_.low_memory) blocks_->Drop();
  if (several) last_end_ns_.store(NowNanos(), std::memory_order_relaxed);
  if (begin) profiler_.AddRun(begin, NowNanos());
  return OkStatus();
}

Status Session::Prepare(std::span<const Value> inputs) {
  KANTE_TRY(model_->CheckFiles());
  if (FeedsFixedInputs(inputs)) {
    KANTE_TRY(const std::shared_ptr<Session> open, WithOpenInputs());
    return open->Prepare(inputs);
  }
  const Plan& plan = model_->plan();
  std::vector<Value> values(plan.slots().size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].is_tensor()) KANTE_TRY(CheckFeed(model_->graph().value(model_->graph().inputs()[i]), inputs[i]));
    values[plan.inputs()[i]] = inputs[i];
  }
  if (plan.segments().empty() || !plan.segments()[0].key_values.empty()) return OkStatus();
  return LayoutOf(plan, 0, values, /*first=*/false).TakeStatus().Clone();
}

Result<std::shared_ptr<const Layout>> Session::LayoutOf(const Plan& plan, uint32_t segment,
                                                        std::span<const Value> values, bool first) {
  const auto parallel = [this](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
    if (pool_) return pool_->ParallelFor(count, grain, threads_, body);
    if (count > 0) body(0, count);
    return true;
  };
  const int64_t weights = model_->weight_bytes();
  const int64_t spare =
      options_.low_memory ? kSpareLow + weights / kLowShare : std::clamp(weights / 8 * 9, kSpare, kMostSpare);
  const LayoutMeans means{model_->weights(), limits_, parallel, spare, first, options_.weight_storage};
  return cache(plan).Find(plan, segment, values, means, options_.layout_cache_bytes);
}

}  // namespace kante::core
