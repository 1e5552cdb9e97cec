// SPDX-License-Identifier: MIT
#include "api/c/memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "api/c/slots.h"
#include "base/forever.h"

namespace kante::ort {
namespace {

constexpr size_t kAlignment = 64;
constexpr uint32_t kAllocatorVersion = 30;

void* Alloc(OrtAllocator*, size_t bytes) {
  if (bytes > SIZE_MAX - kAlignment) return nullptr;
  return std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment + (bytes ? 0 : kAlignment));
}
void Free(OrtAllocator*, void* memory) { std::free(memory); }
const OrtMemoryInfo* Info(const OrtAllocator*) { return &HostMemory(); }
OrtStatus* Stats(const OrtAllocator*, OrtKeyValuePairs** out) {
  CreateKeyValuePairs(out);
  return nullptr;
}
void* AllocOnStream(OrtAllocator* self, size_t bytes, OrtSyncStream*) { return Alloc(self, bytes); }
OrtStatus* Shrink(OrtAllocator*) { return nullptr; }

OrtAllocator default_allocator = {kAllocatorVersion, Alloc, Free, Info, Alloc, Stats, AllocOnStream, Shrink};

OrtStatus* Make(OrtMemoryInfo info, OrtMemoryInfo** out) {
  if (info.name.size() > 256) return InvalidArgument("the name of a memory is longer than 256 bytes");
  *out = new OrtMemoryInfo(std::move(info));
  return nullptr;
}

}  // namespace

OrtAllocator* DefaultAllocator() { return &default_allocator; }
const OrtMemoryInfo& HostMemory() {
  static constinit std::atomic<OrtMemoryInfo*> info{nullptr};
  return core::Forever(info);
}

OrtStatus* CopyText(OrtAllocator* allocator, std::string_view text, char** out) {
  KANTE_ORT_TRY(AllocateArray(allocator, text.size() + 1, out));
  if (!text.empty()) std::memcpy(*out, text.data(), text.size());
  (*out)[text.size()] = '\0';
  return nullptr;
}

OrtStatus* RequireHost(const OrtMemoryInfo& info) {
  if (info.device == OrtMemoryInfoDeviceType_CPU) return nullptr;
  return InvalidArgument("memory '" + info.name + "' is not the host's, and there is no other");
}

OrtStatus* CreateMemoryInfo(const char* name, OrtAllocatorType type, int id, OrtMemType mem_type,
                            OrtMemoryInfo** out) noexcept {
  KANTE_ORT_REQUIRE(name);
  KANTE_ORT_REQUIRE(out);
  // Clients prepare infos of devices that they may meet; only memory of the host can be used with them.
  static constexpr std::string_view kKnown[] = {"Cpu",          "Cuda",         "CudaPinned",
                                                "Dml",          "WebGPU_Buf",   "WebGPU_Buffer",
                                                "WebNN_Tensor", "OpenVINO_CPU", "OpenVINO_GPU"};
  if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown)) {
    return InvalidArgument("Specified device is not supported: " + std::string(name));
  }
  const bool host = std::string_view(name) == "Cpu";
  return Make({.name = name,
               .type = type,
               .id = id,
               .mem_type = mem_type,
               .device = host ? OrtMemoryInfoDeviceType_CPU : OrtMemoryInfoDeviceType_GPU},
              out);
}

OrtStatus* CreateCpuMemoryInfo(OrtAllocatorType type, OrtMemType mem_type, OrtMemoryInfo** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  return Make({.type = type, .mem_type = mem_type}, out);
}

OrtStatus* CreateMemoryInfo_V2(const char* name, OrtMemoryInfoDeviceType device, uint32_t vendor, int32_t id,
                               OrtDeviceMemoryType memory, size_t alignment, OrtAllocatorType type,
                               OrtMemoryInfo** out) noexcept {
  KANTE_ORT_REQUIRE(name);
  KANTE_ORT_REQUIRE(out);
  if (device != OrtMemoryInfoDeviceType_CPU) return InvalidArgument("only memory of the CPU is supported");
  return Make({name, type, id, OrtMemTypeDefault, device, memory, vendor, alignment}, out);
}

void ReleaseMemoryInfo(OrtMemoryInfo* info) noexcept { delete info; }

OrtStatus* CompareMemoryInfo(const OrtMemoryInfo* a, const OrtMemoryInfo* b, int* out) noexcept {
  KANTE_ORT_REQUIRE(a);
  KANTE_ORT_REQUIRE(b);
  KANTE_ORT_REQUIRE(out);
  *out = *a == *b ? 0 : -1;
  return nullptr;
}

OrtStatus* MemoryInfoGetName(const OrtMemoryInfo* info, const char** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->name.c_str();
  return nullptr;
}

OrtStatus* MemoryInfoGetId(const OrtMemoryInfo* info, int* out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->id;
  return nullptr;
}

OrtStatus* MemoryInfoGetMemType(const OrtMemoryInfo* info, OrtMemType* out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->mem_type;
  return nullptr;
}

OrtStatus* MemoryInfoGetType(const OrtMemoryInfo* info, OrtAllocatorType* out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->type;
  return nullptr;
}

// These have no status to say that a pointer is null.
void MemoryInfoGetDeviceType(const OrtMemoryInfo* info, OrtMemoryInfoDeviceType* out) noexcept {
  if (info && out) *out = info->device;
}
OrtDeviceMemoryType MemoryInfoGetDeviceMemType(const OrtMemoryInfo* info) noexcept {
  return info ? info->device_memory : OrtDeviceMemoryType_DEFAULT;
}
uint32_t MemoryInfoGetVendorId(const OrtMemoryInfo* info) noexcept { return info ? info->vendor : 0; }

OrtStatus* AllocatorAlloc(OrtAllocator* allocator, size_t bytes, void** out) noexcept {
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  *out = allocator->Alloc(allocator, bytes);
  return *out ? nullptr : Fail(ORT_FAIL, "the allocator gave no memory");
}

OrtStatus* AllocatorFree(OrtAllocator* allocator, void* memory) noexcept {
  KANTE_ORT_REQUIRE(allocator);
  allocator->Free(allocator, memory);
  return nullptr;
}

OrtStatus* AllocatorGetInfo(const OrtAllocator* allocator, const OrtMemoryInfo** out) noexcept {
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  *out = allocator->Info(allocator);
  return nullptr;
}

OrtStatus* GetAllocatorWithDefaultOptions(OrtAllocator** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  *out = DefaultAllocator();
  return nullptr;
}

// Every memory of a session is the host's: its allocator is the default one, and nothing is released.
OrtStatus* CreateAllocator(const OrtSession* session, const OrtMemoryInfo* info, OrtAllocator** out) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  KANTE_ORT_TRY(RequireHost(*info));
  *out = DefaultAllocator();
  return nullptr;
}
void ReleaseAllocator(OrtAllocator*) noexcept {}

OrtStatus* AllocatorGetStats(const OrtAllocator* allocator, OrtKeyValuePairs** out) noexcept {
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  if (allocator->version < 23 || !allocator->GetStats) {
    CreateKeyValuePairs(out);
    return nullptr;
  }
  return allocator->GetStats(allocator, out);
}

}  // namespace kante::ort
