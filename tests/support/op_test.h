// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "ops/registry.h"
#include "tensor/value.h"

namespace kante::core {

// Tests one operator as a model of one node:
//
//   OpTest("Softmax", 13).Attr("axis", 1).In<float>({2, 3}, {...}).Out<float>({2, 3}, {...}).Run();
//
// Run() upgrades the node from `opset`, runs it alone, and again through a session: with the inputs as feeds, as
// constants (packing, folding) and after an Identity whose result may be overwritten in place, with 1 and 3 threads
// (bits must agree), and compares Infer with the shapes that came out and Run with Expand where both exist.
// Failures go to gtest.
class OpTest {
 public:
  explicit OpTest(std::string_view op_type, int opset, std::string_view domain = "");

  OpTest& Attr(std::string name, AttributeValue value);
  OpTest& Attr(std::string name, int value) { return Attr(std::move(name), AttributeValue(int64_t{value})); }
  template <std::same_as<float> F>  // exactly: a float would rather become an int
  OpTest& Attr(std::string name, F value) {
    return Attr(std::move(name), AttributeValue(value));
  }
  OpTest& Attr(std::string name, const char* value) {
    return Attr(std::move(name), AttributeValue(std::string(value)));
  }

  template <typename T>
  OpTest& In(const Shape& shape, const std::vector<T>& values) {
    return In(MakeTensor<T>(shape, values));
  }
  OpTest& In(Tensor tensor);
  OpTest& InValue(Value value);
  OpTest& NoInput();  // an absent optional input

  template <typename T>
  OpTest& Out(const Shape& shape, const std::vector<T>& values) {
    return Out(MakeTensor<T>(shape, values));
  }
  OpTest& Out(Tensor tensor);
  OpTest& OutValue(Value value);
  OpTest& NoOutput();  // an optional output that is not asked for

  OpTest& Tolerance(double rtol, double atol);  // default 1e-5, 1e-6 for floats; everything else must be equal

  void Run();
  // The operator must refuse; the message must contain `text`.
  void Fails(std::string_view text);

  template <typename T>
  static Tensor MakeTensor(const Shape& shape, const std::vector<T>& values);

 private:
  Graph BuildGraph(bool constants, bool copies) const;
  void Check(std::string_view how, const std::vector<Value>& got) const;

  Node node_;
  std::vector<Value> inputs_;
  std::vector<Value> outputs_;
  double rtol_ = 1e-5;
  double atol_ = 1e-6;
};

// "" when equal within tolerance (NaN equals NaN), else where and how they first differ.
std::string CompareTensors(const Tensor& got, const Tensor& want, double rtol, double atol);

template <typename T>
Tensor OpTest::MakeTensor(const Shape& shape, const std::vector<T>& values) {
  constexpr ElementType kType = std::is_same_v<T, std::string> ? ElementType::kString : ElementTypeFor<T>;
  auto made = Tensor::Allocate(kType, shape);
  if (!made.ok() || made->elements() != static_cast<int64_t>(values.size())) return Tensor();
  for (size_t i = 0; i < values.size(); ++i) made->template mutable_data<T>()[i] = values[i];
  return std::move(made).value();
}

}  // namespace kante::core
