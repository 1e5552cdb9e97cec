// SPDX-License-Identifier: MIT
// Running a session: by arrays of names and values.
#include <algorithm>

#include "api/c/session.h"
#include "api/c/slots.h"
#include "api/c/value.h"

namespace kante::ort {
namespace {

const ValueDescription* Find(const std::vector<ValueDescription>& all, const char* name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const ValueDescription& d) { return d.name == name; });
  return found == all.end() ? nullptr : &*found;
}

OrtStatus* CheckShape(const ValueDescription& expected, std::span<const int64_t> shape, const char* role) {
  if (!expected.has_shape) return nullptr;
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

OrtStatus* Names(const std::vector<ValueDescription>& all, const char* what, const char* name) {
  std::string list;
  for (const ValueDescription& d : all) list += (list.empty() ? "" : ", ") + d.name;
  return InvalidArgument("Invalid " + std::string(what) + " name: " + name + " (the model has: " + list + ")");
}

}  // namespace

OrtStatus* RunNamed(const OrtSession& session, const OrtRunOptions* options, std::span<const char* const> input_names,
                    std::span<const OrtValue* const> inputs, std::span<const char* const> output_names,
                    std::span<OrtValue*> outputs) {
  if (session.editing) return Fail(ORT_FAIL, "the session's model is being edited: finalize it first");
  if (output_names.empty()) return InvalidArgument("At least one output should be requested.");
  NamedValues feeds;
  feeds.reserve(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!input_names[i] || !*input_names[i]) return InvalidArgument("input name cannot be empty");
    KANTE_ORT_REQUIRE(inputs[i]);
    const ValueDescription* expected = Find(session.model.inputs(), input_names[i]);
    if (!expected) return Names(session.model.inputs(), "input", input_names[i]);
    const Value& value = inputs[i]->value;
    if (value.is_tensor() && value.tensor().valid()) {
      KANTE_ORT_TRY(CheckTensor(*expected, value.tensor(), "input"));
    }
    feeds.emplace_back(input_names[i], value);
  }
  if (options) feeds.insert(feeds.end(), options->adapters.begin(), options->adapters.end());
  for (const size_t i : session.required) {
    const ValueDescription& needed = session.model.inputs()[i];
    const auto fed = [&](const auto& feed) { return feed.first == needed.name; };
    if (needed.kind != ValueKind::kOptional && std::none_of(feeds.begin(), feeds.end(), fed)) {
      return InvalidArgument("Missing Input: " + needed.name);
    }
  }

  NamedValues results;
  results.reserve(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!output_names[i] || !*output_names[i]) return InvalidArgument("output name cannot be empty");
    const ValueDescription* expected = Find(session.model.outputs(), output_names[i]);
    if (!expected) return Names(session.model.outputs(), "output", output_names[i]);
    const bool given = outputs[i] && outputs[i]->value.is_tensor();
    if (given) KANTE_ORT_TRY(CheckTensor(*expected, outputs[i]->value.tensor(), "output"));
    results.emplace_back(output_names[i], given ? outputs[i]->value : Value());
  }

  RunOptions run;
  CancelToken token;
  if (options) {
    token = options->terminate;
    run.cancel = &token;
  }
  if (const Status ran = session.session.RunInto(feeds, results, run); !ran.ok()) {
    if (ran.code() == StatusCode::kCancelled) {
      return Fail(ORT_FAIL, "Exiting due to terminate flag being set to true.");
    }
    return ToOrt(ran);
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i]) {
      outputs[i]->value = std::move(results[i].second);
    } else {
      outputs[i] = new OrtValue{std::move(results[i].second)};
    }
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
