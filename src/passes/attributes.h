// SPDX-License-Identifier: MIT
// Attributes of a node with ONNX's defaults, for rewrites.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace kante::core {

template <typename T>
T AttributeOr(const Node& node, std::string_view name, T fallback) {
  const Attribute* a = node.FindAttribute(name);
  const T* value = a ? a->get<T>() : nullptr;
  return value ? *value : fallback;
}

inline int64_t IntOr(const Node& node, std::string_view name, int64_t fallback) {
  return AttributeOr<int64_t>(node, name, fallback);
}
inline float FloatOr(const Node& node, std::string_view name, float fallback) {
  return AttributeOr<float>(node, name, fallback);
}
inline std::string StringOr(const Node& node, std::string_view name, std::string fallback) {
  return AttributeOr<std::string>(node, name, std::move(fallback));
}
inline std::vector<int64_t> IntsOr(const Node& node, std::string_view name, std::vector<int64_t> fallback = {}) {
  return AttributeOr<std::vector<int64_t>>(node, name, std::move(fallback));
}

// The node's attributes with `changed` added or put in place of those of the same name.
std::vector<Attribute> AttributesWith(const Node& node, std::vector<Attribute> changed);

}  // namespace kante::core
