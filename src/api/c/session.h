// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "api/c/options.h"
#include "api/c/type_info.h"
#include "base/task_queue.h"
#include "kante/model.h"
#include "kante/session.h"

// A model that the ModelEditor adds to.
struct OrtEditedModel {
  const OrtEnv* env;
  std::string bytes, folder;
};

// A node of a session's graph, and the provider that runs it, as callers ask for them.
struct OrtEpAssignedNode {
  kante::NodeDescription node;
};
struct OrtEpAssignedSubgraph {
  OrtEpAssignedNode node;
  const OrtEpAssignedNode* nodes[1];  // &node
};

struct OrtSession {
  std::vector<std::shared_ptr<kante::core::SharedLibrary>> libraries;  // outlive the model's kernels
  kante::Model model;
  kante::Session session;
  // Of the model's inputs: those that must be fed, and those that have a default ("overridable initializers").
  std::vector<size_t> required, overridable;
  bool profiling = false;
  std::string profile_prefix;
  uint64_t profile_start_ns = 0;
  std::vector<std::unique_ptr<OrtEpAssignedSubgraph>> assigned;  // if the options asked for it
  std::vector<const OrtEpAssignedSubgraph*> assigned_list;       // the same for callers
  bool assignment_recorded = false;
  std::unique_ptr<OrtEditedModel> editing;  // of a ModelEditor's session, until it is finalized: it cannot run
  kante::core::TaskQueue async;             // last: what it still runs uses all of the above
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

// Makes a session of a model: what the options say besides how to load it.
OrtStatus* Open(const OrtEnv* env, Result<Model> model, const OrtSessionOptions* options, OrtSession& session);
void RecordAssignment(OrtSession& session);
// Lets the caller's function choose among the devices, of which there is one.
OrtStatus* SelectDevices(const OrtSessionOptions& options, const Model& model);
// The folder of external data that the options name for models in memory; empty: none.
std::string ExternalFolder(const OrtSessionOptions* options);

// Ends the profile of a session that has one: writes the file and says where.
OrtStatus* WriteProfile(OrtSession& session, std::string* path);

}  // namespace kante::ort
