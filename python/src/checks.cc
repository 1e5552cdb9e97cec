// SPDX-License-Identifier: MIT
#include "checks.h"

#include "errors.h"
#include "type_names.h"

namespace kante::python {
namespace {

constexpr const char* kFix = " Please fix either the inputs/outputs or the model.";

void CheckShape(const ValueDescription& declared, std::span<const int64_t> shape, const char* role) {
  const std::string subject = std::string(role) + ": " + declared.name;
  if (shape.size() != declared.dimensions.size()) {
    ThrowInvalidArgument("Invalid rank for " + subject + " Got: " + std::to_string(shape.size()) +
                         " Expected: " + std::to_string(declared.dimensions.size()) + kFix);
  }
  std::string wrong;
  for (size_t i = 0; i < shape.size(); ++i) {
    const int64_t want = declared.dimensions[i].value;
    if (want < 0 || want == shape[i]) continue;
    wrong +=
        "\n index: " + std::to_string(i) + " Got: " + std::to_string(shape[i]) + " Expected: " + std::to_string(want);
  }
  if (wrong.empty()) return;
  ThrowInvalidArgument("Got invalid dimensions for " + subject + " for the following indices" + wrong + "\n" + kFix);
}

}  // namespace

const ValueDescription& Declared(const std::vector<ValueDescription>& all, const std::string& name, const char* role) {
  std::string list;
  for (const ValueDescription& d : all) {
    if (d.name == name) return d;
    list += (list.empty() ? "" : ", ") + d.name;
  }
  ThrowInvalidArgument("Invalid " + std::string(role) + " name: " + name + " (the model has: " + list + ")");
}

void CheckDeclared(const ValueDescription& declared, const Value& value, const char* role) {
  if (declared.kind != ValueKind::kTensor || !value.is_tensor() || !value.tensor().valid()) return;
  const Tensor& tensor = value.tensor();
  if (tensor.type() != declared.element_type) {
    ThrowInvalidArgument("Unexpected " + std::string(role) + " data type. Actual: (" + TypeName(tensor.type()) +
                         ") , expected: (" + TypeName(declared.element_type) + ")");
  }
  if (declared.has_shape) CheckShape(declared, tensor.shape(), role);
}

}  // namespace kante::python
