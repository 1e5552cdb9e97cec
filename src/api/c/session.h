// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "api/c/options.h"
#include "api/c/type_info.h"
#include "base/task_queue.h"
#include "kante/model.h"
#include "kante/session.h"

struct OrtSession {
  std::vector<std::shared_ptr<kante::core::SharedLibrary>> libraries;  // outlive the model's kernels
  kante::Model model;
  kante::Session session;
  // Of the model's inputs: those that must be fed, and those that have a default ("overridable initializers").
  std::vector<size_t> required, overridable;
  kante::core::TaskQueue async;
  bool profiling = false;
  std::string profile_prefix;
  uint64_t profile_start_ns = 0;
};

namespace kante::ort {

// Runs: feeds by name, results into outputs (one each; null: made). Checks names, types and shapes as ORT words it.
OrtStatus* RunNamed(const OrtSession& session, const OrtRunOptions* options, std::span<const char* const> input_names,
                    std::span<const OrtValue* const> inputs, std::span<const char* const> output_names,
                    std::span<OrtValue*> outputs);

// Ends the profile of a session that has one: writes the file and says where.
OrtStatus* WriteProfile(OrtSession& session, std::string* path);

}  // namespace kante::ort
