// SPDX-License-Identifier: MIT
#include "onnx/wire_writer.h"

namespace kante::core {
namespace {

constexpr size_t kCopied = 512;  // smaller contents are copied: a piece costs more

}  // namespace

std::string& WireWriter::Text() {
  if (pieces_.empty() || !pieces_.back().reference.empty()) pieces_.emplace_back();
  return pieces_.back().text;
}

void WireWriter::Varint(uint64_t value) {
  std::string& text = Text();
  const size_t before = text.size();
  for (; value >= 0x80; value >>= 7) text.push_back(static_cast<char>(value | 0x80));
  text.push_back(static_cast<char>(value));
  size_ += text.size() - before;
}

void WireWriter::Key(uint32_t field, WireType type) { Varint(uint64_t{field} << 3 | static_cast<uint64_t>(type)); }

void WireWriter::Int(uint32_t field, int64_t value) {
  Key(field, WireType::kVarint);
  Varint(static_cast<uint64_t>(value));
}

void WireWriter::Float(uint32_t field, float value) {
  Key(field, WireType::kFixed32);
  Text().append(reinterpret_cast<const char*>(&value), sizeof(value));
  size_ += sizeof(value);
}

void WireWriter::String(uint32_t field, std::string_view value) {
  Key(field, WireType::kBytes);
  Varint(value.size());
  Text().append(value);
  size_ += value.size();
}

void WireWriter::Reference(uint32_t field, Bytes bytes) {
  if (bytes.size() < kCopied) return String(field, AsText(bytes));
  Key(field, WireType::kBytes);
  Varint(bytes.size());
  pieces_.back().reference = bytes;
  size_ += bytes.size();
}

void WireWriter::Message(uint32_t field, WireWriter inner) {
  Key(field, WireType::kBytes);
  Varint(inner.size());
  Append(std::move(inner));
}

void WireWriter::Append(WireWriter more) {
  for (Piece& piece : more.pieces_) {
    Text().append(piece.text);
    pieces_.back().reference = piece.reference;
  }
  size_ += more.size_;
}

void WireWriter::PackedInts(uint32_t field, std::span<const int64_t> values) {
  WireWriter packed;
  for (int64_t v : values) packed.Varint(static_cast<uint64_t>(v));
  Message(field, std::move(packed));
}

void WireWriter::PackedFloats(uint32_t field, std::span<const float> values) {
  String(field, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

std::string WireWriter::ToString() const {
  std::string out;
  out.reserve(size_);
  for (const Piece& piece : pieces_) {
    out += piece.text;
    out += AsText(piece.reference);
  }
  return out;
}

}  // namespace kante::core
