// SPDX-License-Identifier: MIT
#include "runtime/model.h"

#include <algorithm>

#include "base/build.h"
#include "ops/contrib/refused.h"
#include "ops/elsewhere.h"
#include "passes/infer_types.h"
#include "providers/cpu/cpu_provider.h"
#include "runtime/default_inputs.h"
#include "runtime/expand_unclaimed.h"

namespace kante::core {
namespace {

constexpr size_t kMaxNamed = 8;  // unknown operators spelled out in an error

// Every operator that the registry does not know, in one message.
Status CheckOperators(const Graph& graph, const OpRegistry& registry) {
  std::vector<std::string> unknown;
  size_t count = 0;
  ForEachGraph(graph, [&](const Graph& g) {
    for (NodeId id = 0; id < g.node_slots(); ++id) {
      if (!g.alive(id) || registry.Has(g.node(id).domain, g.node(id).op_type)) continue;
      const Node& node = g.node(id);
      ++count;
      const std::string_view where = WhereElse(node.domain, node.op_type);
      const std::string_view why = WhyRefused(node.domain, node.op_type);
      const std::string name =
          StrCat(node.domain.empty() ? "" : node.domain + ".", node.op_type, " (node '", node.DisplayName(),
                 where.empty() ? "'" : "', which is in ", where, why.empty() ? "" : ": ", why, ")");
      if (unknown.size() < kMaxNamed) unknown.push_back(name);
    }
  });
  if (count == 0) return OkStatus();
  std::string list;
  for (const std::string& name : unknown) list += (list.empty() ? "" : ", ") + name;
  return NotImplemented(count == 1 ? "unknown operator " : "unknown operators ", list,
                        count > unknown.size() ? StrCat(" and ", count - unknown.size(), " more") : "");
}

// Results must not share memory with constants, which every run reads. Returns the constants' bytes.
int64_t ProtectConstants(const Graph& graph) {
  int64_t bytes = 0;
  ForEachGraph(graph, [&](const Graph& g) {
    for (ValueId v = 0; v < g.value_count(); ++v) {
      if (const Tensor* constant = g.Constant(v)) {
        constant->buffer()->set_transient();
        if (g.UseCount(v) > 0) bytes += constant->bytes();  // each fits in memory
      }
      if (!g.value(v).initial.empty()) g.value(v).initial.buffer()->set_transient();
    }
  });
  return bytes;
}

bool InFile(const Tensor& tensor) { return !tensor.empty() && tensor.buffer()->file_pages(); }

bool InFile(const Attribute& a) {
  if (const auto* one = a.get<Tensor>()) return InFile(*one);
  if (const auto* many = a.get<std::vector<Tensor>>()) {
    return std::any_of(many->begin(), many->end(), [](const Tensor& t) { return InFile(t); });
  }
  return a.get<SparseTensor>() || a.get<std::vector<SparseTensor>>();
}

// Whether runs read what lies in mapped files.
bool ReadsFiles(const Graph& graph) {
  bool reads = false;
  ForEachGraph(graph, [&](const Graph& g) {
    for (ValueId v = 0; v < g.value_count() && !reads; ++v) {
      reads = (g.Constant(v) && InFile(*g.Constant(v))) || InFile(g.value(v).initial);
    }
    for (NodeId id = 0; id < g.node_slots() && !reads; ++id) {
      if (!g.alive(id)) continue;
      const std::vector<Attribute>& attributes = g.node(id).attributes;
      reads = std::any_of(attributes.begin(), attributes.end(), [](const Attribute& a) { return InFile(a); });
    }
  });
  return reads;
}

// Of a model that lies in mapped files; null else.
std::unique_ptr<WeightCache> OpenCache(const WeightCache::Files& files, const Model::Options& options) {
  const bool mapped = std::all_of(files.begin(), files.end(), [](const auto& file) { return file->mapped(); });
  if (mapped && !files.empty()) return std::make_unique<WeightCache>(options.weight_cache, files, options.log);
  if (options.log) options.log("weight cache: not used, the model does not lie in mapped files");
  return nullptr;
}

std::shared_ptr<const OpRegistry> RegistryOf(const Model::Options& options) {
  return options.registry ? options.registry : std::make_shared<const OpRegistry>(OpRegistry::BuiltIns());
}

ReadOptions ReadOptionsOf(const Model::Options& options) {
  ReadOptions read;
  read.mapping = options.mapping;
  read.format = options.format;
  read.limits = options.limits;
  read.allow_unknown_domains = options.inspect_only;
  read.external_files = &options.external_files;
  read.denotations = &options.overrides.denotations;
  return read;
}

Status Report(const Model::Options& options, double share) {
  if (options.progress && !options.progress(share)) return Error(StatusCode::kCancelled, "the load was cancelled");
  return OkStatus();
}

}  // namespace

Result<std::shared_ptr<const Model>> Model::Load(const std::string& path, const Options& options) {
  const auto registry = RegistryOf(options);
  KANTE_TRY(Report(options, 0.0));
  KANTE_TRY(LoadedModel loaded, ReadModel(path, *registry, ReadOptionsOf(options)));
  auto model = Finish(std::move(loaded), options, registry);
  if (!model.ok()) return model.TakeStatus().Clone().WithContext(StrCat("model '", path, "'"));
  return model;
}

Result<std::shared_ptr<const Model>> Model::LoadFromMemory(std::span<const std::byte> bytes, const std::string& folder,
                                                           const Options& options) {
  const auto registry = RegistryOf(options);
  KANTE_TRY(Report(options, 0.0));
  KANTE_TRY(LoadedModel loaded, ReadModelFromMemory(bytes, nullptr, *registry, ReadOptionsOf(options), folder));
  return Finish(std::move(loaded), options, registry);
}

Result<std::shared_ptr<const Model>> Model::FromGraph(Graph graph, const Options& options) {
  LoadedModel loaded;
  loaded.graph = std::move(graph);
  return Finish(std::move(loaded), options, RegistryOf(options));
}

Result<std::shared_ptr<const Model>> Model::Finish(LoadedModel loaded, const Options& options,
                                                   std::shared_ptr<const OpRegistry> registry) {
  std::shared_ptr<Model> model(new Model);
  model->loaded_ = std::move(loaded);
  model->registry_ = std::move(registry);
  model->limits_ = options.limits;
  Graph& graph = model->loaded_.graph;
  KANTE_TRY(Report(options, 0.2));
  KANTE_TRY(ApplyOverrides(graph, options.overrides));
  if (!options.keep_inputs_open) model->FixInputs(options);
  const Status known = CheckOperators(graph, *model->registry_);
  if (!known.ok() && !options.inspect_only) return known.Clone();
  Plan::Options plan;
  plan.providers = options.providers;
  plan.providers.push_back(MakeCpuProvider());
  plan.registry = model->registry_.get();
  plan.limits = options.limits;
  KANTE_TRY([[maybe_unused]] const int expanded, ExpandUnclaimed(graph, *model->registry_, plan.providers));
  KANTE_TRY(InferTypes(graph, *model->registry_, options.limits));
  KANTE_TRY(Optimize(graph, *model->registry_, options.limits, options.optimization, &model->report_));
  KANTE_TRY(Report(options, 0.8));
  model->weight_bytes_ = ProtectConstants(graph);
  if (known.ok()) {
    auto built = Plan::Build(graph, plan);
    if (!built.ok() && !options.inspect_only) return built.TakeStatus().Clone();
    if (built.ok()) model->plan_ = std::move(built).value();
  }
  if (model->plan_) model->plan_count_ = model->plan_->Number(0);
  const bool reads_files = ReadsFiles(graph);
  std::unique_ptr<WeightCache> cache;
  if (!kForSize && !options.weight_cache.empty()) cache = OpenCache(model->loaded_.files, options);
  if (!reads_files) model->loaded_.files.clear();  // nothing to look after in each run
  if (cache) {
    if (cache->file()) model->loaded_.files.push_back(cache->file());
    model->weights_.UseCache(std::move(cache));
  }
  KANTE_TRY(Report(options, 1.0));
  return std::shared_ptr<const Model>(std::move(model));
}

void Model::FixInputs(const Options& options) {
  std::unique_ptr<Graph> copy;
  const auto has_default = [&](ValueId id) { return !loaded_.graph.value(id).initial.empty(); };
  if (std::any_of(loaded_.graph.inputs().begin(), loaded_.graph.inputs().end(), has_default)) {
    copy = loaded_.graph.Clone();
  }
  if (!FixDefaultInputs(loaded_.graph)) return;
  original_ = std::make_unique<Original>();
  original_->loaded.graph = std::move(*copy);
  original_->loaded.info = loaded_.info;
  original_->loaded.files = loaded_.files;
  original_->options = options;
  original_->options.keep_inputs_open = true;
  original_->options.overrides = {};  // made already
  original_->options.progress = nullptr;
}

Result<std::shared_ptr<const Model>> Model::WithOpenInputs() const {
  const std::lock_guard lock(original_->mutex);
  if (!original_->open) {
    LoadedModel again;
    again.graph = std::move(*original_->loaded.graph.Clone());
    again.info = original_->loaded.info;
    again.files = original_->loaded.files;
    KANTE_TRY(original_->open, Finish(std::move(again), original_->options, registry_));
  }
  return original_->open;
}

Status Model::CheckFiles() const {
  for (const auto& file : loaded_.files) KANTE_TRY(file->CheckUnchanged());
  return OkStatus();
}

}  // namespace kante::core
