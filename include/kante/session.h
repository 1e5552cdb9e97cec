// SPDX-License-Identifier: MIT
// Running a model.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kante/export.h"
#include "kante/model.h"
#include "kante/status.h"
#include "kante/tensor.h"

namespace kante {

// What a session may keep in memory beside activations.
enum class MemoryUse : int {
  kDefault = 0,  // weights in the form that makes runs fast: about twice their bytes at most
  kLow = 1,      // hardly more than their bytes: larger forms are made anew in each run, or done without
};

// What the weights of matrix products are stored as while they are multiplied with; sums are float32 always.
enum class WeightStorage : int {
  kAsInModel = 0,  // float16 and bfloat16 keep their two bytes, all else is float32
  kFloat16 = 1,    // float32 weights are rounded to float16: half the memory, errors of about 5e-4 of each weight
  kBfloat16 = 2,   // the same with float32's range and errors of about 4e-3
};

struct SharedThreads;  // see MakeSharedThreads

struct SessionOptions {
  // Threads a run may use: 0 takes the pool that all such sessions share (one thread per usable core); 1 runs on the
  // caller alone; n > 1 makes a pool of this session's own. Results are bit-equal for every number.
  int threads = 0;
  // How long an idle worker waits awake before it sleeps; up to fifty times that while loops keep coming. 0: not at
  // all.
  int spin_microseconds = 20;
  int64_t max_memory_bytes = int64_t{16} << 30;    // activations and outputs alive at once
  int64_t max_loop_iterations = int64_t{1} << 40;  // of Loop
  int64_t layout_cache_bytes = 16 << 20;           // plans kept for shapes seen before
  // Weights in a mapped file (FileMapping::kMap) are dropped from memory once a kernel has its own form of them; those
  // of a model that was read into memory stay there beside it.
  MemoryUse memory = MemoryUse::kDefault;
  // Makes and joins the threads of a pool of this session's own, instead of the system's: create_thread starts
  // `work(argument)` on a new thread and returns a handle, null for none.
  std::function<void*(void (*work)(void*), void* argument)> create_thread;
  std::function<void(void* handle)> join_thread;
  WeightStorage weights = WeightStorage::kAsInModel;
  // A pool that sessions share; what is said of threads above counts for nothing then.
  std::shared_ptr<const SharedThreads> shared_threads;
};
// A pool as the options describe it, for any number of sessions; joined when the last of them and the handle are gone.
KANTE_API Result<std::shared_ptr<const SharedThreads>> MakeSharedThreads(const SessionOptions& options);

struct CancelState;
// Cancels runs from any thread. Copies are the same token. May be used again after Reset.
class KANTE_API CancelToken {
 public:
  CancelToken();
  void Cancel();
  void Reset();
  bool cancelled() const;
  const std::shared_ptr<CancelState>& state() const { return state_; }  // for Kante itself

 private:
  std::shared_ptr<CancelState> state_;
};

// What an observer sees after a node ran.
struct NodeResult {
  std::string node;  // the user's node (or nodes, when fused)
  std::string op_type;
  std::vector<std::string> output_names;
  std::vector<Value> outputs;  // valid during the call; copy elements to keep them
};

struct RunOptions {
  const CancelToken* cancel = nullptr;   // stops within a parallel range; the run returns Cancelled
  int64_t time_limit_ms = 0;             // 0: none; DeadlineExceeded afterwards
  std::function<void(double)> progress;  // share of steps done in [0, 1], called between steps on the running thread
  std::function<void(const NodeResult&)> observer;  // after every node of the top graph: slow, for tools
};

using NamedValues = std::vector<std::pair<std::string, Value>>;

struct Profile;
struct SessionRep;

// Runs one model. Cheap: holds activations only, weights belong to the model. Run may be called from several threads at
// once; each call has its own activations. Copies of the handle are the same session.
class KANTE_API Session {
 public:
  Session();  // no session
  ~Session();
  Session(const Session&);
  Session& operator=(const Session&);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  static Result<Session> Create(const Model& model, const SessionOptions& options = {});

  bool valid() const { return rep_ != nullptr; }

  // Feeds inputs by name, returns the outputs named (all of the model's, in its order, if none are). Inputs are only
  // read during the call. InvalidArgument names a feed that is missing, unknown, or of the wrong type or shape.
  Result<std::vector<Value>> Run(const NamedValues& inputs, std::span<const std::string> outputs = {},
                                 const RunOptions& options = {}) const;
  // The same into memory of the caller: each tensor must have the output's type and shape.
  Status RunInto(const NamedValues& inputs, std::span<const std::pair<std::string, Tensor>> outputs,
                 const RunOptions& options = {}) const;
  // The same for some of them: an output that comes as a tensor is written there, one that comes as nothing is set to
  // the result.
  Status RunInto(const NamedValues& inputs, NamedValues& outputs, const RunOptions& options = {}) const;

  // The place of an input or output in the model's order; InvalidArgument names those that there are.
  Result<size_t> InputIndex(std::string_view name) const;
  Result<size_t> OutputIndex(std::string_view name) const;
  // Runs by place, for callers that have resolved the names once: inputs[i] goes to Model::inputs()[i], outputs[i]
  // takes Model::outputs()[i]. A null input, or one without a value, leaves its default. A null output is not wanted;
  // one that holds a tensor of the right type and shape is written there, any other is set to the result. Everything
  // pointed to belongs to the caller and may be used again for the next run. InvalidArgument if there are not as many
  // pointers as the model has inputs and outputs.
  Status RunAt(std::span<const Value* const> inputs, std::span<Value* const> outputs,
               const RunOptions& options = {}) const;

  // Packs weights and lays out memory for these input shapes ahead of the first run.
  Status Prepare(const std::map<std::string, std::vector<int64_t>>& shapes) const;

  // Collects a profile from now on, of all threads; what was collected before is dropped. StopProfile returns it in
  // Chrome's trace format (JSON), TakeProfile by steps (profile.h); both stop. Where a session runs on several threads
  // at once, each run counts for itself.
  void StartProfile() const;
  std::string StopProfile() const;
  Profile TakeProfile() const;

  // Bytes of activations and outputs held now and at most so far.
  int64_t memory_bytes() const;
  int64_t peak_memory_bytes() const;
  int threads() const;

 private:
  explicit Session(std::shared_ptr<SessionRep> rep);
  std::shared_ptr<SessionRep> rep_;
};

}  // namespace kante
