// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

namespace kante::core {

// The T of `slot`, made at the first call and never destroyed: no code runs at exit, and the compiler's guards of
// local statics with the exceptions that they can throw are not linked. `slot` is a constinit static.
template <typename T>
T& Forever(std::atomic<T*>& slot) {
  T* have = slot.load(std::memory_order_acquire);
  if (have) return *have;
  T* made = new T;
  if (slot.compare_exchange_strong(have, made, std::memory_order_acq_rel)) return *made;
  delete made;
  return *have;
}

}  // namespace kante::core
