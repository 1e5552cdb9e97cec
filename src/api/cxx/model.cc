// SPDX-License-Identifier: MIT
#include "kante/model.h"

#include <algorithm>
#include <cstring>

#include "api/cxx/convert.h"
#include "api/cxx/spec_writer.h"
#include "onnx/writer.h"
#include "runtime/inspect.h"
#include "runtime/needed_entries.h"

namespace kante {
namespace {

static_assert(static_cast<int>(ModelFormat::kOrt) == static_cast<int>(core::ModelFormat::kOrt));

core::Result<core::Model::Options> ToCore(const LoadOptions& options) {
  core::Model::Options out;
  out.optimization = options.optimization == OptimizationLevel::kNone    ? core::OptimizationLevel::kNone
                     : options.optimization == OptimizationLevel::kBasic ? core::OptimizationLevel::kBasic
                                                                         : core::OptimizationLevel::kAll;
  out.mapping = options.mapping == FileMapping::kMap ? core::Mapping::kMap : core::Mapping::kCopy;
  out.format = static_cast<core::ModelFormat>(options.format);
  out.limits.max_nodes = options.limits.max_nodes;
  out.limits.max_nesting = options.limits.max_nesting;
  out.limits.max_function_depth = options.limits.max_function_depth;
  out.limits.max_folded_bytes = options.limits.max_folded_bytes;
  out.limits.max_folded_total_bytes = options.limits.max_folded_total_bytes;
  out.limits.max_tensor_bytes = options.limits.max_tensor_bytes;
  out.progress = options.progress;
  out.weight_cache = options.weight_cache;
  out.log = options.log;
  out.inspect_only = options.inspect_only;
  for (const auto& [name, tensor] : options.initializers) {
    if (!tensor.valid()) return core::InvalidArgument("the tensor for initializer '", name, "' is not valid");
    out.overrides.initializers.emplace_back(name, ToCore(tensor));
  }
  for (const auto& [name, bytes] : options.external_files) {
    KANTE_TRY(std::shared_ptr<core::Buffer> copy, core::Buffer::Allocate(static_cast<int64_t>(bytes.size())));
    if (!bytes.empty()) std::memcpy(copy->data(), bytes.data(), bytes.size());
    const std::span<const std::byte> held{copy->data(), bytes.size()};
    out.external_files[name] = {held, std::move(copy)};
  }
  for (const auto& [name, size] : options.dimensions) out.overrides.dimensions.emplace_back(name, size);
  for (const auto& [denotation, size] : options.denotations) {
    if (size < 0) return core::InvalidArgument("dimension '", denotation, "' cannot be ", size);
    out.overrides.denotations.emplace(denotation, size);
  }
  KANTE_TRY(out.registry, RegistryWith(options.custom_ops));
  return out;
}

std::shared_ptr<const ModelRep> Represent(std::shared_ptr<const core::Model> model, const LoadOptions& options) {
  auto rep = std::make_shared<ModelRep>();
  const core::Graph& graph = model->graph();
  for (core::ValueId id : graph.inputs()) rep->inputs.push_back(Describe(graph.value(id)));
  for (core::ValueId id : graph.outputs()) rep->outputs.push_back(Describe(graph.value(id)));
  for (const auto& [key, value] : model->info().metadata) rep->metadata[key] = value;
  for (const core::OpsetImport& import : model->info().opset_imports) {
    rep->opsets[import.domain] = static_cast<int>(import.version);
  }
  rep->custom_ops = options.custom_ops;
  rep->model = std::move(model);
  return rep;
}

// What is written: whoever loads the file may feed inputs that are constants here.
core::Result<std::shared_ptr<const core::Model>> ToSave(const std::shared_ptr<const core::Model>& model) {
  KANTE_TRY(model->CheckFiles());
  return model->has_fixed_inputs() ? model->WithOpenInputs() : model;
}

}  // namespace

std::string ValueDescription::ToString() const {
  std::string out = kind == ValueKind::kSequence ? "seq(" : kind == ValueKind::kOptional ? "optional(" : "";
  std::string closing = out.empty() ? "" : ")";
  if (key_type != ElementType::kUndefined) {
    out.append("map(").append(NameOf(key_type)).append(",");
    closing += ")";
  }
  out += NameOf(element_type);
  if (has_shape) {
    out += "[";
    for (size_t i = 0; i < dimensions.size(); ++i) {
      const Dimension& d = dimensions[i];
      out += (i ? "," : "") + (d.value >= 0 ? std::to_string(d.value) : d.name.empty() ? "?" : d.name);
    }
    out += "]";
  }
  return out + closing;
}

std::vector<OperatorInfo> ListOperators() {
  std::vector<OperatorInfo> out;
  for (const core::OpDef* def : core::OpRegistry::BuiltIns().All()) {
    OperatorInfo info;
    info.domain = def->info.domain;
    info.name = def->info.name;
    for (int i = 0; i < def->info.versions.count; ++i)
      info.versions.push_back(def->info.versions.at[static_cast<size_t>(i)]);
    info.min_inputs = def->info.min_inputs;
    info.max_inputs = def->info.max_inputs;
    info.min_outputs = def->info.min_outputs;
    info.max_outputs = def->info.max_outputs;
    for (int t = 1; t < core::kElementTypeCount; ++t) {
      if (def->info.types.Has(static_cast<core::ElementType>(t))) info.types.push_back(static_cast<ElementType>(t));
    }
    static_assert(static_cast<int>(FloatNumerics::kParts) == static_cast<int>(core::FloatRule::kParts));
    static_assert(static_cast<int>(IntegerNumerics::kParts) == static_cast<int>(core::IntegerRule::kParts));
    info.floats = static_cast<FloatNumerics>(def->info.numerics.floats);
    info.integers = static_cast<IntegerNumerics>(def->info.numerics.integers);
    info.has_kernel = def->run != nullptr || def->expand == nullptr;
    out.push_back(std::move(info));
  }
  return out;
}

int OperatorSince(std::string_view domain, std::string_view name, int opset) {
  const core::OpRegistry registry = core::OpRegistry::BuiltIns();
  const core::OpDef* def = registry.Find(core::CanonicalDomain(domain), name);
  int since = 0;
  for (int i = 0; def && i < def->info.versions.count; ++i) {
    const int version = def->info.versions.at[static_cast<size_t>(i)];
    if (version <= opset) since = std::max(since, version);
  }
  return since;
}

Result<NeededEntries> FindNeeded(const std::string& path, const LoadOptions& options) {
  auto core_options = ToCore(options);
  if (!core_options.ok()) return StatusOf(core_options);
  auto needed = core::FindNeeded(path, std::move(core_options).value());
  if (!needed.ok()) return StatusOf(needed);
  return NeededEntries{std::move(needed->operators), std::move(needed->rules)};
}

Model::Model() = default;
Model::~Model() = default;
Model::Model(const Model&) = default;
Model& Model::operator=(const Model&) = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::Model(std::shared_ptr<const ModelRep> rep) : rep_(std::move(rep)) {}

Result<Model> Model::Load(const std::string& path, const LoadOptions& options) {
  auto core_options = ToCore(options);
  if (!core_options.ok()) return StatusOf(core_options);
  auto loaded = core::Model::Load(path, *core_options);
  if (!loaded.ok()) return StatusOf(loaded);
  return Model(Represent(std::move(loaded).value(), options));
}

Result<Model> Model::LoadFromMemory(std::span<const std::byte> bytes, const LoadOptions& options,
                                    const std::string& folder) {
  auto core_options = ToCore(options);
  if (!core_options.ok()) return StatusOf(core_options);
  auto loaded = core::Model::LoadFromMemory(bytes, folder, *core_options);
  if (!loaded.ok()) return StatusOf(loaded);
  return Model(Represent(std::move(loaded).value(), options));
}

Result<Model> Model::Make(const ModelSpec& spec, const LoadOptions& options) {
  auto core_options = ToCore(options);
  if (!core_options.ok()) return StatusOf(core_options);
  auto bytes = WriteSpec(spec, &core_options->external_files);
  if (!bytes.ok()) return StatusOf(bytes);
  auto loaded = core::Model::LoadFromMemory(core::AsBytes(*bytes), std::string(), *core_options);
  if (!loaded.ok()) return StatusOf(loaded);
  return Model(Represent(std::move(loaded).value(), options));
}

const std::vector<ValueDescription>& Model::inputs() const { return rep_->inputs; }
const std::vector<ValueDescription>& Model::outputs() const { return rep_->outputs; }
const std::map<std::string, std::string>& Model::metadata() const { return rep_->metadata; }
const std::map<std::string, int>& Model::opsets() const { return rep_->opsets; }
std::string Model::name() const { return rep_->model->graph().name; }
std::string Model::producer() const { return rep_->model->info().producer_name; }
std::string Model::producer_version() const { return rep_->model->info().producer_version; }
std::string Model::domain() const { return rep_->model->info().domain; }
std::string Model::description() const { return rep_->model->info().doc_string; }
std::string Model::graph_description() const { return rep_->model->info().graph_doc_string; }
int64_t Model::model_version() const { return rep_->model->info().model_version; }
int64_t Model::ir_version() const { return rep_->model->info().ir_version; }

Result<ModelReport> Model::Inspect(const std::map<std::string, std::vector<int64_t>>& shapes) const {
  auto seen = core::Inspect(*rep_->model, shapes);
  if (!seen.ok()) return StatusOf(seen);
  ModelReport report;
  for (const core::OperatorUse& use : seen->operators) {
    report.operators.push_back({use.domain, use.name, use.version, use.count, use.supported, use.flops});
  }
  report.parameters = seen->parameters;
  report.parameter_bytes = seen->parameter_bytes;
  report.flops = seen->flops;
  report.activation_bytes = seen->activation_bytes;
  report.arena_bytes = seen->arena_bytes;
  report.complete = seen->complete;
  report.unsupported = std::move(seen->unsupported);
  return report;
}

std::string Model::GraphText() const { return core::Dump(rep_->model->graph()); }

std::vector<RewriteNote> Model::Rewrites() const {
  std::vector<RewriteNote> notes;
  const core::PassReport& report = rep_->model->pass_report();
  for (const auto& site : report.fired) notes.push_back({site.rule, site.node, true, {}});
  for (const auto& site : report.skipped) notes.push_back({site.rule, site.node, false, site.why});
  return notes;
}

std::vector<std::string> Model::OptimizationNotes() const {
  std::vector<std::string> lines;
  for (const RewriteNote& note : Rewrites()) {
    lines.push_back(note.made ? core::StrCat(note.rule, ": made at '", note.node, "'")
                              : core::StrCat(note.rule, ": not made at '", note.node, "': ", note.reason));
  }
  return lines;
}

std::vector<NodeDescription> Model::Nodes() const {
  const core::Graph& graph = rep_->model->graph();
  std::vector<NodeDescription> nodes;
  const auto order = graph.TopologicalOrder();
  if (!order.ok()) return nodes;  // a loaded model has one
  for (const core::NodeId id : *order) {
    const core::Node& node = graph.node(id);
    nodes.push_back({node.origin.empty() ? node.name : node.DisplayName(), node.domain, node.op_type});
  }
  return nodes;
}

Status Model::Save(const std::string& path, const SaveOptions& options) const {
  const auto model = ToSave(rep_->model);
  if (!model.ok()) return StatusOf(model);
  core::WriteOptions write;
  write.external_data = !options.external_data.empty();
  write.external_name = options.external_data;
  write.external_threshold_bytes = options.external_threshold_bytes;
  write.progress = options.progress;
  return ToPublic(core::WriteModel((*model)->graph(), (*model)->info(), (*model)->registry(), path, write));
}

Result<std::string> Model::SaveToMemory() const {
  const auto model = ToSave(rep_->model);
  if (!model.ok()) return StatusOf(model);
  auto bytes = core::WriteModelToMemory((*model)->graph(), (*model)->info(), (*model)->registry());
  if (!bytes.ok()) return StatusOf(bytes);
  return std::move(*bytes);
}

Result<std::vector<std::string>> Model::SaveNode(const std::string& value_name, const std::string& path) const {
  if (const core::Status files = rep_->model->CheckFiles(); !files.ok()) return ToPublic(files);
  auto graph = core::ExtractNode(rep_->model->graph(), value_name);
  if (!graph.ok()) return StatusOf(graph);
  const Status saved = ToPublic(core::WriteModel(*graph, rep_->model->info(), rep_->model->registry(), path));
  if (!saved.ok()) return saved;
  std::vector<std::string> names;
  for (core::ValueId id : graph->inputs()) names.push_back(graph->value(id).name);
  return names;
}

}  // namespace kante
