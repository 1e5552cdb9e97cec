// SPDX-License-Identifier: MIT
// base/file_map.cc for WASI, which only reads files.
#include "base/file_map.h"

#include <cerrno>

namespace kante::core {

const std::byte* MapFile(int, size_t) {
  errno = ENOSYS;
  return nullptr;
}

void UnmapFile(const std::byte*, size_t) {}

}  // namespace kante::core
