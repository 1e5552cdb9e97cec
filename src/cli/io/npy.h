// SPDX-License-Identifier: MIT
// NumPy's file formats. Source: numpy.lib.format, versions 1.0 to 3.0.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "kante/tensor.h"

namespace kante::cli {

// Reads .npy bytes: bool, integers, floats (f2, f4, f8), little- or big-endian, C or Fortran order; strings (U, S).
Result<Tensor> ParseNpy(std::string_view bytes, const std::string& name);
// .npy bytes of a tensor. Types that NumPy lacks (bfloat16, float8, sub-byte integers) are stored as unsigned integers.
Result<std::string> FormatNpy(const Tensor& tensor);
// All arrays of a .npz archive, by name.
Result<std::map<std::string, Tensor>> ReadNpz(const std::string& path);

}  // namespace kante::cli
