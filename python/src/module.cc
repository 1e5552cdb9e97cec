// SPDX-License-Identifier: MIT
#include "bindings.h"
#include "errors.h"

NB_MODULE(_core, module) {
  module.doc() = "Kante's C++ API as the package kante uses it; import kante instead.";
  module.attr("version") = KANTE_VERSION;
  nanobind::set_leak_warnings(false);  // a session that a program never lets go of is no fault of its
  kante::python::TranslateErrors();
  kante::python::BindOrtValue(module);
  kante::python::BindSession(module);
}
