// SPDX-License-Identifier: MIT
#pragma once

#include "compute/rnn.h"

namespace kante::core {

// Gate arithmetic of one batch element and direction. Pre-activations lie gate after gate and may be overwritten.
struct RnnRow {
  const RnnJob* job = nullptr;
  const RnnActivation* f = nullptr;  // three: f, g, h
  const float* peepholes = nullptr;  // of the direction: i, o, f
  float* pre = nullptr;              // gates * hidden
  float* h = nullptr;                // state, updated
  float* c = nullptr;                // LSTM
  float* spare = nullptr;            // 2 * hidden
  int64_t n = 0;                     // hidden
};

void LstmRowStep(const RnnRow& row);
void VanillaRowStep(const RnnRow& row);
// rh = r * h: what the hidden gate's product reads (linear_before_reset = 0).
void GruResetRow(const RnnRow& row, float* rh);
// pre holds z, r, and the complete hidden gate or (linear_before_reset) its input part with `recurrent` the other one.
void GruRowStep(const RnnRow& row, const float* recurrent);

}  // namespace kante::core
