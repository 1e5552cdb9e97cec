// SPDX-License-Identifier: MIT
//
// Gate arithmetic of one row (one batch element, hidden size n) of LSTM and GRU with their default activations
// (sigmoid, tanh, tanh). Inputs are pre-activations: W x + R h + both biases. Outputs may be the same memory as *_prev
// or as any input row. clip > 0 limits every pre-activation to [-clip, clip] first; 0 means no limit.
#pragma once

#include <cstddef>

namespace kante::kernels {

struct LstmRow {
  const float* i = nullptr;
  const float* o = nullptr;
  const float* f = nullptr;
  const float* c = nullptr;
  const float* peephole_i = nullptr;  ///< peepholes: n weights each, all three or none
  const float* peephole_o = nullptr;
  const float* peephole_f = nullptr;
  const float* c_prev = nullptr;
  float* c_out = nullptr;
  float* h_out = nullptr;
  size_t n = 0;
  float clip = 0.0f;
  bool input_forget = false;  ///< ONNX input_forget: f = 1 - i
};

/// c_out = f * c_prev + i * tanh(c); h_out = o * tanh(c_out).
void LstmPointwise(const LstmRow& row);

/// rh = sigmoid(r) * h_prev: what the recurrence of the hidden gate multiplies when linear_before_reset = 0.
void GruReset(float* rh, const float* r, const float* h_prev, size_t n, float clip);

/// h = (1 - z) * tanh(hidden) + z * h_prev with z = sigmoid(z_pre). `hidden` is complete (linear_before_reset = 0).
void GruUpdate(float* h, const float* z_pre, const float* hidden, const float* h_prev, size_t n, float clip);

/// linear_before_reset = 1: hidden = x_part + sigmoid(r) * h_part, then as above.
void GruUpdateLinear(float* h, const float* z_pre, const float* r, const float* x_part, const float* h_part,
                     const float* h_prev, size_t n, float clip);

}  // namespace kante::kernels
