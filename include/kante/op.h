// SPDX-License-Identifier: MIT
// Operators of your own, in C++.
//
//   class Square : public kante::CustomOp {
//    public:
//     kante::OpSignature signature() const override { return {.domain = "my.domain", .name = "Square"}; }
//     kante::Result<std::unique_ptr<kante::CustomKernel>> Create(const kante::OpAttributes&) const override {...}
//   };
//   kante::LoadOptions options;
//   options.custom_ops.push_back(std::make_shared<Square>());
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kante/export.h"
#include "kante/status.h"
#include "kante/tensor.h"

namespace kante {

// Upper and lower case of whole UTF-8 texts, which needs Unicode's tables.
struct CaseMapping {
  std::string (*upper)(std::string_view) = nullptr;
  std::string (*lower)(std::string_view) = nullptr;
};

// What the engine must know of an operator before a model uses it.
struct OpSignature {
  std::string domain;  // not one of ONNX's, but for the operators that libkante-media provides
  std::string name;
  int version = 1;  // of the domain since which the operator means this
  int min_inputs = 1, max_inputs = 1;
  int min_outputs = 1, max_outputs = 1;
  bool stateful = false;        // results may differ for equal inputs: never folded or merged
  bool data_dependent = false;  // output shapes are known only when Run has run: Infer may leave them open
  // Of the name StringNormalizer only, which by itself knows the case of ASCII: the built-in operator runs with this
  // mapping, and Create is not called. Must live as long as the program.
  const CaseMapping* case_mapping = nullptr;
};

// One attribute as the model has it. Subgraphs have no value here.
struct OpAttribute {
  std::string name;
  std::variant<std::monostate, int64_t, float, std::string, std::vector<int64_t>, std::vector<float>,
               std::vector<std::string>, Tensor>
      value;
};

// The attributes of one node. Asking for an attribute of another type gives the fallback and is remembered: creating
// the kernel then fails with a message that names it, as it does for attributes nobody asked for.
class OpAttributes {
 public:
  virtual ~OpAttributes() = default;
  virtual bool Has(std::string_view name) const = 0;
  virtual int64_t Int(std::string_view name, int64_t fallback) const = 0;
  virtual float Float(std::string_view name, float fallback) const = 0;
  virtual std::string String(std::string_view name, std::string_view fallback) const = 0;
  virtual std::vector<int64_t> Ints(std::string_view name) const = 0;
  virtual std::vector<float> Floats(std::string_view name) const = 0;
  virtual std::vector<std::string> Strings(std::string_view name) const = 0;
  virtual Tensor TensorOf(std::string_view name) const = 0;  // invalid if absent
  // All of them, for operators that are defined elsewhere; none counts as unread then.
  virtual std::vector<OpAttribute> All() const = 0;
  // Of the node: its name, how many inputs and outputs it lists.
  virtual std::string node_name() const = 0;
  virtual int input_count() const = 0;
  virtual int output_count() const = 0;
};

// Handed to Infer. Asking for a shape that is not known yet returns false: return OK then, and you are asked again.
class OpInference {
 public:
  virtual ~OpInference() = default;
  virtual int input_count() const = 0;
  virtual int output_count() const = 0;
  virtual bool has_input(int i) const = 0;
  virtual ElementType input_type(int i) const = 0;
  virtual bool input_shape(int i, std::vector<int64_t>* shape) const = 0;
  virtual void SetOutputType(int i, ElementType type) = 0;
  virtual Status SetOutputShape(int i, std::span<const int64_t> shape) = 0;
};

// Handed to Run.
class OpRun {
 public:
  virtual ~OpRun() = default;
  virtual int input_count() const = 0;
  virtual int output_count() const = 0;
  virtual bool has_input(int i) const = 0;
  virtual Tensor input(int i) const = 0;  // shares memory; read only
  virtual bool wants_output(int i) const = 0;
  // Memory for an output: write every element.
  virtual Result<Tensor> Output(int i, ElementType type, std::span<const int64_t> shape) = 0;
  // body(begin, end) over [0, count) on the session's threads; each item takes about `nanoseconds`.
  virtual Status Parallel(int64_t count, double nanoseconds, const std::function<void(int64_t, int64_t)>& body) = 0;
};

// The values around a node: how the model calls them, and those that are known for ever.
struct NodeValues {
  std::vector<std::string> inputs, outputs;  // empty: absent
  std::vector<Tensor> constants;             // of the inputs; not valid where one is no constant
};

// One node of a loaded model. Run may be called from several threads at once.
class CustomKernel {
 public:
  virtual ~CustomKernel() = default;
  // Called once, before Infer; an input may become a constant later on.
  virtual void SetValues(NodeValues) {}
  virtual Status Infer(OpInference& inference) const = 0;
  virtual Status Run(OpRun& run) const = 0;
};

// An operator. Must be thread-safe; the models that use it keep it alive.
class CustomOp {
 public:
  virtual ~CustomOp() = default;
  virtual OpSignature signature() const = 0;
  virtual Result<std::unique_ptr<CustomKernel>> Create(const OpAttributes& attributes) const = 0;
};

// The operators of a shared library made for ONNX Runtime's C ABI (its function RegisterCustomOps). The library stays
// loaded as long as one of them, or a model that uses it, lives. Fail: it cannot be loaded, or refuses.
KANTE_API Result<std::vector<std::shared_ptr<const CustomOp>>> LoadCustomOps(const std::string& path);

}  // namespace kante
