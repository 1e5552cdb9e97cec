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
  if (code != StatusCode::kOk) rep_ = new Rep{code, std::move(message)};
}

void Status::Delete(Rep* rep) { delete rep; }

Status Status::WithContext(std::string_view context) && {
  if (rep_) rep_->message = StrCat(context, ": ", rep_->message);
  return std::move(*this);
}

std::string Status::ToString() const {
  return rep_ ? StrCat(StatusCodeName(rep_->code), ": ", rep_->message) : std::string("OK");
}

namespace internal {

const char Piece::kCharacter[1] = {}, Piece::kFloat[1] = {}, Piece::kSigned[1] = {}, Piece::kUnsigned[1] = {};

void Piece::AppendTo(std::string& out) const {
  if (text_ == kCharacter) {
    out.push_back(static_cast<char>(integer_));
  } else if (text_ == kSigned) {
    out += std::to_string(integer_);
  } else if (text_ == kUnsigned) {
    out += std::to_string(static_cast<uint64_t>(integer_));
  } else if (text_ == kFloat) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%g", float_);
    out += buffer;
  } else {
    out.append(text_, size_);
  }
}

std::string Join(const Piece* pieces, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) pieces[i].AppendTo(out);
  return out;
}

Status MakeError(StatusCode code, const Piece* pieces, size_t count) { return Status(code, Join(pieces, count)); }

}  // namespace internal

}  // namespace kante::core
