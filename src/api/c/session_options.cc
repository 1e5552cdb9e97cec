// SPDX-License-Identifier: MIT
#include <cstring>

#include "api/c/accessors.h"
#include "api/c/custom_op.h"
#include "api/c/env.h"
#include "api/c/key_values.h"
#include "api/c/options.h"
#include "api/c/slots.h"

namespace kante::ort {
namespace {

constexpr size_t kLongestKey = 1024;
constexpr size_t kLongestValue = 4096;

Result<ModelFormat> FormatOf(const OrtConfigEntries& config) {
  const std::string* format = FindConfigEntry(config, "session.load_model_format");
  if (!format) return ModelFormat::kDetect;
  if (*format == "ORT") return ModelFormat::kOrt;
  if (*format == "ONNX") return ModelFormat::kOnnx;
  return Status(StatusCode::kInvalidArgument, "session.load_model_format is ORT or ONNX, not '" + *format + "'");
}

}  // namespace

const std::string* FindConfigEntry(const OrtConfigEntries& config, std::string_view key) {
  const auto entry = config.find(key);
  return entry == config.end() ? nullptr : &entry->second;
}

OrtStatus* AddConfigEntry(OrtConfigEntries& config, const char* key, const char* value) {
  KANTE_ORT_REQUIRE(key);
  KANTE_ORT_REQUIRE(value);
  const size_t key_length = std::strlen(key), value_length = std::strlen(value);
  if (key_length == 0) return InvalidArgument("Config key is empty");
  if (key_length > kLongestKey) return InvalidArgument("Config key is longer than maximum length 1024");
  if (value_length > kLongestValue) return InvalidArgument("Config value is longer than maximum length 4096");
  config[key] = value;
  return nullptr;
}

OrtStatus* ReadText(std::string_view text, char* out, size_t* size) {
  KANTE_ORT_REQUIRE(size);
  const size_t room = *size;
  *size = text.size() + 1;
  if (!out) return nullptr;
  if (room < text.size() + 1) {
    return InvalidArgument("the buffer of " + std::to_string(room) + " bytes is too small for " +
                           std::to_string(text.size() + 1));
  }
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  out[text.size()] = '\0';
  return nullptr;
}

std::string ConfigEntry(const OrtSessionOptions* options, std::string_view key) {
  if (!options) return {};
  const auto found = options->config.find(key);
  return found == options->config.end() ? std::string() : found->second;
}

Result<LoadOptions> LoadOptionsOf(const OrtSessionOptions* options) {
  LoadOptions load;
  if (!options) return load;
  const auto format = FormatOf(options->config);
  if (!format.ok()) return format.status();
  load.format = *format;
  load.optimization = options->optimization;
  load.initializers = options->initializers;
  load.dimensions = options->dimensions;
  load.denotations = options->denotations;
  load.external_files = options->external_files;
  load.progress = [cancel = options->cancel_load](double) { return !cancel->load(); };
  for (const OrtCustomOpDomain* domain : options->custom_op_domains) {
    for (const OrtCustomOp* op : domain->ops) {
      auto adapted = Adapt(domain->name, *op, options->config);
      if (!adapted.ok()) return adapted.status();
      load.custom_ops.push_back(std::move(*adapted));
    }
  }
  return load;
}

void UseThreads(SessionOptions& session, OrtCustomCreateThreadFn create, OrtCustomJoinThreadFn join, void* options) {
  if (!create || !join) return;
  session.create_thread = [=](void (*work)(void*), void* argument) {
    return const_cast<void*>(static_cast<const void*>(create(options, work, argument)));
  };
  session.join_thread = [=](void* handle) { join(static_cast<OrtCustomThreadHandle>(handle)); };
}

// The threads of the session's options, or of an environment that was made with a pool for all.
Result<SessionOptions> SessionOptionsOf(const OrtEnv* env, const OrtSessionOptions* options) {
  SessionOptions session;
  if (!options) return session;
  if (ConfigEntry(options, "session.intra_op.allow_spinning") == "0") session.spin_microseconds = 0;
  if (!options->per_session_threads) {
    auto threads = GlobalThreads(env);
    if (!threads.ok()) return threads.status();
    session.shared_threads = std::move(*threads);
    return session;
  }
  session.threads = options->intra_op_threads;
  UseThreads(session, options->create_thread, options->join_thread, options->thread_options);
  return session;
}

OrtStatus* CreateSessionOptions(OrtSessionOptions** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  *out = new OrtSessionOptions;
  return nullptr;
}

OrtStatus* CloneSessionOptions(const OrtSessionOptions* options, OrtSessionOptions** out) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtSessionOptions(*options);
  (*out)->cancel_load = std::make_shared<std::atomic<bool>>(options->cancel_load->load());  // a flag of its own
  return nullptr;
}

void ReleaseSessionOptions(OrtSessionOptions* options) noexcept { delete options; }

OrtStatus* SetOptimizedModelFilePath(OrtSessionOptions* options, const char* path) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(path);
  options->optimized_model_path = path;
  return nullptr;
}

OrtStatus* SetSessionExecutionMode(OrtSessionOptions* options, ExecutionMode mode) noexcept {
  KANTE_ORT_REQUIRE(options);
  if (mode != ORT_SEQUENTIAL && mode != ORT_PARALLEL) return InvalidArgument("execution_mode is not valid");
  options->execution_mode = mode;
  return nullptr;
}

OrtStatus* GetSessionExecutionMode(const OrtSessionOptions* options, ExecutionMode* out) noexcept {
  return Get(options, &OrtSessionOptions::execution_mode, out);
}

OrtStatus* EnableProfiling(OrtSessionOptions* options, const char* prefix) noexcept {
  KANTE_ORT_REQUIRE(options);
  options->profiling = true;
  options->profile_prefix = prefix ? prefix : "";
  return nullptr;
}

OrtStatus* DisableProfiling(OrtSessionOptions* options) noexcept {
  KANTE_ORT_REQUIRE(options);
  options->profiling = false;
  options->profile_prefix.clear();
  return nullptr;
}

OrtStatus* EnableMemPattern(OrtSessionOptions* options) noexcept {
  return Set(options, &OrtSessionOptions::memory_pattern, true);
}

OrtStatus* DisableMemPattern(OrtSessionOptions* options) noexcept {
  return Set(options, &OrtSessionOptions::memory_pattern, false);
}

OrtStatus* GetMemPatternEnabled(const OrtSessionOptions* options, int* out) noexcept {
  return Get(options, &OrtSessionOptions::memory_pattern, out);
}

OrtStatus* EnableCpuMemArena(OrtSessionOptions* options) noexcept { return Accept(options); }

OrtStatus* DisableCpuMemArena(OrtSessionOptions* options) noexcept { return Accept(options); }

OrtStatus* SetSessionLogId(OrtSessionOptions* options, const char* id) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(id);
  return nullptr;
}

OrtStatus* SetSessionLogVerbosityLevel(OrtSessionOptions* options, int) noexcept { return Accept(options); }

OrtStatus* SetSessionLogSeverityLevel(OrtSessionOptions* options, int) noexcept { return Accept(options); }

OrtStatus* SetSessionGraphOptimizationLevel(OrtSessionOptions* options, GraphOptimizationLevel level) noexcept {
  KANTE_ORT_REQUIRE(options);
  switch (level) {
    case ORT_DISABLE_ALL:
      options->optimization = OptimizationLevel::kNone;
      return nullptr;
    case ORT_ENABLE_BASIC:
      options->optimization = OptimizationLevel::kBasic;
      return nullptr;
    case ORT_ENABLE_EXTENDED:
    case ORT_ENABLE_LAYOUT:
    case ORT_ENABLE_ALL:
      options->optimization = OptimizationLevel::kAll;
      return nullptr;
  }
  return InvalidArgument("graph_optimization_level is not valid");
}

OrtStatus* SetIntraOpNumThreads(OrtSessionOptions* options, int threads) noexcept {
  return Set(options, &OrtSessionOptions::intra_op_threads, threads);
}

OrtStatus* SetInterOpNumThreads(OrtSessionOptions* options, int) noexcept { return Accept(options); }

OrtStatus* DisablePerSessionThreads(OrtSessionOptions* options) noexcept {
  return Set(options, &OrtSessionOptions::per_session_threads, false);
}

// Sums are split by shape only: every run is deterministic.
OrtStatus* SetDeterministicCompute(OrtSessionOptions* options, bool) noexcept { return Accept(options); }

// Sessions that are being created with these options stop; the flag stays until it is taken back.
OrtStatus* SessionOptionsSetLoadCancellationFlag(OrtSessionOptions* options, bool cancel) noexcept {
  KANTE_ORT_REQUIRE(options);
  options->cancel_load->store(cancel);
  return nullptr;
}

OrtStatus* SetUserLoggingFunction(OrtSessionOptions* options, OrtLoggingFunction, void*) noexcept {
  return Accept(options);
}

OrtStatus* SessionOptionsSetEpSelectionPolicy(OrtSessionOptions* options, OrtExecutionProviderDevicePolicy) noexcept {
  return Accept(options);
}

OrtStatus* AddSessionConfigEntry(OrtSessionOptions* options, const char* key, const char* value) noexcept {
  KANTE_ORT_REQUIRE(options);
  return AddConfigEntry(options->config, key, value);
}

OrtStatus* HasSessionConfigEntry(const OrtSessionOptions* options, const char* key, int* out) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(key);
  KANTE_ORT_REQUIRE(out);
  *out = options->config.count(std::string_view(key)) != 0;
  return nullptr;
}

OrtStatus* GetSessionConfigEntry(const OrtSessionOptions* options, const char* key, char* value,
                                 size_t* size) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(key);
  KANTE_ORT_REQUIRE(size);
  const auto found = options->config.find(std::string_view(key));
  if (found == options->config.end())
    return Fail(ORT_FAIL, "Session config entry '" + std::string(key) + "' was not found.");
  return ReadText(found->second, value, size);
}

OrtStatus* GetSessionOptionsConfigEntries(const OrtSessionOptions* options, OrtKeyValuePairs** out) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtKeyValuePairs;
  (*out)->entries = options->config;
  (*out)->Refresh();
  return nullptr;
}

}  // namespace kante::ort
