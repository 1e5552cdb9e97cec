// SPDX-License-Identifier: MIT
#include "cli/io/json_tensor.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <nlohmann/json.hpp>

namespace kante::cli {
namespace {

using nlohmann::json;

struct Flat {
  std::vector<int64_t> shape;
  std::vector<const json*> leaves;
};

Status Bad(const std::string& name, const std::string& what) {
  return Status(StatusCode::kInvalidArgument, "'" + name + "' " + what);
}

Status Flatten(const json& node, size_t depth, Flat& flat, const std::string& name) {
  if (!node.is_array()) {
    if (depth != flat.shape.size()) return Bad(name, "mixes lists and values on one level");
    flat.leaves.push_back(&node);
    return Status();
  }
  const int64_t length = static_cast<int64_t>(node.size());
  if (depth == flat.shape.size() && flat.leaves.empty() && depth < 12) {
    flat.shape.push_back(length);
  } else if (depth >= flat.shape.size() || flat.shape[depth] != length) {
    return Bad(name, "has lists of different lengths on one level");
  }
  for (const json& child : node) {
    if (Status status = Flatten(child, depth + 1, flat, name); !status.ok()) return status;
  }
  return Status();
}

ElementType Guess(const Flat& flat) {
  ElementType type = ElementType::kInt64;
  for (const json* leaf : flat.leaves) {
    if (leaf->is_string()) return ElementType::kString;
    if (leaf->is_boolean()) return ElementType::kBool;
    if (leaf->is_number_float()) type = ElementType::kFloat32;
  }
  return type;
}

// What FormatJson writes for numbers that JSON lacks.
std::optional<double> Special(const json& leaf) {
  if (!leaf.is_string()) return std::nullopt;
  const std::string& text = leaf.get_ref<const std::string&>();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

template <typename T>
bool Fits(const json& leaf) {
  if (leaf.is_boolean()) return true;
  if (!leaf.is_number()) return std::is_floating_point_v<T> && Special(leaf);
  if constexpr (std::is_floating_point_v<T> || std::is_same_v<T, bool>) {
    return true;
  } else {
    if (leaf.is_number_unsigned()) return leaf.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<T>::max());
    if (leaf.is_number_integer()) {
      const int64_t v = leaf.get<int64_t>();  // negative: others are unsigned
      return std::is_signed_v<T> && v >= static_cast<int64_t>(std::numeric_limits<T>::min());
    }
    const double v = leaf.get<double>();  // 3.0 is an integer too
    return v == std::floor(v) && std::abs(v) <= 0x1p53 && v >= static_cast<double>(std::numeric_limits<T>::min()) &&
           v <= static_cast<double>(std::numeric_limits<T>::max());
  }
}

template <typename T>
Status Store(const Flat& flat, Tensor& tensor, const std::string& name) {
  auto out = tensor.mutable_values<T>();
  for (size_t i = 0; i < flat.leaves.size(); ++i) {
    const json& leaf = *flat.leaves[i];
    if (!Fits<T>(leaf))
      return Bad(name, "holds " + leaf.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 40) +
                           ", which is no " + std::string(NameOf(tensor.type())));
    if (const auto special = Special(leaf)) {
      out[i] = static_cast<T>(*special);
    } else if (leaf.is_boolean()) {
      out[i] = static_cast<T>(leaf.get<bool>());
    } else if (leaf.is_number_unsigned()) {
      out[i] = static_cast<T>(leaf.get<uint64_t>());
    } else if (leaf.is_number_float()) {
      out[i] = static_cast<T>(leaf.get<double>());
    } else {
      out[i] = static_cast<T>(leaf.get<int64_t>());
    }
  }
  return Status();
}

Status StoreAs(ElementType type, const Flat& flat, Tensor& tensor, const std::string& name) {
  switch (type) {
    case ElementType::kFloat32:
      return Store<float>(flat, tensor, name);
    case ElementType::kFloat64:
      return Store<double>(flat, tensor, name);
    case ElementType::kInt8:
      return Store<int8_t>(flat, tensor, name);
    case ElementType::kInt16:
      return Store<int16_t>(flat, tensor, name);
    case ElementType::kInt32:
      return Store<int32_t>(flat, tensor, name);
    case ElementType::kInt64:
      return Store<int64_t>(flat, tensor, name);
    case ElementType::kUint8:
      return Store<uint8_t>(flat, tensor, name);
    case ElementType::kUint16:
      return Store<uint16_t>(flat, tensor, name);
    case ElementType::kUint32:
      return Store<uint32_t>(flat, tensor, name);
    case ElementType::kUint64:
      return Store<uint64_t>(flat, tensor, name);
    case ElementType::kBool:
      return Store<bool>(flat, tensor, name);
    default:
      return Bad(name, "cannot be given as JSON for the type " + std::string(NameOf(type)));
  }
}

double HalfToDouble(uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  double value = exponent == 0 ? std::ldexp(fraction, -24)
                 : exponent == 31
                     ? (fraction ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity())
                     : std::ldexp(1024 + fraction, exponent - 25);
  return bits & 0x8000 ? -value : value;
}

json Leaf(const Tensor& tensor, int64_t i) {
  if (tensor.type() == ElementType::kString) return tensor.strings()[static_cast<size_t>(i)];
  if (tensor.type() == ElementType::kBool) return tensor.values<bool>()[static_cast<size_t>(i)];
  if (tensor.type() == ElementType::kInt64) return tensor.values<int64_t>()[static_cast<size_t>(i)];
  if (tensor.type() == ElementType::kUint64) return tensor.values<uint64_t>()[static_cast<size_t>(i)];
  const double value = ElementAsDouble(tensor, i);
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value == std::floor(value) && std::abs(value) < 1e15 && tensor.type() != ElementType::kFloat32 &&
      tensor.type() != ElementType::kFloat64) {
    return static_cast<int64_t>(value);
  }
  return value;
}

json Nested(const Tensor& tensor, size_t dim, int64_t& next) {
  if (dim == tensor.shape().size()) return Leaf(tensor, next++);
  json list = json::array();
  for (int64_t i = 0; i < tensor.shape()[dim]; ++i) list.push_back(Nested(tensor, dim + 1, next));
  return list;
}

}  // namespace

double ElementAsDouble(const Tensor& tensor, int64_t index) {
  const size_t i = static_cast<size_t>(index);
  switch (tensor.type()) {
    case ElementType::kFloat32:
      return tensor.values<float>()[i];
    case ElementType::kFloat64:
      return tensor.values<double>()[i];
    case ElementType::kFloat16:
      return HalfToDouble(tensor.values<uint16_t>()[i]);
    case ElementType::kBfloat16:
      return std::bit_cast<float>(uint32_t{tensor.values<uint16_t>()[i]} << 16);
    case ElementType::kInt8:
      return tensor.values<int8_t>()[i];
    case ElementType::kInt16:
      return tensor.values<int16_t>()[i];
    case ElementType::kInt32:
      return tensor.values<int32_t>()[i];
    case ElementType::kInt64:
      return static_cast<double>(tensor.values<int64_t>()[i]);
    case ElementType::kUint8:
      return tensor.values<uint8_t>()[i];
    case ElementType::kUint16:
      return tensor.values<uint16_t>()[i];
    case ElementType::kUint32:
      return tensor.values<uint32_t>()[i];
    case ElementType::kUint64:
      return static_cast<double>(tensor.values<uint64_t>()[i]);
    case ElementType::kBool:
      return tensor.values<uint8_t>()[i] ? 1 : 0;
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

Result<Tensor> ParseJsonTensor(const std::string& text, ElementType type, const std::string& name) {
  const json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return Bad(name, "is not valid JSON");
  const json& root = parsed.is_object() && parsed.contains("data") ? parsed["data"] : parsed;
  Flat flat;
  if (Status status = Flatten(root, 0, flat, name); !status.ok()) return status;
  if (type == ElementType::kUndefined) type = Guess(flat);
  auto made = Tensor::Allocate(type, flat.shape);
  if (!made.ok()) return made.status();
  if (type == ElementType::kString) {
    for (const json* leaf : flat.leaves) {
      if (!leaf->is_string()) return Bad(name, "holds a value that is no string");
    }
    auto* strings = static_cast<std::string*>(made->mutable_data());
    for (size_t i = 0; i < flat.leaves.size(); ++i) strings[i] = flat.leaves[i]->get<std::string>();
    return made;
  }
  if (Status status = StoreAs(type, flat, *made, name); !status.ok()) return status;
  return made;
}

std::string FormatJson(const std::string& name, const Tensor& tensor) {
  int64_t next = 0;
  json out;
  out["name"] = name;
  out["type"] = NameOf(tensor.type());
  out["shape"] = std::vector<int64_t>(tensor.shape().begin(), tensor.shape().end());
  out["data"] = Nested(tensor, 0, next);
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace kante::cli
