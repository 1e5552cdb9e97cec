// SPDX-License-Identifier: MIT
// What If, Loop, Scan and SequenceMap share: their bodies as the runtime runs them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ops/op_def.h"

namespace kante::core {

// A body as its node names it. The graph itself may be rewritten later: only what stays true is kept.
struct Body {
  int index = 0;  // for RunContext::Subgraph
  size_t inputs = 0;
  std::vector<TypeInfo> outputs;
};

// Reads the graph attribute; complains to the reader when it is missing.
Body ParseBody(AttrReader& a, std::string_view name);

// Runs the body once; `runner` is what RunContext::Subgraph gave for it. `outputs` is as long as body.outputs
// afterwards.
Status RunBody(RunContext& c, SubgraphRunner& runner, const Body& body, std::span<const Value> inputs,
               std::vector<Value>& outputs);

// A bool (or number) of one element: "cond".
Result<bool> Truth(const Value& value, std::string_view what);

// Sets kind and element type of an output from what the body declares.
void SetDeclared(InferContext& c, int output, const TypeInfo& type);

// Collects one tensor per iteration and stacks them along a new axis.
class Stack {
 public:
  // Fails when all stacks together (`total_bytes`) would take more than max_bytes.
  Status Add(const Value& value, int64_t* total_bytes, int64_t max_bytes);
  // What the body declares decides type and shape when no iteration ran: [0, ...] with unknown dimensions 0.
  Status Finish(RunContext& c, int output, const TypeInfo& declared, int64_t axis, bool reversed);

 private:
  std::vector<Tensor> items_;
};

}  // namespace kante::core
