// SPDX-License-Identifier: MIT
#pragma once

#include "base/status.h"
#include "graph/graph.h"
#include "ops/registry.h"

namespace kante::core {

// Rewrites every node (subgraphs included) to the newest version of its operator by the operators' own Upgrade rules.
// On entry Node::version is the opset that the node's model or function imports for its domain (0: newest already); on
// return it is the oldest version in which the node is right as it stands: that of the model where the rule changed
// nothing, else the newest. Fails when an operator did not exist yet in that opset. Nodes whose
// operator is unknown are left alone: planning reports them all at once.
Status UpgradeGraph(Graph& graph, const OpRegistry& registry);

}  // namespace kante::core
