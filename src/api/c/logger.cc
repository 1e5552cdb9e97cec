// SPDX-License-Identifier: MIT
// The logger that custom operators write to: the environment's.
#include "api/c/env.h"
#include "api/c/slots.h"

namespace kante::ort {

OrtStatus* KernelInfo_GetLogger(const OrtKernelInfo* info, const OrtLogger** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = EnvLogger();
  return nullptr;
}

OrtStatus* KernelContext_GetLogger(const OrtKernelContext* context, const OrtLogger** out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(out);
  *out = EnvLogger();
  return nullptr;
}

OrtStatus* Logger_LogMessage(const OrtLogger* logger, OrtLoggingLevel severity, const char* message, const char* file,
                             int line, const char* function) noexcept {
  KANTE_ORT_REQUIRE(logger);
  KANTE_ORT_REQUIRE(message);
  (void)function;
  Log(severity, std::string(file ? file : "") + ":" + std::to_string(line), message);
  return nullptr;
}

OrtStatus* Logger_GetLoggingSeverityLevel(const OrtLogger* logger, OrtLoggingLevel* out) noexcept {
  KANTE_ORT_REQUIRE(logger);
  KANTE_ORT_REQUIRE(out);
  *out = LogSeverity();
  return nullptr;
}

}  // namespace kante::ort
