// SPDX-License-Identifier: MIT
#include "base/pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include "base/build.h"
#include "base/forever.h"

namespace kante::core {
namespace {

constexpr size_t kLargeBlock = size_t{1} << 20;  // smaller ones come from the heap
constexpr size_t kMaxBlock = size_t{1} << (sizeof(size_t) == 8 ? 39 : 30);

uintptr_t Up(uintptr_t address, uintptr_t to) { return (address + to - 1) / to * to; }

uintptr_t PageSize() { return static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE)); }

class Large final : public Allocator {
 public:
  void* Allocate(size_t bytes) override {
    if (IsSmall(bytes)) return HeapAllocator().Allocate(bytes);
    if (bytes > kMaxBlock) return nullptr;
    void* memory = ::mmap(nullptr, Rounded(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : memory;
  }
  void Free(void* block, size_t bytes) override {
    if (IsSmall(bytes)) return HeapAllocator().Free(block, bytes);
    ::munmap(block, Rounded(bytes));
  }

 private:
  // Sanitizers watch the heap only.
  static bool IsSmall(size_t bytes) { return kSanitized || bytes < kLargeBlock; }
  static size_t Rounded(size_t bytes) { return Up(bytes, PageSize()); }
};

}  // namespace

Allocator& LargeAllocator() {
  static constinit std::atomic<Large*> large{nullptr};
  return Forever(large);
}

void DropPages(const void* data, size_t bytes) {
  const uintptr_t page = PageSize(), address = reinterpret_cast<uintptr_t>(data);
  const uintptr_t begin = Up(address, page), end = (address + bytes) / page * page;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace kante::core
