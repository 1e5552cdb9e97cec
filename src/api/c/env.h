// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/c/memory.h"
#include "api/c/ort_types.h"
#include "kante/session.h"

struct OrtThreadingOptions {
  int intra_op_threads = 0;
  bool spin = true;
  OrtCustomCreateThreadFn create_thread = nullptr;
  OrtCustomJoinThreadFn join_thread = nullptr;
  void* thread_options = nullptr;
};

struct OrtArenaCfg {};  // accepted: the plan's arena needs no settings

namespace kante::ort {

// The logger of the environment: quiet unless the caller gave a function.
const OrtLogger* EnvLogger();
OrtLoggingLevel LogSeverity();
// The pool of an environment that was made with one for all sessions, made when first asked for; null of another.
Result<std::shared_ptr<const SharedThreads>> GlobalThreads(const OrtEnv* env);
// Lets the caller's functions make and join a pool's threads, if there are both.
void UseThreads(SessionOptions& session, OrtCustomCreateThreadFn create, OrtCustomJoinThreadFn join, void* options);
void Log(OrtLoggingLevel severity, const std::string& location, const char* message);

}  // namespace kante::ort

// One for the process, counted: made by the first creation, gone with the last release.
struct OrtEnv {
  int users = 0;
  OrtLoggingLevel severity = ORT_LOGGING_LEVEL_WARNING;
  std::string log_id;
  OrtLoggingFunction log = nullptr;
  void* log_param = nullptr;
  OrtThreadingOptions threading;
  bool global_threads = false;
  std::shared_ptr<const kante::SharedThreads> threads;              // made when the first session asks
  std::vector<std::pair<OrtMemoryInfo, OrtAllocator*>> allocators;  // registered for sharing
};
