// SPDX-License-Identifier: MIT
// Any operator of the newest version, without bodies, on small dense tensors (strings are empty) with hostile
// attributes, shapes and values: refused or computed, and what is computed has the type and shape that inference knew.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "fuzz/hostile_node.h"
#include "ops/evaluate.h"

using namespace kante::core;  // NOLINT: a program of one page

namespace {

Result<Tensor> HostileTensor(Bytes& b, ElementType type) {
  std::vector<int64_t> dims(b.Below(6));
  int64_t left = 1 << 12;
  for (int64_t& d : dims) {
    d = std::min<int64_t>(b.Next() % 8, left);
    left /= std::max<int64_t>(d, 1);
  }
  KANTE_TRY(const Shape shape, Shape::Make(dims));
  KANTE_TRY(Tensor made, Tensor::Allocate(type, shape));
  const int64_t count = made.elements();
  switch (type) {
    case ElementType::kString:
      break;
    case ElementType::kBool:
      for (int64_t i = 0; i < count; ++i) made.mutable_data<bool>()[i] = (b.Next() & 1) != 0;
      break;
    case ElementType::kInt64:
      for (int64_t i = 0; i < count; ++i) made.mutable_data<int64_t>()[i] = b.Number();
      break;
    case ElementType::kInt32:
      for (int64_t i = 0; i < count; ++i) made.mutable_data<int32_t>()[i] = static_cast<int32_t>(b.Number());
      break;
    case ElementType::kFloat32:
      for (int64_t i = 0; i < count; ++i) made.mutable_data<float>()[i] = static_cast<float>(b.Number());
      break;
    default:
      for (int64_t i = 0; i < made.bytes(); ++i) made.raw()[i] = static_cast<std::byte>(b.Next());
  }
  return made;
}

// What inference says of a node that EvaluateNode has run, against what it gave.
bool AsInferred(const OpInstance& op, const std::vector<const Value*>& inputs, const std::vector<Value>& results,
                const Limits& limits) {
  std::vector<InputFacts> in;
  for (const Value* v : inputs) in.push_back(FactsOf(v));
  std::vector<OutputFacts> out(results.size());
  for (OutputFacts& o : out) o.wanted = true;
  InferContext context(op.def->info, in, out, limits);
  if (!InferNode(op, context).ok()) return false;
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i].kind != ValueKind::kTensor || !results[i].is_tensor()) continue;
    const Tensor& t = results[i].tensor();
    if (out[i].type != ElementType::kUndefined && t.type() != out[i].type) return false;
    if (out[i].certainty == Certainty::kExact && !(t.shape() == out[i].shape)) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const OpRegistry registry = OpRegistry::BuiltIns();
  static const std::vector<const OpDef*> all = registry.All();
  Bytes b(std::span(data, size));
  Node node = HostileNode(b, all);
  Result<OpInstance> op = Mended(node, b, registry);
  if (!op.ok()) return 0;
  const auto common =
      b.Next() < 96 ? ElementType::kFloat32 : static_cast<ElementType>(1 + b.Below(kElementTypeCount - 1));
  std::vector<Value> values(node.inputs.size());
  std::vector<const Value*> inputs(node.inputs.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (node.inputs[i] == kNone) continue;
    Result<Tensor> made = HostileTensor(b, HostileType(b, op->def->info, static_cast<int>(i), common));
    if (!made.ok()) return 0;
    values[i] = Value(std::move(*made));
    inputs[i] = &values[i];
  }
  Limits limits;
  limits.max_tensor_bytes = 8 << 20;
  limits.max_memory_bytes = 64 << 20;
  limits.max_sequence_length = 1 << 12;
  const Result<std::vector<Value>> results = EvaluateNode(*op, node, inputs, limits, 8 << 20);
  if (results.ok() && !AsInferred(*op, inputs, *results, limits)) std::abort();
  return 0;
}
