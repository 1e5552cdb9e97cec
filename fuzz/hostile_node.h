// SPDX-License-Identifier: MIT
// Reads an operator of the registry with hostile attributes, types, shapes and values out of a fuzzer's bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ops/registry.h"

namespace kante::core {

class Bytes {
 public:
  explicit Bytes(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  uint8_t Next() {
    if (bytes_.empty()) return 0;
    const uint8_t b = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return b;
  }
  size_t Below(size_t n) {
    const size_t high = Next();
    return (high << 8 | Next()) % std::max<size_t>(n, 1);
  }
  // Mostly small; sometimes what breaks arithmetic.
  int64_t Number() {
    static constexpr int64_t kHostile[] = {std::numeric_limits<int64_t>::max(),
                                           std::numeric_limits<int64_t>::min(),
                                           int64_t{1} << 31,
                                           -(int64_t{1} << 31),
                                           int64_t{1} << 62,
                                           65536,
                                           -65536,
                                           255};
    const uint8_t b = Next();
    return b < 224 ? static_cast<int64_t>(b % 16) - 4 : kHostile[b % 8];
  }

 private:
  std::span<const uint8_t> bytes_;
};

// Every name that src/ops reads as an attribute, and the words that its string attributes know; made by CMake.
inline constexpr const char* kAttributeNames[] = {
#include "attribute_names.inc"
};
inline constexpr const char* kWords[] = {
#include "attribute_words.inc"
};

inline std::vector<int64_t> NumbersOf(Bytes& b) {
  std::vector<int64_t> list(b.Below(9));
  for (int64_t& v : list) v = b.Number();
  return list;
}

inline AttributeValue HostileAttribute(Bytes& b) {
  switch (b.Next() % 6) {
    case 0:
      return NumbersOf(b);
    case 1:
      return static_cast<float>(b.Number());
    case 2:
      return std::string(kWords[b.Below(std::size(kWords))]);
    case 3: {
      std::vector<float> list;
      for (int64_t v : NumbersOf(b)) list.push_back(static_cast<float>(v));
      return list;
    }
    default:
      return b.Number();
  }
}

// A node of one of `all`, at its newest version and without bodies; inputs are numbered from 1, outputs from 100.
inline Node HostileNode(Bytes& b, const std::vector<const OpDef*>& all) {
  const OpInfo& info = all[b.Below(all.size())]->info;
  Node node;
  node.op_type = info.name;
  node.domain = info.domain;
  node.version = info.versions.newest();
  const size_t inputs = std::min<size_t>(static_cast<size_t>(info.min_inputs) + b.Below(4),
                                         std::min(static_cast<size_t>(info.max_inputs), size_t{10}));
  for (size_t i = 0; i < inputs; ++i) {
    const bool absent = b.Next() < 16 && i >= static_cast<size_t>(info.min_inputs);
    node.inputs.push_back(absent ? kNone : static_cast<ValueId>(i + 1));
  }
  const size_t outputs = std::min<size_t>(1 + b.Below(3), std::min(static_cast<size_t>(info.max_outputs), size_t{4}));
  for (size_t i = 0; i < outputs; ++i) node.outputs.push_back(static_cast<ValueId>(100 + i));
  for (size_t count = b.Below(5); count > 0; --count) {
    node.attributes.emplace_back(kAttributeNames[b.Below(std::size(kAttributeNames))], HostileAttribute(b));
  }
  return node;
}

// The operator of `node` once the attributes that it does not know are dropped and those that it misses are added.
inline Result<OpInstance> Mended(Node& node, Bytes& b, const OpRegistry& registry) {
  Result<OpInstance> op = registry.Instantiate(node);
  for (int tries = 0; tries < 8 && !op.ok(); ++tries) {
    const std::string message = op.status().ToString();
    const size_t from = message.find('\'');
    const size_t to = message.find('\'', from + 1);
    if (from == std::string::npos || to == std::string::npos) break;
    const std::string name = message.substr(from + 1, to - from - 1);
    std::erase_if(node.attributes, [&](const Attribute& a) { return a.name == name; });
    if (message.find("unknown") == std::string::npos) node.attributes.emplace_back(name, HostileAttribute(b));
    op = registry.Instantiate(node);
  }
  return op;
}

inline ElementType HostileType(Bytes& b, const OpInfo& info, int i, ElementType common) {
  if (info.of_common_type(i) && b.Next() >= 8) return common;
  const uint8_t kind = b.Next();
  if (kind < 96) return ElementType::kInt64;
  if (kind < 160) return ElementType::kFloat32;
  return static_cast<ElementType>(1 + kind % (kElementTypeCount - 1));
}

}  // namespace kante::core
