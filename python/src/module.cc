// SPDX-License-Identifier: MIT
#include "bindings.h"
#include "errors.h"

NB_MODULE(_core, module) {
  module.doc() = "Kante's C++ API as the package kante uses it; import kante instead.";
  module.attr("version") = KANTE_VERSION;
  kante::python::TranslateErrors();
  kante::python::BindOrtValue(module);
  kante::python::BindSession(module);
}
