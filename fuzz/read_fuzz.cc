// SPDX-License-Identifier: MIT
// Any bytes as a model, read only: the reader's own limits, then what it hands on is checked, printed and saved.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "onnx/reader.h"
#include "onnx/tensor_proto.h"
#include "onnx/writer.h"

namespace {

using namespace kante::core;  // NOLINT: a program of one page

const OpRegistry& Registry() {
  static const OpRegistry registry = OpRegistry::BuiltIns();
  return registry;
}

void ReadAsModel(std::span<const std::byte> bytes) {
  ReadOptions options;
  options.limits.max_nodes = 10'000;
  options.limits.max_values = 100'000;
  options.limits.max_inlined_bytes = 16 << 20;
  options.limits.max_folded_total_bytes = 1 << 20;
  options.limits.max_tensor_bytes = 64 << 20;
  options.upgrade = bytes.size() % 2 == 0;
  auto model = ReadModelFromMemory(bytes, nullptr, Registry(), options);
  if (!model.ok()) return;
  if (!Verify(model->graph).ok()) std::abort();
  (void)Dump(model->graph);
  WriteOptions write;
  write.portable = false;  // expansions may refuse a node whose attributes nobody has checked yet
  auto saved = WriteModelToMemory(model->graph, model->info, Registry(), write);
  if (!saved.ok()) std::abort();
  options = {};  // copies of outputs are nodes more
  options.upgrade = false;
  options.allow_unknown_domains = true;
  if (!ReadModelFromMemory(std::as_bytes(std::span(*saved)), nullptr, Registry(), options).ok()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  ReadAsModel(bytes);
  TypeInfo type;
  type.kind = static_cast<ValueKind>(size % 6);
  (void)ReadValueProto(bytes, nullptr, type);
  return 0;
}
