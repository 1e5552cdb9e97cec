// SPDX-License-Identifier: MIT
// What a custom operator's kernel asks about its node.
#include <algorithm>

#include "api/c/custom_op.h"
#include "api/c/key_values.h"
#include "api/c/memory.h"
#include "api/c/options.h"
#include "api/c/slots.h"

const kante::OpAttribute* OrtKernelInfo::Find(std::string_view name) const {
  for (const OrtOpAttr& a : attributes) {
    if (a.attribute.name == name) return &a.attribute;
  }
  return nullptr;
}

namespace kante::ort {
namespace {

template <typename T>
OrtStatus* Attribute(const OrtKernelInfo* info, const char* name, const T** out) {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(name);
  const OpAttribute* found = info->Find(name);
  if (!found) return Fail(ORT_FAIL, "No attribute with name:'" + std::string(name) + "'is defined.");
  *out = std::get_if<T>(&found->value);
  if (!*out) return Fail(ORT_FAIL, "Attribute name and type don't match: '" + std::string(name) + "'");
  return nullptr;
}

template <typename T>
OrtStatus* Scalar(const OrtKernelInfo* info, const char* name, T* out) {
  KANTE_ORT_REQUIRE(out);
  const T* value = nullptr;
  KANTE_ORT_TRY(Attribute(info, name, &value));
  *out = *value;
  return nullptr;
}

// A null buffer asks for the count.
template <typename T>
OrtStatus* Array(const OrtKernelInfo* info, const char* name, T* out, size_t* count) {
  KANTE_ORT_REQUIRE(count);
  const std::vector<T>* values = nullptr;
  KANTE_ORT_TRY(Attribute(info, name, &values));
  const size_t room = *count;
  *count = values->size();
  if (!out) return nullptr;
  if (room < values->size()) return InvalidArgument("Result buffer is not large enough");
  std::copy(values->begin(), values->end(), out);
  return nullptr;
}

OrtStatus* TypeAt(const std::vector<OrtTypeInfo>& types, size_t index, OrtTypeInfo** out) {
  KANTE_ORT_REQUIRE(out);
  if (index >= types.size()) return InvalidArgument("index " + std::to_string(index) + " is out of bounds");
  *out = new OrtTypeInfo(types[index]);
  return nullptr;
}

OrtStatus* NameAt(const std::vector<std::string>& names, size_t index, char* out, size_t* size) {
  KANTE_ORT_REQUIRE(size);
  if (index >= names.size()) return InvalidArgument("index " + std::to_string(index) + " is out of bounds");
  return ReadText(names[index], out, size);
}

}  // namespace

OrtStatus* KernelInfoGetAttribute_float(const OrtKernelInfo* info, const char* name, float* out) noexcept {
  return Scalar(info, name, out);
}
OrtStatus* KernelInfoGetAttribute_int64(const OrtKernelInfo* info, const char* name, int64_t* out) noexcept {
  return Scalar(info, name, out);
}
OrtStatus* KernelInfoGetAttribute_string(const OrtKernelInfo* info, const char* name, char* out,
                                         size_t* size) noexcept {
  KANTE_ORT_REQUIRE(size);
  const std::string* text = nullptr;
  KANTE_ORT_TRY(Attribute(info, name, &text));
  return ReadText(*text, out, size);
}
OrtStatus* KernelInfoGetAttributeArray_float(const OrtKernelInfo* info, const char* name, float* out,
                                             size_t* count) noexcept {
  return Array(info, name, out, count);
}
OrtStatus* KernelInfoGetAttributeArray_int64(const OrtKernelInfo* info, const char* name, int64_t* out,
                                             size_t* count) noexcept {
  return Array(info, name, out, count);
}

OrtStatus* KernelInfoGetAttributeArray_string(const OrtKernelInfo* info, const char* name, OrtAllocator* allocator,
                                              char*** out, size_t* count) noexcept {
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  KANTE_ORT_REQUIRE(count);
  const std::vector<std::string>* texts = nullptr;
  KANTE_ORT_TRY(Attribute(info, name, &texts));
  KANTE_ORT_TRY(AllocateArray(allocator, texts->size(), out));
  *count = 0;
  for (const std::string& text : *texts) KANTE_ORT_TRY(CopyText(allocator, text, &(*out)[(*count)++]));
  return nullptr;
}

OrtStatus* KernelInfoGetAttribute_tensor(const OrtKernelInfo* info, const char* name, OrtAllocator* allocator,
                                         OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  const Tensor* tensor = nullptr;
  KANTE_ORT_TRY(Attribute(info, name, &tensor));
  *out = new OrtValue{*tensor};
  return nullptr;
}

OrtStatus* KernelInfo_GetInputCount(const OrtKernelInfo* info, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->inputs.size();
  return nullptr;
}
OrtStatus* KernelInfo_GetOutputCount(const OrtKernelInfo* info, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->outputs.size();
  return nullptr;
}
OrtStatus* KernelInfo_GetInputName(const OrtKernelInfo* info, size_t index, char* out, size_t* size) noexcept {
  KANTE_ORT_REQUIRE(info);
  return NameAt(info->values.inputs, index, out, size);
}
OrtStatus* KernelInfo_GetOutputName(const OrtKernelInfo* info, size_t index, char* out, size_t* size) noexcept {
  KANTE_ORT_REQUIRE(info);
  return NameAt(info->values.outputs, index, out, size);
}
OrtStatus* KernelInfo_GetInputTypeInfo(const OrtKernelInfo* info, size_t index, OrtTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  return TypeAt(info->inputs, index, out);
}
OrtStatus* KernelInfo_GetOutputTypeInfo(const OrtKernelInfo* info, size_t index, OrtTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  return TypeAt(info->outputs, index, out);
}

OrtStatus* KernelInfo_GetNodeName(const OrtKernelInfo* info, char* out, size_t* size) noexcept {
  KANTE_ORT_REQUIRE(info);
  return ReadText(info->node_name, out, size);
}
OrtStatus* KernelInfo_GetOperatorDomain(const OrtKernelInfo* info, char* out, size_t* size) noexcept {
  KANTE_ORT_REQUIRE(info);
  return ReadText(info->domain, out, size);
}
OrtStatus* KernelInfo_GetOperatorType(const OrtKernelInfo* info, char* out, size_t* size) noexcept {
  KANTE_ORT_REQUIRE(info);
  return ReadText(info->op_type, out, size);
}
OrtStatus* KernelInfo_GetOperatorSinceVersion(const OrtKernelInfo* info, int* out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->since_version;
  return nullptr;
}
OrtStatus* KernelInfo_GetConfigEntries(const OrtKernelInfo* info, OrtKeyValuePairs** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtKeyValuePairs;
  (*out)->entries = info->config;
  (*out)->Refresh();
  return nullptr;
}

OrtStatus* KernelInfoGetConstantInput_tensor(const OrtKernelInfo* info, size_t index, int* is_constant,
                                             const OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(is_constant);
  KANTE_ORT_REQUIRE(out);
  if (index >= info->inputs.size()) return InvalidArgument("index " + std::to_string(index) + " is out of bounds");
  const bool known = index < info->constants.size() && info->constants[index].value.tensor().valid();
  *is_constant = known;
  *out = known ? &info->constants[index] : nullptr;
  return nullptr;
}

OrtStatus* KernelInfoGetAllocator(const OrtKernelInfo* info, OrtMemType, OrtAllocator** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = DefaultAllocator();
  return nullptr;
}

OrtStatus* CopyKernelInfo(const OrtKernelInfo* info, OrtKernelInfo** out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtKernelInfo(*info);
  return nullptr;
}
void ReleaseKernelInfo(OrtKernelInfo* info) noexcept { delete info; }

}  // namespace kante::ort
