// SPDX-License-Identifier: MIT
// Files of ONNX Runtime's own format (.ort): a FlatBuffer that says what an ONNX model says.
#pragma once

#include <string>

#include "base/limits.h"
#include "base/status.h"
#include "onnx/wire_reader.h"

namespace kante::core {

// Whether the bytes call themselves one.
bool IsOrtFormat(Bytes file);

// The same model as a ModelProto, without the bytes of its weights: these are external data in a file with the empty
// name, which is `file` itself. Whether the model makes sense is left to who reads the message.
Result<std::string> OrtFormatToProto(Bytes file, const Limits& limits);

}  // namespace kante::core
