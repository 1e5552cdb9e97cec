// SPDX-License-Identifier: MIT
#include "kante/session.h"

#include <algorithm>

#include "api/cxx/convert.h"
#include "api/cxx/profile.h"
#include "base/clock.h"
#include "base/few.h"
#include "runtime/session.h"

namespace kante {

struct CancelState {
  core::CancelToken token;
};

CancelToken::CancelToken() : state_(std::make_shared<CancelState>()) {}
void CancelToken::Cancel() { state_->token.Cancel(); }
void CancelToken::Reset() { state_->token.Reset(); }
bool CancelToken::cancelled() const { return state_->token.cancelled(); }

struct SharedThreads {
  std::shared_ptr<core::ThreadPool> pool;
};

struct SessionRep {
  std::shared_ptr<core::Session> session;
  Model model;
};

namespace {

NodeResult ToPublic(const core::NodeObservation& seen) {
  NodeResult result;
  result.node = seen.node->DisplayName();
  result.op_type = seen.node->op_type;
  for (size_t i = 0; i < seen.output_ids.size(); ++i) {
    result.output_names.push_back(seen.graph->value(seen.output_ids[i]).name);
    const core::Value& value = *seen.outputs[i];
    if (value.is_tensor()) {  // observers see dense tensors
      auto dense = core::Compact(value.tensor());
      result.outputs.push_back(dense.ok() ? Value(kante::ToPublic(*dense)) : Value());
    } else {
      result.outputs.push_back(kante::ToPublic(value));
    }
  }
  return result;
}

Status Unknown(const char* what, const std::string& name, const std::vector<ValueDescription>& have) {
  std::string list;
  for (const ValueDescription& d : have) list += (list.empty() ? "'" : ", '") + d.name + "'";
  return Status(StatusCode::kInvalidArgument,
                core::StrCat("the model has no ", what, " '", name, "'; it has ", list.empty() ? "none" : list));
}

bool HoldsTensor(const Value& value) { return value.is_tensor() && value.tensor().valid(); }

Status CheckThreads(const SessionOptions& options) {
  if (options.threads < 0 || options.threads > kMostThreads) {
    return Status(StatusCode::kInvalidArgument,
                  core::StrCat("threads must be between 0 and ", kMostThreads, ", not ", options.threads));
  }
  if (options.create_thread && !options.join_thread) {
    return Status(StatusCode::kInvalidArgument, "create_thread needs a join_thread");
  }
  return Status();
}

constexpr size_t kFew = 4;                            // inputs or outputs without heap
constexpr int64_t kLongestMillis = int64_t{1} << 40;  // 35 years: nanoseconds do not overflow

// Everything that lives as long as one run.
class Call {
 public:
  Call(const SessionRep& rep, const RunOptions& options)
      : rep_(rep), feeds_(rep.model.inputs().size()), results_(rep.model.outputs().size()) {
    if (options.cancel) control_.cancel = &options.cancel->state()->token;
    const int64_t limit_ms = std::min(options.time_limit_ms, kLongestMillis);
    if (limit_ms > 0) control_.deadline_ns = core::NowNanos() + limit_ms * 1'000'000;
    control_.progress = options.progress;
    if (options.observer) {
      control_.observer = [&options](const core::NodeObservation& seen) { options.observer(ToPublic(seen)); };
    }
  }

  void Feed(size_t i, const Value& value) {
    if (HoldsTensor(value)) {
      feeds_[i] = core::Value(value.tensor().rep()->tensor);
    } else {
      feeds_[i] = ToCore(value);
    }
  }
  Status Feed(const NamedValues& inputs, const Session& session) {
    for (const auto& [name, value] : inputs) {
      auto i = session.InputIndex(name);
      if (!i.ok()) return i.status();
      if (feeds_[*i].has_value()) {
        return Status(StatusCode::kInvalidArgument, core::StrCat("input '", name, "' is fed twice"));
      }
      Feed(*i, value);
    }
    return Status();
  }

  // Output i shall be written to this memory. False if it has some already.
  bool Into(size_t i, const Tensor& memory) {
    if (into_.empty()) into_.resize(results_.size());
    if (!into_[i].empty()) return false;
    into_[i] = ToCore(memory);
    return true;
  }

  Status Run() { return kante::ToPublic(rep_.session->Run(feeds_.span(), results_.span(), into_, control_)); }
  Value Output(size_t i) { return kante::ToPublic(results_[i]); }
  // For the last time.
  Value TakeOutput(size_t i) {
    core::Value& result = results_[i];
    return result.is_tensor() ? Value(kante::ToPublic(std::move(result.tensor()))) : kante::ToPublic(result);
  }

 private:
  const SessionRep& rep_;
  core::RunControl control_;
  core::Few<core::Value, kFew> feeds_, results_;
  std::vector<core::Tensor> into_;
};

Result<size_t> IndexOf(std::string_view name, const std::vector<ValueDescription>& all, const char* what) {
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) return i;
  }
  return Unknown(what, std::string(name), all);
}

}  // namespace

Session::Session() = default;
Session::~Session() = default;
Session::Session(const Session&) = default;
Session& Session::operator=(const Session&) = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::Session(std::shared_ptr<SessionRep> rep) : rep_(std::move(rep)) {}

Result<std::shared_ptr<const SharedThreads>> MakeSharedThreads(const SessionOptions& options) {
  if (Status right = CheckThreads(options); !right.ok()) return right;
  core::ThreadPool::Options pool;
  pool.threads = options.threads;
  pool.spin_us = options.spin_microseconds;
  pool.create_thread = options.create_thread;
  pool.join_thread = options.join_thread;
  auto made = core::ThreadPool::Create(std::move(pool));
  if (!made.ok()) return StatusOf(made);
  return std::shared_ptr<const SharedThreads>(std::make_shared<SharedThreads>(SharedThreads{std::move(*made)}));
}

Result<Session> Session::Create(const Model& model, const SessionOptions& options) {
  if (!model.valid()) return Status(StatusCode::kNoModel, "the model is not valid");
  if (Status right = CheckThreads(options); !right.ok()) return right;
  if (options.max_memory_bytes < 0 || options.max_loop_iterations < 0 || options.layout_cache_bytes < 0) {
    return Status(StatusCode::kInvalidArgument, "limits of a session must not be negative");
  }
  core::Session::Options core_options;
  core_options.threads = options.threads;
  core_options.spin_us = options.spin_microseconds;
  core_options.max_memory_bytes = options.max_memory_bytes;
  core_options.max_loop_iterations = options.max_loop_iterations;
  core_options.layout_cache_bytes = options.layout_cache_bytes;
  core_options.low_memory = options.memory == MemoryUse::kLow;
  std::shared_ptr<const SharedThreads> threads = options.shared_threads;
  if (!threads && options.create_thread) {
    auto own = MakeSharedThreads(options);
    if (!own.ok()) return own.status();
    threads = *own;
  }
  if (threads) {
    core_options.pool = threads->pool;
    core_options.threads = threads->pool->threads();
  }
  if (options.weights == WeightStorage::kFloat16) core_options.weight_storage = core::ElementType::kFloat16;
  if (options.weights == WeightStorage::kBfloat16) core_options.weight_storage = core::ElementType::kBfloat16;
  auto made = core::Session::Create(model.rep()->model, core_options);
  if (!made.ok()) return StatusOf(made);
  return Session(std::make_shared<SessionRep>(SessionRep{std::move(made).value(), model}));
}

Result<size_t> Session::InputIndex(std::string_view name) const { return IndexOf(name, rep_->model.inputs(), "input"); }

Result<size_t> Session::OutputIndex(std::string_view name) const {
  return IndexOf(name, rep_->model.outputs(), "output");
}

Result<std::vector<Value>> Session::Run(const NamedValues& inputs, std::span<const std::string> outputs,
                                        const RunOptions& options) const {
  Call call(*rep_, options);
  if (Status fed = call.Feed(inputs, *this); !fed.ok()) return fed;
  std::vector<size_t> wanted;
  for (const std::string& name : outputs) {
    auto index = OutputIndex(name);
    if (!index.ok()) return index.status();
    wanted.push_back(*index);
  }
  if (Status ran = call.Run(); !ran.ok()) return ran;
  std::vector<Value> results;
  for (size_t i = 0; outputs.empty() && i < rep_->model.outputs().size(); ++i) results.push_back(call.Output(i));
  for (const size_t i : wanted) results.push_back(call.Output(i));
  return results;
}

Status Session::RunInto(const NamedValues& inputs, std::span<const std::pair<std::string, Tensor>> outputs,
                        const RunOptions& options) const {
  Call call(*rep_, options);
  if (Status fed = call.Feed(inputs, *this); !fed.ok()) return fed;
  for (const auto& [name, tensor] : outputs) {
    auto index = OutputIndex(name);
    if (!index.ok()) return index.status();
    if (!tensor.valid()) {
      return Status(StatusCode::kInvalidArgument,
                    core::StrCat("the memory given for output '", name, "' is no tensor"));
    }
    if (!call.Into(*index, tensor)) {
      return Status(StatusCode::kInvalidArgument, core::StrCat("memory for output '", name, "' is given twice"));
    }
  }
  return call.Run();
}

Status Session::RunInto(const NamedValues& inputs, NamedValues& outputs, const RunOptions& options) const {
  Call call(*rep_, options);
  if (Status fed = call.Feed(inputs, *this); !fed.ok()) return fed;
  std::vector<size_t> wanted;
  for (const auto& [name, value] : outputs) {
    auto index = OutputIndex(name);
    if (!index.ok()) return index.status();
    if (HoldsTensor(value) && !call.Into(*index, value.tensor())) {
      return Status(StatusCode::kInvalidArgument, core::StrCat("memory for output '", name, "' is given twice"));
    }
    wanted.push_back(*index);
  }
  if (Status ran = call.Run(); !ran.ok()) return ran;
  for (size_t i = 0; i < outputs.size(); ++i) {
    Value& result = outputs[i].second;
    if (!HoldsTensor(result)) result = call.Output(wanted[i]);
  }
  return Status();
}

Status Session::RunAt(std::span<const Value* const> inputs, std::span<Value* const> outputs,
                      const RunOptions& options) const {
  const size_t want_inputs = rep_->model.inputs().size(), want_outputs = rep_->model.outputs().size();
  if (inputs.size() != want_inputs || outputs.size() != want_outputs) {
    return Status(StatusCode::kInvalidArgument,
                  core::StrCat("the model has ", want_inputs, " inputs and ", want_outputs, " outputs, got ",
                               inputs.size(), " and ", outputs.size()));
  }
  Call call(*rep_, options);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i]) call.Feed(i, *inputs[i]);
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] && HoldsTensor(*outputs[i])) call.Into(i, outputs[i]->tensor());
  }
  if (Status ran = call.Run(); !ran.ok()) return ran;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] && !HoldsTensor(*outputs[i])) *outputs[i] = call.TakeOutput(i);
  }
  return Status();
}

Status Session::Prepare(const std::map<std::string, std::vector<int64_t>>& shapes) const {
  for (const auto& entry : shapes) {
    const auto& inputs = rep_->model.inputs();
    const auto named = [&](const ValueDescription& input) { return input.name == entry.first; };
    if (std::none_of(inputs.begin(), inputs.end(), named)) return Unknown("input", entry.first, inputs);
  }
  std::vector<core::Value> values;
  for (const ValueDescription& input : rep_->model.inputs()) {
    const auto given = shapes.find(input.name);
    std::vector<int64_t> dims;
    for (const Dimension& d : input.dimensions) dims.push_back(d.value < 0 ? 1 : d.value);
    if (given != shapes.end()) dims = given->second;
    auto shape = ShapeOf(dims);
    if (!shape.ok()) return StatusOf(shape);
    static std::byte nothing[1];
    values.emplace_back(core::Tensor(static_cast<core::ElementType>(input.element_type), *shape,
                                     core::Buffer::Wrap(nothing, 1, nullptr)));
  }
  return kante::ToPublic(rep_->session->Prepare(values));
}

void Session::StartProfile() const { rep_->session->profiler().Start(); }
std::string Session::StopProfile() const { return rep_->session->profiler().StopAsTrace(); }
Profile Session::TakeProfile() const {
  return ToPublic(rep_->session->profiler().StopAsProfile(rep_->session->model().plan()));
}
int64_t Session::memory_bytes() const { return rep_->session->allocator()->used_bytes(); }
int64_t Session::peak_memory_bytes() const { return rep_->session->allocator()->peak_bytes(); }
int Session::threads() const { return rep_->session->threads(); }

}  // namespace kante
