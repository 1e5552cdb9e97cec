// SPDX-License-Identifier: MIT
// ONNX Runtime's table of functions as clients see it: one member for each line of slots.inc.
#pragma once

#include "api/c/ort_types.h"

struct OrtApi {
#define REAL(number, name, result, parameters) result(*name) parameters noexcept;
#define PARTIAL(number, name, result, parameters, difference) REAL(number, name, result, parameters)
#define STUB(number, name, result, parameters) REAL(number, name, result, parameters)
#include "api/c/slots.inc"
#undef REAL
#undef PARTIAL
#undef STUB
};
