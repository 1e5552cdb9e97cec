// SPDX-License-Identifier: MIT
// OrtKeyValuePairs: texts by key, kept sorted.
#include "api/c/key_values.h"

#include "api/c/slots.h"

void OrtKeyValuePairs::Refresh() {
  keys.clear();
  values.clear();
  for (const auto& [key, value] : entries) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
}

namespace kante::ort {

void CreateKeyValuePairs(OrtKeyValuePairs** out) noexcept {
  if (out) *out = new OrtKeyValuePairs;
}

void AddKeyValuePair(OrtKeyValuePairs* pairs, const char* key, const char* value) noexcept {
  if (!pairs || !key || !*key || !value) return;
  pairs->entries[key] = value;
  pairs->Refresh();
}

const char* GetKeyValue(const OrtKeyValuePairs* pairs, const char* key) noexcept {
  if (!pairs || !key) return nullptr;
  const auto found = pairs->entries.find(std::string_view(key));
  return found == pairs->entries.end() ? nullptr : found->second.c_str();
}

void GetKeyValuePairs(const OrtKeyValuePairs* pairs, const char* const** keys, const char* const** values,
                      size_t* count) noexcept {
  if (keys) *keys = pairs ? pairs->keys.data() : nullptr;
  if (values) *values = pairs ? pairs->values.data() : nullptr;
  if (count) *count = pairs ? pairs->keys.size() : 0;
}

void RemoveKeyValuePair(OrtKeyValuePairs* pairs, const char* key) noexcept {
  if (!pairs || !key) return;
  const auto found = pairs->entries.find(std::string_view(key));
  if (found != pairs->entries.end()) pairs->entries.erase(found);
  pairs->Refresh();
}

void ReleaseKeyValuePairs(OrtKeyValuePairs* pairs) noexcept { delete pairs; }

}  // namespace kante::ort
