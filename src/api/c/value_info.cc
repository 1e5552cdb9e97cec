// SPDX-License-Identifier: MIT
// Values of built graphs: who writes them, who reads them, what they are.
#include "api/c/graph.h"
#include "api/c/slots.h"

struct OrtExternalInitializerInfo {
  std::string path;
  int64_t offset;
  size_t bytes;
};

namespace kante::ort {
namespace {

OrtStatus* Tell(const OrtValueInfo* value, bool* out, bool (*is)(const OrtValueInfo&)) {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = is(*value);
  return nullptr;
}

}  // namespace

OrtStatus* GetValueInfoName(const OrtValueInfo* value, const char** out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = value->name.c_str();
  return nullptr;
}

// Lent. A value between nodes has no declared type.
OrtStatus* GetValueInfoTypeInfo(const OrtValueInfo* value, const OrtTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = &value->type;
  return nullptr;
}

OrtStatus* ValueInfo_GetValueProducer(const OrtValueInfo* value, const OrtNode** node, size_t* index) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(node);
  *node = value->producer;
  if (index) *index = value->producer_output;
  return nullptr;
}

OrtStatus* ValueInfo_GetValueNumConsumers(const OrtValueInfo* value, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = value->consumers.size();
  return nullptr;
}

OrtStatus* ValueInfo_GetValueConsumers(const OrtValueInfo* value, const OrtNode** nodes, int64_t* indices,
                                       size_t count) noexcept {
  KANTE_ORT_REQUIRE(value);
  if (count) {
    KANTE_ORT_REQUIRE(nodes);
    KANTE_ORT_REQUIRE(indices);
  }
  if (count < value->consumers.size()) return TooLittleRoom(value->consumers.size(), count);
  for (size_t i = 0; i < value->consumers.size(); ++i) {
    nodes[i] = value->consumers[i].first;
    indices[i] = value->consumers[i].second;
  }
  return nullptr;
}

OrtStatus* ValueInfo_GetInitializerValue(const OrtValueInfo* value, const OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = value->initializer;
  return nullptr;
}

// Initializers of built graphs are never in files.
OrtStatus* ValueInfo_GetExternalInitializerInfo(const OrtValueInfo* value, OrtExternalInitializerInfo** out) noexcept {
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(out);
  *out = nullptr;
  return nullptr;
}

OrtStatus* ValueInfo_IsRequiredGraphInput(const OrtValueInfo* value, bool* out) noexcept {
  return Tell(value, out, [](const OrtValueInfo& v) { return v.is_input && !v.initializer; });
}
OrtStatus* ValueInfo_IsOptionalGraphInput(const OrtValueInfo* value, bool* out) noexcept {
  return Tell(value, out, [](const OrtValueInfo& v) { return v.is_input && v.initializer; });
}
OrtStatus* ValueInfo_IsGraphOutput(const OrtValueInfo* value, bool* out) noexcept {
  return Tell(value, out, [](const OrtValueInfo& v) { return v.is_output; });
}
OrtStatus* ValueInfo_IsConstantInitializer(const OrtValueInfo* value, bool* out) noexcept {
  return Tell(value, out, [](const OrtValueInfo& v) { return v.initializer && !v.is_input; });
}
OrtStatus* ValueInfo_IsFromOuterScope(const OrtValueInfo* value, bool* out) noexcept {
  return Tell(value, out, [](const OrtValueInfo&) { return false; });
}

OrtStatus* CreateExternalInitializerInfo(const char* path, int64_t offset, size_t bytes,
                                         OrtExternalInitializerInfo** out) noexcept {
  KANTE_ORT_REQUIRE(path);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtExternalInitializerInfo{path, offset, bytes};
  return nullptr;
}
void ReleaseExternalInitializerInfo(OrtExternalInitializerInfo* info) noexcept { delete info; }
// These have no status to say that a pointer is null.
const char* ExternalInitializerInfo_GetFilePath(const OrtExternalInitializerInfo* info) noexcept {
  return info ? info->path.c_str() : "";
}
int64_t ExternalInitializerInfo_GetFileOffset(const OrtExternalInitializerInfo* info) noexcept {
  return info ? info->offset : 0;
}
size_t ExternalInitializerInfo_GetByteSize(const OrtExternalInitializerInfo* info) noexcept {
  return info ? info->bytes : 0;
}

}  // namespace kante::ort
