// SPDX-License-Identifier: MIT
#include "runtime/plan.h"

#include "runtime/plan_builder.h"

namespace kante::core {

Result<std::unique_ptr<Plan>> Plan::Build(const Graph& graph, const Options& options) {
  return PlanBuilder(graph, options).Build();
}

uint32_t Plan::Number(uint32_t first) {
  index_ = first++;
  for (Step& step : steps_) {
    for (auto& body : step.bodies) first = body->Number(first);
  }
  return first;
}

std::string Plan::Dump() const {
  std::string out;
  const auto slot_text = [&](SlotId s) {
    if (s == kNone) return std::string("_");
    const std::string place = slots_[s].provider == cpu() ? "" : StrCat("@", providers_[slots_[s].provider]->name());
    return graph_->value(slots_[s].value).name + place;
  };
  for (size_t k = 0; k < segments_.size(); ++k) {
    const Segment& segment = segments_[k];
    out += StrCat("segment ", k, ": entries");
    for (SlotId s : segment.entries) out += " " + slot_text(s);
    if (!segment.key_values.empty()) out += " | values of";
    for (SlotId s : segment.key_values) out += " " + slot_text(s);
    out += "\n";
    for (uint32_t i = segment.begin; i < segment.end; ++i) {
      const Step& step = steps_[i];
      out += StrCat("  ", i, " ", providers_[step.provider]->name(), " ");
      if (step.kind == StepKind::kSignal) {
        out += "signal\n";
        continue;
      }
      if (step.kind == StepKind::kWait) {
        out += StrCat("wait ", providers_[step.wait_provider]->name(), "\n");
        continue;
      }
      out += step.kind == StepKind::kCopy ? std::string("copy") : graph_->node(step.node).op_type;
      for (SlotId s : step.inputs) out += " " + slot_text(s);
      out += " ->";
      for (SlotId s : step.outputs) out += " " + slot_text(s);
      out += step.layout_value ? "  (at layout)\n" : "\n";
    }
  }
  return out;
}

}  // namespace kante::core
