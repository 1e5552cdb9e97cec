// SPDX-License-Identifier: MIT
// Threads of the caller's, and runs that do not wait.
#include "api/c/accessors.h"
#include "api/c/env.h"
#include "api/c/session.h"
#include "api/c/slots.h"
#include "api/c/value.h"
#include "base/task_queue.h"

namespace kante::ort {

OrtStatus* SessionOptionsSetCustomCreateThreadFn(OrtSessionOptions* options, OrtCustomCreateThreadFn create) noexcept {
  return Set(options, &OrtSessionOptions::create_thread, create);
}
OrtStatus* SessionOptionsSetCustomThreadCreationOptions(OrtSessionOptions* options, void* thread_options) noexcept {
  return Set(options, &OrtSessionOptions::thread_options, thread_options);
}
OrtStatus* SessionOptionsSetCustomJoinThreadFn(OrtSessionOptions* options, OrtCustomJoinThreadFn join) noexcept {
  return Set(options, &OrtSessionOptions::join_thread, join);
}

OrtStatus* SetGlobalCustomCreateThreadFn(OrtThreadingOptions* options, OrtCustomCreateThreadFn create) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(create);
  options->create_thread = create;
  return nullptr;
}
OrtStatus* SetGlobalCustomThreadCreationOptions(OrtThreadingOptions* options, void* thread_options) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(thread_options);
  options->thread_options = thread_options;
  return nullptr;
}
OrtStatus* SetGlobalCustomJoinThreadFn(OrtThreadingOptions* options, OrtCustomJoinThreadFn join) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(join);
  options->join_thread = join;
  return nullptr;
}

// Names are copied; inputs and outputs are the caller's until the callback has run.
OrtStatus* RunAsync(OrtSession* session, const OrtRunOptions* options, const char* const* input_names,
                    const OrtValue* const* inputs, size_t input_count, const char* const* output_names,
                    size_t output_count, OrtValue** outputs, RunAsyncCallbackFn callback, void* user_data) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(callback);
  if (input_count) {
    KANTE_ORT_REQUIRE(input_names);
    KANTE_ORT_REQUIRE(inputs);
  }
  KANTE_ORT_REQUIRE(output_names);
  KANTE_ORT_REQUIRE(outputs);
  for (size_t i = 0; i < input_count; ++i) KANTE_ORT_REQUIRE(input_names[i]);
  for (size_t i = 0; i < output_count; ++i) KANTE_ORT_REQUIRE(output_names[i]);
  if (session->editing) return Fail(ORT_FAIL, "the session's model is being edited: finalize it first");
  if (session->session.threads() < 2) {
    return InvalidArgument("intra op thread pool must have at least one thread for RunAsync");
  }
  std::vector<std::string> in(input_names, input_names + input_count);
  std::vector<std::string> out(output_names, output_names + output_count);
  std::vector<const OrtValue*> values(inputs, inputs + input_count);
  session->async.Post([=, in = std::move(in), out = std::move(out), values = std::move(values)] {
    std::vector<const char*> in_names, out_names;
    for (const std::string& name : in) in_names.push_back(name.c_str());
    for (const std::string& name : out) out_names.push_back(name.c_str());
    OrtStatus* status = RunNamed(*session, options, in_names, values, out_names, {outputs, output_count});
    callback(user_data, outputs, status ? 0 : output_count, status);
  });
  return nullptr;
}

}  // namespace kante::ort
