// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/mutex.h"
#include "onnx/reader.h"
#include "passes/pipeline.h"
#include "runtime/overrides.h"
#include "runtime/plan.h"
#include "runtime/weight_store.h"

namespace kante::core {

// A model ready to run: graph, plan and weights. Immutable but for the weight store; shared by sessions; thread-safe.
class Model {
 public:
  struct Options {
    OptimizationLevel optimization = OptimizationLevel::kAll;
    Mapping mapping = Mapping::kMap;
    ModelFormat format = ModelFormat::kDetect;
    Limits limits;
    std::shared_ptr<const OpRegistry> registry;        // null: the built-ins
    std::vector<std::shared_ptr<Provider>> providers;  // before the CPU, by preference
    Overrides overrides;
    ExternalData::Files external_files;    // in memory, by location
    std::function<bool(double)> progress;  // false cancels
    std::string weight_cache;              // folder, see WeightCache; empty: none
    std::function<void(const std::string&)> log;
    bool keep_inputs_open = false;  // inputs with defaults stay what the plan does not know
    bool inspect_only = false;      // unknown operators are let through; there is no plan then
  };

  static Result<std::shared_ptr<const Model>> Load(const std::string& path, const Options& options);
  static Result<std::shared_ptr<const Model>> LoadFromMemory(std::span<const std::byte> bytes,
                                                             const std::string& folder, const Options& options);
  // From a graph in the newest opset (tests, tools).
  static Result<std::shared_ptr<const Model>> FromGraph(Graph graph, const Options& options);

  const Graph& graph() const { return loaded_.graph; }
  const ModelInfo& info() const { return loaded_.info; }
  bool has_plan() const { return plan_ != nullptr; }
  const Plan& plan() const { return *plan_; }  // REQUIRES: has_plan()
  uint32_t plan_count() const { return plan_count_; }
  const OpRegistry& registry() const { return *registry_; }
  const Limits& limits() const { return limits_; }
  const PassReport& pass_report() const { return report_; }
  WeightStore& weights() const { return weights_; }
  int64_t weight_bytes() const { return weight_bytes_; }  // of all constants of the graph and its bodies
  // Inputs with defaults are constants of graph(), since callers hardly ever feed them.
  bool has_fixed_inputs() const { return original_ != nullptr; }
  // The same model with all of its inputs open, made at the first call. REQUIRES: has_fixed_inputs()
  Result<std::shared_ptr<const Model>> WithOpenInputs() const;
  // An error if a mapped file has been cut short since.
  Status CheckFiles() const;

 private:
  // What WithOpenInputs is made of.
  struct Original {
    LoadedModel loaded;
    Options options;
    Mutex mutex;
    std::shared_ptr<const Model> open;
  };

  Model() = default;
  static Result<std::shared_ptr<const Model>> Finish(LoadedModel loaded, const Options& options,
                                                     std::shared_ptr<const OpRegistry> registry);
  void FixInputs(const Options& options);

  LoadedModel loaded_;
  std::shared_ptr<const OpRegistry> registry_;
  Limits limits_;
  PassReport report_;
  std::unique_ptr<Plan> plan_;
  uint32_t plan_count_ = 0;
  int64_t weight_bytes_ = 0;
  mutable WeightStore weights_;
  std::unique_ptr<Original> original_;
};

}  // namespace kante::core
