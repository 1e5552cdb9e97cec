// SPDX-License-Identifier: MIT
#include "ops/sequence/owned.h"

namespace kante::core {

Result<Value> Owned(const Value& value) {
  if (!value.is_tensor()) return value;
  const Tensor& t = value.tensor();
  if (!t.buffer()->transient() && !t.buffer()->read_only() && t.contiguous() && t.aligned()) return value;
  KANTE_TRY(Tensor copy, Tensor::Allocate(t.type(), t.shape()));
  CopyElements(t, copy);
  return Value(std::move(copy));
}

Result<Value> OwnedInput(RunContext& c, int i) {
  if (!c.has_input(i)) return Value();
  return Owned(c.in_value(i));
}

}  // namespace kante::core
