// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "graph/type_info.h"
#include "onnx/wire_reader.h"

namespace kante::core {

// Sizes for dimensions that are left open, by their denotation ("DATA_BATCH").
using DimensionSizes = std::map<std::string, int64_t, std::less<>>;

// A TypeProto. Negative dimensions, which some exporters write, count as not known; opaque types as unknown kinds.
Result<TypeInfo> ReadType(WireReader message, const DimensionSizes* sizes = nullptr);

// Name and type of a ValueInfoProto.
Status ReadValueInfo(WireReader message, std::string_view* name, TypeInfo* type, const DimensionSizes* sizes = nullptr);

// A StringStringEntryProto.
Status ReadEntry(WireReader message, std::string_view* key, std::string_view* value);

}  // namespace kante::core
