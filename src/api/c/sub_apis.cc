// SPDX-License-Identifier: MIT
// The tables of ORT's sub-APIs. Clients look for them, and some bind every slot: none is null, none does anything yet.
#include <array>
#include <string>
#include <utility>

#include "api/c/slots.h"

namespace kante::ort {
namespace {

using Slot = void (*)();

struct Compile {
  static constexpr char kName[] = "OrtCompileApi";
  static constexpr size_t kSlots = 16;
  static constexpr size_t kReleases[] = {0};
};
struct ModelEditor {
  static constexpr char kName[] = "OrtModelEditorApi";
  static constexpr size_t kSlots = 20;
  static constexpr size_t kReleases[] = {kSlots};  // none
};
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

template <typename Api, size_t kIndex>
OrtStatus* Unreal() {
  return Fail(ORT_NOT_IMPLEMENTED,
              std::string("slot ") + std::to_string(kIndex) + " of " + Api::kName + " is not implemented by Kante");
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

const OrtCompileApi* GetCompileApi() noexcept { return static_cast<const OrtCompileApi*>(Table<Compile>()); }
const OrtModelEditorApi* GetModelEditorApi() noexcept {
  return static_cast<const OrtModelEditorApi*>(Table<ModelEditor>());
}
const OrtEpApi* GetEpApi() noexcept { return static_cast<const OrtEpApi*>(Table<Ep>()); }
const OrtInteropApi* GetInteropApi() noexcept { return static_cast<const OrtInteropApi*>(Table<Interop>()); }
// As the stock library, which ships without training.
const OrtTrainingApi* GetTrainingApi(uint32_t) noexcept { return nullptr; }

}  // namespace kante::ort
