// SPDX-License-Identifier: MIT
// Values of a run from and to Python: arrays, lists (sequences), dicts (maps), None (an absent optional).
#pragma once

#include <nanobind/nanobind.h>

#include "kante/model.h"
#include "kante/tensor.h"

namespace kante::python {

// kante.OrtValue: a value that stays the library's between runs. Tensors in it share memory with where they came from.
struct OrtValue {
  Value value;

  const Tensor& tensor() const;  // throws if it holds something else
};

// The value to feed an input with. `expected` decides between a sequence and a nested list of numbers.
Value ValueOfObject(nanobind::handle object, const ValueDescription& expected);
nanobind::object ObjectOfValue(const Value& value);

}  // namespace kante::python
