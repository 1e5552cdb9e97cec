// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tensor/element_type.h"
#include "tensor/shape.h"

namespace kante::core {

// One dimension as the model declares it: a number, a name ("batch"), or neither.
struct Dim {
  int64_t value = -1;  // >= 0 when known
  std::string symbol;
  bool known() const { return value >= 0; }
  bool operator==(const Dim&) const = default;
};

enum class ValueKind : uint8_t { kUnknown, kTensor, kSequence, kOptional, kMap, kSparseTensor };

// What is known before a run about a value: its kind, element type and (perhaps) shape. Logical ONNX shapes always.
struct TypeInfo {
  ValueKind kind = ValueKind::kUnknown;
  ElementType element_type = ElementType::kUndefined;  // of tensors; the key type of maps
  bool has_shape = false;
  std::vector<Dim> dims;
  std::shared_ptr<const TypeInfo> inner;  // of sequences and optionals; the value type of maps

  static TypeInfo TensorOf(ElementType type) {
    TypeInfo t;
    t.kind = ValueKind::kTensor;
    t.element_type = type;
    return t;
  }
  static TypeInfo TensorOf(ElementType type, const Shape& shape);

  bool is_tensor() const { return kind == ValueKind::kTensor; }
  // The shape when every dimension is a known number (and the rank is in bounds).
  std::optional<Shape> concrete_shape() const;
  // "float32[batch,3,224,224]", "seq(int64)", "?"
  std::string ToString() const;
};

}  // namespace kante::core
