// SPDX-License-Identifier: MIT
// Reads FlatBuffers where they lie: tables, vectors and texts by number of the field, every offset held against the
// bytes. (FlatBuffers' internals page describes the format: little-endian, offsets relative to where they stand.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "base/status.h"

namespace kante::core {

// The bytes, and whether an offset has led outside: readers go on with nothing in its place and ask `status` at the
// end.
class FlatBuffer {
 public:
  explicit FlatBuffer(std::span<const std::byte> bytes) : bytes_(bytes) {}
  Status status() const {
    return broken_ ? Error(StatusCode::kInvalidProtobuf, "an offset leads outside the file") : OkStatus();
  }
  bool broken() const { return broken_; }
  bool HasIdentifier(std::string_view identifier) const;

  template <typename T>
  T At(uint64_t position) {
    T value{};
    if (position > bytes_.size() || bytes_.size() - position < sizeof(T)) {
      broken_ = true;
    } else {
      std::memcpy(&value, bytes_.data() + position, sizeof(T));
    }
    return value;
  }
  // `count` elements of `size` bytes from `position`; empty where they are not all there.
  std::span<const std::byte> Range(uint64_t position, uint64_t count, uint64_t size);
  void Break() { broken_ = true; }

 private:
  std::span<const std::byte> bytes_;
  bool broken_ = false;
};

class FlatTable;

// Elements of a vector. Empty if the field is absent.
class FlatVector {
 public:
  FlatVector() = default;
  FlatVector(FlatBuffer& buffer, uint64_t position, size_t element_size);
  size_t size() const { return count_; }
  std::span<const std::byte> bytes() const { return elements_; }
  template <typename T>
  T Scalar(size_t i) const {
    T value{};
    std::memcpy(&value, elements_.data() + i * sizeof(T), sizeof(T));
    return value;
  }
  FlatTable Table(size_t i) const;        // of a vector of tables
  std::string_view Text(size_t i) const;  // of a vector of texts

 private:
  FlatBuffer* buffer_ = nullptr;
  uint64_t first_ = 0;
  size_t count_ = 0;
  std::span<const std::byte> elements_;
};

class FlatTable {
 public:
  static FlatTable Root(FlatBuffer& buffer);
  FlatTable() = default;  // an absent one: every field of it is absent
  FlatTable(FlatBuffer& buffer, uint64_t position);

  template <typename T>
  T Scalar(int field, T fallback) const {
    const auto at = Field(field);
    return at ? buffer_->At<T>(*at) : fallback;
  }
  bool present() const { return buffer_ != nullptr; }
  std::string_view Text(int field) const;  // empty if absent
  FlatTable Table(int field) const;
  FlatVector Vector(int field, size_t element_size) const;
  FlatVector Tables(int field) const { return Vector(field, 4); }

 private:
  std::optional<uint64_t> Field(int field) const;  // where its value stands
  FlatBuffer* buffer_ = nullptr;
  uint64_t position_ = 0;
};

}  // namespace kante::core
