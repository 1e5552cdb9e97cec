// SPDX-License-Identifier: MIT
// The lock of the library, for std::lock_guard.
#pragma once

#include <mutex>

namespace kante::core {

#ifdef KANTE_NO_THREADS  // cmake/flags.cmake: the standard library of WebAssembly has none
struct Mutex {
  void lock() {}
  void unlock() {}
};
#else
using Mutex = std::mutex;
#endif

}  // namespace kante::core
