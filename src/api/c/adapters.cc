// SPDX-License-Identifier: MIT
// LoRA adapters: values that a run feeds to inputs with a default.
#include "api/c/options.h"
#include "api/c/slots.h"

struct OrtLoraAdapter {
  std::vector<std::pair<std::string, kante::Tensor>> parameters;
};

namespace kante::ort {
namespace {

OrtStatus* Make(Result<std::vector<std::pair<std::string, Tensor>>> read, OrtLoraAdapter** out) {
  if (!read.ok()) return ToOrt(read.status());
  *out = new OrtLoraAdapter{std::move(*read)};
  return nullptr;
}

}  // namespace

OrtStatus* CreateLoraAdapter(const char* path, OrtAllocator*, OrtLoraAdapter** out) noexcept {
  KANTE_ORT_REQUIRE(path);
  KANTE_ORT_REQUIRE(out);
  return Make(ReadAdapterFile(path), out);
}

OrtStatus* CreateLoraAdapterFromArray(const void* bytes, size_t count, OrtAllocator*, OrtLoraAdapter** out) noexcept {
  KANTE_ORT_REQUIRE(bytes);
  KANTE_ORT_REQUIRE(out);
  return Make(ReadAdapter({static_cast<const std::byte*>(bytes), count}), out);
}

void ReleaseLoraAdapter(OrtLoraAdapter* adapter) noexcept { delete adapter; }

OrtStatus* RunOptionsAddActiveLoraAdapter(OrtRunOptions* options, const OrtLoraAdapter* adapter) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(adapter);
  options->adapters.insert(options->adapters.end(), adapter->parameters.begin(), adapter->parameters.end());
  return nullptr;
}

}  // namespace kante::ort
