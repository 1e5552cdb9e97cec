// SPDX-License-Identifier: MIT
#include "runtime/inspect.h"

#include <algorithm>

#include "ops/evaluate.h"
#include "ops/work.h"
#include "runtime/layout.h"

namespace kante::core {
namespace {

// Gives every input a concrete shape.
Status FixInputs(Graph& graph, const std::map<std::string, std::vector<int64_t>>& shapes) {
  for (ValueId id : graph.inputs()) {
    TypeInfo& type = graph.mutable_type(id);
    const auto given = shapes.find(graph.value(id).name);
    if (given != shapes.end()) {
      KANTE_TRY(const Shape shape, Shape::Make(given->second));
      type = TypeInfo::TensorOf(type.element_type, shape);
      continue;
    }
    for (Dim& dim : type.dims) {
      if (!dim.known()) dim = Dim{1, {}};
    }
  }
  return OkStatus();
}

InputFacts FactsOfType(const TypeInfo& type) {
  InputFacts facts;
  facts.present = true;
  facts.kind = type.kind;
  facts.type = type.element_type;
  if (const auto shape = type.concrete_shape()) {
    facts.shape_known = true;
    facts.shape = *shape;
  }
  return facts;
}

class Counter {
 public:
  Counter(const OpRegistry& registry, Inspection& out) : registry_(registry), out_(out) {}

  void Add(const Graph& graph) {
    for (NodeId id = 0; id < graph.node_slots(); ++id) {
      if (graph.alive(id)) AddNode(graph, graph.node(id));
    }
  }

 private:
  void AddNode(const Graph& graph, const Node& node) {
    OperatorUse& use = uses_.try_emplace({node.domain, node.op_type}).first->second;
    use.domain = node.domain;
    use.name = node.op_type;
    use.version = node.version;
    ++use.count;
    auto op = registry_.Instantiate(node, &graph);
    if (!op.ok()) {
      use.supported = false;
      out_.complete = false;
      out_.unsupported.push_back(
          StrCat("node '", node.DisplayName(), "' (", node.op_type, "): ", op.status().message()));
      return;
    }
    use.version = op->def->info.versions.newest();
    const double flops = FlopsOf(graph, node, *op);
    use.flops += flops;
    out_.flops += flops;
  }

  double FlopsOf(const Graph& graph, const Node& node, const OpInstance& op) {
    std::vector<InputFacts> in;
    for (ValueId v : node.inputs) in.push_back(v == kNone ? InputFacts{} : FactsOfType(graph.value(v).type));
    std::vector<OutputFacts> outs;
    for (ValueId v : node.outputs) {
      outs.emplace_back();
      if (v == kNone) continue;
      const auto shape = graph.value(v).type.concrete_shape();
      if (!shape) {
        out_.complete = false;
        return 0;
      }
      outs.back().shape = *shape;
      auto bytes = StorageBytes(graph.value(v).type.element_type, *shape);
      out_.activation_bytes += bytes.ok() ? *bytes : 0;
    }
    for (const InputFacts& f : in) {
      if (f.present && !f.shape_known) {
        out_.complete = false;
        return 0;
      }
    }
    return core::FlopsOf(op, ChooseContext(in, outs, 0));
  }

 public:
  std::map<std::pair<std::string, std::string>, OperatorUse> uses_;

 private:
  const OpRegistry& registry_;
  Inspection& out_;
};

// The host arena of the first segment, which is the whole model when no shape depends on data.
int64_t ArenaBytes(const Model& model, const Graph& fixed, bool* complete) {
  if (!model.has_plan()) return 0;
  const Plan& plan = model.plan();
  if (plan.segments().size() != 1 || !plan.segments()[0].key_values.empty()) {
    *complete = false;
    return 0;
  }
  std::vector<Value> values(plan.slots().size());
  static std::byte nothing[1];
  for (size_t i = 0; i < fixed.inputs().size(); ++i) {
    const TypeInfo& type = fixed.value(fixed.inputs()[i]).type;
    const auto shape = type.concrete_shape();
    if (!shape) return 0;
    values[plan.inputs()[i]] = Value(Tensor(type.element_type, *shape, Buffer::Wrap(nothing, 1, nullptr)));
  }
  const auto alone = [](int64_t count, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
    if (count > 0) body(0, count);
    return true;
  };
  LayoutMeans means{model.weights(), model.limits(), alone, model.weight_bytes()};
  means.sizes_only = true;
  auto layout = BuildLayout(plan, plan.segments()[0], values, means);
  return layout.ok() ? (*layout)->arena_bytes[plan.cpu()] : 0;
}

}  // namespace

Result<Inspection> Inspect(const Model& model, const std::map<std::string, std::vector<int64_t>>& shapes) {
  for (const auto& entry : shapes) {
    const ValueId id = model.graph().FindValue(entry.first);
    if (id == kNone || !model.graph().value(id).is_graph_input) {
      return InvalidArgument("the model has no input '", entry.first, "'");
    }
  }
  KANTE_TRY(model.CheckFiles());
  Inspection out;
  out.complete = true;
  ForEachGraph(model.graph(), [&](const Graph& g) {
    for (ValueId v = 0; v < g.value_count(); ++v) {
      const Tensor* constant = g.Constant(v);
      if (!constant || g.UseCount(v) == 0) continue;
      out.parameters += constant->elements();
      out.parameter_bytes += constant->bytes();
    }
  });
  std::unique_ptr<Graph> fixed = model.graph().Clone();
  KANTE_TRY(FixInputs(*fixed, shapes));
  Status status = Optimize(*fixed, model.registry(), model.limits(), OptimizationLevel::kBasic, nullptr);
  if (!status.ok()) return status;
  Counter counter(model.registry(), out);
  ForEachGraph(std::as_const(*fixed), [&](const Graph& g) { counter.Add(g); });
  for (auto& entry : counter.uses_) out.operators.push_back(std::move(entry.second));
  std::stable_sort(out.operators.begin(), out.operators.end(),
                   [](const OperatorUse& a, const OperatorUse& b) { return a.count > b.count; });
  out.arena_bytes = ArenaBytes(model, *fixed, &out.complete);
  return out;
}

Result<Graph> ExtractNode(const Graph& graph, const std::string& value_name) {
  const ValueId value = graph.FindValue(value_name);
  if (value == kNone || graph.value(value).producer == kNone) {
    return InvalidArgument("no node of the top graph produces '", value_name, "'");
  }
  const NodeId wanted = graph.value(value).producer;
  std::unique_ptr<Graph> copy = graph.Clone();
  while (!copy->outputs().empty()) copy->RemoveOutput(copy->outputs().size() - 1);
  while (!copy->inputs().empty()) copy->RemoveInput(copy->inputs().size() - 1);
  for (NodeId id = 0; id < copy->node_slots(); ++id) {
    if (copy->alive(id) && id != wanted) copy->RemoveNode(id);
  }
  for (ValueId out : copy->node(wanted).outputs) {
    if (out != kNone) copy->AddOutput(out);
  }
  std::vector<ValueId> uses = copy->node(wanted).inputs;
  for (const Graph* body : copy->node(wanted).Subgraphs()) {
    for (const Capture& c : body->captures()) uses.push_back(c.outer);
  }
  for (ValueId use : uses) {
    if (use == kNone || copy->Constant(use) || copy->value(use).is_graph_input) continue;
    copy->AddInput(use);
  }
  return std::move(*copy);
}

}  // namespace kante::core
