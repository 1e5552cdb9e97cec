// SPDX-License-Identifier: MIT
// Any bytes as an .ort file, read only; what is read is checked, printed and saved.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "onnx/reader.h"
#include "onnx/writer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kante::core;  // NOLINT: a program of one page
  static const OpRegistry registry = OpRegistry::BuiltIns();
  if (size < 12) return 0;
  std::vector<std::byte> file(size);
  std::memcpy(file.data(), data, size);
  std::memcpy(file.data() + 4, "ORTM", 4);
  ReadOptions options;
  options.limits.max_nodes = 10'000;
  options.limits.max_values = 100'000;
  options.limits.max_inlined_bytes = 1 << 20;
  options.limits.max_folded_total_bytes = 1 << 20;
  options.limits.max_tensor_bytes = 1 << 20;
  options.allow_unknown_domains = true;
  options.upgrade = size % 2 == 0;
  const auto model = ReadModelFromMemory(file, nullptr, registry, options);
  if (!model.ok()) return 0;
  if (!Verify(model->graph).ok()) std::abort();
  (void)Dump(model->graph);
  WriteOptions write;
  write.portable = false;
  if (!WriteModelToMemory(model->graph, model->info, registry, write).ok()) std::abort();
  return 0;
}
