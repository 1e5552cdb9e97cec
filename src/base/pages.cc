// SPDX-License-Identifier: MIT
#include "base/pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace kante::core {
namespace {

uintptr_t Down(uintptr_t address, uintptr_t to) { return address / to * to; }
uintptr_t Up(uintptr_t address, uintptr_t to) { return Down(address + to - 1, to); }

uintptr_t PageSize() { return static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE)); }

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
  const uintptr_t address = reinterpret_cast<uintptr_t>(data);
  Advise(Up(address, kLargePage), Down(address + bytes, kLargePage), MADV_HUGEPAGE);
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
