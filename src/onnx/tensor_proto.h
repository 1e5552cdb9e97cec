// SPDX-License-Identifier: MIT
// Single values as files: the .pb test data of ONNX (TensorProto, SequenceProto, OptionalProto).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "graph/type_info.h"
#include "tensor/value.h"

namespace kante::core {

// Reads a value of the kind that `expected` says (the declared type of the graph's input or output; unknown kinds are
// read as tensors): the messages do not tell themselves. Tensors are aligned; they may point into `bytes`, which
// `owner` keeps alive; without an owner everything is copied. External data is refused. `name` (may be null) is the
// value's name.
Result<Value> ReadValueProto(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                             const TypeInfo& expected, const Limits& limits = {}, std::string* name = nullptr);

// The message of a value, as ReadValueProto reads it back. An absent optional is an empty OptionalProto;
// `expected` tells an optional that holds a tensor from the plain tensor.
Result<std::string> WriteValueProto(const Value& value, std::string_view name, const TypeInfo& expected);

}  // namespace kante::core
