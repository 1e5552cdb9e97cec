// SPDX-License-Identifier: MIT
#include "passes/pointwise.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/patch.h"
#include "ops/math/fused_pointwise.h"
#include "passes/activation_params.h"
#include "passes/attributes.h"
#include "passes/constants.h"
#include "passes/known_dims.h"
#include "passes/pipeline.h"

namespace kante::core {
namespace {

constexpr size_t kMaxSteps = 24;
constexpr size_t kMaxInputs = 16;
constexpr int kMaxLarge = 4;  // inputs of more than one element

class Fuser {
 public:
  Fuser(Graph& graph, PassReport* report) : graph_(graph), report_(report), taken_(graph.node_slots()) {}

  Status Run() {
    KANTE_TRY(std::vector<NodeId> order, graph_.TopologicalOrder());
    place_.resize(graph_.node_slots());
    operands_.resize(graph_.node_slots());
    for (size_t i = 0; i < order.size(); ++i) {
      place_[order[i]] = i;
      operands_[order[i]] = StepOperands(graph_.node(order[i]));
    }
    for (size_t i = order.size(); i-- > 0;) {
      if (graph_.alive(order[i]) && !taken_[order[i]] && IsStep(order[i])) KANTE_TRY(FuseUpTo(order[i]));
    }
    return OkStatus();
  }

  int64_t fused() const { return fused_; }

 private:
  bool IsFloat(ValueId v) const { return v != kNone && graph_.value(v).type.element_type == ElementType::kFloat32; }
  bool IsOne(ValueId v) const {
    const auto shape = graph_.value(v).type.concrete_shape();
    const Tensor* constant = graph_.Constant(v);
    return constant ? constant->elements() == 1 : shape && shape->elements() == 1;
  }

  // Operands of the step that a node would be; 0: it can be none.
  uint8_t StepOperands(const Node& node) const {
    if (!CanonicalDomain(node.domain).empty() || node.outputs.size() != 1 || !IsFloat(node.outputs[0])) return 0;
    const int operands = PointwiseOperands(node.op_type);
    if (operands == 0 || !IsFloat(node.inputs[0])) return 0;
    if (operands == 1) return ActivationParams(graph_, node).has_value();
    if (node.inputs.size() != 2 || !IsFloat(node.inputs[1])) return 0;
    return node.op_type != "Pow" || ScalarOf(graph_.Constant(node.inputs[1])) ? 2 : 0;
  }
  // Nodes that this pass has made are none.
  int OperandsOf(NodeId id) const { return id < operands_.size() ? operands_[id] : 0; }
  bool IsStep(NodeId id) const { return OperandsOf(id) > 0; }

  // Where a value comes from without a change of its shape.
  ValueId Origin(ValueId v) const {
    for (int depth = 0; depth < 64; ++depth) {
      const NodeId producer = graph_.value(v).producer;
      if (producer == kNone || !IsStep(producer)) return v;
      const Node& node = graph_.node(producer);
      if (OperandsOf(producer) == 1) {
        v = node.inputs[0];
      } else if (IsNarrow(node.inputs[1], node.inputs[0])) {
        v = node.inputs[0];
      } else if (IsNarrow(node.inputs[0], node.inputs[1])) {
        v = node.inputs[1];
      } else {
        return v;
      }
    }
    return v;
  }
  // Whether `other` is a constant that broadcasts to `v`.
  bool IsNarrow(ValueId other, ValueId v) const {
    const Tensor* constant = graph_.Constant(other);
    if (!constant || constant->rank() > std::max(RankOf(graph_, v), 0)) return false;
    for (int back = 1; back <= constant->rank(); ++back) {
      const int64_t dim = constant->dim(constant->rank() - back);
      if (dim != 1 && DimOf(graph_, v, -back) != dim) return false;
    }
    return true;
  }

  // Whether `v`, an operand of a node, is known to have the shape of the node's result.
  bool KeepsShape(NodeId id, ValueId v) const {
    const Node& node = graph_.node(id);
    const auto mine = graph_.value(v).type.concrete_shape(),
               result = graph_.value(node.outputs[0]).type.concrete_shape();
    if (mine && result) return *mine == *result;
    if (OperandsOf(id) == 1) return true;
    const ValueId other = node.inputs[0] == v ? node.inputs[1] : node.inputs[0];
    return SameShape(Origin(other), Origin(v)) || IsNarrow(other, v);
  }

  bool SameShape(ValueId a, ValueId b) const {
    if (a == b) return true;
    const ValueId whole = WholeOf(a);
    if (whole == kNone || whole != WholeOf(b)) return false;
    const int64_t size = DimOf(graph_, a, -1);
    return size >= 0 && size == DimOf(graph_, b, -1);
  }

  // What a value is a part of the last dimension of; kNone: it is no such part.
  ValueId WholeOf(ValueId v) const {
    const NodeId producer = graph_.value(v).producer;
    if (producer == kNone) return kNone;
    const Node& node = graph_.node(producer);
    std::optional<std::vector<int64_t>> axes;
    if (node.op_type == "Split") axes = {IntOr(node, "axis", 0)};
    if (node.op_type == "Slice" && node.inputs.size() > 3) axes = IntsOf(graph_.Constant(node.inputs[3]));
    if (!axes || axes->size() != 1) return kNone;
    return (*axes)[0] == -1 || (*axes)[0] + 1 == RankOf(graph_, v) ? node.inputs[0] : kNone;
  }

  struct Range {
    std::vector<NodeId> nodes;
    bool Has(NodeId id) const { return std::find(nodes.begin(), nodes.end(), id) != nodes.end(); }
  };

  // Values that the range reads from outside.
  std::vector<ValueId> InputsOf(const Range& range) const {
    std::vector<ValueId> inputs;
    for (NodeId id : range.nodes) {
      const Node& node = graph_.node(id);
      const auto operands = static_cast<size_t>(OperandsOf(id));
      for (size_t i = 0; i < operands; ++i) {
        const ValueId v = node.inputs[i];
        const NodeId producer = graph_.value(v).producer;
        if (producer != kNone && range.Has(producer)) continue;
        if (std::find(inputs.begin(), inputs.end(), v) == inputs.end()) inputs.push_back(v);
      }
    }
    return inputs;
  }

  bool Fits(const Range& range) const {
    const std::vector<ValueId> inputs = InputsOf(range);
    const auto large = std::count_if(inputs.begin(), inputs.end(), [&](ValueId v) { return !IsOne(v); });
    return range.nodes.size() <= kMaxSteps && inputs.size() <= kMaxInputs && large <= kMaxLarge;
  }

  // Why the producer of `v`, which node `id` reads, does not join the range: empty if it does.
  std::string WhyNot(Range& range, NodeId id, ValueId v, NodeId producer) const {
    const ValueInfo& info = graph_.value(v);
    const char* what = nullptr;
    if (info.graph_output_uses > 0) {
      what = "is an output of the graph";
    } else if (!std::all_of(info.consumers.begin(), info.consumers.end(),
                            [&](NodeId user) { return range.Has(user); })) {
      what = "is used elsewhere, too";
    } else if (!KeepsShape(id, v)) {
      what = "is not known to have the shape of the result";
    }
    if (what) return StrCat("'", info.name, "' ", what);
    range.nodes.push_back(producer);
    const bool fits = Fits(range);
    range.nodes.pop_back();
    return fits ? std::string() : StrCat("more than ", kMaxSteps, " steps or ", kMaxLarge, " large inputs");
  }

  Status FuseUpTo(NodeId root) {
    Range range{{root}};
    if (!Fits(range)) return OkStatus();
    std::string why;
    for (bool grew = true; grew;) {
      grew = false;
      why.clear();
      for (size_t i = 0; i < range.nodes.size(); ++i) {
        const Node& node = graph_.node(range.nodes[i]);
        for (ValueId v : node.inputs) {
          const NodeId producer = v == kNone ? kNone : graph_.value(v).producer;
          if (producer == kNone || !IsStep(producer) || taken_[producer] || range.Has(producer)) continue;
          std::string reason = WhyNot(range, range.nodes[i], v, producer);
          if (reason.empty()) {
            range.nodes.push_back(producer);
            grew = true;
          } else {
            why = std::move(reason);
          }
        }
      }
    }
    const std::string name = report_ ? graph_.node(root).DisplayName() : std::string();
    if (range.nodes.size() > 1) {
      KANTE_TRY(Replace(root, std::move(range)));
      ++fused_;
      if (report_) report_->fired.push_back({kFusePointwise, name, {}});
    } else if (report_ && !why.empty()) {
      report_->skipped.push_back({kFusePointwise, name, std::move(why)});
    }
    return OkStatus();
  }

  Status Replace(NodeId root, Range range) {
    for (size_t i = 1; i < range.nodes.size(); ++i) {  // in their order; few
      for (size_t j = i; j > 0 && place_[range.nodes[j]] < place_[range.nodes[j - 1]]; --j) {
        std::swap(range.nodes[j], range.nodes[j - 1]);
      }
    }
    const std::vector<ValueId> inputs = InputsOf(range);
    std::vector<ValueId> values = inputs;
    std::vector<std::string> ops;
    std::vector<int64_t> operands;
    std::vector<float> params;
    for (NodeId id : range.nodes) {
      const Node& node = graph_.node(id);
      taken_[id] = true;
      const auto number = [&](size_t i) {
        return static_cast<int64_t>(std::find(values.begin(), values.end(), node.inputs[i]) - values.begin());
      };
      const bool two = OperandsOf(id) == 2;
      const bool square = node.op_type == "Pow" && ScalarOf(graph_.Constant(node.inputs[1])) == 2.0;
      ops.push_back(square && PointwiseOperands("Mul") ? "Mul" : node.op_type);
      operands.push_back(number(0));
      operands.push_back(!two ? -1 : number(ops.back() == node.op_type ? 1 : 0));
      std::vector<float> own = two ? std::vector<float>() : *ActivationParams(graph_, node);
      own.resize(2);
      params.insert(params.end(), own.begin(), own.end());
      values.push_back(node.outputs[0]);
    }
    GraphPatch patch(graph_, kFusePointwise);
    patch.SetMatched(range.nodes);
    patch.Replace(
        graph_.node(root).outputs[0],
        patch.Op("kante", "FusedPointwise", inputs,
                 {{"ops", std::move(ops)}, {"operands", std::move(operands)}, {"params", std::move(params)}}));
    return patch.Apply();
  }

  Graph& graph_;
  PassReport* report_;
  std::vector<bool> taken_;
  std::vector<uint8_t> operands_;
  std::vector<size_t> place_;  // in topological order
  int64_t fused_ = 0;
};

Status FuseIn(Graph& graph, PassReport* report, int64_t* fused) {
  for (NodeId id = 0; id < graph.node_slots(); ++id) {
    if (!graph.alive(id) || !graph.node(id).HasSubgraphs()) continue;
    for (Graph* body : graph.node(id).Subgraphs()) KANTE_TRY(FuseIn(*body, report, fused));
  }
  Fuser fuser(graph, report);
  KANTE_TRY(fuser.Run());
  *fused += fuser.fused();
  return OkStatus();
}

}  // namespace

Result<int64_t> FusePointwise(Graph& graph, const OpRegistry& registry, PassReport* report) {
  int64_t fused = 0;
  if (registry.Has("kante", "FusedPointwise")) KANTE_TRY(FuseIn(graph, report, &fused));
  return fused;
}

}  // namespace kante::core
