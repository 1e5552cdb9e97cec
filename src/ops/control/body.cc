// SPDX-License-Identifier: MIT
#include "ops/control/body.h"

#include "ops/move/movable.h"
#include "ops/sequence/owned.h"

namespace kante::core {

Body ParseBody(AttrReader& a, std::string_view name) {
  Body body;
  const Graph* graph = a.Subgraph(name);
  if (!graph) {
    a.Fail(StrCat("attribute '", name, "' must be a graph"));
    return body;
  }
  const std::vector<Graph*> all = a.node().Subgraphs();
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i] == graph) body.index = static_cast<int>(i);
  }
  body.inputs = graph->inputs().size();
  for (ValueId v : graph->outputs()) body.outputs.push_back(graph->value(v).type);
  return body;
}

Status RunBody(RunContext& c, SubgraphRunner& runner, const Body& body, std::span<const Value> inputs,
               std::vector<Value>& outputs) {
  KANTE_TRY(c.CheckCancelled());
  outputs.assign(body.outputs.size(), Value());
  return runner.Run(inputs, outputs);
}

Result<bool> Truth(const Value& value, std::string_view what) {
  if (!value.is_tensor() || value.tensor().type() != ElementType::kBool)
    return InvalidArgument(what, " must be a bool");
  if (value.tensor().elements() != 1) {
    return InvalidArgument(what, " must have one element, not ", value.tensor().shape().ToString());
  }
  return *value.tensor().data<uint8_t>() != 0;
}

void SetDeclared(InferContext& c, int output, const TypeInfo& type) {
  if (type.kind == ValueKind::kUnknown) return;
  const bool wraps = type.kind == ValueKind::kSequence || type.kind == ValueKind::kOptional;
  c.SetKind(output, type.kind, wraps && type.inner ? type.inner->element_type : type.element_type);
}

Status Stack::Add(const Value& value, int64_t* total_bytes, int64_t max_bytes) {
  if (!value.is_tensor()) return InvalidArgument("a scan output must be a tensor");
  KANTE_TRY(Value owned, Owned(value));
  Tensor& dense = owned.tensor();
  if (!items_.empty() && (dense.type() != items_[0].type() || !(dense.shape() == items_[0].shape()))) {
    return InvalidArgument("a scan output changed from ", items_[0].shape().ToString(), " to ",
                           dense.shape().ToString(), " between iterations");
  }
  *total_bytes += dense.bytes() + int64_t{sizeof(Tensor)};
  if (*total_bytes > max_bytes) {
    return Error(StatusCode::kLimitExceeded, "scan outputs above ", max_bytes, " bytes after ", items_.size(),
                 " iterations");
  }
  items_.push_back(std::move(dense));
  return OkStatus();
}

Status Stack::Finish(RunContext& c, int output, const TypeInfo& declared, int64_t axis, bool reversed) {
  ElementType type = declared.element_type;
  std::vector<int64_t> item;
  if (!items_.empty()) {
    type = items_[0].type();
    item.assign(items_[0].shape().begin(), items_[0].shape().end());
  } else {
    if (!IsValid(type)) return InvalidGraph("no iteration ran and scan output ", output, " has no declared type");
    for (const Dim& d : declared.dims) item.push_back(d.known() ? d.value : 0);
    if (item.size() >= kMaxRank) return InvalidGraph("the declared rank of scan output ", output, " is too large");
  }
  const int rank = static_cast<int>(item.size()) + 1;
  KANTE_TRY(const int at, NormalizeAxis(axis, rank));
  const auto count = static_cast<int64_t>(items_.size());
  std::vector<int64_t> dims = item;
  dims.insert(dims.begin() + at, count);
  KANTE_TRY(const Shape shape, Shape::Make(dims));
  KANTE_TRY(Tensor * y, c.Output(output, type, shape));
  const int64_t outer = shape.Product(0, at);
  const int64_t inner = shape.Product(at + 1, rank);
  if (outer * inner == 0 || count == 0) return OkStatus();
  KANTE_TRY(const Movable to, WriteMovable(c, *y));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t place = reversed ? count - 1 - i : i;
    KANTE_TRY(const Movable from, ReadMovable(c, items_[static_cast<size_t>(i)]));
    if (outer == 1) {
      CopyRun(to, place * inner, from, 0, inner);
      continue;
    }
    const int64_t sizes[] = {outer, inner};
    const int64_t dst[] = {count * inner, 1};
    const int64_t src[] = {inner, 1};
    const StridedCopy copy(to.type, sizes, dst, src);
    copy.Run(to.data + place * inner * to.size, from.data, 0, copy.units());
  }
  items_.clear();
  kante::core::Finish(to, *y);
  return OkStatus();
}

}  // namespace kante::core
