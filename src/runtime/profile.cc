// SPDX-License-Identifier: MIT
#include "runtime/profile.h"

#include <algorithm>

#include "ops/evaluate.h"
#include "ops/work.h"

namespace kante::core {
namespace {

std::string TypeText(const Value* value) {
  if (!value || !value->has_value()) return {};
  if (value->is_tensor()) return StrCat(NameOf(value->tensor().type()), value->tensor().shape().ToString());
  return value->is_map() ? "map" : "sequence";
}

}  // namespace

StepFacts DescribeStep(const Plan& plan, const Step& step, const StepLayout& layout, std::span<const Value> values) {
  StepFacts facts;
  facts.skipped = layout.skip;
  const auto value_of = [&](SlotId slot) { return slot == kNone ? nullptr : &values[slot]; };
  std::vector<InputFacts> in;
  std::vector<OutputFacts> out(step.outputs.size());
  uint32_t constant = 0;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const Value* value = value_of(step.inputs[i]);
    in.push_back(FactsOf(value));
    facts.inputs.push_back(TypeText(value));
    if (i < 32 && value && plan.slots()[step.inputs[i]].constant) constant |= uint32_t{1} << i;
  }
  bool known = true;
  for (size_t i = 0; i < step.outputs.size(); ++i) {
    const Value* value = value_of(step.outputs[i]);
    facts.outputs.push_back(TypeText(value));
    if (!value || !value->is_tensor()) {
      known = known && !value;
      continue;
    }
    out[i].wanted = true;
    out[i].type = value->tensor().type();
    out[i].shape = value->tensor().shape();
  }
  for (const InputFacts& f : in) known = known && (!f.present || f.shape_known);
  if (layout.skip) {
    const bool view = !layout.outputs.empty() && layout.outputs[0].placement == Placement::kView;
    facts.method = view ? Method{"view", "the same memory, looked at in another way"}
                        : Method{"known", "worked out when memory was laid out"};
    return facts;
  }
  if (!step.bodies.empty() || !known) return facts;  // a body's steps count for themselves
  ChooseContext context(in, out, constant);
  context.choice = layout.choice;
  facts.flops = FlopsOf(step.op, context);
  facts.bytes = BytesOf(step.op.def->info, in, out);
  facts.method = MethodOf(step.op, context);
  return facts;
}

void ProfileBuilder::AddPlan(const Plan& plan, int parent, std::map<SlotId, int> producers) {
  const auto describe = [&](SlotId slot) {
    ProfiledValue value;
    if (slot == kNone) return value;
    value.name = plan.graph().value(plan.slots()[slot].value).name;
    value.constant = plan.slots()[slot].constant;
    const auto found = producers.find(slot);
    if (found != producers.end()) value.producer = found->second;
    return value;
  };
  for (uint32_t i = 0; i < plan.steps().size(); ++i) {
    const Step& step = plan.steps()[i];
    if (step.kind != StepKind::kCompute) continue;
    const int at = static_cast<int>(out_.steps.size());
    index_[{plan.index(), i}] = out_.steps.size();
    ProfiledStep& made = out_.steps.emplace_back();
    made.node = &plan.graph().node(step.node);
    made.parent = parent;
    for (SlotId slot : step.inputs) made.inputs.push_back(describe(slot));
    for (SlotId slot : step.outputs) {
      if (slot != kNone) producers[slot] = at;
      made.outputs.push_back(describe(slot));
    }
    for (size_t b = 0; b < step.bodies.size(); ++b) {
      std::map<SlotId, int> outside;
      const auto captures = step.bodies[b]->captures();
      for (size_t c = 0; c < captures.size(); ++c) {
        const auto found = producers.find(step.body_captures[b][c]);
        if (found != producers.end()) outside[captures[c]] = found->second;
      }
      AddPlan(*step.bodies[b], at, std::move(outside));
    }
  }
}

ProfiledStep* ProfileBuilder::StepOf(const StepFacts& facts) {
  const auto found = index_.find({facts.plan->index(), facts.step});
  return found == index_.end() ? nullptr : &out_.steps[found->second];
}

void ProfileBuilder::AddFacts(const StepFacts& facts) {
  ProfiledStep* step = StepOf(facts);
  if (!step) return;
  step->skipped = facts.skipped;
  step->method = facts.method;
  for (size_t i = 0; i < facts.inputs.size(); ++i) step->inputs[i].type = facts.inputs[i];
  for (size_t i = 0; i < facts.outputs.size(); ++i) step->outputs[i].type = facts.outputs[i];
}

void ProfileBuilder::SortRuns() {
  if (sorted_) return;
  sorted_ = true;
  std::sort(runs_.begin(), runs_.end());
  for (const Run& run : runs_) out_.run_ns.push_back(run.end_ns - run.begin_ns);
  for (ProfiledStep& step : out_.steps) step.run_ns.resize(runs_.size());
}

void ProfileBuilder::AddTime(const StepFacts& facts, int thread, int64_t begin_ns, int64_t end_ns) {
  SortRuns();
  ProfiledStep* step = StepOf(facts);
  auto run = std::upper_bound(runs_.begin(), runs_.end(), Run{thread, begin_ns, 0});
  if (!step || run == runs_.begin()) return;
  --run;
  if (run->thread != thread || end_ns > run->end_ns) return;  // of a run that failed or has not ended
  step->run_ns[static_cast<size_t>(run - runs_.begin())] += end_ns - begin_ns;
  step->flops += facts.flops;
  step->bytes += facts.bytes;
  ++step->executions;
}

Profile ProfileBuilder::Finish() {
  SortRuns();
  return std::move(out_);
}

}  // namespace kante::core
