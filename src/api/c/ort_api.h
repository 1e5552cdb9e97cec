// SPDX-License-Identifier: MIT
// ONNX Runtime's tables of functions as clients see them: one member for each line of the lists.
#pragma once

#include "api/c/ort_types.h"

#define REAL(number, name, result, parameters) result(*name) parameters noexcept;
#define PARTIAL(number, name, result, parameters, difference) REAL(number, name, result, parameters)
#define ABSENT(number, name, result, parameters, provider) REAL(number, name, result, parameters)
#define STUB(number, name, result, parameters) REAL(number, name, result, parameters)
struct OrtApi {
#include "api/c/slots.inc"
};
struct OrtModelEditorApi {
#include "api/c/editor_slots.inc"
};
struct OrtCompileApi {
#include "api/c/compile_slots.inc"
};
#undef REAL
#undef PARTIAL
#undef ABSENT
#undef STUB
