// SPDX-License-Identifier: MIT
#include "tensor/buffer.h"

#include <utility>

namespace kante::core {
namespace {

uint64_t NextId() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

// Memory of a counted allocator; a Deleter that holds one would need heap for itself.
class Allocated final : public Buffer {
 public:
  Allocated(void* data, size_t bytes, std::shared_ptr<Allocator> allocator)
      : Buffer(data, bytes, nullptr, Device{}), allocator_(std::move(allocator)) {}
  ~Allocated() { allocator_->Free(data(), bytes()); }

 private:
  std::shared_ptr<Allocator> allocator_;
};

Status NoMemory(int64_t bytes) { return Error(StatusCode::kOutOfMemory, "cannot allocate ", bytes, " bytes"); }

}  // namespace

Buffer::Buffer(void* data, size_t bytes, Deleter deleter, Device device)
    : data_(static_cast<std::byte*>(data)),
      bytes_(bytes),
      deleter_(std::move(deleter)),
      device_(device),
      id_(NextId()) {}

Buffer::~Buffer() {
  if (deleter_) deleter_(data_, bytes_);
}

Result<std::shared_ptr<Buffer>> Buffer::Allocate(int64_t bytes, Allocator& allocator) {
  void* data = std::in_range<size_t>(bytes) ? allocator.Allocate(static_cast<size_t>(bytes)) : nullptr;
  if (!data) return NoMemory(bytes);
  Allocator* a = &allocator;
  return std::make_shared<Buffer>(
      data, static_cast<size_t>(bytes), [a](void* p, size_t n) { a->Free(p, n); }, Device{});
}

Result<std::shared_ptr<Buffer>> Buffer::Allocate(int64_t bytes, std::shared_ptr<Allocator> allocator) {
  void* data = std::in_range<size_t>(bytes) ? allocator->Allocate(static_cast<size_t>(bytes)) : nullptr;
  if (!data) return NoMemory(bytes);
  return std::make_shared<Allocated>(data, static_cast<size_t>(bytes), std::move(allocator));
}

std::shared_ptr<Buffer> Buffer::Wrap(void* data, size_t bytes, Deleter deleter, Device device) {
  return std::make_shared<Buffer>(data, bytes, std::move(deleter), device);
}

std::shared_ptr<Buffer> Buffer::Borrow(const void* data, size_t bytes, std::shared_ptr<const void> owner,
                                       bool file_pages) {
  auto buffer = std::make_shared<Buffer>(
      const_cast<void*>(data), bytes, [o = std::move(owner)](void*, size_t) {}, Device{});
  buffer->read_only_ = true;
  buffer->file_pages_ = file_pages;
  return buffer;
}

}  // namespace kante::core
