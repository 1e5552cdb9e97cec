// SPDX-License-Identifier: MIT
#include "onnx/flat_buffer.h"

#include "onnx/wire_reader.h"

namespace kante::core {

bool FlatBuffer::HasIdentifier(std::string_view identifier) const {
  return bytes_.size() >= 8 && std::memcmp(bytes_.data() + 4, identifier.data(), 4) == 0;
}

std::span<const std::byte> FlatBuffer::Range(uint64_t position, uint64_t count, uint64_t size) {
  if (position > bytes_.size() || count > (bytes_.size() - position) / size) {
    broken_ = true;
    return {};
  }
  return bytes_.subspan(position, count * size);
}

FlatVector::FlatVector(FlatBuffer& buffer, uint64_t position, size_t element_size) : buffer_(&buffer) {
  first_ = position + 4;
  elements_ = buffer.Range(first_, buffer.At<uint32_t>(position), element_size);
  count_ = elements_.size() / element_size;
}

FlatTable FlatVector::Table(size_t i) const {
  const uint64_t at = first_ + 4 * i;
  return FlatTable(*buffer_, at + buffer_->At<uint32_t>(at));
}

std::string_view FlatVector::Text(size_t i) const {
  const uint64_t at = first_ + 4 * i;
  return AsText(FlatVector(*buffer_, at + buffer_->At<uint32_t>(at), 1).bytes());
}

FlatTable FlatTable::Root(FlatBuffer& buffer) { return FlatTable(buffer, buffer.At<uint32_t>(0)); }

FlatTable::FlatTable(FlatBuffer& buffer, uint64_t position) : buffer_(&buffer), position_(position) {}

// A table begins with the distance back to its vtable: two sizes, then where each field stands in the table, or 0.
std::optional<uint64_t> FlatTable::Field(int field) const {
  if (!buffer_) return {};
  const int64_t vtable = static_cast<int64_t>(position_) - buffer_->At<int32_t>(position_);
  if (vtable < 0) {
    buffer_->Break();
    return {};
  }
  const auto at = static_cast<uint64_t>(vtable);
  const uint64_t entry = 4 + 2 * static_cast<uint64_t>(field);
  if (entry + 2 > buffer_->At<uint16_t>(at)) return {};
  const uint16_t offset = buffer_->At<uint16_t>(at + entry);
  if (offset == 0) return {};
  return position_ + offset;
}

std::string_view FlatTable::Text(int field) const { return AsText(Vector(field, 1).bytes()); }

FlatTable FlatTable::Table(int field) const {
  const auto at = Field(field);
  return at ? FlatTable(*buffer_, *at + buffer_->At<uint32_t>(*at)) : FlatTable();
}

FlatVector FlatTable::Vector(int field, size_t element_size) const {
  const auto at = Field(field);
  return at ? FlatVector(*buffer_, *at + buffer_->At<uint32_t>(*at), element_size) : FlatVector();
}

}  // namespace kante::core
