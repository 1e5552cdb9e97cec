// SPDX-License-Identifier: MIT
// Walks protobuf's wire format in place. Never reads outside its bytes, never recurses, copies nothing.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace kante::core {

using Bytes = std::span<const std::byte>;

inline std::string_view AsText(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes AsBytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kStartGroup = 3, kEndGroup = 4, kFixed32 = 5 };

// One varint at `at`; the position behind it, or null when it is cut off or longer than ten bytes.
const std::byte* ReadVarint(const std::byte* at, const std::byte* end, uint64_t* value);

// The fields of one message, one after the other:
//
//   while (r.Next()) {
//     switch (r.field()) {
//       case kName: name = r.String(); break;   // others are skipped
//     }
//   }
//   KANTE_TRY(r.Finish());
//
// The first error (cut off, wrong wire type, nested too deeply) ends the walk and waits in Finish. Bytes and strings
// point into the message.
class WireReader {
 public:
  // `what` names the message in errors ("TensorProto"); `depth` is how many more levels may follow below it.
  // Below zero the reader holds only an error.
  WireReader(Bytes bytes, const char* what, int depth);

  bool Next();
  uint32_t field() const { return field_; }
  Status Finish() { return std::move(status_); }
  // A reader of the same message from its beginning. Use before the first Next.
  WireReader Again() const { return WireReader({at_, static_cast<size_t>(end_ - at_)}, what_, depth_); }
  int depth() const { return depth_; }
  // Where the next field begins.
  const std::byte* position() const { return at_; }

  // The field's content as that type.
  int64_t Int() { return Expect(WireType::kVarint) ? static_cast<int64_t>(number_) : 0; }
  float Float() { return Expect(WireType::kFixed32) ? std::bit_cast<float>(static_cast<uint32_t>(number_)) : 0.0f; }
  Bytes Content() { return Expect(WireType::kBytes) ? content_ : Bytes(); }
  std::string_view String() { return AsText(Content()); }
  WireReader Message(const char* what) { return WireReader(Content(), what, depth_ - 1); }

  // Repeated numbers, packed or one by one: appended, or only counted.
  void AppendTo(std::vector<int64_t>& numbers);
  void AppendTo(std::vector<float>& numbers);
  int64_t CountVarints();
  int64_t CountFixed(size_t size);
  // Calls f(uint64_t) for each.
  template <typename F>
  void ForEachVarint(F&& f) {
    if (type_ == WireType::kVarint) return f(number_);
    if (!Expect(WireType::kBytes)) return;
    const std::byte* at = content_.data();
    const std::byte* const end = at + content_.size();
    while (at != end) {
      uint64_t value;
      at = ReadVarint(at, end, &value);
      if (!at) return Fail("a packed number is cut off");
      f(value);
    }
  }
  // Calls f(T) for each; T has 4 or 8 bytes.
  template <typename T, typename F>
  void ForEachFixed(F&& f) {
    if (type_ == (sizeof(T) == 4 ? WireType::kFixed32 : WireType::kFixed64)) {
      T one;
      std::memcpy(&one, &number_, sizeof(T));
      return f(one);
    }
    if (!Expect(WireType::kBytes)) return;
    if (content_.size() % sizeof(T)) return Fail("packed numbers are cut off");
    for (size_t i = 0; i < content_.size(); i += sizeof(T)) {
      T one;
      std::memcpy(&one, content_.data() + i, sizeof(T));
      f(one);
    }
  }
  void Fail(std::string_view why);

 private:
  bool Expect(WireType type) {
    if (type_ == type) [[likely]]
      return true;
    Fail("has the wrong wire type");
    return false;
  }
  bool ReadPayload();
  bool SkipGroup();

  const std::byte* at_;
  const std::byte* end_;
  const char* what_;
  int depth_;
  uint32_t field_ = 0;
  WireType type_ = WireType::kVarint;
  uint64_t number_ = 0;
  Bytes content_;
  Status status_;
};

// Messages of one kind inside another, remembered to be read later.
struct MessageList {
  const char* what;
  std::vector<Bytes> items;
  int depth = 0;

  explicit MessageList(const char* name) : what(name) {}
  void Add(WireReader& parent) {
    items.push_back(parent.Content());
    depth = parent.depth() - 1;
  }
  size_t size() const { return items.size(); }
  WireReader operator[](size_t i) const { return WireReader(items[i], what, depth); }
};

}  // namespace kante::core
