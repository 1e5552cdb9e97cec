// SPDX-License-Identifier: MIT
// OrtTensorTypeAndShapeInfo: made by callers too, for shape inference and model building.
#include <algorithm>

#include "api/c/slots.h"
#include "api/c/type_info.h"

namespace kante::ort {

OrtStatus* CreateTensorTypeAndShapeInfo(OrtTensorTypeAndShapeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(out);
  *out = new OrtTensorTypeAndShapeInfo;
  return nullptr;
}

void ReleaseTensorTypeAndShapeInfo(OrtTensorTypeAndShapeInfo* info) noexcept { delete info; }

OrtStatus* SetTensorElementType(OrtTensorTypeAndShapeInfo* info, ONNXTensorElementDataType type) noexcept {
  KANTE_ORT_REQUIRE(info);
  info->type = type;
  return nullptr;
}

OrtStatus* SetDimensions(OrtTensorTypeAndShapeInfo* info, const int64_t* dims, size_t count) noexcept {
  KANTE_ORT_REQUIRE(info);
  if (count) KANTE_ORT_REQUIRE(dims);
  info->dims.assign(dims, dims + count);
  info->names.assign(count, "");
  info->has_shape = true;
  return nullptr;
}

OrtStatus* SetSymbolicDimensions(OrtTensorTypeAndShapeInfo* info, const char** names, size_t count) noexcept {
  KANTE_ORT_REQUIRE(info);
  if (count) KANTE_ORT_REQUIRE(names);
  info->names.assign(count, "");
  for (size_t i = 0; i < count; ++i) info->names[i] = names[i] ? names[i] : "";
  info->dims.resize(count, -1);
  return nullptr;
}

OrtStatus* GetTensorElementType(const OrtTensorTypeAndShapeInfo* info, ONNXTensorElementDataType* out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->type;
  return nullptr;
}

OrtStatus* GetDimensionsCount(const OrtTensorTypeAndShapeInfo* info, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = info->dims.size();
  return nullptr;
}

OrtStatus* GetDimensions(const OrtTensorTypeAndShapeInfo* info, int64_t* dims, size_t count) noexcept {
  KANTE_ORT_REQUIRE(info);
  if (count) KANTE_ORT_REQUIRE(dims);
  std::copy_n(info->dims.begin(), std::min(count, info->dims.size()), dims);
  return nullptr;
}

OrtStatus* GetSymbolicDimensions(const OrtTensorTypeAndShapeInfo* info, const char** names, size_t count) noexcept {
  KANTE_ORT_REQUIRE(info);
  if (count) KANTE_ORT_REQUIRE(names);
  for (size_t i = 0; i < std::min(count, info->names.size()); ++i) names[i] = info->names[i].c_str();
  return nullptr;
}

OrtStatus* GetTensorShapeElementCount(const OrtTensorTypeAndShapeInfo* info, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  int64_t count = 1;
  for (const int64_t d : info->dims) {
    if (d < 0) return Fail(ORT_FAIL, "the shape has a dimension that is not known");
    if (__builtin_mul_overflow(count, d, &count)) return Fail(ORT_FAIL, "the number of elements overflows");
  }
  *out = static_cast<size_t>(count);
  return nullptr;
}

bool TensorTypeAndShape_HasShape(const OrtTensorTypeAndShapeInfo* info) noexcept { return info && info->has_shape; }

}  // namespace kante::ort
