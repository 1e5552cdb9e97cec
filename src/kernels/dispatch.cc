// SPDX-License-Identifier: MIT
#include "kernels/dispatch.h"

#include "kernels/simd_config.h"

#include "hwy/base.h"

#if HWY_ARCH_X86
#include <cpuid.h>
#endif

namespace hwy {
// Debug and sanitizer builds of Highway's headers refer to this; the library itself lives in libhwy, which we do not
// link. Weak, so that a program that links libhwy too keeps its own.
__attribute__((weak, visibility("hidden"))) void Abort(const char*, int, const char*, ...) { __builtin_trap(); }
}  // namespace hwy

namespace kante::kernels {
namespace {

constexpr Target kCompiled[] = {KANTE_IF_SSE4(Target::kSse4, ) KANTE_IF_AVX2(Target::kAvx2, ) KANTE_IF_AVX3(
    Target::kAvx3, ) KANTE_IF_NEON(Target::kNeon, ) KANTE_IF_WASM(Target::kWasm, ) KANTE_IF_SCALAR(Target::kScalar, )};
constexpr int kCompiledCount = static_cast<int>(sizeof(kCompiled) / sizeof(kCompiled[0]));

#if HWY_ARCH_X86

constexpr bool Has(unsigned word, unsigned mask) { return (word & mask) == mask; }

// XCR0: which register files the OS saves. Only valid if CPUID reports OSXSAVE.
unsigned ReadXcr0() {
  unsigned eax, edx;
  __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(eax), "=d"(edx) : "c"(0));
  return eax;
}

// A Highway target is more than its name says: SSE4 code may hold AES and CLMUL, AVX2 code FMA, BMI and F16C.
bool CpuSupports(Target target) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return false;
  constexpr unsigned kSsse3 = 1u << 9, kSse41 = 1u << 19, kSse42 = 1u << 20, kClmul = 1u << 1, kAes = 1u << 25;
  if (!Has(c, kSsse3 | kSse41 | kSse42)) return false;
  // The SSE4 kernels use no AES or CLMUL intrinsic and no compiler makes those by itself: plain SSE4.2 is enough for
  // the floor.
  if (target == Target::kSse4) return true;
  constexpr unsigned kFma = 1u << 12, kOsXsave = 1u << 27, kAvx = 1u << 28, kF16c = 1u << 29;
  if (!Has(c, kClmul | kAes | kFma | kOsXsave | kAvx | kF16c)) return false;
  const unsigned xcr0 = ReadXcr0();
  if (!Has(xcr0, 0x6)) return false;
  unsigned b7, c7;
  if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d)) return false;
  constexpr unsigned kBmi1 = 1u << 3, kAvx2 = 1u << 5, kBmi2 = 1u << 8;
  if (!Has(b7, kBmi1 | kAvx2 | kBmi2)) return false;
  if (!__get_cpuid(0x80000001u, &a, &b, &c, &d) || !Has(c, 1u << 5)) return false;  // LZCNT
  if (target == Target::kAvx2) return true;
  constexpr unsigned kAvx512F = 1u << 16, kAvx512Dq = 1u << 17, kAvx512Cd = 1u << 28, kAvx512Bw = 1u << 30,
                     kAvx512Vl = 1u << 31;
  return target == Target::kAvx3 && Has(b7, kAvx512F | kAvx512Dq | kAvx512Cd | kAvx512Bw | kAvx512Vl) &&
         Has(xcr0, 0xe6);
}

// The first processors with AVX-512 run slower as a whole while it is used; those with VNNI do hardly.
bool WideIsFast() {
  unsigned a, b, c, d;
  constexpr unsigned kAvx512Vnni = 1u << 11;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && Has(c, kAvx512Vnni);
}

#else

// One target is compiled and the ABI guarantees it (Advanced SIMD is part of AArch64).
bool CpuSupports(Target) { return true; }
bool WideIsFast() { return true; }

#endif

int IndexOf(Target target) {
  for (int i = 0; i < kCompiledCount; ++i) {
    if (kCompiled[i] == target) return i;
  }
  return -1;
}

}  // namespace

namespace internal {

constinit std::atomic<int> target_index{-1};

int DetectTargetIndex() {
  int expected = -1;
  const int detected = IndexOf(BestTarget());
  target_index.compare_exchange_strong(expected, detected, std::memory_order_relaxed);
  return expected < 0 ? detected : expected;
}

}  // namespace internal

const char* TargetName(Target target) {
  switch (target) {
    case Target::kSse4:
      return "sse4";
    case Target::kAvx2:
      return "avx2";
    case Target::kAvx3:
      return "avx512";
    case Target::kNeon:
      return "neon";
    case Target::kWasm:
      return "wasm";
    case Target::kScalar:
      break;
  }
  return "scalar";
}

Target CurrentTarget() { return kCompiled[internal::TargetIndex()]; }

bool TargetSupported(Target target) { return IndexOf(target) >= 0 && CpuSupports(target); }

Target BestTarget() {
  for (int i = kCompiledCount - 1; i > 0; --i) {
    if (kCompiled[i] == Target::kAvx3 && !WideIsFast()) continue;
    if (CpuSupports(kCompiled[i])) return kCompiled[i];
  }
  return kCompiled[0];
}

bool SetTarget(Target target) {
  if (!TargetSupported(target)) return false;
  internal::target_index.store(IndexOf(target), std::memory_order_relaxed);
  return true;
}

}  // namespace kante::kernels
