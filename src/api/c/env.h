// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "api/c/ort_types.h"

struct OrtThreadingOptions {
  int intra_op_threads = 0;
  OrtCustomCreateThreadFn create_thread = nullptr;
  OrtCustomJoinThreadFn join_thread = nullptr;
  void* thread_options = nullptr;
};

struct OrtArenaCfg {};  // accepted: the plan's arena needs no settings

namespace kante::ort {

// The logger of the environment: quiet unless the caller gave a function.
const OrtLogger* EnvLogger();
OrtLoggingLevel LogSeverity();
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
};
