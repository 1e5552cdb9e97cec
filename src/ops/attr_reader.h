// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"

namespace kante::core {

// Hands a node's attributes to Parse. A wrong type or a missing required attribute is remembered, so that Parse reads
// straight through; an attribute that nobody asked for is an error too: better loud than wrong.
class AttrReader {
 public:
  explicit AttrReader(const Node& node) : node_(node) {}

  bool Has(std::string_view name) const { return node_.FindAttribute(name) != nullptr; }
  int64_t Int(std::string_view name, int64_t fallback);
  int64_t Int(std::string_view name);  // required
  bool Bool(std::string_view name, bool fallback) { return Int(name, fallback) != 0; }
  float Float(std::string_view name, float fallback);
  std::string String(std::string_view name, std::string_view fallback);
  std::vector<int64_t> Ints(std::string_view name);  // empty if absent
  std::vector<float> Floats(std::string_view name);
  std::vector<std::string> Strings(std::string_view name);
  Tensor TensorOf(std::string_view name);                         // no tensor if absent
  ElementType Type(std::string_view name, ElementType fallback);  // an int that is a TensorProto.DataType
  // A subgraph (required). The executor finds it again through Node::Subgraphs in attribute order.
  const Graph* Subgraph(std::string_view name);
  // Accepts an attribute without looking at it (documented to have no effect on inference).
  void Ignore(std::string_view name) { Take(name); }

  const Node& node() const { return node_; }
  size_t input_count() const { return node_.inputs.size(); }
  size_t output_count() const { return node_.outputs.size(); }
  bool has_input(size_t i) const { return i < node_.inputs.size() && node_.inputs[i] != kNone; }

  // A complaint of Parse itself: "group 0 must be positive".
  void Fail(std::string message);
  // The first complaint; else the first attribute nobody read; else OK.
  Status Finish();

 private:
  const Attribute* Take(std::string_view name);
  template <typename T>
  const T* TakeAs(std::string_view name, const char* wanted);

  const Node& node_;
  uint64_t taken_ = 0;  // bit per attribute index
  Status status_;
};

}  // namespace kante::core
