// SPDX-License-Identifier: MIT
#include "base/checked.h"

namespace kante::core {

Result<int64_t> CheckedProduct(std::span<const int64_t> dims) {
  bool zero = false;
  for (int64_t d : dims) {
    if (d < 0) return InvalidArgument("negative dimension ", d);
    zero |= d == 0;
  }
  if (zero) return int64_t{0};
  int64_t product = 1;
  for (int64_t d : dims) {
    if (!CheckedMul(product, d, &product)) return InvalidArgument("the product of the dimensions overflows");
  }
  return product;
}

}  // namespace kante::core
