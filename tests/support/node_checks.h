// SPDX-License-Identifier: MIT
// What must hold for every operator that runs, whoever chose its inputs.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "onnx/upgrade.h"
#include "ops/evaluate.h"
#include "ops/registry.h"
#include "runtime/session.h"

namespace kante::core {

// "" when Infer of `node` agrees with the values that came out: told only the types, also the shapes, and everything.
std::string CompareInfer(const OpInstance& op, const Node& node, const std::vector<const Value*>& inputs,
                         const std::vector<Value>& outputs);

// Constants and `feeds` by ValueId.
std::vector<Value> StartValues(const Graph& graph, const std::vector<Value>& feeds);
// Runs a graph without subgraphs node by node with EvaluateNode and compares each node's Infer with what came out.
// `values` is indexed by ValueId and holds what StartValues gives.
Status EvaluateGraph(const Graph& graph, const OpRegistry& registry, std::vector<Value>& values);

// Runs a model of `graph` twice with `threads` and gives its outputs; the runs must agree to the bit.
Result<std::vector<Value>> RunSession(Graph graph, const std::vector<Value>& feeds, int threads,
                                      OptimizationLevel level);

bool SameBits(const Value& a, const Value& b);

// Replaces nodes by what their operators expand to: only those that have no Run of their own, or all of them.
enum class Expansion : uint8_t { kWithoutRun, kAll };
Result<int> ExpandNodes(Graph& graph, const OpRegistry& registry, Expansion which);

bool HasBodies(const Graph& graph);

}  // namespace kante::core
