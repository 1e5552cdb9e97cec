// SPDX-License-Identifier: MIT
// The table of ORT's functions, the tables of its sub-APIs, and the entry point. No slot is null.
#include <string>

#include "api/c/custom_op.h"
#include "api/c/ort_api.h"
#include "api/c/slots.h"
#include "kante/export.h"

namespace kante::ort {
namespace {

constexpr uint32_t kApiVersion = 30;

OrtStatus* NotImplemented(const char* name) {
  return Fail(ORT_NOT_IMPLEMENTED, std::string(name) + " is not implemented by Kante");
}

// What a slot does that is not real: Traits::kName, and a function of its type.
template <typename Traits, typename Signature>
struct Unreal;
template <typename Traits, typename... Parameters>
struct Unreal<Traits, OrtStatus*(Parameters...)> {
  static OrtStatus* Call(Parameters...) noexcept { return NotImplemented(Traits::kName); }
};
template <typename Traits, typename Result, typename... Parameters>
struct Unreal<Traits, Result(Parameters...)> {
  static Result Call(Parameters...) noexcept { return Result(); }
};

// Of a provider that this build does not have.
template <typename Traits, typename Signature>
struct Absent : Unreal<Traits, Signature> {};
template <typename Traits, typename... Parameters>
struct Absent<Traits, OrtStatus*(Parameters...)> {
  static OrtStatus* Call(Parameters...) noexcept {
    return Fail(ORT_FAIL, std::string(Traits::kName) + " execution provider is not enabled in this build.");
  }
};

#define REAL(number, name, result, parameters)
#define PARTIAL(number, name, result, parameters, difference)
#define ABSENT(number, name, result, parameters, provider) \
  struct Name##name {                                      \
    static constexpr char kName[] = provider;              \
  };
#define STUB(number, name, result, parameters) \
  struct Name##name {                          \
    static constexpr char kName[] = #name;     \
  };
#include "api/c/slots.inc"
#undef REAL
#undef PARTIAL
#undef ABSENT
#undef STUB

constexpr OrtApi kApi = {
#define REAL(number, name, result, parameters) &ort::name,
#define PARTIAL(number, name, result, parameters, difference) &ort::name,
#define ABSENT(number, name, result, parameters, provider) &Absent<Name##name, result parameters>::Call,
#define STUB(number, name, result, parameters) &Unreal<Name##name, result parameters>::Call,
#include "api/c/slots.inc"
};

const char* GetVersionString() { return "1.30.0+kante." KANTE_VERSION; }

// One table for every version: it only grows, and some clients read past the version they ask for.
const OrtApi* GetApi(uint32_t version) { return version >= 1 && version <= kApiVersion ? &kApi : nullptr; }

constexpr OrtApiBase kBase = {GetApi, GetVersionString};

}  // namespace

const OrtApi* Api() { return &kApi; }

}  // namespace kante::ort

extern "C" KANTE_API const OrtApiBase* OrtGetApiBase() { return &kante::ort::kBase; }
