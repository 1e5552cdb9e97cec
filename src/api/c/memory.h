// SPDX-License-Identifier: MIT
// Memory infos and allocators. There is one memory: the host's.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/c/ort_types.h"
#include "api/c/status.h"

struct OrtMemoryInfo {
  std::string name = "Cpu";
  OrtAllocatorType type = OrtDeviceAllocator;
  int id = 0;
  OrtMemType mem_type = OrtMemTypeDefault;
  OrtMemoryInfoDeviceType device = OrtMemoryInfoDeviceType_CPU;
  OrtDeviceMemoryType device_memory = OrtDeviceMemoryType_DEFAULT;
  uint32_t vendor = 0;
  size_t alignment = 0;
  bool operator==(const OrtMemoryInfo&) const = default;
};

namespace kante::ort {

// The process's own; borrowed by callers for ever.
OrtAllocator* DefaultAllocator();
const OrtMemoryInfo& HostMemory();

OrtStatus* RequireHost(const OrtMemoryInfo& info);

// A copy of the text in memory of the allocator, with a NUL.
OrtStatus* CopyText(OrtAllocator* allocator, std::string_view text, char** out);
// Room for `count` elements; null with success for none.
template <typename T>
OrtStatus* AllocateArray(OrtAllocator* allocator, size_t count, T** out) {
  *out = count ? static_cast<T*>(allocator->Alloc(allocator, count * sizeof(T))) : nullptr;
  return count && !*out ? Fail(ORT_FAIL, "the allocator gave no memory") : nullptr;
}

}  // namespace kante::ort
