// SPDX-License-Identifier: MIT
#include "base/status.h"

#include <cstdio>

namespace kante::core {

const char* StatusCodeName(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return "OK";
    case StatusCode::kFail:
      return "Fail";
    case StatusCode::kInvalidArgument:
      return "InvalidArgument";
    case StatusCode::kNoSuchFile:
      return "NoSuchFile";
    case StatusCode::kNoModel:
      return "NoModel";
    case StatusCode::kRuntimeError:
      return "RuntimeError";
    case StatusCode::kInvalidProtobuf:
      return "InvalidProtobuf";
    case StatusCode::kNotImplemented:
      return "NotImplemented";
    case StatusCode::kInvalidGraph:
      return "InvalidGraph";
    case StatusCode::kCancelled:
      return "Cancelled";
    case StatusCode::kNotFound:
      return "NotFound";
    case StatusCode::kOutOfMemory:
      return "OutOfMemory";
    case StatusCode::kLimitExceeded:
      return "LimitExceeded";
    case StatusCode::kDeadlineExceeded:
      return "DeadlineExceeded";
    case StatusCode::kUnknown:
      return "Unknown";
  }
  return "Fail";
}

Status::Status(StatusCode code, std::string message) {
  if (code != StatusCode::kOk) rep_ = std::make_unique<Rep>(Rep{code, std::move(message)});
}

Status Status::WithContext(std::string_view context) && {
  if (rep_) rep_->message = StrCat(context, ": ", rep_->message);
  return std::move(*this);
}

std::string Status::ToString() const {
  return rep_ ? StrCat(StatusCodeName(rep_->code), ": ", rep_->message) : std::string("OK");
}

namespace internal {
void AppendTo(std::string& out, double v) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%g", v);
  out += buffer;
}
}  // namespace internal

}  // namespace kante::core
