// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "api/c/ort_types.h"
#include "kante/status.h"

struct OrtStatus {
  OrtErrorCode code;
  std::string message;
};

namespace kante::ort {

OrtStatus* Fail(OrtErrorCode code, std::string message);
inline OrtStatus* InvalidArgument(std::string message) { return Fail(ORT_INVALID_ARGUMENT, std::move(message)); }
OrtStatus* NullArgument(const char* expression);
// Of an array that the caller made for fewer elements than there are.
OrtStatus* TooLittleRoom(size_t have, size_t room);
// Null for success.
OrtStatus* ToOrt(const Status& status);
// The error that a callback of the caller's gave; takes ownership.
Status TakeStatus(OrtStatus* status);

}  // namespace kante::ort

// Answers INVALID_ARGUMENT for a null pointer.
#define KANTE_ORT_REQUIRE(pointer) \
  if ((pointer) == nullptr) return kante::ort::NullArgument(#pointer)
// Hands an OrtStatus* that is not null to the caller.
#define KANTE_ORT_TRY(expression) \
  if (OrtStatus* failed_ = (expression)) return failed_
