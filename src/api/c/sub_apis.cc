// SPDX-License-Identifier: MIT
// The tables of ORT's sub-APIs. Clients look for them, and some bind every slot: none is null. Those for authors of
// providers and of interoperation with graphics do nothing.
#include <array>
#include <string>
#include <utility>

#include "api/c/ort_api.h"
#include "api/c/slots.h"

namespace kante::ort {
namespace {

using Slot = void (*)();

struct Ep {
  static constexpr char kName[] = "OrtEpApi";
  static constexpr size_t kSlots = 74;
  static constexpr size_t kReleases[] = {kSlots};
};
struct Interop {
  static constexpr char kName[] = "OrtInteropApi";
  static constexpr size_t kSlots = 13;
  static constexpr size_t kReleases[] = {1};
};

[[gnu::noinline]] OrtStatus* NotImplemented(const char* api, size_t index) {
  return Fail(ORT_NOT_IMPLEMENTED,
              std::string("slot ") + std::to_string(index) + " of " + api + " is not implemented by Kante");
}
template <typename Api, size_t kIndex>
OrtStatus* Unreal() {
  return NotImplemented(Api::kName, kIndex);
}
void Nothing() {}

template <typename Api, size_t kIndex>
constexpr bool Releases() {
  for (const size_t i : Api::kReleases) {
    if (i == kIndex) return true;
  }
  return false;
}

// The calling conventions that Kante knows let a function be called with more arguments than it takes.
template <typename Api, size_t... kIndex>
const void* Table(std::index_sequence<kIndex...>) {
  static const Slot table[] = {(Releases<Api, kIndex>() ? &Nothing : reinterpret_cast<Slot>(&Unreal<Api, kIndex>))...};
  return table;
}

template <typename Api>
const void* Table() {
  return Table<Api>(std::make_index_sequence<Api::kSlots>());
}

}  // namespace

// Everything in these two does something.
#define REAL(number, name, result, parameters) &name,
#define PARTIAL(number, name, result, parameters, difference) &name,

const OrtCompileApi* GetCompileApi() noexcept {
  static constexpr OrtCompileApi kTable = {
#include "api/c/compile_slots.inc"
  };
  return &kTable;
}
const OrtModelEditorApi* GetModelEditorApi() noexcept {
  static constexpr OrtModelEditorApi kTable = {
#include "api/c/editor_slots.inc"
  };
  return &kTable;
}
const OrtEpApi* GetEpApi() noexcept { return static_cast<const OrtEpApi*>(Table<Ep>()); }
const OrtInteropApi* GetInteropApi() noexcept { return static_cast<const OrtInteropApi*>(Table<Interop>()); }
// As the stock library, which ships without training.
const OrtTrainingApi* GetTrainingApi(uint32_t) noexcept { return nullptr; }

}  // namespace kante::ort
