// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace kante::core {

// The bytes of an open file, read when touched; null with errno, which is ENOSYS on systems that cannot.
const std::byte* MapFile(int fd, size_t bytes);
void UnmapFile(const std::byte* data, size_t bytes);

}  // namespace kante::core
