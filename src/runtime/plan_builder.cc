// SPDX-License-Identifier: MIT
#include "runtime/plan_builder.h"

#include <algorithm>

namespace kante::core {
namespace {

Status AtNode(Status status, const Node& node) {
  const std::string domain = node.domain.empty() ? "" : node.domain + ".";
  return std::move(status).WithContext(StrCat("node '", node.DisplayName(), "' (", domain, node.op_type, ")"));
}

}  // namespace

Result<OpInstance> PlanBuilder::Instantiate(NodeId id) {
  const Node& node = graph_.node(id);
  auto op = options_.registry->Instantiate(node, &graph_);
  if (!op.ok()) return AtNode(op.TakeStatus(), node);
  return op;
}

Result<uint16_t> PlanBuilder::ChooseProvider(NodeId id, const OpInstance& op) const {
  const Node& node = graph_.node(id);
  for (size_t p = 0; p < options_.providers.size(); ++p) {
    const Provider& provider = *options_.providers[p];
    if (!provider.synchronous() && (op.def->info.data_dependent || node.HasSubgraphs())) continue;
    if (provider.Claim(graph_, id, op)) return static_cast<uint16_t>(p);
  }
  return AtNode(NotImplemented("no execution provider runs this operator"), node);
}

SlotId PlanBuilder::NewSlot(ValueId value, uint16_t provider) {
  const SlotId id = static_cast<SlotId>(plan_->slots_.size());
  Slot slot;
  slot.value = value;
  slot.provider = provider;
  slot.constant = graph_.Constant(value) != nullptr && provider == cpu();
  plan_->slots_.push_back(slot);
  places_[value].push_back({provider, id});
  return id;
}

void PlanBuilder::AddCopy(SlotId from, SlotId to, uint16_t queue) {
  Step step;
  step.kind = StepKind::kCopy;
  step.provider = queue;
  step.inputs = {from};
  step.outputs = {to};
  step.wanted = 1;
  plan_->slots_[to].producer = static_cast<uint32_t>(plan_->steps_.size());
  plan_->steps_.push_back(std::move(step));
}

// The host may touch what `provider` wrote only after a signal on its queue.
void PlanBuilder::AddWaitFor(uint16_t provider) {
  Step signal;
  signal.kind = StepKind::kSignal;
  signal.provider = provider;
  plan_->steps_.push_back(std::move(signal));
  Step wait;
  wait.kind = StepKind::kWait;
  wait.provider = cpu();
  wait.wait_provider = provider;
  plan_->steps_.push_back(std::move(wait));
}

Result<SlotId> PlanBuilder::SlotOn(ValueId value, uint16_t provider) {
  for (const Place& place : places_[value]) {
    if (place.provider == provider || (IsHost(place.provider) && IsHost(provider))) return place.slot;
  }
  if (places_[value].empty()) {
    if (!graph_.Constant(value)) return InvalidGraph("nothing produces the value '", graph_.value(value).name, "'");
    const SlotId constant = NewSlot(value, cpu());
    if (IsHost(provider)) return constant;
  }
  if (IsHost(provider)) {
    const Place from = places_[value].front();
    const SlotId host = NewSlot(value, cpu());
    AddCopy(from.slot, host, from.provider);
    AddWaitFor(from.provider);
    return host;
  }
  KANTE_TRY(const SlotId host, SlotOn(value, cpu()));  // devices exchange through the host
  const SlotId device = NewSlot(value, provider);
  AddCopy(host, device, provider);
  return device;
}

Status PlanBuilder::AddBodies(NodeId id, Step& step) {
  for (const Graph* body : graph_.node(id).Subgraphs()) {
    KANTE_TRY(std::unique_ptr<Plan> plan, Plan::Build(*body, options_));
    std::vector<SlotId> captures;
    for (const Capture& c : body->captures()) {
      KANTE_TRY(const SlotId slot, SlotOn(c.outer, cpu()));
      captures.push_back(slot);
    }
    step.bodies.push_back(std::move(plan));
    step.body_captures.push_back(std::move(captures));
  }
  return OkStatus();
}

Status PlanBuilder::AddNode(NodeId id, OpInstance op) {
  const Node& node = graph_.node(id);
  KANTE_TRY(const uint16_t provider, ChooseProvider(id, op));
  Step step;
  step.provider = provider;
  step.node = id;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const ValueId in = node.inputs[i];
    if (in == kNone) {
      step.inputs.push_back(kNone);
      continue;
    }
    KANTE_TRY(const SlotId slot, SlotOn(in, provider));
    step.inputs.push_back(slot);
    // Shapes are worked out on the host.
    if (op.def->info.decides_shape(static_cast<int>(i))) {
      KANTE_TRY([[maybe_unused]] const SlotId host, SlotOn(in, cpu()));
    }
  }
  KANTE_TRY(AddBodies(id, step));
  const uint32_t index = static_cast<uint32_t>(plan_->steps_.size());
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == kNone) {
      step.outputs.push_back(kNone);
      continue;
    }
    const SlotId slot = NewSlot(node.outputs[i], provider);
    plan_->slots_[slot].producer = index;
    step.outputs.push_back(slot);
    step.wanted |= uint32_t{1} << std::min<size_t>(i, 31);
  }
  step.op = std::move(op);
  plan_->steps_.push_back(std::move(step));
  return OkStatus();
}

Result<std::unique_ptr<Plan>> PlanBuilder::Build() {
  plan_.reset(new Plan);
  plan_->graph_ = &graph_;
  plan_->providers_ = options_.providers;
  places_.resize(graph_.value_count());
  for (ValueId v : graph_.inputs()) plan_->inputs_.push_back(NewSlot(v, cpu()));
  for (const Capture& c : graph_.captures()) plan_->captures_.push_back(NewSlot(c.inner, cpu()));
  KANTE_TRY(const std::vector<NodeId> order, graph_.TopologicalOrder());
  plan_->steps_.reserve(order.size());
  for (NodeId id : order) {
    KANTE_TRY(OpInstance op, Instantiate(id));
    Status added = AddNode(id, std::move(op));
    if (!added.ok()) return added;
  }
  for (ValueId v : graph_.outputs()) {
    KANTE_TRY(const SlotId slot, SlotOn(v, cpu()));
    plan_->outputs_.push_back(slot);
    plan_->slots_[slot].graph_output = true;
  }
  CutSegments(graph_, plan_->steps_, plan_->slots_, plan_->outputs_, cpu(), plan_->segments_);
  // Steps do not move any more: executables may refer to their operators.
  for (Step& step : plan_->steps_) {
    if (step.kind != StepKind::kCompute) continue;
    auto executable = options_.providers[step.provider]->Compile(graph_, step.node, step.op);
    if (!executable.ok()) return AtNode(executable.TakeStatus(), graph_.node(step.node));
    step.executable = std::move(executable).value();
  }
  return std::move(plan_);
}

}  // namespace kante::core
