// SPDX-License-Identifier: MIT
// Allocators that an environment shares. Sessions allocate by themselves; callers find theirs again.
#include <algorithm>
#include <mutex>

#include "api/c/env.h"
#include "api/c/slots.h"
#include "base/mutex.h"

namespace kante::ort {
namespace {

constinit core::Mutex allocators_mutex;

auto Find(OrtEnv& env, const OrtMemoryInfo& info) {
  return std::find_if(env.allocators.begin(), env.allocators.end(), [&](const auto& each) {
    const OrtMemoryInfo& have = each.first;
    return have.device == info.device && have.id == info.id && have.mem_type == info.mem_type &&
           have.device_memory == info.device_memory;
  });
}

OrtStatus* Register(OrtEnv* env, const OrtMemoryInfo& info, OrtAllocator* allocator) {
  KANTE_ORT_TRY(RequireHost(info));
  const std::lock_guard lock(allocators_mutex);
  const auto found = Find(*env, info);
  if (found != env->allocators.end()) {
    found->second = allocator;
  } else {
    env->allocators.emplace_back(info, allocator);
  }
  return nullptr;
}

}  // namespace

OrtStatus* CreateAndRegisterAllocator(OrtEnv* env, const OrtMemoryInfo* info, const OrtArenaCfg*) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(info);
  return Register(env, *info, DefaultAllocator());
}

OrtStatus* CreateAndRegisterAllocatorV2(OrtEnv* env, const char* provider, const OrtMemoryInfo* info,
                                        const OrtArenaCfg* config, const char* const* keys, const char* const* values,
                                        size_t count) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(provider);
  KANTE_ORT_REQUIRE(info);
  if (count) {
    KANTE_ORT_REQUIRE(keys);
    KANTE_ORT_REQUIRE(values);
  }
  if (std::string_view(provider) != "CPUExecutionProvider") {
    return InvalidArgument(std::string(provider) + " is not implemented in CreateAndRegisterAllocatorV2()");
  }
  return CreateAndRegisterAllocator(env, info, config);
}

OrtStatus* RegisterAllocator(OrtEnv* env, OrtAllocator* allocator) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(allocator);
  const OrtMemoryInfo* info = allocator->Info(allocator);
  KANTE_ORT_REQUIRE(info);
  return Register(env, *info, allocator);
}

OrtStatus* UnregisterAllocator(OrtEnv* env, const OrtMemoryInfo* info) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(info);
  const std::lock_guard lock(allocators_mutex);
  const auto found = Find(*env, *info);
  if (found == env->allocators.end()) {
    return InvalidArgument("No allocator for this device has been registered for sharing.");
  }
  env->allocators.erase(found);
  return nullptr;
}

OrtStatus* GetSharedAllocator(OrtEnv* env, const OrtMemoryInfo* info, OrtAllocator** out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  KANTE_ORT_TRY(RequireHost(*info));
  const std::lock_guard lock(allocators_mutex);
  const auto found = Find(*env, *info);
  *out = found == env->allocators.end() ? DefaultAllocator() : found->second;
  return nullptr;
}

OrtStatus* CreateSharedAllocator(OrtEnv* env, const OrtEpDevice* device, OrtDeviceMemoryType, OrtAllocatorType,
                                 const OrtKeyValuePairs*, OrtAllocator** out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(device);
  if (out) *out = DefaultAllocator();
  return nullptr;
}

OrtStatus* ReleaseSharedAllocator(OrtEnv* env, const OrtEpDevice* device, OrtDeviceMemoryType) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(device);
  return nullptr;
}

}  // namespace kante::ort
