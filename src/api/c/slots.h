// SPDX-License-Identifier: MIT
// The functions behind the tables: one is declared here for each slot that does something, and defined in the file of
// its subject. Pointers that a caller must give are checked with KANTE_ORT_REQUIRE.
#pragma once

#include "api/c/ort_types.h"
#include "api/c/status.h"

namespace kante::ort {

#define REAL(number, name, result, parameters) result name parameters noexcept;
#define PARTIAL(number, name, result, parameters, difference) REAL(number, name, result, parameters)
#define ABSENT(number, name, result, parameters, provider)
#define STUB(number, name, result, parameters)
#include "api/c/compile_slots.inc"
#include "api/c/editor_slots.inc"
#include "api/c/slots.inc"
#undef REAL
#undef PARTIAL
#undef ABSENT
#undef STUB

}  // namespace kante::ort
