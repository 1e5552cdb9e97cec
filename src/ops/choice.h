// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/status.h"
#include "compute/parallel.h"
#include "ops/infer_context.h"
#include "tensor/tensor.h"

namespace kante::core {

// A weight layout: what compute/ packs to, target and tile sizes included, so that equal numbers mean equal bytes for
// equal weights, whichever operator asks. 0: the tensor as it is.
using WeightFormat = uint64_t;
inline constexpr WeightFormat kPlainWeight = 0;

// What an operator decided for concrete shapes.
struct Choice {
  int algorithm = 0;          // meaning is the operator's own
  int64_t scratch_bytes = 0;  // handed out by RunContext::Scratch
  int64_t extra_bytes =
      0;  // of packed weights, more than the weights have: where memory is short, Choose is asked anew
  static constexpr int kMaxPacks = 3;
  struct Packed {
    int input = -1;
    WeightFormat format = kPlainWeight;
  };
  std::array<Packed, kMaxPacks> packs{};  // constant inputs wanted packed; input -1: none
};

// How weights are kept.
struct WeightPolicy {
  double byte_price = 0;  // nanoseconds of a run that each of extra_bytes has to save; infinite: there must be none
  ElementType storage = ElementType::kUndefined;  // f32 weights may be rounded to f16 or bf16; undefined: may not
};

// Handed to Choose. The decision depends on shapes, constness and the instruction set only, never on thread counts:
// the bits of a result must not depend on threads.
class ChooseContext {
 public:
  ChooseContext(std::span<const InputFacts> inputs, std::span<const OutputFacts> outputs, uint32_t constant_inputs,
                const WeightPolicy& policy = {})
      : inputs_(inputs), outputs_(outputs), constant_inputs_(constant_inputs), policy_(policy) {}

  int input_count() const { return static_cast<int>(inputs_.size()); }
  int output_count() const { return static_cast<int>(outputs_.size()); }
  bool has_input(int i) const { return i < static_cast<int>(inputs_.size()) && in(i).present; }
  const InputFacts& in(int i) const { return inputs_[static_cast<size_t>(i)]; }
  const Shape& shape(int i) const { return in(i).shape; }
  ElementType type(int i) const { return in(i).type; }
  const Shape& output_shape(int i) const { return outputs_[static_cast<size_t>(i)].shape; }
  double byte_price() const { return policy_.byte_price; }
  // What packed floats of weight `i` are stored as: f16 and bf16 keep their two bytes.
  ElementType weight_storage(int i) const {
    if (type(i) == ElementType::kFloat16 || type(i) == ElementType::kBfloat16) return type(i);
    return policy_.storage == ElementType::kUndefined ? ElementType::kFloat32 : policy_.storage;
  }
  // The input has the same contents in every run, so packing it pays.
  bool is_constant(int i) const { return i < 32 && ((constant_inputs_ >> i) & 1); }

  Choice choice;  // the answer
  void Pack(int input, WeightFormat format) {
    for (auto& p : choice.packs) {
      if (p.input < 0) {
        p = {input, format};
        return;
      }
    }
  }

 private:
  std::span<const InputFacts> inputs_;
  std::span<const OutputFacts> outputs_;
  uint32_t constant_inputs_;
  WeightPolicy policy_;
};

// Handed to Pack: read `weight` (dense, perhaps unaligned: use memcpy-like loads), write format `format`.
class PackContext {
 public:
  // `ready`, if any, is what an earlier packing of this weight made: Allocate takes it if it has the right size.
  PackContext(int input, const Tensor& weight, WeightFormat format, ParallelFor parallel,
              std::shared_ptr<Buffer> ready = nullptr)
      : input_(input), weight_(weight), format_(format), parallel_(parallel), ready_(std::move(ready)) {}
  int input() const { return input_; }
  const Tensor& weight() const { return weight_; }
  WeightFormat format() const { return format_; }
  ParallelFor parallel() const { return parallel_; }
  // The memory of the result, aligned to kMemoryAlignment. Call once, before reading the weight. Its error may mean
  // that nothing is left to do: see done().
  Result<std::byte*> Allocate(int64_t bytes);
  // The result was ready. What Pack returned does not matter then.
  bool done() const { return done_; }
  // These bytes of the weight are read: large weights need not be in memory twice as a whole.
  void DoneWith(int64_t first, int64_t bytes) const;
  std::shared_ptr<Buffer> TakePacked() { return std::move(packed_); }

 private:
  int input_;
  const Tensor& weight_;
  WeightFormat format_;
  ParallelFor parallel_;
  std::shared_ptr<Buffer> packed_, ready_;
  bool done_ = false;
};

// How a value lies in memory: a property of values in the Plan, never of the graph.
enum class StorageFormat : uint8_t {
  kPlain,     // dense row-major, logical order
  kBlocked8,  // [N][C/8][spatial...][8], channels padded with zeros
  kBlocked16,
  kDevice,  // a provider's own
};

// Handed to Formats: the operator names, best first, what it can read and write for these shapes. Without the facet
// everything is kPlain.
struct FormatChoice {
  std::array<StorageFormat, 8> inputs{};
  StorageFormat output = StorageFormat::kPlain;
};

}  // namespace kante::core
