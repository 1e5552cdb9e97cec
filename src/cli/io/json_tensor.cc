// SPDX-License-Identifier: MIT
#include "cli/io/json_tensor.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <nlohmann/json.hpp>

namespace kante::cli {
namespace {

using json = nlohmann::ordered_json;  // keeps the order of a map's keys

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

std::string KeyText(const Tensor& keys, int64_t i) {
  const auto at = static_cast<size_t>(i);
  return keys.type() == ElementType::kString ? keys.strings()[at] : std::to_string(keys.values<int64_t>()[at]);
}

json Data(const Value& value) {
  int64_t next = 0;
  if (value.is_tensor()) return Nested(value.tensor(), 0, next);
  if (value.is_map()) {
    json object = json::object();
    for (int64_t i = 0; i < value.keys().elements(); ++i) object[KeyText(value.keys(), i)] = Leaf(value.values(), i);
    return object;
  }
  if (value.kind() == Value::Kind::kNone) return nullptr;
  json list = json::array();
  for (const Value& item : value.items()) list.push_back(Data(item));
  return list;
}

Result<Tensor> TensorOf(const json& root, ElementType type, const std::string& name) {
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

Result<Value> MapOf(const json& root, const ValueDescription& input, const std::string& name) {
  if (!root.is_object()) return Bad(name, "must hold an object {\"key\": value, ...} where the model takes a map");
  std::vector<std::string> texts;
  std::vector<int64_t> numbers;
  json scalars = json::array();
  for (const auto& [key, value] : root.items()) {
    texts.push_back(key);
    scalars.push_back(value);
    if (input.key_type != ElementType::kInt64) continue;
    int64_t number = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
    if (error != std::errc() || end != key.data() + key.size()) return Bad(name, "has the key '" + key + "', no int64");
    numbers.push_back(number);
  }
  const std::vector<int64_t> shape{static_cast<int64_t>(texts.size())};
  auto keys = input.key_type == ElementType::kInt64 ? Tensor::Of<int64_t>(shape, std::span<const int64_t>(numbers))
                                                    : Tensor::OfStrings(shape, texts);
  if (!keys.ok()) return keys.status();
  auto values = TensorOf(scalars, input.element_type, name);
  if (!values.ok()) return values.status();
  if (values->shape().size() != 1) return Bad(name, "has a map whose values are lists");
  return Value::Map(std::move(*keys), std::move(*values));
}

Result<Value> ItemOf(const json& root, const ValueDescription& input, const std::string& name) {
  if (input.key_type != ElementType::kUndefined) return MapOf(root, input, name);
  auto tensor = TensorOf(root, input.element_type, name);
  if (!tensor.ok()) return tensor.status();
  return Value(std::move(*tensor));
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
  return TensorOf(parsed.is_object() && parsed.contains("data") ? parsed["data"] : parsed, type, name);
}

Result<Value> ParseJsonValue(const std::string& text, const ValueDescription& input, const std::string& name) {
  const json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return Bad(name, "is not valid JSON");
  // What FormatJson writes wraps the data; a map may have the key "data" of its own.
  const bool wrapped =
      parsed.is_object() && parsed.contains("data") && (input.kind != ValueKind::kMap || parsed["data"].is_object());
  const json& root = wrapped ? parsed["data"] : parsed;
  if (input.kind != ValueKind::kSequence) return ItemOf(root, input, name);
  if (!root.is_array()) return Bad(name, "must hold a list where the model takes a sequence");
  std::vector<Value> items;
  for (const json& each : root) {
    auto item = ItemOf(each, input, name);
    if (!item.ok()) return item.status();
    items.push_back(std::move(*item));
  }
  return Value::Sequence(std::move(items), input.element_type);
}

std::string TypeText(const Value& value) {
  const auto named = [](ElementType type) { return std::string(NameOf(type)); };
  switch (value.kind()) {
    case Value::Kind::kTensor:
      return named(value.tensor().type()) + ShapeToString(value.tensor().shape());
    case Value::Kind::kMap:
      return "map(" + named(value.keys().type()) + "," + named(value.values().type()) + ")";
    case Value::Kind::kSequence:
      return "seq(" +
             (value.items().empty() || value.items()[0].is_tensor() ? named(value.element_type())
                                                                    : TypeText(value.items()[0])) +
             ")";
    case Value::Kind::kNone:
      break;
  }
  return "none";
}

std::string FormatJson(const std::string& name, const Value& value) {
  json out;
  out["name"] = name;
  if (value.is_tensor()) {
    out["type"] = NameOf(value.tensor().type());
    out["shape"] = std::vector<int64_t>(value.tensor().shape().begin(), value.tensor().shape().end());
  } else {
    out["type"] = TypeText(value);
  }
  out["data"] = Data(value);
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace kante::cli
