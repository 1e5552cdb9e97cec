// SPDX-License-Identifier: MIT
//
// Rows of softmax and of the normalisations. y == x is allowed everywhere, other overlap is not. n >= 1.
#pragma once

#include <cstddef>

namespace kante::kernels {

/// y = exp(x - max) / sum. NaN anywhere makes the row NaN; a row of -inf only is NaN; +inf gives NaN, as IEEE
/// arithmetic says.
void SoftmaxRow(float* y, const float* x, size_t n);

/// y = exp(x - top); the sum of y. REQUIRES: x <= top or NaN.
float ExpRow(float* y, const float* x, float top, size_t n);

/// y = x - max - log(sum(exp(x - max))).
void LogSoftmaxRow(float* y, const float* x, size_t n);

/// log(sum(exp(x))) without overflow; -inf if every x is -inf, +inf if one is +inf, NaN if one is NaN.
float LogSumExp(const float* x, size_t n);

/// Mean and biased variance in two passes (sum, then squared distances from the mean).
void MeanVariance(const float* x, size_t n, float* mean, float* variance);

/// y = (x - mean) / sqrt(variance + epsilon) * scale + bias; scale and bias have n elements, either may be null.
/// The statistics are stored where `mean` and `inv_std` (one float each) are not null.
void LayerNormRow(float* y, const float* x, const float* scale, const float* bias, size_t n, float epsilon, float* mean,
                  float* inv_std);

/// y = x / sqrt(mean(x^2) + epsilon) * scale; scale and inv_rms may be null.
void RmsNormRow(float* y, const float* x, const float* scale, size_t n, float epsilon, float* inv_rms);

/// y = x * scale + shift: one channel of a batch, group or instance normalisation in channels-first layout.
void ScaleShiftRow(float* y, const float* x, float scale, float shift, size_t n);

/// y[j] = x[j] * scale[j] + shift[j]: one pixel of a channels-last layout.
void ScaleShiftVector(float* y, const float* x, const float* scale, const float* shift, size_t n);

}  // namespace kante::kernels
