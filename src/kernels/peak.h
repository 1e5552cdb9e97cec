// SPDX-License-Identifier: MIT
//
// What a core could do at most, for reports.
#pragma once

#include <cstddef>

namespace kante::kernels {

/// Multiplies and adds `rounds` times in registers alone, in as many independent chains as keep the units busy. Returns
/// the number of operations, a multiply-add counting two; `sink` takes the result.
double MultiplyAdds(size_t rounds, float* sink);

}  // namespace kante::kernels
