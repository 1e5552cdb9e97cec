// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "kante/status.h"

namespace kante::cli {

Result<std::string> ReadFile(const std::string& path);
// Temporary file beside it, fsync, rename: after a crash there is the old file or the new one.
Status WriteFile(const std::string& path, std::string_view bytes);
// Makes the folder and those above it.
Status MakeFolder(const std::string& path);
// "images/a.JPG" -> "jpg".
std::string ExtensionOf(const std::string& path);
// A value's name as a file name: everything but letters, digits, '.', '_', '-' becomes '_'.
std::string FileNameOf(const std::string& value_name);

}  // namespace kante::cli
