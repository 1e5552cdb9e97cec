// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "onnx/wire_reader.h"

namespace kante::core {

// Writes one message in protobuf's wire format. Large contents are only referred to until they reach the file.
class WireWriter {
 public:
  // Text, then bytes that live elsewhere.
  struct Piece {
    std::string text;
    Bytes reference;
  };

  void Int(uint32_t field, int64_t value);
  void Float(uint32_t field, float value);
  void String(uint32_t field, std::string_view value);
  void Message(uint32_t field, WireWriter inner);
  // Like String, but a large `bytes` must stay valid as long as the writer.
  void Reference(uint32_t field, Bytes bytes);
  void PackedInts(uint32_t field, std::span<const int64_t> values);
  void PackedFloats(uint32_t field, std::span<const float> values);
  // Nothing is written for an empty text.
  void OptionalString(uint32_t field, std::string_view value) {
    if (!value.empty()) String(field, value);
  }
  // Appends the fields of another message to this one.
  void Append(WireWriter more);

  uint64_t size() const { return size_; }
  std::span<const Piece> pieces() const { return pieces_; }
  std::string ToString() const;

 private:
  void Key(uint32_t field, WireType type);
  void Varint(uint64_t value);
  std::string& Text();

  std::vector<Piece> pieces_;
  uint64_t size_ = 0;
};

}  // namespace kante::core
