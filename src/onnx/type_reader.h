// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "graph/type_info.h"
#include "onnx/wire_reader.h"

namespace kante::core {

// A TypeProto. Negative dimensions, which some exporters write, count as not known; opaque types as unknown kinds.
Result<TypeInfo> ReadType(WireReader message);

// Name and type of a ValueInfoProto.
Status ReadValueInfo(WireReader message, std::string_view* name, TypeInfo* type);

// A StringStringEntryProto.
Status ReadEntry(WireReader message, std::string_view* key, std::string_view* value);

}  // namespace kante::core
