// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "kante/tensor.h"

namespace kante::cli {

// "" when `got` equals `want` within |got - want| <= atol + rtol * |want| (NaN equals NaN; types and shapes exactly;
// strings, sequences and maps element by element), else one sentence with the first element that differs.
std::string Difference(const Value& got, const Value& want, double rtol, double atol);

// The largest |got - want| over tensors of equal shape; 0 for others.
double LargestDifference(const Tensor& got, const Tensor& want);

}  // namespace kante::cli
