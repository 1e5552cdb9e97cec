// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/limits.h"
#include "base/status.h"
#include "graph/type_info.h"
#include "ops/op_info.h"
#include "tensor/tensor.h"
#include "tensor/value.h"

namespace kante::core {

// What is known of one input when shapes are inferred.
struct InputFacts {
  ValueKind kind = ValueKind::kUnknown;  // kUnknown with present: nothing is known yet
  ElementType type = ElementType::kUndefined;
  bool present = false;
  bool shape_known = false;
  Shape shape;
  const Tensor* value = nullptr;  // dense host memory, when the value itself is known
};

enum class Certainty : uint8_t { kUnknown, kBound, kExact };

// What Infer says of one output.
struct OutputFacts {
  ValueKind kind = ValueKind::kUnknown;
  ElementType type = ElementType::kUndefined;
  Certainty certainty = Certainty::kUnknown;  // of `shape`
  bool wanted = false;
  Shape shape;
  // Output `i` is the memory of input view_of, `view_offset` elements further, with view_strides if view_strided:
  // nothing needs to run. -1: no view.
  int view_of = -1;
  bool view_strided = false;
  int64_t view_offset = 0;
  std::array<int64_t, kMaxRank> view_strides{};
};

// Handed to Infer, which sets the types of the outputs first and then asks for shapes and values: what is not known
// makes the asking function return kUnknown, which KANTE_TRY passes on, and the outputs stay at what was set so far.
// The same Infer therefore serves type checking at load, folding, and the layout of concrete shapes.
class InferContext {
 public:
  InferContext(const OpInfo& info, std::span<const InputFacts> inputs, std::span<OutputFacts> outputs,
               const Limits& limits)
      : info_(info), inputs_(inputs), outputs_(outputs), limits_(limits) {}

  int input_count() const { return static_cast<int>(inputs_.size()); }
  int output_count() const { return static_cast<int>(outputs_.size()); }
  bool has_input(int i) const { return i < input_count() && inputs_[static_cast<size_t>(i)].present; }
  bool wants_output(int i) const { return i < output_count() && outputs_[static_cast<size_t>(i)].wanted; }
  const InputFacts& in(int i) const { return inputs_[static_cast<size_t>(i)]; }
  const OpInfo& info() const { return info_; }
  const Limits& limits() const { return limits_; }

  ElementType type(int i) const { return has_input(i) ? in(i).type : ElementType::kUndefined; }
  Result<Shape> shape(int i) const;   // kUnknown if not known
  Result<Tensor> value(int i) const;  // kUnknown if not known
  // The values of a deciding input (int32 or int64, rank 0 or 1) as int64; at most kMaxRank * 2 of them.
  Result<std::vector<int64_t>> ints(int i) const;
  // Complains unless input i has one of the types: "input 1 must be int32 or int64, not float32".
  Status RequireType(int i, TypeSet types) const;

  void SetType(int out, ElementType type);  // makes it a tensor
  void SetKind(int out, ValueKind kind, ElementType type);
  // Exact shape. Checks that the tensor's size is representable and within the limits.
  Status SetShape(int out, const Shape& shape);
  // At most this large in each dimension.
  Status SetBound(int out, const Shape& shape);
  // Type and exact shape of input `in`.
  Status SameAs(int out, int in);
  // Output takes the type of input 0 and the shape to which all inputs in `count` broadcast.
  Status Broadcast(int out, ElementType type);
  // The output is input `in`'s memory in another shape (equal element count, dense).
  Status View(int out, int in, const Shape& shape);
  // The output is part of input `in`, starting `offset` elements in, with strides in elements.
  Status ViewStrided(int out, int in, const Shape& shape, int64_t offset, std::span<const int64_t> strides);

 private:
  OutputFacts& out(int i) { return outputs_[static_cast<size_t>(i)]; }
  const OpInfo& info_;
  std::span<const InputFacts> inputs_;
  std::span<OutputFacts> outputs_;
  const Limits& limits_;
};

}  // namespace kante::core
