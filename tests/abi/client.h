// SPDX-License-Identifier: MIT
// What tests of the C ABI share. They see what a client sees: libkante.so, loaded by its path, and its table.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/c/ort_api.h"

namespace kante::abi_test {

// Rounds of the tests that look for growth: a few by default, KANTE_ABI_ROUNDS where somebody has time.
int Rounds();

std::string LibraryPath();
const OrtApiBase* ApiBase();  // of a library that stays loaded
const OrtApi& Api();
OrtAllocator* DefaultAllocator();

// An error, taken from its status: code and message; ORT_OK and "" for success.
struct Outcome {
  OrtErrorCode code = ORT_OK;
  std::string message;
  bool ok() const { return code == ORT_OK; }
};
Outcome Take(OrtStatus* status);

// Success, or a failure of the test that says why.
#define ABI_OK(call)                                                 \
  do {                                                               \
    const ::kante::abi_test::Outcome outcome_ = Take(call);          \
    EXPECT_TRUE(outcome_.ok()) << #call << ": " << outcome_.message; \
  } while (0)

// An error with this code whose message holds this text.
#define ABI_FAILS(call, want, text)                                                                 \
  do {                                                                                              \
    const ::kante::abi_test::Outcome outcome_ = Take(call);                                         \
    EXPECT_EQ(outcome_.code, want) << #call << ": " << outcome_.message;                            \
    EXPECT_NE(outcome_.message.find(text), std::string::npos) << #call << ": " << outcome_.message; \
  } while (0)

struct Releaser {
  void operator()(OrtEnv* p) const { Api().ReleaseEnv(p); }
  void operator()(OrtSession* p) const { Api().ReleaseSession(p); }
  void operator()(OrtSessionOptions* p) const { Api().ReleaseSessionOptions(p); }
  void operator()(OrtRunOptions* p) const { Api().ReleaseRunOptions(p); }
  void operator()(OrtValue* p) const { Api().ReleaseValue(p); }
  void operator()(OrtMemoryInfo* p) const { Api().ReleaseMemoryInfo(p); }
  void operator()(OrtIoBinding* p) const { Api().ReleaseIoBinding(p); }
  void operator()(OrtTypeInfo* p) const { Api().ReleaseTypeInfo(p); }
  void operator()(OrtTensorTypeAndShapeInfo* p) const { Api().ReleaseTensorTypeAndShapeInfo(p); }
  void operator()(OrtModelMetadata* p) const { Api().ReleaseModelMetadata(p); }
  void operator()(OrtThreadingOptions* p) const { Api().ReleaseThreadingOptions(p); }
  void operator()(OrtCustomOpDomain* p) const { Api().ReleaseCustomOpDomain(p); }
  void operator()(OrtOpAttr* p) const { Api().ReleaseOpAttr(p); }
  void operator()(OrtKeyValuePairs* p) const { Api().ReleaseKeyValuePairs(p); }
  void operator()(OrtPrepackedWeightsContainer* p) const { Api().ReleasePrepackedWeightsContainer(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Releaser>;

// What `make(T** out)` makes; the test fails where it cannot.
template <typename T, typename Make>
Owned<T> New(const Make& make) {
  T* made = nullptr;
  ABI_OK(make(&made));
  return Owned<T>(made);
}

Owned<OrtEnv> NewEnv();
Owned<OrtSessionOptions> NewOptions(int threads = 0);
Owned<OrtRunOptions> NewRunOptions();
Owned<OrtMemoryInfo> NewHostInfo();
// A file of tests/clients/models.
std::string ModelPath(const std::string& name);
Owned<OrtSession> Open(const OrtEnv* env, const std::string& name, const OrtSessionOptions* options = nullptr);

// A tensor over memory of the caller's, which must outlive it.
Owned<OrtValue> Floats(std::vector<float>& values, const std::vector<int64_t>& shape);
Owned<OrtValue> Ints(std::vector<int64_t>& values, const std::vector<int64_t>& shape);
std::vector<float> FloatsOf(const OrtValue* value);

using Names = std::vector<const char*>;
using Inputs = std::vector<const OrtValue*>;
// Results are null where the run failed.
struct Ran {
  Outcome outcome;
  std::vector<Owned<OrtValue>> outputs;
};
Ran RunSession(OrtSession* session, const Names& names, const Inputs& inputs, const Names& outputs,
               const OrtRunOptions* options = nullptr);

// What a process must not gather: open files, threads, resident KiB.
struct Usage {
  int files = 0;
  int threads = 0;
  long resident_kb = 0;
  static Usage Now();
};
// Whether there are soon no more threads than this: the system counts one for a moment after it was joined.
bool ThreadsFallTo(int count);
// Whether resident memory is the library's alone: a sanitizer keeps what was freed, an emulator what it translated.
bool MemoryIsExact();

}  // namespace kante::abi_test
