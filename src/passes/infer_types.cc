// SPDX-License-Identifier: MIT
#include "passes/infer_types.h"

#include <span>
#include <utility>
#include <vector>

#include "ops/infer_context.h"

namespace kante::core {
namespace {

class Inference {
 public:
  Inference(const OpRegistry& registry, const Limits& limits) : registry_(registry), limits_(limits) {}

  Status Run(Graph& graph, int depth) {
    KANTE_TRY(const std::vector<NodeId> order, graph.TopologicalOrder());
    for (NodeId id : order) {
      const Node& node = graph.node(id);
      for (Graph* body : node.Subgraphs()) {
        if (depth >= limits_.max_nesting) return Error(StatusCode::kLimitExceeded, "subgraphs are nested too deeply");
        BindInputs(graph, node, *body);
        KANTE_TRY(Run(*body, depth + 1));
      }
      Status status = InferOne(graph, id, depth);
      if (!status.ok()) {
        return std::move(status).WithContext(StrCat("node '", node.DisplayName(), "' (", node.op_type, ")"));
      }
    }
    return OkStatus();
  }

 private:
  static InputFacts FactsOfValue(const Graph& graph, ValueId id) {
    InputFacts facts;
    if (id == kNone) return facts;
    const ValueInfo& info = graph.value(id);
    facts.present = true;
    facts.kind = info.type.kind;
    facts.type = info.type.element_type;
    if ((info.type.kind == ValueKind::kSequence || info.type.kind == ValueKind::kOptional) && info.type.inner) {
      facts.type = info.type.inner->element_type;
    }
    if (const auto shape = info.type.concrete_shape()) {
      facts.shape_known = true;
      facts.shape = *shape;
    }
    if (!info.constant.empty() && info.constant.contiguous() && info.constant.aligned()) facts.value = &info.constant;
    return facts;
  }

  // What a body knows of its surroundings: captured values as they are, inputs of loops by element type alone.
  static void BindInputs(const Graph& graph, const Node& node, Graph& body) {
    for (const Capture& c : body.captures()) body.mutable_type(c.inner) = graph.value(c.outer).type;
    const bool loop = node.op_type == "Loop" && CanonicalDomain(node.domain).empty();
    for (size_t i = 0; i < body.inputs().size(); ++i) {
      TypeInfo& type = body.mutable_type(body.inputs()[i]);
      if (loop && i < 2) {
        type = TypeInfo::TensorOf(i == 0 ? ElementType::kInt64 : ElementType::kBool, Shape{});
        continue;
      }
      type.has_shape = false;
      type.dims.clear();
      if (type.kind != ValueKind::kUnknown || i >= node.inputs.size() || node.inputs[i] == kNone) continue;
      const TypeInfo& outer = graph.value(node.inputs[i]).type;
      if (outer.is_tensor()) type = TypeInfo::TensorOf(outer.element_type);
    }
  }

  Status InferOne(Graph& graph, NodeId id, int depth) {
    const Node& node = graph.node(id);
    if (!registry_.Has(node.domain, node.op_type)) return OkStatus();  // planning reports these all at once
    KANTE_TRY(const OpInstance op, registry_.Instantiate(node, &graph));
    std::vector<InputFacts> in;
    std::vector<Tensor> dense(node.inputs.size());
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      in.push_back(FactsOfValue(graph, node.inputs[i]));
      // Small constants decide shapes; those that lie unaligned in the file are copied for it.
      const Tensor* constant = graph.Constant(node.inputs[i]);
      if (!constant || in.back().value || constant->bytes() > kSmall) continue;
      KANTE_TRY(dense[i], Compact(*constant));
      in.back().value = &dense[i];
    }
    std::vector<OutputFacts> out(node.outputs.size());
    for (size_t i = 0; i < out.size(); ++i) out[i].wanted = node.outputs[i] != kNone;
    InferContext context(op.def->info, in, out, limits_);
    Status status = InferNode(op, context);
    if (!status.ok() && depth > 0) {
      for (OutputFacts& o : out) o.certainty = Certainty::kUnknown;
      status = OkStatus();
    }
    KANTE_TRY(std::move(status));
    for (size_t i = 0; i < out.size(); ++i) {
      if (out[i].wanted) KANTE_TRY(Record(graph, node.outputs[i], out[i], depth));
    }
    return OkStatus();
  }

  static Status Record(Graph& graph, ValueId id, const OutputFacts& facts, int depth) {
    TypeInfo& type = graph.mutable_type(id);
    KANTE_TRY(CheckDeclared(graph.value(id), facts));
    if (facts.kind == ValueKind::kTensor) {
      type.kind = ValueKind::kTensor;
      if (facts.type != ElementType::kUndefined) type.element_type = facts.type;
      if (facts.certainty == Certainty::kExact) {
        type = TypeInfo::TensorOf(type.element_type, facts.shape);
      } else if (type.concrete_shape() && !(depth == 0 && graph.IsGraphOutput(id))) {
        type.has_shape = false;
        // A loop without iterations has nothing but the declared dimensions of its body to go by.
        if (!graph.IsGraphOutput(id)) type.dims.clear();
      }
    } else if (facts.kind != ValueKind::kUnknown && type.kind == ValueKind::kUnknown) {
      type.kind = facts.kind;
      if (facts.kind == ValueKind::kSequence || facts.kind == ValueKind::kOptional) {
        type.inner = std::make_shared<const TypeInfo>(TypeInfo::TensorOf(facts.type));
      } else {
        type.element_type = facts.type;
      }
    }
    return OkStatus();
  }

  static Status CheckDeclared(const ValueInfo& value, const OutputFacts& facts) {
    const TypeInfo& declared = value.type;
    if (declared.kind == ValueKind::kUnknown || facts.kind == ValueKind::kUnknown) return OkStatus();
    if (declared.kind != facts.kind) {
      return InvalidGraph("the value '", value.name, "' is declared as ", declared.ToString(),
                          " but the operator makes something else");
    }
    if (declared.kind != ValueKind::kTensor || declared.element_type == ElementType::kUndefined ||
        facts.type == ElementType::kUndefined || declared.element_type == facts.type) {
      return OkStatus();
    }
    return InvalidGraph("the value '", value.name, "' is declared as ", NameOf(declared.element_type),
                        " but the operator makes ", NameOf(facts.type));
  }

  static constexpr int64_t kSmall = 4096;

  const OpRegistry& registry_;
  const Limits& limits_;
};

}  // namespace

Status InferTypes(Graph& graph, const OpRegistry& registry, const Limits& limits) {
  return Inference(registry, limits).Run(graph, 0);
}

}  // namespace kante::core
