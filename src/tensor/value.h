// SPDX-License-Identifier: MIT
// What flows along an edge of a graph: a tensor, a sequence, an optional or a map.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "tensor/tensor.h"

namespace kante::core {

class Value;

// Elements of a sequence. Shared and copied on write: never changed once more than one Value holds it.
struct Sequence {
  ElementType element_type = ElementType::kUndefined;  // of the tensors inside
  std::vector<Value> items;
};

// Keys and values of an ONNX map: a tensor of keys [n] (int64 or string) and a tensor of values [n].
struct Map {
  Tensor keys;
  Tensor values;
};

// Holds exactly one of: nothing (an absent optional), a Tensor, a Sequence, a Map. Copies share memory.
class Value {
 public:
  Value() = default;
  Value(Tensor tensor) : rep_(std::move(tensor)) {}                               // NOLINT: implicit on purpose
  Value(std::shared_ptr<const Sequence> sequence) : rep_(std::move(sequence)) {}  // NOLINT
  Value(std::shared_ptr<const Map> map) : rep_(std::move(map)) {}                 // NOLINT

  bool has_value() const { return !std::holds_alternative<std::monostate>(rep_); }
  bool is_tensor() const { return std::holds_alternative<Tensor>(rep_); }
  bool is_sequence() const { return std::holds_alternative<std::shared_ptr<const Sequence>>(rep_); }
  bool is_map() const { return std::holds_alternative<std::shared_ptr<const Map>>(rep_); }

  // REQUIRES: is_tensor() / is_sequence() / is_map().
  const Tensor& tensor() const { return *std::get_if<Tensor>(&rep_); }
  Tensor& tensor() { return *std::get_if<Tensor>(&rep_); }
  const std::shared_ptr<const Sequence>& sequence() const {
    return *std::get_if<std::shared_ptr<const Sequence>>(&rep_);
  }
  const std::shared_ptr<const Map>& map() const { return *std::get_if<std::shared_ptr<const Map>>(&rep_); }

 private:
  std::variant<std::monostate, Tensor, std::shared_ptr<const Sequence>, std::shared_ptr<const Map>> rep_;
};

}  // namespace kante::core
