// SPDX-License-Identifier: MIT
// Private to runtime: how a Plan is made.
#pragma once

#include <vector>

#include "runtime/plan.h"

namespace kante::core {

// Builds the steps of one graph, then hands them to CutSegments.
class PlanBuilder {
 public:
  PlanBuilder(const Graph& graph, const Plan::Options& options) : graph_(graph), options_(options) {}
  Result<std::unique_ptr<Plan>> Build();

 private:
  struct Place {
    uint16_t provider;
    SlotId slot;
  };

  Result<OpInstance> Instantiate(NodeId id);
  Result<uint16_t> ChooseProvider(NodeId id, const OpInstance& op) const;
  Status AddNode(NodeId id, OpInstance op);
  Status AddBodies(NodeId id, Step& step);
  SlotId NewSlot(ValueId value, uint16_t provider);
  // The slot of `value` on `provider`, with copy steps if it lives elsewhere.
  Result<SlotId> SlotOn(ValueId value, uint16_t provider);
  void AddCopy(SlotId from, SlotId to, uint16_t queue);
  void AddWaitFor(uint16_t provider);
  bool IsHost(uint16_t provider) const { return options_.providers[provider]->synchronous(); }
  uint16_t cpu() const { return static_cast<uint16_t>(options_.providers.size() - 1); }

  const Graph& graph_;
  const Plan::Options& options_;
  std::unique_ptr<Plan> plan_;
  std::vector<std::vector<Place>> places_;  // by value
};

// Cuts the steps into segments, marks what is computed at layout, and fills the slots' lifetimes.
void CutSegments(const Graph& graph, std::span<Step> steps, std::span<Slot> slots, std::span<const SlotId> outputs,
                 uint16_t cpu, std::vector<Segment>& segments);

}  // namespace kante::core
