// SPDX-License-Identifier: MIT
// Statuses of Kante as Python's exceptions: the classes of kante/errors.py.
#pragma once

#include <stdexcept>
#include <utility>

#include "kante/status.h"

namespace kante::python {

// Thrown by the binding's own code only; becomes the exception class of its code.
struct StatusError : std::exception {
  explicit StatusError(Status s) : status(std::move(s)) {}
  const char* what() const noexcept override { return status.message().c_str(); }
  Status status;
};

inline void ThrowIfFailed(const Status& status) {
  if (!status.ok()) throw StatusError(status);
}

template <typename T>
T ValueOrThrow(Result<T> result) {
  if (!result.ok()) throw StatusError(result.status());
  return *std::move(result);
}

[[noreturn]] inline void ThrowInvalidArgument(std::string message) {
  throw StatusError(Status(StatusCode::kInvalidArgument, std::move(message)));
}

void TranslateErrors();

}  // namespace kante::python
