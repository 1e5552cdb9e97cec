// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/c/ort_types.h"
#include "api/c/status.h"
#include "base/shared_library.h"
#include "kante/model.h"
#include "kante/session.h"

using OrtConfigEntries = std::map<std::string, std::string, std::less<>>;

struct OrtSessionOptions {
  kante::OptimizationLevel optimization = kante::OptimizationLevel::kAll;
  int intra_op_threads = 0;
  ExecutionMode execution_mode = ORT_SEQUENTIAL;
  bool memory_pattern = true;
  bool per_session_threads = true;
  bool profiling = false;
  std::string profile_prefix;
  std::string optimized_model_path;
  OrtConfigEntries config;
  std::map<std::string, kante::Tensor> initializers;
  std::map<std::string, int64_t> dimensions, denotations;
  std::map<std::string, std::span<const std::byte>> external_files;  // the caller's
  OrtCustomCreateThreadFn create_thread = nullptr;
  OrtCustomJoinThreadFn join_thread = nullptr;
  void* thread_options = nullptr;
  EpSelectionDelegate select_devices = nullptr;
  void* select_state = nullptr;
  std::shared_ptr<std::atomic<bool>> cancel_load = std::make_shared<std::atomic<bool>>(false);
  std::vector<const OrtCustomOpDomain*> custom_op_domains;  // the caller's
  std::vector<std::shared_ptr<kante::core::SharedLibrary>> libraries;
};

struct OrtRunOptions {
  std::string tag;
  int log_severity = -1;
  int log_verbosity = 0;
  OrtConfigEntries config;
  kante::CancelToken terminate;
  kante::NamedValues adapters;  // what active LoRA adapters feed
};

namespace kante::ort {

// The value of a key; null if nobody set it.
const std::string* FindConfigEntry(const OrtConfigEntries& config, std::string_view key);
OrtStatus* AddConfigEntry(OrtConfigEntries& config, const char* key, const char* value);
// The value of a key into a buffer: a null buffer asks for *size, which counts the NUL.
OrtStatus* ReadText(std::string_view text, char* out, size_t* size);

// The value of a key that the options have; empty if they have not.
std::string ConfigEntry(const OrtSessionOptions* options, std::string_view key);

Result<LoadOptions> LoadOptionsOf(const OrtSessionOptions* options);
Result<SessionOptions> SessionOptionsOf(const OrtEnv* env, const OrtSessionOptions* options);

}  // namespace kante::ort
