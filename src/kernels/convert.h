// SPDX-License-Identifier: MIT
//
// Rows of 16-bit floats to and from f32. Rounding is to nearest even; overflow becomes infinity; NaN stays NaN (quiet,
// sign kept); denormals of both formats are kept. Rows must not overlap. Bits are passed as uint16_t.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kante::kernels {

void F16ToF32(float* y, const uint16_t* x, size_t n);
void F32ToF16(uint16_t* y, const float* x, size_t n);
void Bf16ToF32(float* y, const uint16_t* x, size_t n);
void F32ToBf16(uint16_t* y, const float* x, size_t n);

}  // namespace kante::kernels
