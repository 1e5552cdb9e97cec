// SPDX-License-Identifier: MIT
#include "ops/attr_reader.h"

namespace kante::core {

const Attribute* AttrReader::Take(std::string_view name) {
  for (size_t i = 0; i < node_.attributes.size(); ++i) {
    if (node_.attributes[i].name != name) continue;
    if (i < 64) taken_ |= uint64_t{1} << i;
    return &node_.attributes[i];
  }
  return nullptr;
}

template <typename T>
const T* AttrReader::TakeAs(std::string_view name, const char* wanted) {
  const Attribute* a = Take(name);
  if (!a) return nullptr;
  const T* value = a->get<T>();
  if (!value) Fail(StrCat("attribute '", name, "' must be of type ", wanted, ", not ", AttributeKindName(a->value)));
  return value;
}

int64_t AttrReader::Int(std::string_view name, int64_t fallback) {
  const auto* v = TakeAs<int64_t>(name, "int");
  return v ? *v : fallback;
}

int64_t AttrReader::Int(std::string_view name) {
  if (!Has(name)) Fail(StrCat("attribute '", name, "' is missing"));
  return Int(name, 0);
}

float AttrReader::Float(std::string_view name, float fallback) {
  const auto* v = TakeAs<float>(name, "float");
  return v ? *v : fallback;
}

std::string AttrReader::String(std::string_view name, std::string_view fallback) {
  const auto* v = TakeAs<std::string>(name, "string");
  return v ? *v : std::string(fallback);
}

// An empty list may have been written without a telling type.
template <typename T>
static std::vector<T> OrEmpty(const std::vector<T>* v) {
  return v ? *v : std::vector<T>{};
}

std::vector<int64_t> AttrReader::Ints(std::string_view name) {
  return OrEmpty(TakeAs<std::vector<int64_t>>(name, "ints"));
}
std::vector<float> AttrReader::Floats(std::string_view name) {
  return OrEmpty(TakeAs<std::vector<float>>(name, "floats"));
}
std::vector<std::string> AttrReader::Strings(std::string_view name) {
  return OrEmpty(TakeAs<std::vector<std::string>>(name, "strings"));
}

Tensor AttrReader::TensorOf(std::string_view name) {
  const auto* v = TakeAs<Tensor>(name, "tensor");
  return v ? *v : Tensor();
}

ElementType AttrReader::Type(std::string_view name, ElementType fallback) {
  const int64_t v = Int(name, static_cast<int64_t>(fallback));
  if (v <= 0 || v >= kElementTypeCount) {
    if (Has(name)) Fail(StrCat("attribute '", name, "': ", v, " is not an element type"));
    return fallback;
  }
  return static_cast<ElementType>(v);
}

const Graph* AttrReader::Subgraph(std::string_view name) {
  if (!Has(name)) Fail(StrCat("attribute '", name, "' is missing"));
  const auto* v = TakeAs<std::shared_ptr<Graph>>(name, "graph");
  return v ? v->get() : nullptr;
}

void AttrReader::Fail(std::string message) {
  if (status_.ok()) status_ = Status(StatusCode::kInvalidGraph, std::move(message));
}

Status AttrReader::Finish() {
  if (!status_.ok()) return std::move(status_);
  if (node_.attributes.size() > 64) return InvalidGraph("more than 64 attributes");
  for (size_t i = 0; i < node_.attributes.size(); ++i) {
    if (!((taken_ >> i) & 1)) return InvalidGraph("unknown attribute '", node_.attributes[i].name, "'");
  }
  return OkStatus();
}

}  // namespace kante::core
