// SPDX-License-Identifier: MIT
#include "runtime/needed_entries.h"

#include <algorithm>

#include "onnx/reader.h"
#include "passes/pipeline.h"

namespace kante::core {
namespace {

// A built-in operator that notes when a node of it is made.
struct Watched {
  const OpDef* built_in = nullptr;
  const OpDef* original = nullptr;  // the same, or with what the caller adds to it
  OpDef def;
  bool needed = false;
};

Result<OpAttributes> ParseAndNote(AttrReader& reader, const OpDef& def) {
  auto* watched = static_cast<Watched*>(const_cast<void*>(def.user));
  watched->needed = true;
  return watched->original->parse(reader, *watched->original);
}

// Operators whose nodes an upgrade replaces are never instantiated: they are in the file as it stands.
Status NoteNamed(const std::string& path, const Model::Options& options, const OpRegistry& registry) {
  ReadOptions read;
  read.mapping = options.mapping;
  read.format = options.format;
  read.limits = options.limits;
  read.upgrade = false;
  KANTE_TRY(const LoadedModel model, ReadModel(path, registry, read));
  ForEachGraph(model.graph, [&](const Graph& graph) {
    for (NodeId id = 0; id < graph.node_slots(); ++id) {
      if (!graph.alive(id)) continue;
      const OpDef* def = registry.Find(graph.node(id).domain, graph.node(id).op_type);
      if (def && def->parse == &ParseAndNote) static_cast<Watched*>(const_cast<void*>(def->user))->needed = true;
    }
  });
  return OkStatus();
}

}  // namespace

Result<NeededEntries> FindNeeded(const std::string& path, Model::Options options) {
  const std::vector<const OpDef*> built_in = OpRegistry::BuiltIns().All();
  std::vector<Watched> watched(built_in.size());
  auto registry = std::make_shared<OpRegistry>(options.registry ? *options.registry : OpRegistry::BuiltIns());
  for (size_t i = 0; i < watched.size(); ++i) {
    watched[i].built_in = built_in[i];
    watched[i].original = registry->Find(built_in[i]->info.domain, built_in[i]->info.name);
    watched[i].def = *built_in[i];
    watched[i].def.parse = &ParseAndNote;
    watched[i].def.user = &watched[i];
    registry->Add(watched[i].def);
  }
  KANTE_TRY(NoteNamed(path, options, *registry));
  options.registry = registry;
  NeededEntries needed;
  for (const auto level : {OptimizationLevel::kNone, OptimizationLevel::kBasic, OptimizationLevel::kAll}) {
    options.optimization = level;
    auto model = Model::Load(path, options);
    if (!model.ok()) return model.TakeStatus().Clone();
    const PassReport& report = (*model)->pass_report();
    for (const PassReport::Site& site : report.fired) needed.rules.push_back(site.rule);
    if (report.inlined_ifs > 0) needed.rules.emplace_back(kInlineBranches);
    if (report.merged_nodes > 0) needed.rules.emplace_back(kMergeCommonSubexpressions);
  }
  for (const Watched& w : watched) {
    if (w.needed) needed.operators.emplace_back(ListNameOf(*w.built_in));
  }
  for (auto* names : {&needed.operators, &needed.rules}) {
    std::sort(names->begin(), names->end());
    names->erase(std::unique(names->begin(), names->end()), names->end());
  }
  return needed;
}

}  // namespace kante::core
