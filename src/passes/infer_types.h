// SPDX-License-Identifier: MIT
#pragma once

#include "base/limits.h"
#include "base/status.h"
#include "graph/graph.h"
#include "ops/registry.h"

namespace kante::core {

// Fills the types and shapes of all values by running every operator's Infer in order, bodies included, with what is
// declared for the inputs and with constants as values.
//
//  - A shape is written only when it is the same in every run; what depends on a symbolic dimension stays as declared.
//  - Declared shapes of inner values are hints of the exporter and may be stale. Where inference says otherwise it
//  wins;
//    where it says nothing a declared shape without unknown dimensions is dropped, so that nobody builds on it.
//  - Graph inputs and the results of unknown operators are what they declare. What a loop carries has no fixed shape.
//
// InvalidGraph names node (origin), operator and value when an operator refuses its inputs or a declared element type
// contradicts the inferred one. In bodies refused inputs are left to the run: the branch may never be taken.
Status InferTypes(Graph& graph, const OpRegistry& registry, const Limits& limits);

}  // namespace kante::core
