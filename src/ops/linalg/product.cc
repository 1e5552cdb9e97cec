// SPDX-License-Identifier: MIT
#include "ops/linalg/product.h"

#include "ops/nn/float_arrays.h"

namespace kante::core {

Result<FusedActivation> FusedActivation::Parse(AttrReader& a) {
  FusedActivation out;
  out.name = a.String("activation", "");
  out.params = a.Floats("activation_params");
  KANTE_TRY(out.parsed, ParseActivation(out.name, out.params));
  return out;
}

Status PackProductWeight(PackContext& c, bool transposed) {
  const Tensor& w = c.weight();
  const int rank = w.rank();
  const int64_t rows = w.dim(rank - 2), cols = w.dim(rank - 1);
  const int64_t k = transposed ? cols : rows, n = transposed ? rows : cols;
  const int64_t count = w.shape().Product(0, rank - 2);
  KANTE_TRY(const int64_t bytes, PackedGemmBytes(count, k, n));
  KANTE_TRY(std::byte * packed, c.Allocate(bytes));
  auto inline_loop = [](int64_t items, int64_t, FunctionRef<void(int64_t, int64_t)> body) {
    if (items > 0) body(0, items);
    return true;
  };
  std::shared_ptr<Buffer> copy;  // of one matrix
  for (int64_t i = 0; i < count; ++i) {
    KANTE_TRY(const std::byte* from, WeightFloats(w, i * k * n, k * n, copy));
    PackGemmB(reinterpret_cast<float*>(packed + i * (bytes / count)), from, transposed ? 1 : n, transposed ? k : 1, k,
              n, inline_loop);
  }
  return OkStatus();
}

}  // namespace kante::core
