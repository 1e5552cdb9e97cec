// SPDX-License-Identifier: MIT
// Shape inference of any operator of the newest version, without bodies, on facts of any kind, type and shape and
// hostile values of int64 vectors: nothing overflows, and the bytes of a tensor that it calls exact can be counted.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "fuzz/hostile_node.h"
#include "tensor/tensor.h"

using namespace kante::core;  // NOLINT: a program of one page

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const OpRegistry registry = OpRegistry::BuiltIns();
  static const std::vector<const OpDef*> all = registry.All();
  Bytes b(std::span(data, size));
  Node node = HostileNode(b, all);
  Result<OpInstance> op = Mended(node, b, registry);
  if (!op.ok()) return 0;
  const OpInfo& info = op->def->info;
  const auto common = static_cast<ElementType>(1 + b.Below(kElementTypeCount - 1));
  std::vector<InputFacts> facts(node.inputs.size());
  std::vector<Tensor> values(node.inputs.size());
  for (size_t i = 0; i < facts.size(); ++i) {
    InputFacts& f = facts[i];
    f.present = node.inputs[i] != kNone;
    if (!f.present) continue;
    const uint8_t kind = b.Next();
    if (kind < 8) continue;  // nothing is known
    f.kind = kind < 24 ? static_cast<ValueKind>(kind % 5) : ValueKind::kTensor;
    f.type = HostileType(b, info, static_cast<int>(i), common);
    if (kind < 40) continue;
    std::vector<int64_t> dims(b.Below(6));
    for (int64_t& d : dims) d = std::max<int64_t>(b.Number(), 0);
    Result<Shape> shape = Shape::Make(dims);
    if (!shape.ok()) continue;
    f.shape_known = true;
    f.shape = *shape;
    if (kind < 128 || f.type != ElementType::kInt64) continue;
    values[i] = Tensor::Vector(NumbersOf(b));
    f.shape = values[i].shape();
    f.value = &values[i];
  }
  std::vector<OutputFacts> out(node.outputs.size());
  for (OutputFacts& o : out) o.wanted = true;
  const Limits limits;
  InferContext context(info, facts, out, limits);
  if (!InferNode(*op, context).ok()) return 0;
  for (const OutputFacts& o : out) {
    if (o.kind != ValueKind::kTensor || o.certainty != Certainty::kExact || o.type == ElementType::kUndefined) continue;
    if (!StorageBytes(o.type, o.shape).ok()) std::abort();
  }
  return 0;
}
