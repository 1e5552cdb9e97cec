// SPDX-License-Identifier: MIT
#include "api/c/accessors.h"
#include "api/c/env.h"

#include <mutex>

#include "base/mutex.h"

#include "api/c/memory.h"
#include "api/c/slots.h"

namespace kante::ort {
namespace {

constinit core::Mutex env_mutex;
OrtEnv* the_env = nullptr;  // guarded by env_mutex

// Later creations get the first one's environment and its settings.
OrtStatus* Obtain(OrtEnv settings, OrtEnv** out) {
  KANTE_ORT_REQUIRE(out);
  const std::lock_guard lock(env_mutex);
  if (!the_env) the_env = new OrtEnv(std::move(settings));
  ++the_env->users;
  *out = the_env;
  return nullptr;
}

}  // namespace

// The environment is its own logger.
const OrtLogger* EnvLogger() { return reinterpret_cast<const OrtLogger*>(&the_env); }

OrtLoggingLevel LogSeverity() {
  const std::lock_guard lock(env_mutex);
  return the_env ? the_env->severity : ORT_LOGGING_LEVEL_WARNING;
}

void Log(OrtLoggingLevel severity, const std::string& location, const char* message) {
  OrtLoggingFunction log = nullptr;
  void* param = nullptr;
  std::string id;
  {
    const std::lock_guard lock(env_mutex);
    if (!the_env || severity < the_env->severity) return;
    log = the_env->log;
    param = the_env->log_param;
    id = the_env->log_id;
  }
  if (log) log(param, severity, "kante", id.c_str(), location.c_str(), message);
}

OrtStatus* CreateEnv(OrtLoggingLevel severity, const char* log_id, OrtEnv** out) noexcept {
  KANTE_ORT_REQUIRE(log_id);
  return Obtain({.severity = severity, .log_id = log_id}, out);
}

OrtStatus* CreateEnvWithCustomLogger(OrtLoggingFunction log, void* param, OrtLoggingLevel severity, const char* log_id,
                                     OrtEnv** out) noexcept {
  KANTE_ORT_REQUIRE(log);
  KANTE_ORT_REQUIRE(log_id);
  return Obtain({.severity = severity, .log_id = log_id, .log = log, .log_param = param}, out);
}

OrtStatus* CreateEnvWithGlobalThreadPools(OrtLoggingLevel severity, const char* log_id,
                                          const OrtThreadingOptions* threading, OrtEnv** out) noexcept {
  KANTE_ORT_REQUIRE(log_id);
  KANTE_ORT_REQUIRE(threading);
  return Obtain({.severity = severity, .log_id = log_id, .threading = *threading, .global_threads = true}, out);
}

OrtStatus* CreateEnvWithCustomLoggerAndGlobalThreadPools(OrtLoggingFunction log, void* param, OrtLoggingLevel severity,
                                                         const char* log_id, const OrtThreadingOptions* threading,
                                                         OrtEnv** out) noexcept {
  KANTE_ORT_REQUIRE(log);
  KANTE_ORT_REQUIRE(log_id);
  KANTE_ORT_REQUIRE(threading);
  return Obtain({.severity = severity,
                 .log_id = log_id,
                 .log = log,
                 .log_param = param,
                 .threading = *threading,
                 .global_threads = true},
                out);
}

OrtStatus* CreateEnvWithOptions(const OrtEnvCreationOptions* options, OrtEnv** out) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(options->log_id);
  return Obtain({.severity = static_cast<OrtLoggingLevel>(options->logging_severity_level),
                 .log_id = options->log_id,
                 .log = options->custom_logging_function,
                 .log_param = options->custom_logging_param,
                 .threading = options->threading_options ? *options->threading_options : OrtThreadingOptions(),
                 .global_threads = options->threading_options != nullptr},
                out);
}

void ReleaseEnv(OrtEnv* env) noexcept {
  if (!env) return;
  std::unique_ptr<OrtEnv> gone;  // after the lock: the caller's functions join its threads
  const std::lock_guard lock(env_mutex);
  if (env != the_env || --env->users > 0) return;
  gone.reset(std::exchange(the_env, nullptr));
}

Result<std::shared_ptr<const SharedThreads>> GlobalThreads(const OrtEnv* env) {
  const std::lock_guard lock(env_mutex);
  if (!env->global_threads || env != the_env) return std::shared_ptr<const SharedThreads>();
  if (!the_env->threads) {
    const OrtThreadingOptions& from = env->threading;
    SessionOptions options;
    options.threads = from.intra_op_threads;
    if (!from.spin) options.spin_microseconds = 0;
    UseThreads(options, from.create_thread, from.join_thread, from.thread_options);
    auto made = MakeSharedThreads(options);
    if (!made.ok()) return made;
    the_env->threads = std::move(*made);
  }
  return the_env->threads;
}

OrtStatus* UpdateEnvWithCustomLogLevel(OrtEnv* env, OrtLoggingLevel severity) noexcept {
  KANTE_ORT_REQUIRE(env);
  const std::lock_guard lock(env_mutex);
  env->severity = severity;
  return nullptr;
}

// There is no telemetry.
OrtStatus* EnableTelemetryEvents(const OrtEnv* env) noexcept {
  KANTE_ORT_REQUIRE(env);
  return nullptr;
}
OrtStatus* DisableTelemetryEvents(const OrtEnv* env) noexcept {
  KANTE_ORT_REQUIRE(env);
  return nullptr;
}

OrtStatus* SetLanguageProjection(const OrtEnv* env, OrtLanguageProjection) noexcept {
  KANTE_ORT_REQUIRE(env);
  return nullptr;
}

OrtStatus* CreateThreadingOptions(OrtThreadingOptions** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  *out = new OrtThreadingOptions;
  return nullptr;
}
void ReleaseThreadingOptions(OrtThreadingOptions* options) noexcept { delete options; }

OrtStatus* SetGlobalIntraOpNumThreads(OrtThreadingOptions* options, int threads) noexcept {
  return Set(options, &OrtThreadingOptions::intra_op_threads, threads);
}

OrtStatus* SetGlobalInterOpNumThreads(OrtThreadingOptions* options, int) noexcept { return Accept(options); }

OrtStatus* SetGlobalSpinControl(OrtThreadingOptions* options, int allow) noexcept {
  KANTE_ORT_REQUIRE(options);
  if (allow != 0 && allow != 1)
    return InvalidArgument("Received invalid value for allow_spinning. Valid values are 0 or 1");
  options->spin = allow != 0;
  return nullptr;
}

OrtStatus* SetGlobalDenormalAsZero(OrtThreadingOptions* options) noexcept { return Accept(options); }

OrtStatus* SetGlobalIntraOpThreadAffinity(OrtThreadingOptions* options, const char* affinity) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(affinity);
  if (!*affinity) return InvalidArgument("the affinity is empty");
  if (std::string_view(affinity).size() > 1024) return InvalidArgument("the affinity is longer than 1024 bytes");
  return nullptr;
}

OrtStatus* CreateArenaCfg(size_t, int, int, int, OrtArenaCfg** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  *out = new OrtArenaCfg;
  return nullptr;
}

OrtStatus* CreateArenaCfgV2(const char* const* keys, const size_t*, size_t count, OrtArenaCfg** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  if (count) KANTE_ORT_REQUIRE(keys);
  static constexpr std::string_view kKnown[] = {"max_mem",
                                                "arena_extend_strategy",
                                                "initial_chunk_size_bytes",
                                                "max_dead_bytes_per_chunk",
                                                "initial_growth_chunk_size_bytes",
                                                "max_power_of_two_extend_bytes"};
  for (size_t i = 0; i < count; ++i) {
    bool known = false;
    for (const std::string_view k : kKnown) known |= keys[i] && k == keys[i];
    if (!known) return InvalidArgument("Invalid key found: " + std::string(keys[i] ? keys[i] : ""));
  }
  *out = new OrtArenaCfg;
  return nullptr;
}
void ReleaseArenaCfg(OrtArenaCfg* config) noexcept { delete config; }

}  // namespace kante::ort
