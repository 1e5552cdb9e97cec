// SPDX-License-Identifier: MIT
#include "tests/abi/client.h"

#include <dirent.h>
#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace kante::abi_test {
namespace {

int Entries(const char* folder) {
  int count = 0;
  DIR* dir = opendir(folder);
  while (dir && readdir(dir)) ++count;
  if (dir) closedir(dir);
  return count;
}

template <typename T>
Owned<OrtValue> Wrap(std::vector<T>& values, const std::vector<int64_t>& shape, ONNXTensorElementDataType type) {
  const auto host = NewHostInfo();
  return New<OrtValue>([&](OrtValue** out) {
    return Api().CreateTensorWithDataAsOrtValue(host.get(), values.data(), values.size() * sizeof(T), shape.data(),
                                                shape.size(), type, out);
  });
}

}  // namespace

int Rounds() {
  const char* text = std::getenv("KANTE_ABI_ROUNDS");
  return text ? std::atoi(text) : 300;
}

std::string LibraryPath() { return KANTE_BINARY_DIR "/libkante.so"; }

const OrtApiBase* ApiBase() {
  static const OrtApiBase* const base = [] {
    void* library = dlopen(LibraryPath().c_str(), RTLD_NOW | RTLD_LOCAL);
    const auto entry = library ? reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase")) : nullptr;
    if (!entry) {
      std::fprintf(stderr, "%s\n", dlerror());
      std::abort();
    }
    return entry();
  }();
  return base;
}

const OrtApi& Api() { return *ApiBase()->GetApi(30); }

OrtAllocator* DefaultAllocator() {
  OrtAllocator* allocator = nullptr;
  ABI_OK(Api().GetAllocatorWithDefaultOptions(&allocator));
  return allocator;
}

Outcome Take(OrtStatus* status) {
  if (!status) return {};
  Outcome outcome = {Api().GetErrorCode(status), Api().GetErrorMessage(status)};
  Api().ReleaseStatus(status);
  return outcome;
}

Owned<OrtEnv> NewEnv() {
  return New<OrtEnv>([](OrtEnv** out) { return Api().CreateEnv(ORT_LOGGING_LEVEL_WARNING, "test", out); });
}

Owned<OrtSessionOptions> NewOptions(int threads) {
  auto options = New<OrtSessionOptions>([](OrtSessionOptions** out) { return Api().CreateSessionOptions(out); });
  ABI_OK(Api().SetIntraOpNumThreads(options.get(), threads));
  return options;
}

Owned<OrtRunOptions> NewRunOptions() {
  return New<OrtRunOptions>([](OrtRunOptions** out) { return Api().CreateRunOptions(out); });
}

Owned<OrtMemoryInfo> NewHostInfo() {
  return New<OrtMemoryInfo>(
      [](OrtMemoryInfo** out) { return Api().CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, out); });
}

std::string ModelPath(const std::string& name) { return KANTE_SOURCE_DIR "/tests/clients/models/" + name + ".onnx"; }

Owned<OrtSession> Open(const OrtEnv* env, const std::string& name, const OrtSessionOptions* options) {
  return New<OrtSession>(
      [&](OrtSession** out) { return Api().CreateSession(env, ModelPath(name).c_str(), options, out); });
}

Owned<OrtValue> Floats(std::vector<float>& values, const std::vector<int64_t>& shape) {
  return Wrap(values, shape, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
}

Owned<OrtValue> Ints(std::vector<int64_t>& values, const std::vector<int64_t>& shape) {
  return Wrap(values, shape, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64);
}

std::vector<float> FloatsOf(const OrtValue* value) {
  const void* data = nullptr;
  size_t bytes = 0;
  ABI_OK(Api().GetTensorData(value, &data));
  ABI_OK(Api().GetTensorSizeInBytes(value, &bytes));
  const auto* floats = static_cast<const float*>(data);
  return {floats, floats + bytes / sizeof(float)};
}

Ran RunSession(OrtSession* session, const Names& names, const Inputs& inputs, const Names& outputs,
               const OrtRunOptions* options) {
  std::vector<OrtValue*> results(outputs.size());
  Ran ran;
  ran.outcome = Take(Api().Run(session, options, names.data(), inputs.data(), inputs.size(), outputs.data(),
                               outputs.size(), results.data()));
  for (OrtValue* result : results) ran.outputs.emplace_back(result);
  return ran;
}

Usage Usage::Now() {
  Usage usage;
  usage.files = Entries("/proc/self/fd");
  usage.threads = Entries("/proc/self/task");
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> usage.resident_kb;
  }
  return usage;
}

bool ThreadsFallTo(int count) {
  for (int i = 0; i < 2000 && Usage::Now().threads > count; ++i) usleep(1000);
  return Usage::Now().threads <= count;
}

bool MemoryIsExact() {
#if defined(KANTE_SANITIZED) || defined(KANTE_EMULATED)
  return false;
#else
  return true;
#endif
}

}  // namespace kante::abi_test
