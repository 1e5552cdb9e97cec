// SPDX-License-Identifier: MIT
// Inputs and outputs that stay bound from run to run.
#include <algorithm>
#include <string>
#include <vector>

#include "api/c/memory.h"
#include "api/c/session.h"
#include "api/c/slots.h"
#include "api/c/value.h"
#include "base/few.h"

struct OrtIoBinding {
  static constexpr size_t kUnknown = ~size_t{0};
  struct Bound {
    std::string name;
    size_t index;        // among the model's inputs or outputs; kUnknown: it has none of that name, which runs say
    OrtValue value;      // of an output that no memory is bound to: the last run's
    bool given = false;  // the caller's memory
  };
  OrtSession* session;
  std::vector<Bound> inputs;
  mutable std::vector<Bound> outputs;  // RunWithBinding takes a const binding and leaves the results here
};

namespace kante::ort {
namespace {

void Bind(std::vector<OrtIoBinding::Bound>& all, OrtIoBinding::Bound bound) {
  const auto other = std::find_if(all.begin(), all.end(), [&](const auto& b) { return b.name == bound.name; });
  if (other != all.end()) {
    *other = std::move(bound);
  } else {
    all.push_back(std::move(bound));
  }
}

OrtStatus* BindOutput(OrtIoBinding* binding, const char* name, OrtValue value, bool given) {
  KANTE_ORT_REQUIRE(name);
  size_t index = 0;
  if (OrtStatus* unknown = FindOutput(*binding->session, name, binding->outputs.size(), &index)) {
    ReleaseStatus(unknown);
    index = OrtIoBinding::kUnknown;
  }
  Bind(binding->outputs, {name, index, std::move(value), given});
  return nullptr;
}

}  // namespace

OrtStatus* CreateIoBinding(OrtSession* session, OrtIoBinding** out) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtIoBinding{session, {}, {}};
  return nullptr;
}

void ReleaseIoBinding(OrtIoBinding* binding) noexcept { delete binding; }

OrtStatus* BindInput(OrtIoBinding* binding, const char* name, const OrtValue* value) noexcept {
  KANTE_ORT_REQUIRE(binding);
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(name);
  size_t index = 0;
  KANTE_ORT_TRY(FindInput(*binding->session, name, binding->inputs.size(), &index));
  Bind(binding->inputs, {name, index, *value, true});
  return nullptr;
}

OrtStatus* BindOutput(OrtIoBinding* binding, const char* name, const OrtValue* value) noexcept {
  KANTE_ORT_REQUIRE(binding);
  KANTE_ORT_REQUIRE(value);
  return BindOutput(binding, name, *value, true);
}

OrtStatus* BindOutputToDevice(OrtIoBinding* binding, const char* name, const OrtMemoryInfo* info) noexcept {
  KANTE_ORT_REQUIRE(binding);
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_TRY(RequireHost(*info));
  return BindOutput(binding, name, {}, false);
}

OrtStatus* RunWithBinding(OrtSession* session, const OrtRunOptions* options, const OrtIoBinding* binding) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(binding);
  if (session != binding->session) return InvalidArgument("the binding was made for another session");
  if (binding->outputs.empty()) return InvalidArgument("At least one output should be requested.");
  core::Few<const Value*, kFewValues> feeds(session->model.inputs().size());
  core::Few<Value*, kFewValues> results(session->model.outputs().size());
  for (const auto& bound : binding->inputs) feeds[bound.index] = &bound.value.value;
  KANTE_ORT_TRY(CheckFeeds(*session, options, feeds.span()));
  for (auto& bound : binding->outputs) {
    if (bound.index == OrtIoBinding::kUnknown) return FindOutput(*session, bound.name.c_str(), 0, &bound.index);
    if (!bound.given) bound.value = {};
    results[bound.index] = &bound.value.value;
  }
  return RunAt(*session, options, feeds.span(), results.span());
}

OrtStatus* GetBoundOutputNames(const OrtIoBinding* binding, OrtAllocator* allocator, char** buffer, size_t** lengths,
                               size_t* count) noexcept {
  KANTE_ORT_REQUIRE(binding);
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(buffer);
  KANTE_ORT_REQUIRE(lengths);
  KANTE_ORT_REQUIRE(count);
  std::string names;
  *count = binding->outputs.size();
  *buffer = nullptr;
  KANTE_ORT_TRY(AllocateArray(allocator, *count, lengths));
  for (size_t i = 0; i < *count; ++i) {
    const std::string& name = binding->outputs[i].name;
    names += name;
    (*lengths)[i] = name.size();
  }
  return *count ? CopyText(allocator, names, buffer) : nullptr;
}

OrtStatus* GetBoundOutputValues(const OrtIoBinding* binding, OrtAllocator* allocator, OrtValue*** values,
                                size_t* count) noexcept {
  KANTE_ORT_REQUIRE(binding);
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(values);
  KANTE_ORT_REQUIRE(count);
  *count = binding->outputs.size();
  KANTE_ORT_TRY(AllocateArray(allocator, *count, values));
  for (size_t i = 0; i < *count; ++i) (*values)[i] = new OrtValue(binding->outputs[i].value);
  return nullptr;
}

void ClearBoundInputs(OrtIoBinding* binding) noexcept {
  if (binding) binding->inputs.clear();
}
void ClearBoundOutputs(OrtIoBinding* binding) noexcept {
  if (binding) binding->outputs.clear();
}

// Nothing runs behind the caller's back.
OrtStatus* SynchronizeBoundInputs(OrtIoBinding* binding) noexcept {
  KANTE_ORT_REQUIRE(binding);
  return nullptr;
}
OrtStatus* SynchronizeBoundOutputs(OrtIoBinding* binding) noexcept {
  KANTE_ORT_REQUIRE(binding);
  return nullptr;
}

}  // namespace kante::ort
