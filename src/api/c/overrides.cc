// SPDX-License-Identifier: MIT
// What callers set in a model before it is loaded: initializers and open dimensions.
#include "api/c/options.h"
#include "api/c/slots.h"
#include "api/c/value.h"

namespace kante::ort {

OrtStatus* AddInitializer(OrtSessionOptions* options, const char* name, const OrtValue* value) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(name);
  KANTE_ORT_TENSOR(tensor, value);
  if (!options->initializers.emplace(name, tensor).second) {
    return InvalidArgument("An OrtValue for this name has already been added: " + std::string(name));
  }
  return nullptr;
}

OrtStatus* AddExternalInitializers(OrtSessionOptions* options, const char* const* names, const OrtValue* const* values,
                                   size_t count) noexcept {
  KANTE_ORT_REQUIRE(options);
  if (count) {
    KANTE_ORT_REQUIRE(names);
    KANTE_ORT_REQUIRE(values);
  }
  for (size_t i = 0; i < count; ++i) KANTE_ORT_TRY(AddInitializer(options, names[i], values[i]));
  return nullptr;
}

// The buffers are the caller's until sessions are made.
OrtStatus* AddExternalInitializersFromFilesInMemory(OrtSessionOptions* options, const char* const* names,
                                                    char* const* buffers, const size_t* sizes, size_t count) noexcept {
  KANTE_ORT_REQUIRE(options);
  if (count) {
    KANTE_ORT_REQUIRE(names);
    KANTE_ORT_REQUIRE(buffers);
    KANTE_ORT_REQUIRE(sizes);
  }
  for (size_t i = 0; i < count; ++i) {
    KANTE_ORT_REQUIRE(names[i]);
    if (sizes[i]) KANTE_ORT_REQUIRE(buffers[i]);
    const std::span file(reinterpret_cast<const std::byte*>(buffers[i]), sizes[i]);
    if (!options->external_files.emplace(names[i], file).second) {
      return InvalidArgument("An entry for this name has already been added: " + std::string(names[i]));
    }
  }
  return nullptr;
}

OrtStatus* AddFreeDimensionOverride(OrtSessionOptions* options, const char* denotation, int64_t size) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(denotation);
  options->denotations[denotation] = size;
  return nullptr;
}

OrtStatus* AddFreeDimensionOverrideByName(OrtSessionOptions* options, const char* name, int64_t size) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(name);
  options->dimensions[name] = size;
  return nullptr;
}

}  // namespace kante::ort
