// SPDX-License-Identifier: MIT
#include "ops/elsewhere.h"

#include "ops/registry.h"

namespace kante::core {
namespace {

constexpr std::string_view kMedia = "libkante-media: add kante::media::Operators() to LoadOptions::custom_ops";

struct Entry {
  std::string_view name;  // in ai.onnx
  std::string_view where;
};
constexpr Entry kEntries[] = {{"ImageDecoder", kMedia}, {"RegexFullMatch", kMedia}, {"StringNormalizer", kMedia}};

}  // namespace

std::string_view WhereElse(std::string_view domain, std::string_view name) {
  if (!CanonicalDomain(domain).empty()) return {};
  for (const Entry& entry : kEntries) {
    if (entry.name == name) return entry.where;
  }
  return {};
}

}  // namespace kante::core
