// SPDX-License-Identifier: MIT
#include "api/c/accessors.h"
#include "api/c/options.h"
#include "api/c/slots.h"

namespace kante::ort {

OrtStatus* CreateRunOptions(OrtRunOptions** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  *out = new OrtRunOptions;
  return nullptr;
}

void ReleaseRunOptions(OrtRunOptions* options) noexcept { delete options; }

OrtStatus* RunOptionsSetRunLogVerbosityLevel(OrtRunOptions* options, int level) noexcept {
  return Set(options, &OrtRunOptions::log_verbosity, level);
}

OrtStatus* RunOptionsGetRunLogVerbosityLevel(const OrtRunOptions* options, int* out) noexcept {
  return Get(options, &OrtRunOptions::log_verbosity, out);
}

OrtStatus* RunOptionsSetRunLogSeverityLevel(OrtRunOptions* options, int level) noexcept {
  return Set(options, &OrtRunOptions::log_severity, level);
}

OrtStatus* RunOptionsGetRunLogSeverityLevel(const OrtRunOptions* options, int* out) noexcept {
  return Get(options, &OrtRunOptions::log_severity, out);
}

OrtStatus* RunOptionsSetRunTag(OrtRunOptions* options, const char* tag) noexcept {
  return Set(options, &OrtRunOptions::tag, tag ? tag : "");
}

OrtStatus* RunOptionsGetRunTag(const OrtRunOptions* options, const char** out) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(out);
  *out = options->tag.c_str();
  return nullptr;
}

OrtStatus* RunOptionsSetTerminate(OrtRunOptions* options) noexcept {
  KANTE_ORT_REQUIRE(options);
  options->terminate.Cancel();
  return nullptr;
}

OrtStatus* RunOptionsUnsetTerminate(OrtRunOptions* options) noexcept {
  KANTE_ORT_REQUIRE(options);
  options->terminate.Reset();
  return nullptr;
}

OrtStatus* AddRunConfigEntry(OrtRunOptions* options, const char* key, const char* value) noexcept {
  KANTE_ORT_REQUIRE(options);
  return AddConfigEntry(options->config, key, value);
}

const char* GetRunConfigEntry(const OrtRunOptions* options, const char* key) noexcept {
  if (!options || !key) return nullptr;
  const auto found = options->config.find(std::string_view(key));
  return found == options->config.end() ? nullptr : found->second.c_str();
}

}  // namespace kante::ort
