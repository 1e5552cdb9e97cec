// SPDX-License-Identifier: MIT
#include "api/c/status.h"

#include "api/c/slots.h"

namespace kante::ort {
OrtStatus* Fail(OrtErrorCode code, std::string message) { return new OrtStatus{code, std::move(message)}; }

OrtStatus* NullArgument(const char* expression) {
  return InvalidArgument(std::string("'") + expression + "' must not be null");
}

OrtStatus* TooLittleRoom(size_t have, size_t room) {
  return InvalidArgument("there are " + std::to_string(have) + ", and room for " + std::to_string(room));
}

OrtStatus* ToOrt(const Status& status) {
  if (status.ok()) return nullptr;
  const int code = static_cast<int>(status.code());
  return Fail(code <= ORT_DEVICE_RESET ? static_cast<OrtErrorCode>(code) : ORT_FAIL, status.message());
}

Status TakeStatus(OrtStatus* status) {
  if (!status) return Status();
  Status taken(static_cast<StatusCode>(status->code), status->message);
  ReleaseStatus(status);
  return taken;
}

OrtStatus* CreateStatus(OrtErrorCode code, const char* message) noexcept { return Fail(code, message ? message : ""); }
OrtErrorCode GetErrorCode(const OrtStatus* status) noexcept { return status ? status->code : ORT_OK; }
const char* GetErrorMessage(const OrtStatus* status) noexcept { return status ? status->message.c_str() : ""; }
void ReleaseStatus(OrtStatus* status) noexcept { delete status; }

}  // namespace kante::ort
