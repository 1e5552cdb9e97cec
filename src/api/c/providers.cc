// SPDX-License-Identifier: MIT
// Execution providers: there is the CPU's.
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "api/c/key_values.h"
#include "api/c/memory.h"
#include "api/c/options.h"
#include "api/c/providers.h"
#include "api/c/slots.h"
#include "base/forever.h"
#include "kante/export.h"

struct OrtHardwareDevice {
  char nothing;
};
struct OrtEpDevice {
  char nothing;
};
struct OrtDeviceEpIncompatibilityDetails {};

namespace kante::ort {
namespace {

constexpr char kCpu[] = "CPUExecutionProvider";

constexpr OrtHardwareDevice kCpuDevice = {};
constexpr OrtEpDevice kCpuEp = {};

const OrtKeyValuePairs& NoPairs() {
  static constinit std::atomic<OrtKeyValuePairs*> pairs{nullptr};
  return core::Forever(pairs);
}

}  // namespace

const OrtEpDevice* CpuEpDevice() { return &kCpuEp; }

// One block: an array of one pointer, and the name that it points to.
OrtStatus* GetAvailableProviders(char*** out, int* count) noexcept {
  KANTE_ORT_REQUIRE(out);
  KANTE_ORT_REQUIRE(count);
  auto* block = static_cast<char**>(std::malloc(sizeof(char*) + sizeof(kCpu)));
  if (!block) return Fail(ORT_FAIL, "out of memory");
  block[0] = reinterpret_cast<char*>(block + 1);
  std::memcpy(block[0], kCpu, sizeof(kCpu));
  *out = block;
  *count = 1;
  return nullptr;
}

OrtStatus* ReleaseAvailableProviders(char** block, int) noexcept {
  std::free(block);
  return nullptr;
}

OrtStatus* SessionOptionsAppendExecutionProvider(OrtSessionOptions* options, const char* name, const char* const*,
                                                 const char* const*, size_t) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(name);
  if (std::string_view(name) == "CPU" || std::string_view(name) == kCpu) return nullptr;
  return InvalidArgument("Unknown provider name '" + std::string(name) + "': this build has " + kCpu);
}

OrtStatus* SessionOptionsAppendExecutionProvider_V2(OrtSessionOptions* options, OrtEnv* env,
                                                    const OrtEpDevice* const* devices, size_t count,
                                                    const char* const* keys, const char* const*,
                                                    size_t key_count) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(env);
  if (count == 0) return InvalidArgument("At least one execution provider device is needed");
  KANTE_ORT_REQUIRE(devices);
  for (size_t i = 0; i < count; ++i) {
    if (devices[i] != &kCpuEp) return InvalidArgument("an execution provider device is not one of this build's");
  }
  if (key_count) KANTE_ORT_REQUIRE(keys);
  return nullptr;  // the CPU's is always there, and has no options
}

OrtStatus* GetEpDevices(const OrtEnv* env, const OrtEpDevice* const** out, size_t* count) noexcept {
  static const OrtEpDevice* const devices[] = {&kCpuEp};
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(out);
  KANTE_ORT_REQUIRE(count);
  *out = devices;
  *count = 1;
  return nullptr;
}

OrtHardwareDeviceType HardwareDevice_Type(const OrtHardwareDevice*) noexcept { return OrtHardwareDeviceType_CPU; }
uint32_t HardwareDevice_VendorId(const OrtHardwareDevice*) noexcept { return 0; }
const char* HardwareDevice_Vendor(const OrtHardwareDevice*) noexcept { return ""; }
uint32_t HardwareDevice_DeviceId(const OrtHardwareDevice*) noexcept { return 0; }
const OrtKeyValuePairs* HardwareDevice_Metadata(const OrtHardwareDevice*) noexcept { return &NoPairs(); }
const char* EpDevice_EpName(const OrtEpDevice*) noexcept { return kCpu; }
const char* EpDevice_EpVendor(const OrtEpDevice*) noexcept { return "Kante"; }
const OrtKeyValuePairs* EpDevice_EpMetadata(const OrtEpDevice*) noexcept { return &NoPairs(); }
const OrtKeyValuePairs* EpDevice_EpOptions(const OrtEpDevice*) noexcept { return &NoPairs(); }
const OrtHardwareDevice* EpDevice_Device(const OrtEpDevice*) noexcept { return &kCpuDevice; }
const OrtMemoryInfo* EpDevice_MemoryInfo(const OrtEpDevice*, OrtDeviceMemoryType) noexcept { return &HostMemory(); }

OrtStatus* GetNumHardwareDevices(const OrtEnv* env, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(out);
  *out = 1;
  return nullptr;
}

OrtStatus* GetHardwareDevices(const OrtEnv* env, const OrtHardwareDevice** out, size_t count) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(out);
  if (count < 1) {
    return InvalidArgument(
        "num_devices is less than the number of available hardware devices. Use GetNumHardwareDevices() to get the "
        "required array size.");
  }
  *out = &kCpuDevice;
  return nullptr;
}

// The CPU's provider is compatible with the CPU.
OrtStatus* GetHardwareDeviceEpIncompatibilityDetails(const OrtEnv* env, const char* provider,
                                                     const OrtHardwareDevice* device,
                                                     OrtDeviceEpIncompatibilityDetails** out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(provider);
  KANTE_ORT_REQUIRE(device);
  KANTE_ORT_REQUIRE(out);
  if (std::string_view(provider) != kCpu) {
    return InvalidArgument("No valid factory found for execution provider '" + std::string(provider) + "'.");
  }
  *out = new OrtDeviceEpIncompatibilityDetails;
  return nullptr;
}
OrtStatus* DeviceEpIncompatibilityDetails_GetReasonsBitmask(const OrtDeviceEpIncompatibilityDetails* details,
                                                            uint32_t* out) noexcept {
  KANTE_ORT_REQUIRE(details);
  KANTE_ORT_REQUIRE(out);
  *out = 0;
  return nullptr;
}
OrtStatus* DeviceEpIncompatibilityDetails_GetNotes(const OrtDeviceEpIncompatibilityDetails* details,
                                                   const char** out) noexcept {
  KANTE_ORT_REQUIRE(details);
  KANTE_ORT_REQUIRE(out);
  *out = nullptr;
  return nullptr;
}
OrtStatus* DeviceEpIncompatibilityDetails_GetErrorCode(const OrtDeviceEpIncompatibilityDetails* details,
                                                       int32_t* out) noexcept {
  KANTE_ORT_REQUIRE(details);
  KANTE_ORT_REQUIRE(out);
  *out = 0;
  return nullptr;
}
void ReleaseDeviceEpIncompatibilityDetails(OrtDeviceEpIncompatibilityDetails* details) noexcept { delete details; }

const char* GetBuildInfoString() noexcept { return "ORT Build Info: Kante " KANTE_VERSION; }

}  // namespace kante::ort

extern "C" KANTE_API OrtStatus* OrtSessionOptionsAppendExecutionProvider_CPU(OrtSessionOptions* options, int) {
  return options ? nullptr : kante::ort::NullArgument("options");
}
