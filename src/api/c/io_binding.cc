// SPDX-License-Identifier: MIT
// Inputs and outputs that stay bound from run to run.
#include <algorithm>
#include <string>
#include <vector>

#include "api/c/memory.h"
#include "api/c/session.h"
#include "api/c/slots.h"
#include "api/c/value.h"

struct OrtIoBinding {
  struct Bound {
    std::string name;
    OrtValue value;      // of an output that no memory is bound to: the last run's
    bool given = false;  // the caller's memory
  };
  OrtSession* session;
  std::vector<Bound> inputs;
  mutable std::vector<Bound> outputs;  // RunWithBinding takes a const binding and leaves the results here
};

namespace kante::ort {
namespace {

OrtStatus* Bind(std::vector<OrtIoBinding::Bound>& all, const char* name, OrtIoBinding::Bound bound) {
  KANTE_ORT_REQUIRE(name);
  bound.name = name;
  for (auto& other : all) {
    if (other.name == name) {
      other = std::move(bound);
      return nullptr;
    }
  }
  all.push_back(std::move(bound));
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
  const auto& known = binding->session->model.inputs();
  const bool has = std::any_of(known.begin(), known.end(), [&](const auto& d) { return d.name == name; });
  if (!has) return InvalidArgument("Invalid input name: " + std::string(name));
  return Bind(binding->inputs, name, {{}, *value, true});
}

OrtStatus* BindOutput(OrtIoBinding* binding, const char* name, const OrtValue* value) noexcept {
  KANTE_ORT_REQUIRE(binding);
  KANTE_ORT_REQUIRE(value);
  return Bind(binding->outputs, name, {{}, *value, true});
}

OrtStatus* BindOutputToDevice(OrtIoBinding* binding, const char* name, const OrtMemoryInfo* info) noexcept {
  KANTE_ORT_REQUIRE(binding);
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_TRY(RequireHost(*info));
  return Bind(binding->outputs, name, {});
}

OrtStatus* RunWithBinding(OrtSession* session, const OrtRunOptions* options, const OrtIoBinding* binding) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(binding);
  std::vector<const char*> input_names, output_names;
  std::vector<const OrtValue*> inputs;
  std::vector<OrtValue*> outputs;
  for (const auto& bound : binding->inputs) {
    input_names.push_back(bound.name.c_str());
    inputs.push_back(&bound.value);
  }
  for (auto& bound : binding->outputs) {
    if (!bound.given) bound.value = {};
    output_names.push_back(bound.name.c_str());
    outputs.push_back(&bound.value);
  }
  return RunNamed(*session, options, input_names, inputs, output_names, outputs);
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
    names += binding->outputs[i].name;
    (*lengths)[i] = binding->outputs[i].name.size();
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

void ClearBoundInputs(OrtIoBinding* binding) noexcept { binding->inputs.clear(); }
void ClearBoundOutputs(OrtIoBinding* binding) noexcept { binding->outputs.clear(); }

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
