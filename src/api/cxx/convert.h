// SPDX-License-Identifier: MIT
// Private to api/cxx: between the public types and the engine's.
#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "graph/type_info.h"
#include "kante/model.h"
#include "kante/status.h"
#include "kante/tensor.h"
#include "runtime/model.h"
#include "tensor/value.h"

namespace kante {

inline constexpr int kMostThreads = 1024;

// What a public Tensor holds.
struct TensorRep {
  explicit TensorRep(core::Tensor&& t) : tensor(std::move(t)) {}
  explicit TensorRep(const core::Tensor& t) : tensor(t) {}
  core::Tensor tensor;
};
// What a public Model holds.
struct ModelRep {
  std::shared_ptr<const core::Model> model;
  std::vector<ValueDescription> inputs;
  std::vector<ValueDescription> outputs;
  std::map<std::string, std::string> metadata;
  std::map<std::string, int> opsets;
  std::vector<std::shared_ptr<const CustomOp>> custom_ops;
};

Status ToPublic(const core::Status& status);
template <typename T>
Status StatusOf(const core::Result<T>& result) {
  return ToPublic(result.status());
}
core::Status ToCore(const Status& status);

Tensor ToPublic(const core::Tensor& tensor);
Tensor ToPublic(core::Tensor&& tensor);
Value ToPublic(const core::Value& value);
// The engine's view of the same memory. An invalid tensor gives an empty one.
core::Tensor ToCore(const Tensor& tensor);
core::Value ToCore(const Value& value);
core::Result<core::Shape> ShapeOf(std::span<const int64_t> dims);
ValueDescription Describe(const core::ValueInfo& info);
core::TypeInfo TypeOf(const ValueDescription& description);

// The registry of the built-ins and the caller's operators; null if there are none of the latter.
core::Result<std::shared_ptr<const core::OpRegistry>> RegistryWith(
    const std::vector<std::shared_ptr<const CustomOp>>& ops);

}  // namespace kante
