// SPDX-License-Identifier: MIT
// Errors of the public API. Kante throws no exceptions: what can fail returns a Status or a Result.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "kante/export.h"

namespace kante {

// Why a call failed. The numbers up to 14 are those of ONNX Runtime's OrtErrorCode.
enum class StatusCode : int {
  kOk = 0,
  kFail = 1,
  kInvalidArgument = 2,  // the caller's mistake: a wrong feed, name, type, shape, option
  kNoSuchFile = 3,
  kNoModel = 4,
  kRuntimeError = 6,
  kInvalidProtobuf = 7,  // the bytes are not an ONNX model
  kNotImplemented = 9,   // an operator, type or feature that this build does not have
  kInvalidGraph = 10,    // the model contradicts itself or the ONNX specification
  kCancelled = 12,
  kNotFound = 14,
  kOutOfMemory = 100,
  kLimitExceeded = 101,  // a limit of LoadOptions or SessionOptions
  kDeadlineExceeded = 102,
};

// "InvalidArgument"...: the name of a code, never null.
KANTE_API const char* StatusCodeName(StatusCode code);

// Success, or a code and a sentence for people that names the model, node, operator and shapes where they matter.
// A value type: copyable, independent of everything it speaks of. Thread-safe as any value.
class Status {
 public:
  Status() = default;  // success
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == StatusCode::kOk; }
  explicit operator bool() const { return ok(); }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }
  // "InvalidArgument: input 'x' ...", or "OK".
  std::string ToString() const {
    return ok() ? std::string("OK") : std::string(StatusCodeName(code_)) + ": " + message_;
  }

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

// Either a T or the Status that says why there is none.
//
//   kante::Result<kante::Model> model = kante::Model::Load("model.onnx");
//   if (!model.ok()) return Fail(model.status().message());
//   Use(*model);
template <typename T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT: implicit on purpose
  Result(Status status) : status_(std::move(status)) {}  // NOLINT: implicit on purpose

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Status& status() const { return status_; }
  // REQUIRES: ok().
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace kante
