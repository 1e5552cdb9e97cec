// SPDX-License-Identifier: MIT
// What a model file says about itself.
#include "api/c/memory.h"
#include "api/c/session.h"
#include "api/c/slots.h"

struct OrtModelMetadata {
  kante::Model model;  // not valid: that of a graph being built, which has none
};

namespace kante::ort {
namespace {

OrtStatus* Text(const OrtModelMetadata* metadata, OrtAllocator* allocator, std::string (Model::*text)() const,
                char** out) {
  KANTE_ORT_REQUIRE(metadata);
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  return CopyText(allocator, metadata->model.valid() ? (metadata->model.*text)() : std::string(), out);
}

std::map<std::string, std::string> Entries(const OrtModelMetadata& metadata) {
  return metadata.model.valid() ? metadata.model.metadata() : std::map<std::string, std::string>();
}

}  // namespace

OrtStatus* Graph_GetModelMetadata(const OrtGraph* graph, OrtModelMetadata** out) noexcept {
  KANTE_ORT_REQUIRE(graph);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtModelMetadata;
  return nullptr;
}

OrtStatus* SessionGetModelMetadata(const OrtSession* session, OrtModelMetadata** out) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtModelMetadata{session->model};
  return nullptr;
}

void ReleaseModelMetadata(OrtModelMetadata* metadata) noexcept { delete metadata; }

OrtStatus* ModelMetadataGetProducerName(const OrtModelMetadata* metadata, OrtAllocator* allocator,
                                        char** out) noexcept {
  return Text(metadata, allocator, &Model::producer, out);
}
OrtStatus* ModelMetadataGetGraphName(const OrtModelMetadata* metadata, OrtAllocator* allocator, char** out) noexcept {
  return Text(metadata, allocator, &Model::name, out);
}
OrtStatus* ModelMetadataGetDomain(const OrtModelMetadata* metadata, OrtAllocator* allocator, char** out) noexcept {
  return Text(metadata, allocator, &Model::domain, out);
}
OrtStatus* ModelMetadataGetDescription(const OrtModelMetadata* metadata, OrtAllocator* allocator, char** out) noexcept {
  return Text(metadata, allocator, &Model::description, out);
}
OrtStatus* ModelMetadataGetGraphDescription(const OrtModelMetadata* metadata, OrtAllocator* allocator,
                                            char** out) noexcept {
  return Text(metadata, allocator, &Model::graph_description, out);
}

OrtStatus* ModelMetadataGetVersion(const OrtModelMetadata* metadata, int64_t* out) noexcept {
  KANTE_ORT_REQUIRE(metadata);
  KANTE_ORT_REQUIRE(out);
  const int64_t version = metadata->model.valid() ? metadata->model.model_version() : 0;
  *out = version == 0 ? INT64_MAX : version;  // that is what ORT says of a model without one
  return nullptr;
}

OrtStatus* ModelMetadataLookupCustomMetadataMap(const OrtModelMetadata* metadata, OrtAllocator* allocator,
                                                const char* key, char** out) noexcept {
  KANTE_ORT_REQUIRE(metadata);
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(key);
  KANTE_ORT_REQUIRE(out);
  *out = nullptr;
  const auto entries = Entries(*metadata);
  const auto found = entries.find(key);
  return found == entries.end() ? nullptr : CopyText(allocator, found->second, out);
}

OrtStatus* ModelMetadataGetCustomMetadataMapKeys(const OrtModelMetadata* metadata, OrtAllocator* allocator,
                                                 char*** keys, int64_t* count) noexcept {
  KANTE_ORT_REQUIRE(metadata);
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(keys);
  KANTE_ORT_REQUIRE(count);
  const auto entries = Entries(*metadata);
  KANTE_ORT_TRY(AllocateArray(allocator, entries.size(), keys));
  *count = 0;
  for (const auto& [key, value] : entries) KANTE_ORT_TRY(CopyText(allocator, key, &(*keys)[(*count)++]));
  return nullptr;
}

}  // namespace kante::ort
