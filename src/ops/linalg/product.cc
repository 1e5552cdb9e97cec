// SPDX-License-Identifier: MIT
#include "ops/linalg/product.h"

#include <algorithm>

#include "compute/element_io.h"

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
  const int64_t size = BitsOf(w.type()) / 8;
  std::shared_ptr<Buffer> floats;  // of one matrix, for the 16-bit types
  if (w.type() != ElementType::kFloat32) {
    KANTE_TRY(floats, Buffer::Allocate(k * n * 4));
  }
  for (int64_t i = 0; i < count; ++i) {
    const std::byte* from = w.raw() + i * k * n * size;
    if (floats) {
      std::shared_ptr<Buffer> aligned;
      KANTE_TRY(aligned, Buffer::Allocate(k * n * size));
      std::copy_n(from, k * n * size, aligned->data());
      GetLoadRow<float>(w.type())(reinterpret_cast<float*>(floats->data()), aligned->data(), k * n);
      from = floats->data();
    }
    PackGemmB(reinterpret_cast<float*>(packed + i * (bytes / count)), from, transposed ? 1 : n, transposed ? k : 1, k,
              n, inline_loop);
  }
  return OkStatus();
}

}  // namespace kante::core
