// SPDX-License-Identifier: MIT
#include <cstring>

#include "base/checked.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

template <typename T>
Tensor VectorOf(const std::vector<T>& values) {
  return Tensor::Of<T>({static_cast<int64_t>(values.size())}, std::span<const T>(values));
}

Result<Tensor> StringsOf(const std::vector<std::string>& values, bool scalar) {
  const Shape shape = scalar ? Shape{} : Shape{static_cast<int64_t>(values.size())};
  KANTE_TRY(Tensor t, Tensor::Allocate(ElementType::kString, shape));
  for (size_t i = 0; i < values.size(); ++i) t.mutable_data<std::string>()[i] = values[i];
  return t;
}

// COO to dense. Indices are linear ([nnz]) or one row of coordinates for each value ([nnz, rank]).
Result<Tensor> Densify(const SparseTensor& sparse) {
  constexpr int64_t kMaxBytes = int64_t{1} << 31;  // a few bytes of file must not claim the machine's memory
  const ElementType type = sparse.values.type();
  if (type == ElementType::kString || IsSubByte(type)) return NotImplemented("sparse constants of ", NameOf(type));
  KANTE_TRY(const int64_t bytes, StorageBytes(type, sparse.shape));
  if (bytes > kMaxBytes) return Error(StatusCode::kLimitExceeded, "a sparse constant would take ", bytes, " bytes");
  const int64_t nnz = sparse.values.elements();
  const int rank = sparse.shape.rank();
  const Tensor& indices = sparse.indices;
  const bool linear = indices.rank() == 1;
  if (indices.type() != ElementType::kInt64) return InvalidGraph("indices of a sparse constant must be int64");
  if (indices.elements() != (linear ? nnz : nnz * rank))
    return InvalidGraph("sparse constant: indices and values differ");
  KANTE_TRY(Tensor dense, Tensor::Allocate(type, sparse.shape));
  std::memset(dense.raw(), 0, static_cast<size_t>(bytes));
  const int64_t size = BitsOf(type) / 8;
  const int64_t total = sparse.shape.elements();
  for (int64_t i = 0; i < nnz; ++i) {
    int64_t at = 0;
    for (int d = 0; d < (linear ? 1 : rank); ++d) {
      int64_t index;
      std::memcpy(&index, indices.raw() + (linear ? i : i * rank + d) * 8, 8);
      const int64_t limit = linear ? total : sparse.shape[d];
      if (index < 0 || index >= limit)
        return InvalidGraph("sparse constant: index ", index, " outside [0, ", limit, ")");
      at = linear ? index : at * sparse.shape[d] + index;
    }
    std::memcpy(dense.raw() + at * size, sparse.values.raw() + i * size, static_cast<size_t>(size));
  }
  return dense;
}

Result<Tensor> ValueOf(const Attribute& a) {
  if (a.name == "value") {
    if (const auto* t = a.get<Tensor>()) return *t;
  } else if (a.name == "sparse_value") {
    if (const auto* s = a.get<SparseTensor>()) return Densify(*s);
  } else if (a.name == "value_int") {
    if (const auto* v = a.get<int64_t>()) return Tensor::Scalar(*v);
  } else if (a.name == "value_ints") {
    if (const auto* v = a.get<std::vector<int64_t>>()) return VectorOf(*v);
  } else if (a.name == "value_float") {
    if (const auto* v = a.get<float>()) return Tensor::Of<float>({}, std::span<const float>(v, 1));
  } else if (a.name == "value_floats") {
    if (const auto* v = a.get<std::vector<float>>()) return VectorOf(*v);
  } else if (a.name == "value_string") {
    if (const auto* v = a.get<std::string>()) return StringsOf({*v}, true);
  } else if (a.name == "value_strings") {
    if (const auto* v = a.get<std::vector<std::string>>()) return StringsOf(*v, false);
  } else {
    return InvalidGraph("unknown attribute '", a.name, "'");
  }
  return InvalidGraph("attribute '", a.name, "' has the wrong type ", AttributeKindName(a.value));
}

// Exists in files only: every version is upgraded to a constant value of the graph, without a copy.
struct Constant {
  static constexpr OpInfo kInfo{.name = "Constant",
                                .versions = {1, 9, 11, 12, 13, 19, 21, 23, 24, 25},
                                .form_since = 13,
                                .min_inputs = 0,
                                .max_inputs = 0,
                                .numerics = kMoves};

  static Status Upgrade(UpgradeContext& u, int) {
    const auto& attributes = u.node().attributes;
    if (attributes.size() != 1) return InvalidGraph("needs exactly one value attribute, has ", attributes.size());
    KANTE_TRY(Tensor value, ValueOf(attributes[0]));
    if (value.empty()) return Error(StatusCode::kOutOfMemory, "no memory for a constant");
    u.ReplaceWith(u.build().Constant(std::move(value)));
    return OkStatus();
  }
  Status Infer(InferContext&) const { return OkStatus(); }
};

}  // namespace

KANTE_DEFINE_OP(Constant)

}  // namespace kante::core
