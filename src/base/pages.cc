// SPDX-License-Identifier: MIT
#include "base/pages.h"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace kante::core {
namespace {

uintptr_t Down(uintptr_t address, uintptr_t to) { return address / to * to; }
uintptr_t Up(uintptr_t address, uintptr_t to) { return Down(address + to - 1, to); }

uintptr_t PageSize() { return static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE)); }

// That this thread has worked: what else the machine does meanwhile does not count.
[[maybe_unused]] int64_t ThreadNanos() {
  struct timespec t = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<int64_t>(t.tv_sec) * 1'000'000'000 + static_cast<int64_t>(t.tv_nsec);
}

// Advice on the pages between two addresses; what the system does not know it refuses, and nothing is lost.
void Advise(uintptr_t begin, uintptr_t end, int advice) {
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, advice);
}

}  // namespace

void DropPages(const void* data, size_t bytes) {
  const uintptr_t address = reinterpret_cast<uintptr_t>(data);
  Advise(Up(address, PageSize()), Down(address + bytes, PageSize()), MADV_DONTNEED);
}

void FetchPages([[maybe_unused]] const void* data, [[maybe_unused]] size_t bytes) {
#ifdef MADV_POPULATE_READ
  const uintptr_t address = reinterpret_cast<uintptr_t>(data);
  Advise(Down(address, PageSize()), Up(address + bytes, PageSize()), MADV_POPULATE_READ);
#endif
}

void PreferLargePages([[maybe_unused]] void* data, [[maybe_unused]] size_t bytes) {
#ifdef MADV_HUGEPAGE
  constexpr int64_t kSlowNanos = 500'000;  // filling one with zeros takes 50 to 200 us
  // In a row. A few are forgiven: a virtual machine pays as much for small pages that its host has not given it yet.
  constexpr int kMostSlow = 4;
  static constinit std::atomic<int> slow{0};
  const uintptr_t address = reinterpret_cast<uintptr_t>(data);
  const uintptr_t begin = Up(address, kLargePage), end = Down(address + bytes, kLargePage);
  if (begin >= end || slow.load(std::memory_order_relaxed) >= kMostSlow) return;
  Advise(begin, begin + kLargePage, MADV_HUGEPAGE);
  const int64_t start = ThreadNanos();
  *reinterpret_cast<volatile std::byte*>(begin) = std::byte{0};
  if (ThreadNanos() - start > kSlowNanos) {
    slow.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  slow.store(0, std::memory_order_relaxed);
  Advise(begin + kLargePage, end, MADV_HUGEPAGE);
#endif
}

void* MapPages(size_t bytes) {
  // More than asked for, and what is around the aligned part given back.
  void* memory = ::mmap(nullptr, bytes + kLargePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  const uintptr_t from = reinterpret_cast<uintptr_t>(memory), begin = Up(from, kLargePage), end = begin + bytes;
  if (begin > from) ::munmap(memory, begin - from);
  if (from + kLargePage > begin) ::munmap(reinterpret_cast<void*>(end), from + kLargePage - begin);
  return reinterpret_cast<void*>(begin);
}

void UnmapPages(void* data, size_t bytes) { ::munmap(data, bytes); }

}  // namespace kante::core
