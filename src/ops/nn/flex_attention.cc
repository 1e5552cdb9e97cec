// SPDX-License-Identifier: MIT
// FlexAttention of ai.onnx.preview: Attention whose scores and probabilities pass through bodies, which are written
// into the graph around it. Without bodies it is Attention.
#include <memory>

#include "graph/splice.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// A body of one value to one value; null if the attribute is absent.
std::shared_ptr<const Graph> ReadBody(AttrReader& a, std::string_view name) {
  if (!a.Has(name)) return nullptr;
  const Graph* body = a.Subgraph(name);
  if (!body) return nullptr;
  if (body->inputs().size() != 1 || body->outputs().size() != 1) {
    a.Fail(
        StrCat(name, " must turn one tensor into one, not ", body->inputs().size(), " into ", body->outputs().size()));
  }
  return *a.node().FindAttribute(name)->get<std::shared_ptr<Graph>>();
}

struct FlexAttention {
  static constexpr OpInfo kInfo{.name = "FlexAttention",
                                .domain = "ai.onnx.preview",
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .types = kFloats,
                                .same_type = 0b111,
                                .numerics = kAsParts};
  enum Inputs { kQ, kK, kV };
  std::shared_ptr<const Graph> score_mod;
  std::shared_ptr<const Graph> prob_mod;
  bool has_scale = false;
  float scale = 0;
  ElementType precision = ElementType::kUndefined;  // undefined: float32, or float64 of float64 inputs

  static Result<FlexAttention> Parse(AttrReader& a) {
    FlexAttention op{ReadBody(a, "score_mod"), ReadBody(a, "prob_mod"), a.Has("scale"), a.Float("scale", 0),
                     a.Type("softmax_precision", ElementType::kUndefined)};
    if (op.precision != ElementType::kUndefined && !kFloats.Has(op.precision)) {
      a.Fail(StrCat("softmax_precision ", NameOf(op.precision), " is not a floating-point type"));
    }
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kQ));
    KANTE_TRY(const Shape q, c.shape(kQ));
    KANTE_TRY(const Shape k, c.shape(kK));
    KANTE_TRY(const Shape v, c.shape(kV));
    if (q.rank() != 4 || k.rank() != 4 || v.rank() != 4) return InvalidArgument("Q, K and V must have rank 4");
    if (k[0] != q[0] || v[0] != q[0] || k[3] != q[3] || v[1] != k[1] || v[2] != k[2] || k[1] == 0 || q[1] % k[1] != 0) {
      return InvalidArgument("Q ", q.ToString(), ", K ", k.ToString(), " and V ", v.ToString(), " do not suit");
    }
    return c.SetShape(0, Shape{q[0], q[1], q[2], v[3]});
  }

  Status Expand(ExpandContext& c) const {
    GraphBuilder& b = c.build();
    const ElementType type = c.input_type(kQ).element_type;
    if (type == ElementType::kUndefined) return InvalidArgument("the type of Q is not known");
    const ElementType wide = type == ElementType::kFloat64 ? type : ElementType::kFloat32;
    const ElementType inner = precision == ElementType::kUndefined ? wide : precision;
    const bool is_attention = !has_scale || scale > 0;  // whose own scale is positive, 0 being its default
    if (!score_mod && !prob_mod && is_attention && wide == ElementType::kFloat32 && inner != ElementType::kFloat64) {
      std::vector<Attribute> attributes;
      if (has_scale) attributes.push_back(Attribute("scale", AttributeValue(scale)));
      c.SetOutput(0, b.Op("Attention", {c.input(kQ), c.input(kK), c.input(kV)}, std::move(attributes)));
      return OkStatus();
    }
    const auto cast = [&](ValueId x, ElementType from, ElementType to) {
      if (from == to) return x;
      return b.Op("Cast", {x}, {Attribute("to", static_cast<int>(to))});
    };
    const auto dim = [&](ValueId x, int64_t i) {
      return b.Op("Shape", {x}, {Attribute("start", AttributeValue(i)), Attribute("end", AttributeValue(i + 1))});
    };
    const auto reshape = [&](ValueId x, std::vector<ValueId> dims) {
      const ValueId shape = b.Op("Concat", std::move(dims), {Attribute("axis", 0)});
      return b.Op("Reshape", {x, shape}, {Attribute("allowzero", 1)});
    };
    // The queries of a group stand below each other for the head of K and V that serves them.
    const ValueId q = c.input(kQ), k = c.input(kK), v = c.input(kV);
    const ValueId batch = dim(q, 0), heads = dim(q, 1), rows = dim(q, 2), size = dim(q, 3), kv_heads = dim(k, 1);
    const ValueId keys = dim(k, 2);
    const ValueId group_rows = b.Op("Div", {b.Op("Mul", {heads, rows}), kv_heads});
    ValueId factor = has_scale
                         ? b.Scalar(scale)
                         : b.Op("Reciprocal", {b.Op("Sqrt", {cast(size, ElementType::kInt64, ElementType::kFloat32)})});
    ValueId x = b.Op("Mul", {q, cast(factor, ElementType::kFloat32, type)});
    x = reshape(x, {batch, kv_heads, group_rows, size});
    const ValueId kt = b.Op("Transpose", {k}, {Attribute("perm", AttributeValue(std::vector<int64_t>{0, 1, 3, 2}))});
    x = cast(b.Op("MatMul", {x, kt}), type, inner);
    x = reshape(x, {batch, heads, rows, keys});
    if (score_mod) x = SpliceBody(b.graph(), *score_mod, std::span<const ValueId>(&x, 1))[0];
    x = b.Op("Softmax", {x}, {Attribute("axis", -1)});
    if (prob_mod) x = SpliceBody(b.graph(), *prob_mod, std::span<const ValueId>(&x, 1))[0];
    x = reshape(x, {batch, kv_heads, group_rows, keys});
    x = b.Op("MatMul", {x, cast(v, type, inner)});
    c.SetOutput(0, cast(reshape(x, {batch, heads, rows, dim(v, 3)}), inner, type));
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(FlexAttention)

}  // namespace kante::core
