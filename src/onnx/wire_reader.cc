// SPDX-License-Identifier: MIT
#include "onnx/wire_reader.h"

namespace kante::core {

const std::byte* ReadVarint(const std::byte* at, const std::byte* end, uint64_t* value) {
  uint64_t result = 0;
  for (int shift = 0; shift < 70 && at != end; shift += 7) {
    const auto byte = static_cast<uint64_t>(*at++);
    if (shift == 63 && byte > 1) return nullptr;  // more than 64 bits
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      *value = result;
      return at;
    }
  }
  return nullptr;
}

WireReader::WireReader(Bytes bytes, const char* what, int depth)
    : at_(bytes.data()), end_(bytes.data() + bytes.size()), what_(what), depth_(depth) {
  if (depth >= 0) return;
  status_ = Error(StatusCode::kLimitExceeded, "messages are nested too deeply");
  at_ = end_ = nullptr;
}

bool WireReader::Next() {
  while (at_ != end_) {
    uint64_t key;
    at_ = ReadVarint(at_, end_, &key);
    if (!at_) {
      Fail("is followed by a field whose number is cut off");
      return false;
    }
    field_ = static_cast<uint32_t>(key >> 3);
    type_ = static_cast<WireType>(key & 7);
    if (key > UINT32_MAX || field_ == 0) {
      Fail("has an invalid number");
      return false;
    }
    if (type_ != WireType::kStartGroup) return ReadPayload();
    if (!SkipGroup()) return false;
  }
  return false;
}

bool WireReader::ReadPayload() {
  const auto left = static_cast<size_t>(end_ - at_);
  switch (type_) {
    case WireType::kVarint:
      at_ = ReadVarint(at_, end_, &number_);
      if (at_) return true;
      break;
    case WireType::kFixed64:
    case WireType::kFixed32: {
      const size_t size = type_ == WireType::kFixed64 ? 8 : 4;
      if (left < size) break;
      number_ = 0;
      std::memcpy(&number_, at_, size);
      at_ += size;
      return true;
    }
    case WireType::kBytes: {
      uint64_t size;
      at_ = ReadVarint(at_, end_, &size);
      if (!at_ || size > static_cast<uint64_t>(end_ - at_)) break;
      content_ = Bytes(at_, static_cast<size_t>(size));
      at_ += size;
      return true;
    }
    default:
      Fail("has an unknown wire type");
      return false;
  }
  Fail("is cut off");
  return false;
}

// Old protobuf's groups: fields up to a matching end. Nested ones are counted, not recursed into.
bool WireReader::SkipGroup() {
  int open = 1;
  while (open > 0) {
    uint64_t key = 0;
    at_ = ReadVarint(at_, end_, &key);
    if (!at_) {
      Fail("a group is cut off");
      return false;
    }
    type_ = static_cast<WireType>(key & 7);
    if (type_ == WireType::kStartGroup) {
      if (++open > depth_ + 1) {
        Fail("groups are nested too deeply");
        return false;
      }
    } else if (type_ == WireType::kEndGroup) {
      --open;
    } else if (!ReadPayload()) {
      return false;
    }
  }
  return true;
}

void WireReader::Fail(std::string_view why) {
  if (status_.ok()) {
    status_ = Error(StatusCode::kInvalidProtobuf, "not a valid ONNX file: field ", field_, " of ", what_, " ", why);
  }
  at_ = end_ = nullptr;
}

void WireReader::AppendTo(std::vector<int64_t>& numbers) {
  ForEachVarint([&](uint64_t v) { numbers.push_back(static_cast<int64_t>(v)); });
}

void WireReader::AppendTo(std::vector<float>& numbers) {
  ForEachFixed<float>([&](float v) { numbers.push_back(v); });
}

int64_t WireReader::CountVarints() {
  if (type_ == WireType::kVarint) return 1;
  int64_t count = 0;
  for (std::byte b : Content()) count += b < std::byte{0x80};
  return count;
}

int64_t WireReader::CountFixed(size_t size) {
  return type_ == WireType::kBytes ? static_cast<int64_t>(content_.size() / size) : 1;
}

}  // namespace kante::core
