// SPDX-License-Identifier: MIT
// Running a session: by arrays of names and values, or by the places of those that were bound.
#include <algorithm>

#include "api/c/session.h"
#include "api/c/slots.h"
#include "api/c/value.h"
#include "base/few.h"

namespace kante::ort {
namespace {

OrtStatus* CheckShape(const ValueDescription& expected, std::span<const int64_t> shape, const char* role) {
  if (!expected.has_shape) return nullptr;
  // Exporters declare scalars where callers feed [1].
  if (expected.dimensions.empty() && std::ranges::all_of(shape, [](int64_t d) { return d == 1; })) return nullptr;
  const std::string subject = std::string(role) + ": " + expected.name;
  if (shape.size() != expected.dimensions.size()) {
    return InvalidArgument("Invalid rank for " + subject + " Got: " + std::to_string(shape.size()) +
                           " Expected: " + std::to_string(expected.dimensions.size()) +
                           " Please fix either the inputs/outputs or the model.");
  }
  std::string wrong;
  for (size_t i = 0; i < shape.size(); ++i) {
    const int64_t want = expected.dimensions[i].value;
    if (want >= 0 && want != shape[i]) {
      wrong +=
          "\n index: " + std::to_string(i) + " Got: " + std::to_string(shape[i]) + " Expected: " + std::to_string(want);
    }
  }
  if (wrong.empty()) return nullptr;
  return InvalidArgument("Got invalid dimensions for " + subject + " for the following indices" + wrong +
                         "\n Please fix either the inputs/outputs or the model.");
}

OrtStatus* CheckTensor(const ValueDescription& expected, const Tensor& tensor, const char* role) {
  if (expected.kind != ValueKind::kTensor) return nullptr;  // the engine names what it wants
  if (tensor.type() != expected.element_type) {
    return InvalidArgument("Unexpected " + std::string(role) + " data type. Actual: (tensor(" +
                           std::string(NameOf(tensor.type())) + ")) , expected: (tensor(" +
                           std::string(NameOf(expected.element_type)) + "))");
  }
  return CheckShape(expected, tensor.shape(), role);
}

// Callers mostly name values in the model's order: the search begins at the place of the argument.
OrtStatus* Find(const std::vector<ValueDescription>& all, const char* what, const char* name, size_t guess,
                size_t* out) {
  if (!name || !*name) return InvalidArgument(std::string(what) + " name cannot be empty");
  for (size_t i = 0; i < all.size(); ++i, ++guess) {
    if (guess >= all.size()) guess = 0;
    if (all[guess].name != name) continue;
    *out = guess;
    return nullptr;
  }
  std::string list;
  for (const ValueDescription& d : all) list += (list.empty() ? "" : ", ") + d.name;
  return InvalidArgument("Invalid " + std::string(what) + " name: " + name + " (the model has: " + list + ")");
}

bool HoldsTensor(const Value& value) { return value.is_tensor() && value.tensor().valid(); }

}  // namespace

OrtStatus* FindInput(const OrtSession& session, const char* name, size_t guess, size_t* out) {
  return Find(session.model.inputs(), "input", name, guess, out);
}

OrtStatus* FindOutput(const OrtSession& session, const char* name, size_t guess, size_t* out) {
  return Find(session.model.outputs(), "output", name, guess, out);
}

OrtStatus* CheckFeeds(const OrtSession& session, const OrtRunOptions* options, std::span<const Value*> feeds) {
  const std::vector<ValueDescription>& inputs = session.model.inputs();
  for (size_t i = 0; i < feeds.size(); ++i) {
    if (feeds[i] && HoldsTensor(*feeds[i])) KANTE_ORT_TRY(CheckTensor(inputs[i], feeds[i]->tensor(), "input"));
  }
  for (size_t k = 0; options && k < options->adapters.size(); ++k) {
    const auto& [name, value] = options->adapters[k];
    size_t i = 0;
    KANTE_ORT_TRY(FindInput(session, name.c_str(), k, &i));
    if (feeds[i]) return InvalidArgument("input '" + name + "' is fed twice");
    feeds[i] = &value;
  }
  for (const size_t i : session.required) {
    if (!feeds[i] && inputs[i].kind != ValueKind::kOptional) {
      return InvalidArgument("Missing Input: " + inputs[i].name);
    }
  }
  return nullptr;
}

OrtStatus* RunAt(const OrtSession& session, const OrtRunOptions* options, std::span<const Value* const> feeds,
                 std::span<Value* const> results) {
  const std::vector<ValueDescription>& outputs = session.model.outputs();
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i] && HoldsTensor(*results[i])) KANTE_ORT_TRY(CheckTensor(outputs[i], results[i]->tensor(), "output"));
  }
  RunOptions run;
  if (options) run.cancel = &options->terminate;
  const Status ran = session.session.RunAt(feeds, results, run);
  if (ran.code() == StatusCode::kCancelled) return Fail(ORT_FAIL, "Exiting due to terminate flag being set to true.");
  return ToOrt(ran);
}

OrtStatus* RunNamed(const OrtSession& session, const OrtRunOptions* options, std::span<const char* const> input_names,
                    std::span<const OrtValue* const> inputs, std::span<const char* const> output_names,
                    std::span<OrtValue*> outputs) {
  if (session.editing) return Fail(ORT_FAIL, "the session's model is being edited: finalize it first");
  if (output_names.empty()) return InvalidArgument("At least one output should be requested.");
  core::Few<const Value*, kFewValues> feeds(session.model.inputs().size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    size_t at = 0;
    KANTE_ORT_TRY(FindInput(session, input_names[i], i, &at));
    KANTE_ORT_REQUIRE(inputs[i]);
    if (feeds[at]) return InvalidArgument("input '" + std::string(input_names[i]) + "' is fed twice");
    feeds[at] = &inputs[i]->value;
  }
  KANTE_ORT_TRY(CheckFeeds(session, options, feeds.span()));

  core::Few<Value*, kFewValues> results(session.model.outputs().size());
  core::Few<Value, kFewValues> made(outputs.size());          // for those that the caller has no value for
  core::Few<const Value*, kFewValues> first(outputs.size());  // of those that are wanted again
  for (size_t i = 0; i < outputs.size(); ++i) {
    size_t at = 0;
    KANTE_ORT_TRY(FindOutput(session, output_names[i], i, &at));
    Value* mine = outputs[i] ? &outputs[i]->value : &made[i];
    if (results[at] && HoldsTensor(*mine)) {
      return InvalidArgument("output '" + std::string(output_names[i]) + "' is requested twice, with memory for it");
    }
    if (results[at]) {
      first[i] = results[at];
    } else {
      results[at] = mine;
    }
  }
  KANTE_ORT_TRY(RunAt(session, options, feeds.span(), results.span()));
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (first[i]) (outputs[i] ? outputs[i]->value : made[i]) = *first[i];
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i]) outputs[i] = new OrtValue{std::move(made[i])};
  }
  return nullptr;
}

OrtStatus* Run(OrtSession* session, const OrtRunOptions* options, const char* const* input_names,
               const OrtValue* const* inputs, size_t input_count, const char* const* output_names, size_t output_count,
               OrtValue** outputs) noexcept {
  KANTE_ORT_REQUIRE(session);
  if (input_count) {
    KANTE_ORT_REQUIRE(input_names);
    KANTE_ORT_REQUIRE(inputs);
  }
  if (output_count) {
    KANTE_ORT_REQUIRE(output_names);
    KANTE_ORT_REQUIRE(outputs);
  }
  return RunNamed(*session, options, {input_names, input_count}, {inputs, input_count}, {output_names, output_count},
                  {outputs, output_count});
}

}  // namespace kante::ort
