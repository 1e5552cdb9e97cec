// SPDX-License-Identifier: MIT
#include "tensor/element_type.h"

#include <string>

namespace kante::core {
namespace {

struct Row {
  std::string_view name;
  int bits;
};
constexpr Row kRows[kElementTypeCount] = {
    {"undefined", 0},      {"float32", 32},   {"uint8", 8},
    {"int8", 8},           {"uint16", 16},    {"int16", 16},
    {"int32", 32},         {"int64", 64},     {"string", 8 * int{sizeof(std::string)}},
    {"bool", 8},           {"float16", 16},   {"float64", 64},
    {"uint32", 32},        {"uint64", 64},    {"complex64", 64},
    {"complex128", 128},   {"bfloat16", 16},  {"float8e4m3fn", 8},
    {"float8e4m3fnuz", 8}, {"float8e5m2", 8}, {"float8e5m2fnuz", 8},
    {"uint4", 4},          {"int4", 4},       {"float4e2m1", 4},
    {"float8e8m0", 8},     {"uint2", 2},      {"int2", 2},
};

const Row& RowOf(ElementType type) { return kRows[IsValid(type) ? static_cast<int>(type) : 0]; }

}  // namespace

int BitsOf(ElementType type) { return RowOf(type).bits; }
std::string_view NameOf(ElementType type) { return RowOf(type).name; }

std::optional<ElementType> ElementTypeOfName(std::string_view name) {
  for (int i = 1; i < kElementTypeCount; ++i) {
    if (kRows[i].name == name) return static_cast<ElementType>(i);
  }
  return std::nullopt;
}

}  // namespace kante::core
