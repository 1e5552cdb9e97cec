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

constexpr size_t kFewValues = 8;  // of a run, without heap

// Where the model has an input or output of this name; `guess` is where the search begins.
OrtStatus* FindInput(const OrtSession& session, const char* name, size_t guess, size_t* out);
OrtStatus* FindOutput(const OrtSession& session, const char* name, size_t guess, size_t* out);

// Feeds in the order of the model's inputs, null for those that are not fed: types and shapes as ORT words them. Adds
// what the options' adapters feed.
OrtStatus* CheckFeeds(const OrtSession& session, const OrtRunOptions* options, std::span<const Value*> feeds);
// Runs with feeds that were checked; results in the order of the model's outputs, as Session::RunAt takes them.
OrtStatus* RunAt(const OrtSession& session, const OrtRunOptions* options, std::span<const Value* const> feeds,
                 std::span<Value* const> results);
// Runs: feeds by name, results into outputs (one each; null: made).
OrtStatus* RunNamed(const OrtSession& session, const OrtRunOptions* options, std::span<const char* const> input_names,
                    std::span<const OrtValue* const> inputs, std::span<const char* const> output_names,
                    std::span<OrtValue*> outputs);

// Ends the profile of a session that has one: writes the file and says where.
OrtStatus* WriteProfile(OrtSession& session, std::string* path);

}  // namespace kante::ort
