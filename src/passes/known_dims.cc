// SPDX-License-Identifier: MIT
#include "passes/known_dims.h"

#include <algorithm>
#include <optional>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/checked.h"
#include "passes/attributes.h"
#include "passes/constants.h"
#include "ops/registry.h"

namespace kante::core {
namespace {

constexpr int kDepth = 24;  // of operators looked through, and how many in all: only hostile graphs need more
constexpr int kSteps = 400;

bool In(std::string_view op, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), op) != list.end();
}

bool KeepsShape(const Node& node) {
  return In(node.op_type, {"Identity",
                           "Cast",
                           "Dropout",
                           "Relu",
                           "Gelu",
                           "Swish",
                           "Sigmoid",
                           "Tanh",
                           "Erf",
                           "Sqrt",
                           "Exp",
                           "Neg",
                           "Softmax",
                           "LayerNormalization",
                           "RMSNormalization",
                           "GroupNormalization",
                           "InstanceNormalization",
                           "BatchNormalization",
                           "Clip",
                           "LeakyRelu",
                           "HardSwish"});
}
bool Broadcasts(const Node& node) { return In(node.op_type, {"Add", "Sub", "Mul", "Div", "Pow", "FusedRotary"}); }
bool IsConvolution(const Node& node) { return In(node.op_type, {"Conv", "FusedConv"}); }
bool IsProduct(const Node& node) { return In(node.op_type, {"MatMul", "FusedMatMul"}); }

class Tracer {
 public:
  explicit Tracer(const Graph& graph) : graph_(graph) {}

  int Rank(ValueId value, int depth) const {
    if (!GoOn(value, depth)) return -1;
    const ValueInfo& info = graph_.value(value);
    if (const Tensor* t = graph_.Constant(value)) return t->rank();
    if (info.type.is_tensor() && info.type.has_shape) return static_cast<int>(info.type.dims.size());
    const Node* node = Producer(info);
    if (!node) return -1;
    if (node->op_type == "Transpose" && node->FindAttribute("perm")) {
      return static_cast<int>(IntsOr(*node, "perm").size());
    }
    if (node->op_type == "Reshape") return Length(node->inputs[1], depth + 1);
    if (node->op_type == "Gemm" || node->op_type == "FusedGemm" || node->op_type == "Flatten") return 2;
    if (In(node->op_type, {"Unsqueeze", "Squeeze"}) && node->inputs.size() == 2) {
      const int rank = Rank(node->inputs[0], depth + 1), axes = Length(node->inputs[1], depth + 1);
      return rank < 0 || axes < 0 ? -1 : node->op_type == "Squeeze" ? std::max(rank - axes, -1) : rank + axes;
    }
    if (IsConvolution(*node)) return Rank(node->inputs[1], depth + 1);
    if (KeepsShape(*node) || node->op_type == "Transpose" ||
        In(node->op_type, {"Concat", "Slice", "Resize", "Pad", "MaxPool", "AveragePool"})) {
      return Rank(node->inputs[0], depth + 1);
    }
    if (Broadcasts(*node) || IsProduct(*node)) {
      const int a = Rank(node->inputs[0], depth + 1), b = Rank(node->inputs[1], depth + 1);
      return a < 0 || b < 0 || (IsProduct(*node) && std::min(a, b) < 2) ? -1 : std::max(a, b);
    }
    if (node->op_type == "Gather") {
      const int data = Rank(node->inputs[0], depth + 1), index = Rank(node->inputs[1], depth + 1);
      return data < 1 || index < 0 ? -1 : data - 1 + index;
    }
    return -1;
  }

  int64_t Side(ValueId value, int axis, int depth) const {
    if (!GoOn(value, depth)) return -1;
    const ValueInfo& info = graph_.value(value);
    const int rank = Rank(value, depth + 1);
    if (rank >= 0 && (axis < -rank || axis >= rank)) return -1;
    if (const Tensor* t = graph_.Constant(value)) return t->dim(axis < 0 ? axis + rank : axis);
    if (info.type.is_tensor() && info.type.has_shape) {
      const Dim& dim = info.type.dims[static_cast<size_t>(axis < 0 ? axis + rank : axis)];
      if (dim.known()) return dim.value;
    }
    const Node* node = Producer(info);
    return node ? SideThrough(*node, axis, rank, depth + 1) : -1;
  }

  int64_t Element(ValueId shape, int index, int depth) const {
    if (const auto values = IntsOf(graph_.Constant(shape))) {
      const int at = index < 0 ? index + static_cast<int>(values->size()) : index;
      return at >= 0 && at < static_cast<int>(values->size()) ? (*values)[static_cast<size_t>(at)] : -1;
    }
    const Node* node = Producer(graph_.value(shape));
    if (!node || depth > kDepth) return -1;
    if (node->op_type == "Shape" && node->attributes.empty()) return Side(node->inputs[0], index, depth + 1);
    if (node->op_type == "Gather" && IntOr(*node, "axis", 0) == 0) {
      const int64_t from = Element(node->inputs[1], index, depth + 1);
      return from >= 0 && from < kMaxRank ? Element(node->inputs[0], static_cast<int>(from), depth + 1) : -1;
    }
    if (node->op_type != "Concat") return -1;
    if (index < 0) {
      for (size_t i = node->inputs.size(); i-- > 0;) {
        const int count = Length(node->inputs[i], depth + 1);
        if (count < 0) return -1;
        if (-index <= count) return Element(node->inputs[i], index, depth + 1);
        index += count;
      }
      return -1;
    }
    for (ValueId piece : node->inputs) {
      const int count = Length(piece, depth + 1);
      if (count < 0) return -1;
      if (index < count) return Element(piece, index, depth + 1);
      index -= count;
    }
    return -1;
  }

  // Elements of a vector of integers.
  int Length(ValueId value, int depth) const {
    if (!GoOn(value, depth)) return -1;
    if (const Tensor* t = graph_.Constant(value)) return t->elements() <= 64 ? static_cast<int>(t->elements()) : -1;
    const ValueInfo& info = graph_.value(value);
    if (const auto shape = info.type.concrete_shape()) {
      return shape->elements() <= 64 ? static_cast<int>(shape->elements()) : -1;
    }
    const Node* node = Producer(info);
    if (!node) return -1;
    if (node->op_type == "Concat") {
      int sum = 0;
      for (ValueId piece : node->inputs) {
        const int count = Length(piece, depth + 1);
        if (count < 0) return -1;
        sum += count;
      }
      return sum;
    }
    if (node->op_type == "Shape" && node->attributes.empty()) return Rank(node->inputs[0], depth + 1);
    if (In(node->op_type, {"Unsqueeze", "Squeeze", "Cast", "Identity"})) return Length(node->inputs[0], depth + 1);
    if (node->op_type == "Gather") return IsVector(node->inputs[0]) ? Length(node->inputs[1], depth + 1) : -1;
    if (Broadcasts(*node)) {
      const int a = Length(node->inputs[0], depth + 1), b = Length(node->inputs[1], depth + 1);
      return a == 1 ? b : b == 1 || a == b ? a : -1;
    }
    return -1;
  }

 private:
  const Node* Producer(const ValueInfo& info) const {
    if (info.producer == kNone || info.output_index != 0) return nullptr;
    const Node& node = graph_.node(info.producer);
    const bool ours = CanonicalDomain(node.domain).empty() || node.domain == "kante";
    return ours && !node.inputs.empty() ? &node : nullptr;
  }

  // Shape, perhaps in another order.
  bool IsVector(ValueId value) const {
    const Node* node = Producer(graph_.value(value));
    if (node && node->op_type == "Gather") {
      const Tensor* order = graph_.Constant(node->inputs[1]);
      node = order && order->rank() == 1 ? Producer(graph_.value(node->inputs[0])) : nullptr;
    }
    return node && node->op_type == "Shape";
  }

  int64_t SideThrough(const Node& node, int axis, int rank, int depth) const {
    if (KeepsShape(node)) return Side(node.inputs[0], axis, depth);
    if (IsConvolution(node) && (axis < 0 ? axis + rank : axis) == 1) return Side(node.inputs[1], 0, depth);
    if (node.op_type == "Transpose") {
      const std::vector<int64_t> perm = IntsOr(node, "perm");
      const size_t at = static_cast<size_t>(axis < 0 ? axis + static_cast<int>(perm.size()) : axis);
      return at < perm.size() ? Side(node.inputs[0], static_cast<int>(perm[at]), depth) : -1;
    }
    if (node.op_type == "Reshape") {
      const int64_t side = Element(node.inputs[1], axis, depth);
      return side > 0 ? side : -1;
    }
    const int from_end = axis < 0 ? axis : rank < 0 ? 0 : axis - rank;
    if (from_end == 0) return -1;
    // Its tables may have half a row.
    if (node.op_type == "FusedRotary" && from_end == -1) return Side(node.inputs[0], -1, depth);
    if (node.op_type == "Slice") return SideOfSlice(node, from_end, rank, depth);
    if (IsProduct(node)) {
      const int second = Rank(node.inputs[1], depth);
      if (second < 2) return -1;
      if (from_end == -1) return Side(node.inputs[1], -1, depth);
      return from_end == -2 || second == 2 ? Side(node.inputs[0], from_end, depth) : -1;  // or batches broadcast
    }
    if (Broadcasts(node)) {
      for (ValueId input : node.inputs) {
        const int64_t side = Side(input, from_end, depth);
        if (side > 1) return side;
      }
    }
    return -1;
  }

  // Of one that cuts a single dimension in ascending steps.
  int64_t SideOfSlice(const Node& node, int from_end, int rank, int depth) const {
    const auto one = [&](size_t i) -> std::optional<int64_t> {
      if (i >= node.inputs.size() || node.inputs[i] == kNone) return std::nullopt;
      const auto values = IntsOf(graph_.Constant(node.inputs[i]));
      return values && values->size() == 1 ? std::optional((*values)[0]) : std::nullopt;
    };
    const auto axis = one(3), start = one(1), end = one(2);
    const bool stepped = node.inputs.size() > 4 && node.inputs[4] != kNone;
    const int64_t step = stepped ? one(4).value_or(0) : 1, side = Side(node.inputs[0], from_end, depth);
    if (!axis || (*axis >= 0 && rank < 0) || side < 0) return -1;
    if ((*axis < 0 ? *axis : *axis - rank) != from_end) return side;
    if (!start || !end || step < 1) return -1;
    const auto place = [side](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + side : i, 0, side); };
    return CeilDiv(std::max<int64_t>(place(*end) - place(*start), 0), step);
  }

  bool GoOn(ValueId value, int depth) const { return value != kNone && depth <= kDepth && ++steps_ <= kSteps; }

  const Graph& graph_;
  mutable int steps_ = 0;
};

}  // namespace

int RankOf(const Graph& graph, ValueId value) { return Tracer(graph).Rank(value, 0); }
int64_t DimOf(const Graph& graph, ValueId value, int axis) { return Tracer(graph).Side(value, axis, 0); }
int64_t ElementOf(const Graph& graph, ValueId shape, int index) { return Tracer(graph).Element(shape, index, 0); }
int LengthOf(const Graph& graph, ValueId shape) { return Tracer(graph).Length(shape, 0); }

}  // namespace kante::core
