// SPDX-License-Identifier: MIT
// What the setters and getters of options share.
#pragma once

#include "api/c/status.h"

namespace kante::ort {

template <typename Options, typename Field, typename Value>
OrtStatus* Set(Options* options, Field Options::*field, Value value) {
  KANTE_ORT_REQUIRE(options);
  options->*field = value;
  return nullptr;
}

template <typename Options, typename Field, typename Value>
OrtStatus* Get(const Options* options, Field Options::*field, Value* out) {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(out);
  *out = options->*field;
  return nullptr;
}

// Of a setting that has nothing to change (docs/ort-compat.md says why).
template <typename Options>
OrtStatus* Accept(Options* options) {
  KANTE_ORT_REQUIRE(options);
  return nullptr;
}

}  // namespace kante::ort
