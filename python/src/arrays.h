// SPDX-License-Identifier: MIT
// Tensors from and to numpy's arrays, without copies where the layouts agree.
#pragma once

#include <nanobind/nanobind.h>

#include "kante/tensor.h"

namespace kante::python {

// The tensor in an array's own memory, which it keeps alive. Arrays that are not dense, aligned and of the machine's
// byte order, strings and types of less than a byte are copied. `type` reads elements of the same size as another type;
// kUndefined: as the array says. Python's errors for what is no array of a type that ONNX has.
Tensor TensorOfArray(nanobind::handle array, ElementType type = ElementType::kUndefined);

// An array in the tensor's memory, which it keeps alive. Strings become an object array; types that numpy lacks those
// of ml_dtypes, or raw bytes without that package.
nanobind::object ArrayOfTensor(const Tensor& tensor);

// Any object with __dlpack__, or a capsule of DLPack. No copy; must be dense and in host memory.
Tensor TensorOfDlpack(nanobind::handle object);
// An object of nanobind's with __dlpack__ and __dlpack_device__.
nanobind::object DlpackOfTensor(const Tensor& tensor);

// numpy's type or the number of an ONNX type, as factories of OrtValue take it.
ElementType ElementTypeOfObject(nanobind::handle object);

}  // namespace kante::python
