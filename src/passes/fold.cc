// SPDX-License-Identifier: MIT
#include "passes/fold.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/checked.h"
#include "ops/evaluate.h"
#include "passes/captures.h"

namespace kante::core {
namespace {

constexpr int64_t kAlwaysFine = 64 << 10;  // results of up to so many bytes are folded whatever their inputs
constexpr int64_t kMaxGrowth = 8;          // above that they may be this many times larger than the inputs

// Operators that do more than a few passes over their inputs and outputs: folding those must not take seconds.
constexpr std::string_view kCostly[] = {
    "Conv",          "ConvTranspose", "ConvInteger", "QLinearConv", "DeformConv", "MatMul",    "MatMulInteger",
    "QLinearMatMul", "Gemm",          "Einsum",      "LSTM",        "GRU",        "RNN",       "Attention",
    "AveragePool",   "MaxPool",       "LpPool",      "DFT",         "STFT",       "Det",       "NonMaxSuppression",
    "GridSample",    "RoiAlign",      "MaxRoiPool",  "Resize",      "LRN",        "FusedConv", "FusedMatMul",
    "FusedGemm"};

bool IsCostly(const Node& node) {
  // Who knows what an operator outside ONNX does.
  return !CanonicalDomain(node.domain).empty() ||
         std::find(std::begin(kCostly), std::end(kCostly), node.op_type) != std::end(kCostly);
}

// A tensor of which only type and shape may be looked at.
Result<Tensor> Phantom(const TypeInfo& type, const Shape& shape) {
  KANTE_TRY(std::shared_ptr<Buffer> nothing, Buffer::Allocate(1));
  return Tensor(type.element_type, shape, std::move(nothing));
}

class Folder {
 public:
  Folder(const OpRegistry& registry, const Limits& limits, FoldBudget& budget, PassReport* report)
      : registry_(registry), limits_(limits), budget_(budget), report_(report) {}

  Status Run(Graph& graph) {
    KANTE_TRY(const std::vector<NodeId> order, graph.TopologicalOrder());
    for (NodeId id : order) {
      if (graph.node(id).HasSubgraphs()) {
        PropagateConstants(graph, id);
        for (Graph* body : graph.node(id).Subgraphs()) KANTE_TRY(Run(*body));
        continue;
      }
      FoldOne(graph, id);
    }
    return OkStatus();
  }

  int64_t folded() const { return folded_; }

 private:
  // The inputs as values, if all of them are known as far as the operator looks at them.
  bool Gather(const Graph& graph, const Node& node, const OpInfo& info, std::vector<Value>& inputs) const {
    for (ValueId v : node.inputs) {
      inputs.emplace_back();
      if (v == kNone) continue;
      if (const Tensor* constant = graph.Constant(v)) {
        inputs.back() = Value(*constant);
        continue;
      }
      const TypeInfo& type = graph.value(v).type;
      const auto shape = type.concrete_shape();
      if (!info.value_from_shape || !shape || !IsValid(type.element_type)) return false;
      auto phantom = Phantom(type, *shape);
      if (!phantom.ok()) return false;
      inputs.back() = Value(std::move(phantom).value());
    }
    return true;
  }

  static bool Wanted(const Graph& graph, const Node& node) {
    return std::any_of(node.outputs.begin(), node.outputs.end(),
                       [&](ValueId v) { return v != kNone && graph.UseCount(v) > 0; });
  }

  void FoldOne(Graph& graph, NodeId id) {
    const Node& node = graph.node(id);
    const OpDef* def = registry_.Find(node.domain, node.op_type);
    if (!def || def->info.stateful || !Wanted(graph, node)) return;
    std::vector<Value> inputs;
    if (!Gather(graph, node, def->info, inputs)) return;
    int64_t source_bytes = 0;
    int64_t input_elements = 0;
    for (const Value& v : inputs) {
      if (!v.is_tensor() || def->info.value_from_shape) continue;
      source_bytes = std::min(kHuge, source_bytes + SourceBytes(v.tensor()));
      input_elements += v.tensor().elements();
    }
    const int64_t cap =
        std::min({limits_.max_folded_bytes, budget_.bytes_left, std::max(kAlwaysFine, source_bytes * kMaxGrowth)});
    auto op = registry_.Instantiate(node);
    if (!op.ok()) return;
    if (IsCostly(node) && !Affordable(*op, node, inputs, input_elements)) return;
    const std::vector<ValueId> outputs = node.outputs;
    std::vector<const Value*> in;
    for (const Value& v : inputs) in.push_back(v.has_value() ? &v : nullptr);
    auto results = EvaluateNode(*op, node, in, limits_, cap);
    if (!results.ok() || !Store(graph, id, *results, cap)) return;
    for (ValueId v : outputs) {
      const Tensor* made = graph.Constant(v);
      const bool shared = made && std::any_of(inputs.begin(), inputs.end(), [&](const Value& input) {
                            return input.is_tensor() && input.tensor().buffer() == made->buffer();
                          });
      if (made && !shared) budget_.source_bytes.emplace(made->buffer()->id(), source_bytes);
    }
  }

  int64_t SourceBytes(const Tensor& tensor) const {
    const auto folded = budget_.source_bytes.find(tensor.buffer()->id());
    return folded == budget_.source_bytes.end() ? tensor.bytes() : folded->second;
  }

  // A bound of the work: every output element may look at every input element.
  bool Affordable(const OpInstance& op, const Node& node, const std::vector<Value>& inputs, int64_t input_elements) {
    std::vector<InputFacts> facts;
    for (const Value& v : inputs) facts.push_back(FactsOf(&v));
    std::vector<OutputFacts> out(node.outputs.size());
    for (OutputFacts& o : out) o.wanted = true;
    InferContext context(op.def->info, facts, out, limits_);
    if (!InferNode(op, context).ok()) return false;
    int64_t work = input_elements;
    for (const OutputFacts& o : out) {
      int64_t each = 0;
      if (o.certainty == Certainty::kUnknown && o.kind != ValueKind::kUnknown) return false;
      if (!CheckedMul(o.shape.elements(), input_elements, &each) || !CheckedAdd(work, each, &work)) return false;
    }
    if (work > budget_.work_left) return false;
    budget_.work_left -= work;
    return true;
  }

  bool Store(Graph& graph, NodeId id, std::vector<Value>& results, int64_t cap) {
    const std::vector<ValueId> outputs = graph.node(id).outputs;
    int64_t bytes = 0;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i] == kNone) continue;
      if (i >= results.size() || !results[i].is_tensor() || results[i].tensor().empty()) return false;
      const TypeInfo& declared = graph.value(outputs[i]).type;
      if (declared.is_tensor() && declared.element_type != results[i].tensor().type()) return false;
      bytes += results[i].tensor().bytes();
    }
    if (bytes > cap) return false;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i] != kNone) graph.SetConstant(outputs[i], std::move(results[i].tensor()));
    }
    budget_.bytes_left -= bytes;
    ++folded_;
    if (report_) {
      ++report_->folded_nodes;
      report_->folded_bytes += bytes;
    }
    return true;
  }

  static constexpr int64_t kHuge = int64_t{1} << 50;  // so that times kMaxGrowth cannot overflow

  const OpRegistry& registry_;
  const Limits& limits_;
  FoldBudget& budget_;
  PassReport* report_;
  int64_t folded_ = 0;
};

}  // namespace

Result<int64_t> FoldConstants(Graph& graph, const OpRegistry& registry, const Limits& limits, FoldBudget& budget,
                              PassReport* report) {
  Folder folder(registry, limits, budget, report);
  KANTE_TRY(folder.Run(graph));
  return folder.folded();
}

}  // namespace kante::core
