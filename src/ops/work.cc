// SPDX-License-Identifier: MIT
#include "ops/work.h"

#include <algorithm>

#include "tensor/tensor.h"

namespace kante::core {
namespace {

bool OnlyMoves(const OpInfo& info) { return info.numerics.floats == FloatRule::kBits; }

double StorageOf(ElementType type, const Shape& shape) {
  const auto bytes = StorageBytes(type, shape);
  return bytes.ok() ? static_cast<double>(*bytes) : 0;
}

}  // namespace

double FlopsOf(const OpInstance& op, const ChooseContext& context) {
  if (op.def->flops) return op.def->flops(op.attributes.get(), context);
  if (OnlyMoves(op.def->info)) return 0;
  int64_t most = 0;
  for (int i = 0; i < context.input_count(); ++i) {
    if (context.has_input(i)) most = std::max(most, context.shape(i).elements());
  }
  for (int i = 0; i < context.output_count(); ++i) most = std::max(most, context.output_shape(i).elements());
  return static_cast<double>(most);
}

double BytesOf(const OpInfo& info, std::span<const InputFacts> inputs, std::span<const OutputFacts> outputs) {
  double read = 0, written = 0;
  for (const InputFacts& in : inputs) {
    if (in.present && in.shape_known) read += StorageOf(in.type, in.shape);
  }
  for (const OutputFacts& out : outputs) {
    if (out.wanted) written += StorageOf(out.type, out.shape);
  }
  return (OnlyMoves(info) ? std::min(read, written) : read) + written;
}

Method MethodOf(const OpInstance& op, const ChooseContext& context) {
  return op.def->method ? op.def->method(op.attributes.get(), context) : Method();
}

}  // namespace kante::core
