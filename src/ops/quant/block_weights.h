// SPDX-License-Identifier: MIT
// What operators with weights [n, k] in blocks of codes along k check alike.
#pragma once

#include "ops/attr_reader.h"
#include "ops/infer_context.h"

namespace kante::core {

inline void CheckBlocks(AttrReader& a, int64_t k, int64_t n, int64_t block) {
  if (block < 16 || block > (1 << 20) || (block & (block - 1)) != 0) {
    a.Fail(StrCat("block_size ", block, " is not a power of two from 16 on"));
  }
  if (k < 1 || n < 1 || k > (int64_t{1} << 31) || n > (int64_t{1} << 31)) {
    a.Fail(StrCat("K ", k, " and N ", n, " must be positive"));
  }
}

inline Status CheckElements(InferContext& c, int i, int64_t elements) {
  KANTE_TRY(const Shape s, c.shape(i));
  if (s.elements() == elements) return OkStatus();
  return InvalidArgument("input ", i, " ", s.ToString(), " must have ", elements, " elements");
}

}  // namespace kante::core
