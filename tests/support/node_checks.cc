// SPDX-License-Identifier: MIT
#include "tests/support/node_checks.h"

#include <cstring>

#include "runtime/expand_unclaimed.h"

namespace kante::core {
namespace {

// Claims what has a Run of its own.
class Runs final : public Provider {
 public:
  std::string_view name() const override { return "runs"; }
  bool Claim(const Graph&, NodeId, const OpInstance& op) const override { return op.def->run != nullptr; }
  Result<std::unique_ptr<Executable>> Compile(const Graph&, NodeId, const OpInstance&) const override {
    return NotImplemented("claims only");
  }
};

std::string CompareOutput(const OutputFacts& facts, const Value& value) {
  if (facts.kind == ValueKind::kUnknown || facts.kind == ValueKind::kOptional) return "";
  if (!value.has_value()) return "has no value";
  const bool tensor = value.is_tensor();
  if ((facts.kind == ValueKind::kTensor) != tensor) return "is of another kind";
  if (!tensor) return "";
  const Tensor& t = value.tensor();
  if (facts.type != ElementType::kUndefined && facts.type != t.type()) {
    return StrCat("is ", NameOf(t.type()), ", inferred ", NameOf(facts.type));
  }
  if (facts.certainty == Certainty::kExact && !(facts.shape == t.shape())) {
    return StrCat("is ", t.shape().ToString(), ", inferred ", facts.shape.ToString());
  }
  if (facts.certainty != Certainty::kBound) return "";
  bool fits = facts.shape.rank() == t.shape().rank();
  for (int i = 0; fits && i < facts.shape.rank(); ++i) fits = t.shape()[i] <= facts.shape[i];
  return fits ? "" : StrCat("is ", t.shape().ToString(), ", bounded by ", facts.shape.ToString());
}

}  // namespace

std::string CompareInfer(const OpInstance& op, const Node& node, const std::vector<const Value*>& inputs,
                         const std::vector<Value>& outputs) {
  const Limits limits;
  enum Knowledge { kTypes, kShapes, kValues };
  for (Knowledge known : {kTypes, kShapes, kValues}) {
    std::vector<InputFacts> facts;
    for (const Value* v : inputs) {
      facts.push_back(FactsOf(v));
      if (known < kValues) facts.back().value = nullptr;
      if (known < kShapes) facts.back().shape_known = false;
    }
    std::vector<OutputFacts> out(node.outputs.size());
    for (size_t i = 0; i < out.size(); ++i) out[i].wanted = node.outputs[i] != kNone;
    InferContext context(op.def->info, facts, out, limits);
    const char* level = known == kTypes ? " (of types)" : known == kShapes ? " (of shapes)" : " (of values)";
    if (Status status = InferNode(op, context); !status.ok()) {
      return StrCat(node.op_type, level, " refuses what runs: ", status.message());
    }
    for (size_t i = 0; i < out.size(); ++i) {
      if (!out[i].wanted) continue;
      if (std::string wrong = CompareOutput(out[i], outputs[i]); !wrong.empty()) {
        return StrCat(node.op_type, " output ", i, level, ": ", wrong);
      }
    }
  }
  return "";
}

std::vector<Value> StartValues(const Graph& graph, const std::vector<Value>& feeds) {
  std::vector<Value> values(graph.value_count());
  for (ValueId v = 0; v < graph.value_count(); ++v) {
    if (const Tensor* t = graph.Constant(v)) values[v] = Value(*t);
  }
  for (size_t i = 0; i < graph.inputs().size(); ++i) values[graph.inputs()[i]] = feeds[i];
  return values;
}

Status EvaluateGraph(const Graph& graph, const OpRegistry& registry, std::vector<Value>& values) {
  const Limits limits;
  KANTE_TRY(const std::vector<NodeId> order, graph.TopologicalOrder());
  for (NodeId id : order) {
    const Node& node = graph.node(id);
    KANTE_TRY(OpInstance op, registry.Instantiate(node));
    std::vector<const Value*> in;
    for (ValueId v : node.inputs) in.push_back(v == kNone ? nullptr : &values[v]);
    KANTE_TRY(std::vector<Value> out, EvaluateNode(op, node, in, limits, int64_t{1} << 32));
    if (const std::string wrong = CompareInfer(op, node, in, out); !wrong.empty()) {
      return Error(StatusCode::kFail, "Infer and Run disagree: ", wrong);
    }
    for (size_t i = 0; i < out.size(); ++i) {
      if (node.outputs[i] != kNone) values[node.outputs[i]] = std::move(out[i]);
    }
  }
  return OkStatus();
}

Result<std::vector<Value>> RunSession(Graph graph, const std::vector<Value>& feeds, int threads,
                                      OptimizationLevel level) {
  Model::Options options;
  options.optimization = level;
  KANTE_TRY(std::shared_ptr<const Model> model, Model::FromGraph(std::move(graph), options));
  Session::Options session_options;
  session_options.threads = threads;
  KANTE_TRY(std::shared_ptr<Session> session, Session::Create(model, session_options));
  std::vector<Value> outputs(model->graph().outputs().size());
  KANTE_TRY(session->Run(feeds, outputs, {}, {}));
  // Again, from the cached layout and the used arena.
  std::vector<Value> again(outputs.size());
  KANTE_TRY(session->Run(feeds, again, {}, {}));
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].is_tensor() || outputs[i].tensor().type() == ElementType::kString) continue;
    const Tensor& a = outputs[i].tensor();
    const Tensor& b = again[i].tensor();
    if (a.bytes() != b.bytes() || std::memcmp(a.raw(), b.raw(), static_cast<size_t>(a.bytes())) != 0) {
      return Error(StatusCode::kFail, "output ", i, " differs in a second run");
    }
  }
  return outputs;
}

bool SameBits(const Value& a, const Value& b) {
  if (!a.is_tensor() || !b.is_tensor()) return a.is_tensor() == b.is_tensor();
  if (a.tensor().type() != b.tensor().type() || !(a.tensor().shape() == b.tensor().shape())) return false;
  if (a.tensor().type() == ElementType::kString) return true;
  return std::memcmp(a.tensor().raw(), b.tensor().raw(), static_cast<size_t>(a.tensor().bytes())) == 0;
}

Result<int> ExpandNodes(Graph& graph, const OpRegistry& registry, Expansion which) {
  std::vector<std::shared_ptr<Provider>> claimers;
  if (which == Expansion::kWithoutRun) claimers.push_back(std::make_shared<Runs>());
  return ExpandUnclaimed(graph, registry, claimers);
}

bool HasBodies(const Graph& graph) {
  for (NodeId id = 0; id < graph.node_slots(); ++id) {
    if (graph.alive(id) && graph.node(id).HasSubgraphs()) return true;
  }
  return false;
}

}  // namespace kante::core
