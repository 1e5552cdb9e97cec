// SPDX-License-Identifier: MIT
// Counted memory that tensors point into.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/allocator.h"
#include "base/status.h"

namespace kante::core {

// Where memory lives. Host memory may be touched by anyone; another device's only through its provider's Copy.
struct Device {
  int16_t provider = 0;  // 0 is the host
  int16_t index = 0;
  bool is_host() const { return provider == 0; }
  bool operator==(const Device&) const = default;
};

// A block of bytes and the way to give it back. Always held by shared_ptr; thread-safe where marked.
class Buffer {
 public:
  using Deleter = std::function<void(void* data, size_t bytes)>;

  // Host memory from `allocator`, which must outlive it; OutOfMemory names the size. Contents are not cleared.
  static Result<std::shared_ptr<Buffer>> Allocate(int64_t bytes, Allocator& allocator = HeapAllocator());
  // Host memory from a counted allocator, kept alive by the buffer.
  static Result<std::shared_ptr<Buffer>> Allocate(int64_t bytes, std::shared_ptr<Allocator> allocator);
  // Memory of somebody else; `deleter` (may be null) runs when the last user goes and may hold what keeps it alive.
  static std::shared_ptr<Buffer> Wrap(void* data, size_t bytes, Deleter deleter, Device device = {});
  // Read-only memory inside `owner` (a mapped file, another buffer). `file_pages`: it is a mapped file.
  static std::shared_ptr<Buffer> Borrow(const void* data, size_t bytes, std::shared_ptr<const void> owner,
                                        bool file_pages = false);

  Buffer(void* data, size_t bytes, Deleter deleter, Device device);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  std::byte* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  Device device() const { return device_; }
  bool read_only() const { return read_only_; }
  // The system reads it from a file when it is touched: DropPages (base/pages.h) loses nothing.
  bool file_pages() const { return file_pages_; }
  // Memory that somebody will use again (an arena, a caller's feed): results must not keep it, they copy.
  bool transient() const { return transient_.load(std::memory_order_relaxed); }
  void set_transient() { transient_.store(true, std::memory_order_relaxed); }
  // Process-wide unique number: with the version it identifies contents (the WeightStore's key).
  uint64_t id() const { return id_; }

  // How far a growing tensor is filled, in bytes. An append in place first wins TryAdvance(from, to); a loser copies.
  int64_t used() const { return used_.load(std::memory_order_acquire); }
  void set_used(int64_t bytes) { used_.store(bytes, std::memory_order_release); }
  bool TryAdvance(int64_t from, int64_t to) {
    return used_.compare_exchange_strong(from, to, std::memory_order_acq_rel);
  }

 private:
  std::byte* data_;
  size_t bytes_;
  Deleter deleter_;
  Device device_;
  bool read_only_ = false;
  bool file_pages_ = false;
  std::atomic<bool> transient_{false};
  uint64_t id_;
  std::atomic<int64_t> used_{0};
};

}  // namespace kante::core
