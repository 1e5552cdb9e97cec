// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "graph/type_info.h"
#include "tensor/tensor.h"

namespace kante::core {

class Graph;

// A reference, inside the body of a model-local function, to an attribute of the node that calls it.
struct AttributeReference {
  std::string name;
  int type = 0;  // AttributeProto.AttributeType
};

// COO form of ONNX: values [nnz], indices [nnz] or [nnz, rank], and the dense shape.
struct SparseTensor {
  Tensor values;
  Tensor indices;
  Shape shape;
};

using AttributeValue =
    std::variant<std::monostate, int64_t, float, std::string, Tensor, std::shared_ptr<Graph>, std::vector<int64_t>,
                 std::vector<float>, std::vector<std::string>, std::vector<Tensor>, std::vector<std::shared_ptr<Graph>>,
                 TypeInfo, std::vector<TypeInfo>, SparseTensor, std::vector<SparseTensor>, AttributeReference>;

// A named attribute of a node, of any of ONNX's attribute types.
struct Attribute {
  std::string name;
  AttributeValue value;

  Attribute() = default;
  Attribute(std::string n, AttributeValue v) : name(std::move(n)), value(std::move(v)) {}
  Attribute(std::string n, int v) : name(std::move(n)), value(int64_t{v}) {}
  Attribute(std::string n, int64_t v) : name(std::move(n)), value(v) {}
  Attribute(std::string n, float v) : name(std::move(n)), value(v) {}  // or it would be cut to an int
  Attribute(std::string n, const char* v) : name(std::move(n)), value(std::string(v)) {}

  template <typename T>
  const T* get() const {
    return std::get_if<T>(&value);
  }
};

// "int", "float", "string", "tensor", "graph", "ints"...: for error texts.
const char* AttributeKindName(const AttributeValue& value);

}  // namespace kante::core
