// SPDX-License-Identifier: MIT
//
// Which instruction set the kernels run on.
//
// Every vector kernel is compiled once per target (see simd.h) and reached through a table of function pointers indexed
// by the current target. The first call of any kernel detects the CPU; nothing happens before main. AVX-512 is chosen
// on processors that have VNNI too: those before them slow down for wide registers.
//
// Thread-safety: everything here may be called from any thread. SetTarget is meant for tests and tuning: packed GEMM
// panels have a layout that depends on the target, so nothing packed before the call may be used after it.
#pragma once

#include <atomic>

namespace kante::kernels {

enum class Target : int { kScalar, kSse4, kAvx2, kAvx3, kNeon, kWasm };

/// Lower-case name such as "avx2"; never null.
const char* TargetName(Target target);

/// The target that kernels run on now.
Target CurrentTarget();

/// The best target that this build and this CPU share; AVX-512 only where it does not slow the processor down.
Target BestTarget();

/// True if the target was compiled in and the CPU (and the OS, for wide registers) supports it.
bool TargetSupported(Target target);

/// Selects a target; false, and no change, if it is not supported.
bool SetTarget(Target target);

/// Calls f(Target) with every supported target selected in turn, then selects the one from before again. For tests.
template <class F>
void ForEachSupportedTarget(F&& f) {
  const Target before = CurrentTarget();
  for (Target t : {Target::kScalar, Target::kSse4, Target::kAvx2, Target::kAvx3, Target::kNeon, Target::kWasm}) {
    if (SetTarget(t)) f(t);
  }
  SetTarget(before);
}

namespace internal {

/// Row of the dispatch tables in use; -1 until the CPU has been looked at.
extern std::atomic<int> target_index;

int DetectTargetIndex();

inline int TargetIndex() {
  const int index = target_index.load(std::memory_order_relaxed);
  return index >= 0 ? index : DetectTargetIndex();
}

}  // namespace internal
}  // namespace kante::kernels
