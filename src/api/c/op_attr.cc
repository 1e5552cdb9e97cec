// SPDX-License-Identifier: MIT
// Attributes as values: read by shape inference, made for operators that kernels invoke.
#include <cstring>

#include "api/c/custom_op.h"
#include "api/c/slots.h"

namespace kante::ort {
namespace {

// Bytes of what is held into a buffer, or how many there are where it is too small.
OrtStatus* Bytes(const void* data, size_t bytes, void* out, size_t room, size_t* need) {
  *need = bytes;
  if (bytes) KANTE_ORT_REQUIRE(out);
  if (room < bytes) return InvalidArgument("the buffer of " + std::to_string(room) + " bytes is too small");
  if (bytes) std::memcpy(out, data, bytes);
  return nullptr;
}

template <typename T>
const T* As(const OrtOpAttr* attr) {
  return std::get_if<T>(&attr->attribute.value);
}

}  // namespace

OrtStatus* CreateOpAttr(const char* name, const void* data, int count, OrtOpAttrType type, OrtOpAttr** out) noexcept {
  KANTE_ORT_REQUIRE(name);
  KANTE_ORT_REQUIRE(out);
  if (count < 0) return InvalidArgument("the length of an attribute is negative");
  if (count > 0 || type == ORT_OP_ATTR_INT || type == ORT_OP_ATTR_FLOAT) KANTE_ORT_REQUIRE(data);
  const auto n = static_cast<size_t>(count);
  OpAttribute attribute;
  attribute.name = name;
  switch (type) {
    case ORT_OP_ATTR_INT:
      attribute.value = *static_cast<const int64_t*>(data);
      break;
    case ORT_OP_ATTR_FLOAT:
      attribute.value = *static_cast<const float*>(data);
      break;
    case ORT_OP_ATTR_STRING:
      attribute.value = std::string(static_cast<const char*>(data), n);
      break;
    case ORT_OP_ATTR_INTS:
      attribute.value = std::vector<int64_t>(static_cast<const int64_t*>(data), static_cast<const int64_t*>(data) + n);
      break;
    case ORT_OP_ATTR_FLOATS:
      attribute.value = std::vector<float>(static_cast<const float*>(data), static_cast<const float*>(data) + n);
      break;
    case ORT_OP_ATTR_STRINGS: {
      const auto* texts = static_cast<const char* const*>(data);
      for (size_t i = 0; i < n; ++i) KANTE_ORT_REQUIRE(texts[i]);
      attribute.value = std::vector<std::string>(texts, texts + n);
      break;
    }
    default:
      return Fail(ORT_FAIL, "attribute '" + std::string(name) + "' has a type that cannot be made");
  }
  *out = new OrtOpAttr{std::move(attribute)};
  return nullptr;
}

void ReleaseOpAttr(OrtOpAttr* attr) noexcept { delete attr; }

OrtStatus* OpAttr_GetName(const OrtOpAttr* attr, const char** out) noexcept {
  KANTE_ORT_REQUIRE(attr);
  KANTE_ORT_REQUIRE(out);
  *out = attr->attribute.name.c_str();
  return nullptr;
}

OrtStatus* OpAttr_GetType(const OrtOpAttr* attr, OrtOpAttrType* out) noexcept {
  KANTE_ORT_REQUIRE(attr);
  KANTE_ORT_REQUIRE(out);
  // In the order of OpAttribute's variant.
  static constexpr OrtOpAttrType kTypes[] = {ORT_OP_ATTR_GRAPH,   ORT_OP_ATTR_INT,   ORT_OP_ATTR_FLOAT,
                                             ORT_OP_ATTR_STRING,  ORT_OP_ATTR_INTS,  ORT_OP_ATTR_FLOATS,
                                             ORT_OP_ATTR_STRINGS, ORT_OP_ATTR_TENSOR};
  *out = kTypes[attr->attribute.value.index()];
  return nullptr;
}

OrtStatus* ReadOpAttr(const OrtOpAttr* attr, OrtOpAttrType type, void* data, size_t room, size_t* need) noexcept {
  KANTE_ORT_REQUIRE(attr);
  KANTE_ORT_REQUIRE(need);
  switch (type) {
    case ORT_OP_ATTR_INT:
      if (const auto* v = As<int64_t>(attr)) return Bytes(v, sizeof(*v), data, room, need);
      break;
    case ORT_OP_ATTR_FLOAT:
      if (const auto* v = As<float>(attr)) return Bytes(v, sizeof(*v), data, room, need);
      break;
    case ORT_OP_ATTR_STRING:
      if (const auto* v = As<std::string>(attr)) return Bytes(v->data(), v->size(), data, room, need);
      break;
    case ORT_OP_ATTR_INTS:
      if (const auto* v = As<std::vector<int64_t>>(attr)) return Bytes(v->data(), v->size() * 8, data, room, need);
      break;
    case ORT_OP_ATTR_FLOATS:
      if (const auto* v = As<std::vector<float>>(attr)) return Bytes(v->data(), v->size() * 4, data, room, need);
      break;
    case ORT_OP_ATTR_STRINGS:
      if (const auto* v = As<std::vector<std::string>>(attr)) {
        std::string all;  // one after the other, each with its NUL
        for (const std::string& text : *v) all.append(text).push_back('\0');
        return Bytes(all.data(), all.size(), data, room, need);
      }
      break;
    default:
      break;
  }
  return InvalidArgument("attribute '" + attr->attribute.name + "' is not of the type asked for");
}

OrtStatus* OpAttr_GetTensorAttributeAsOrtValue(const OrtOpAttr* attr, OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(attr);
  KANTE_ORT_REQUIRE(out);
  const auto* tensor = As<Tensor>(attr);
  if (!tensor) return InvalidArgument("attribute '" + attr->attribute.name + "' is not a tensor");
  *out = new OrtValue{*tensor};
  return nullptr;
}

}  // namespace kante::ort
