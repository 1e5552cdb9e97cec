// SPDX-License-Identifier: MIT
#include "base/file_map.h"

#include <sys/mman.h>

namespace kante::core {

const std::byte* MapFile(int fd, size_t bytes) {
  void* data = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  return data == MAP_FAILED ? nullptr : static_cast<const std::byte*>(data);
}

void UnmapFile(const std::byte* data, size_t bytes) { ::munmap(const_cast<std::byte*>(data), bytes); }

}  // namespace kante::core
