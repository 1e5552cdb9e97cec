// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace kante::core {

// The absolute path without links, "." and "..". NoSuchFile if there is nothing.
Result<std::string> RealPath(const std::string& path);
// "a/b" of "a/b/c.onnx", "." of "c.onnx", "/" of "/c.onnx".
std::string FolderOf(std::string_view path);
// "c.onnx" of "a/b/c.onnx".
std::string_view FileNameOf(std::string_view path);

}  // namespace kante::core
