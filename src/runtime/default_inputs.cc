// SPDX-License-Identifier: MIT
#include "runtime/default_inputs.h"

namespace kante::core {
namespace {

// A default that says less than its declaration would change what the model asks of its callers.
bool IsOfDeclaredType(const ValueInfo& input) {
  const TypeInfo& type = input.type;
  if (!type.is_tensor() || type.element_type != input.initial.type() || !type.has_shape) return false;
  if (static_cast<int>(type.dims.size()) != input.initial.rank()) return false;
  for (int d = 0; d < input.initial.rank(); ++d) {
    if (type.dims[static_cast<size_t>(d)].value != input.initial.dim(d)) return false;
  }
  return true;
}

}  // namespace

bool FixDefaultInputs(Graph& graph) {
  bool any = false;
  for (const ValueId id : graph.inputs()) {
    const ValueInfo& input = graph.value(id);
    if (input.initial.empty() || !IsOfDeclaredType(input)) continue;
    graph.SetConstant(id, Tensor(input.initial));
    any = true;
  }
  return any;
}

}  // namespace kante::core
