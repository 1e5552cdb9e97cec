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

OrtStatus* AddFreeDimensionOverrideByName(OrtSessionOptions* options, const char* name, int64_t size) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(name);
  options->dimensions[name] = size;
  return nullptr;
}

// Sessions of one model share its packed weights by themselves.
OrtStatus* CreatePrepackedWeightsContainer(OrtPrepackedWeightsContainer** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  *out = reinterpret_cast<OrtPrepackedWeightsContainer*>(new char);
  return nullptr;
}
void ReleasePrepackedWeightsContainer(OrtPrepackedWeightsContainer* container) noexcept {
  delete reinterpret_cast<char*>(container);
}

OrtStatus* CreateSessionWithPrepackedWeightsContainer(const OrtEnv* env, const char* path,
                                                      const OrtSessionOptions* options,
                                                      OrtPrepackedWeightsContainer* container,
                                                      OrtSession** out) noexcept {
  KANTE_ORT_REQUIRE(container);
  return CreateSession(env, path, options, out);
}

OrtStatus* CreateSessionFromArrayWithPrepackedWeightsContainer(const OrtEnv* env, const void* bytes, size_t count,
                                                               const OrtSessionOptions* options,
                                                               OrtPrepackedWeightsContainer* container,
                                                               OrtSession** out) noexcept {
  KANTE_ORT_REQUIRE(container);
  return CreateSessionFromArray(env, bytes, count, options, out);
}

}  // namespace kante::ort
