// SPDX-License-Identifier: MIT
#include "runtime/overrides.h"

namespace kante::core {
namespace {

Status SetInitializer(Graph& graph, const std::string& name, const Tensor& tensor) {
  const ValueId id = graph.FindValue(name);
  const bool is_default = id != kNone && !graph.value(id).initial.empty();
  const Tensor* have = is_default ? &graph.value(id).initial : graph.Constant(id);
  if (!have) return InvalidArgument("the model has no initializer '", name, "'");
  if (have->type() != tensor.type() || !(have->shape() == tensor.shape())) {
    return InvalidArgument("initializer '", name, "' is ", NameOf(have->type()), have->shape().ToString(),
                           ", what is given for it is ", NameOf(tensor.type()), tensor.shape().ToString());
  }
  if (is_default) {
    graph.SetInitial(id, tensor);
  } else {
    graph.SetConstant(id, tensor);
  }
  return OkStatus();
}

}  // namespace

Status ApplyOverrides(Graph& graph, const Overrides& overrides) {
  for (const auto& [name, tensor] : overrides.initializers) KANTE_TRY(SetInitializer(graph, name, tensor));
  for (const auto& [symbol, size] : overrides.dimensions) {
    if (size < 0) return InvalidArgument("dimension '", symbol, "' cannot be ", size);
    for (const ValueId id : graph.inputs()) {
      for (Dim& dim : graph.mutable_type(id).dims) {
        if (!dim.known() && dim.symbol == symbol) dim = {size, {}};
      }
    }
  }
  return OkStatus();
}

}  // namespace kante::core
