// SPDX-License-Identifier: MIT
// The parts of the module kante._core, each in its own file.
#pragma once

#include <nanobind/nanobind.h>

namespace kante::python {

void BindOrtValue(nanobind::module_& module);
void BindSession(nanobind::module_& module);

}  // namespace kante::python
