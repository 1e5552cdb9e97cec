// SPDX-License-Identifier: MIT
// f32 recurrent layers of ONNX: RNN, GRU and LSTM, any direction and layout.
//
// The input projection of the whole sequence is one product; each step is a product with the packed recurrence weights
// and a row of gate arithmetic for every batch element. The same bits for any number of threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "compute/parallel.h"

namespace kante::core {

enum class RnnCell : uint8_t { kRnn, kGru, kLstm };

constexpr int64_t GatesOf(RnnCell cell) { return cell == RnnCell::kLstm ? 4 : cell == RnnCell::kGru ? 3 : 1; }

enum class RnnFunction : uint8_t {
  kTanh,
  kSigmoid,
  kRelu,
  kAffine,
  kLeakyRelu,
  kThresholdedRelu,
  kScaledTanh,
  kHardSigmoid,
  kElu,
  kSoftsign,
  kSoftplus
};

struct RnnActivation {
  RnnFunction function = RnnFunction::kTanh;
  float alpha = 0.0f;
  float beta = 0.0f;
  // x = f(x) over n values.
  void Apply(float* x, int64_t n) const;
  bool operator==(const RnnActivation&) const = default;
};

struct RnnShape {
  RnnCell cell = RnnCell::kLstm;
  int64_t directions = 1;
  int64_t sequence = 0;
  int64_t batch = 0;
  int64_t input = 0;
  int64_t hidden = 0;
  int64_t gates() const { return GatesOf(cell); }
};

// What a layer computes. Weights are packed by PackRnnWeights; arrays are those of ONNX, absent ones null.
struct RnnJob {
  RnnShape shape;
  bool batch_first = false;  // ONNX's layout = 1
  bool reverse = false;      // the only direction runs backwards
  bool linear_before_reset = false;
  bool input_forget = false;
  float clip = 0.0f;                           // 0: no limit
  std::array<RnnActivation, 6> activations{};  // three for each direction: f, g, h

  const float* x = nullptr;
  const float* packed_w = nullptr;
  const float* packed_r = nullptr;
  const float* bias = nullptr;
  const int32_t* lengths = nullptr;  // [batch], each within [0, sequence]
  const float* initial_h = nullptr;
  const float* initial_c = nullptr;
  const float* peepholes = nullptr;
  float* y = nullptr;
  float* y_h = nullptr;
  float* y_c = nullptr;
  std::byte* scratch = nullptr;  // RnnScratchBytes(shape)
};

int64_t RnnScratchBytes(const RnnShape& s);

// Floats of the packed input or recurrence weights of all directions. REQUIRES: the weights exist as a tensor.
int64_t PackedRnnFloats(const RnnShape& s, bool recurrence);
// w: [directions, gates * hidden, input] or, recurrence, [directions, gates * hidden, hidden]; may be unaligned.
bool PackRnnWeights(float* dst, const void* w, const RnnShape& s, bool recurrence, ParallelFor parallel);

// False when the run was cancelled.
bool RunRnn(const RnnJob& job, ParallelFor parallel);

}  // namespace kante::core
