// SPDX-License-Identifier: MIT
#include "ops/infer_context.h"

#include <cstring>

#include "base/checked.h"

namespace kante::core {
namespace {

Status Unknown() { return Status(StatusCode::kUnknown, "not known yet"); }

std::string ListTypes(TypeSet types) {
  std::string out;
  for (int i = 1; i < kElementTypeCount; ++i) {
    if (!types.Has(static_cast<ElementType>(i))) continue;
    if (!out.empty()) out += ", ";
    out += NameOf(static_cast<ElementType>(i));
  }
  return out;
}

}  // namespace

Result<Shape> InferContext::shape(int i) const {
  if (!has_input(i)) return InvalidGraph("input ", i, " is missing");
  if (!in(i).shape_known) return Unknown();
  return in(i).shape;
}

Result<Tensor> InferContext::value(int i) const {
  if (!has_input(i)) return InvalidGraph("input ", i, " is missing");
  if (!in(i).value) return Unknown();
  return *in(i).value;
}

Result<std::vector<int64_t>> InferContext::ints(int i) const {
  KANTE_TRY(const Tensor t, value(i));
  if (t.rank() > 1) return InvalidArgument("input ", i, " must be a scalar or a vector, not ", t.shape().ToString());
  const int64_t n = t.elements();
  if (n > kMaxRank * 2) return InvalidArgument("input ", i, " has ", n, " values, more than any rank allows");
  std::vector<int64_t> out(static_cast<size_t>(n));
  for (int64_t k = 0; k < n; ++k) {
    if (t.type() == ElementType::kInt64) {
      std::memcpy(&out[static_cast<size_t>(k)], t.raw() + k * 8, 8);
    } else if (t.type() == ElementType::kInt32) {
      int32_t v;
      std::memcpy(&v, t.raw() + k * 4, 4);
      out[static_cast<size_t>(k)] = v;
    } else {
      return InvalidArgument("input ", i, " must be int32 or int64, not ", NameOf(t.type()));
    }
  }
  return out;
}

Status InferContext::RequireType(int i, TypeSet types) const {
  if (!has_input(i) || type(i) == ElementType::kUndefined || types.Has(type(i))) return OkStatus();
  return InvalidArgument("input ", i, " must be of type ", ListTypes(types), ", not ", NameOf(type(i)));
}

void InferContext::SetType(int o, ElementType type) { SetKind(o, ValueKind::kTensor, type); }

void InferContext::SetKind(int o, ValueKind kind, ElementType type) {
  if (o >= output_count()) return;
  out(o).kind = kind;
  out(o).type = type;
}

Status InferContext::SetShape(int o, const Shape& shape) {
  if (o >= output_count()) return OkStatus();
  const ElementType type = out(o).type == ElementType::kUndefined ? ElementType::kUint8 : out(o).type;
  KANTE_TRY(const int64_t bytes, StorageBytes(type, shape));
  if (bytes > limits_.max_tensor_bytes) {
    return Error(StatusCode::kLimitExceeded, "output ", o, " ", shape.ToString(), " would take ", bytes,
                 " bytes, above the limit of ", limits_.max_tensor_bytes);
  }
  out(o).kind = ValueKind::kTensor;
  out(o).certainty = Certainty::kExact;
  out(o).shape = shape;
  return OkStatus();
}

Status InferContext::SetBound(int o, const Shape& shape) {
  KANTE_TRY(SetShape(o, shape));
  if (o < output_count()) out(o).certainty = Certainty::kBound;
  return OkStatus();
}

Status InferContext::SameAs(int o, int i) {
  SetType(o, type(i));
  KANTE_TRY(const Shape s, shape(i));
  return SetShape(o, s);
}

Status InferContext::Broadcast(int o, ElementType type) {
  SetType(o, type);
  KANTE_TRY(Shape s, shape(0));
  for (int i = 1; i < input_count(); ++i) {
    if (!has_input(i)) continue;
    KANTE_TRY(const Shape next, shape(i));
    KANTE_TRY(s, BroadcastShapes(s, next));
  }
  return SetShape(o, s);
}

Status InferContext::View(int o, int i, const Shape& shape) {
  KANTE_TRY(SetShape(o, shape));
  if (o < output_count()) out(o).view_of = i;
  return OkStatus();
}

Status InferContext::ViewStrided(int o, int i, const Shape& shape, int64_t offset, std::span<const int64_t> strides) {
  KANTE_TRY(View(o, i, shape));
  if (o >= output_count()) return OkStatus();
  out(o).view_offset = offset;
  out(o).view_strided = true;
  for (size_t d = 0; d < strides.size(); ++d) out(o).view_strides[d] = strides[d];
  return OkStatus();
}

}  // namespace kante::core
