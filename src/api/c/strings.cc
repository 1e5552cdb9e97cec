// SPDX-License-Identifier: MIT
// Values that are tensors of strings.
#include <cstring>

#include "api/c/slots.h"
#include "api/c/sparse.h"
#include "api/c/value.h"

namespace kante::ort {
namespace {

OrtStatus* Strings(const OrtValue* value, std::span<std::string>* out) {
  if (value && value->sparse && value->sparse->type == ElementType::kString && value->sparse->values.valid()) {
    *out = Tensor(value->sparse->values).mutable_strings();
    return nullptr;
  }
  KANTE_ORT_TENSOR(tensor, value);
  if (tensor.type() != ElementType::kString) return InvalidArgument("the tensor does not hold strings");
  *out = Tensor(tensor).mutable_strings();
  return nullptr;
}

OrtStatus* StringAt(const OrtValue* value, size_t index, std::string** out) {
  std::span<std::string> strings;
  KANTE_ORT_TRY(Strings(value, &strings));
  if (index >= strings.size()) {
    return InvalidArgument("element index is out of bounds: " + std::to_string(index) + " of " +
                           std::to_string(strings.size()));
  }
  *out = &strings[index];
  return nullptr;
}

}  // namespace

OrtStatus* FillStringTensor(OrtValue* value, const char* const* texts, size_t count) noexcept {
  std::span<std::string> strings;
  KANTE_ORT_TRY(Strings(value, &strings));
  if (count) KANTE_ORT_REQUIRE(texts);
  if (count != strings.size()) {
    return InvalidArgument("input array doesn't equal tensor size: " + std::to_string(count) + " strings for " +
                           std::to_string(strings.size()) + " elements");
  }
  for (size_t i = 0; i < count; ++i) {
    KANTE_ORT_REQUIRE(texts[i]);
    strings[i] = texts[i];
  }
  return nullptr;
}

OrtStatus* FillStringTensorElement(OrtValue* value, const char* text, size_t index) noexcept {
  KANTE_ORT_REQUIRE(text);
  std::string* element = nullptr;
  KANTE_ORT_TRY(StringAt(value, index, &element));
  *element = text;
  return nullptr;
}

OrtStatus* GetResizedStringTensorElementBuffer(OrtValue* value, size_t index, size_t bytes, char** buffer) noexcept {
  KANTE_ORT_REQUIRE(buffer);
  std::string* element = nullptr;
  KANTE_ORT_TRY(StringAt(value, index, &element));
  element->resize(bytes);
  *buffer = element->data();
  return nullptr;
}

OrtStatus* GetStringTensorDataLength(const OrtValue* value, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(out);
  std::span<std::string> strings;
  KANTE_ORT_TRY(Strings(value, &strings));
  *out = 0;
  for (const std::string& s : strings) *out += s.size();
  return nullptr;
}

OrtStatus* GetStringTensorContent(const OrtValue* value, void* buffer, size_t bytes, size_t* offsets,
                                  size_t offset_count) noexcept {
  std::span<std::string> strings;
  KANTE_ORT_TRY(Strings(value, &strings));
  if (offset_count < strings.size()) return Fail(ORT_FAIL, "space is not enough: fewer offsets than strings");
  size_t total = 0;
  for (const std::string& s : strings) total += s.size();
  if (bytes < total) return Fail(ORT_FAIL, "space is not enough for the content");
  if (total) KANTE_ORT_REQUIRE(buffer);
  if (!strings.empty()) KANTE_ORT_REQUIRE(offsets);
  size_t at = 0;
  for (size_t i = 0; i < strings.size(); ++i) {
    offsets[i] = at;
    if (!strings[i].empty()) std::memcpy(static_cast<char*>(buffer) + at, strings[i].data(), strings[i].size());
    at += strings[i].size();
  }
  return nullptr;
}

OrtStatus* GetStringTensorElementLength(const OrtValue* value, size_t index, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(out);
  std::string* element = nullptr;
  KANTE_ORT_TRY(StringAt(value, index, &element));
  *out = element->size();
  return nullptr;
}

OrtStatus* GetStringTensorElement(const OrtValue* value, size_t bytes, size_t index, void* buffer) noexcept {
  std::string* element = nullptr;
  KANTE_ORT_TRY(StringAt(value, index, &element));
  if (bytes < element->size()) return Fail(ORT_FAIL, "buffer size is too small for string element");
  if (element->empty()) return nullptr;
  KANTE_ORT_REQUIRE(buffer);
  std::memcpy(buffer, element->data(), element->size());
  return nullptr;
}

}  // namespace kante::ort
