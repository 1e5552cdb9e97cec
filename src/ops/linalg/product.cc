// SPDX-License-Identifier: MIT
#include "ops/linalg/product.h"

#include <algorithm>

#include "base/checked.h"
#include "ops/nn/float_arrays.h"

namespace kante::core {
namespace {

// Weights are packed by so many stored rows at once: a whole number of panels on every target.
constexpr int64_t kChunkRows = 192;
constexpr int64_t kChunkElements = 1 << 18;

}  // namespace

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
  const int64_t element = BitsOf(w.type()) / 8;
  const int64_t chunk = std::max<int64_t>(AlignUp(kChunkElements / std::max<int64_t>(cols, 1), kChunkRows), kChunkRows);
  std::shared_ptr<Buffer> copy;  // of a chunk
  for (int64_t i = 0; i < count; ++i) {
    float* to = reinterpret_cast<float*>(packed + i * (bytes / count));
    for (int64_t r = 0; r < rows; r += chunk) {
      const int64_t first = (i * rows + r) * cols, some = std::min(chunk, rows - r);
      KANTE_TRY(const std::byte* from, WeightFloats(w, first, some * cols, copy));
      if (transposed) {
        PackGemmB(to + r * k, from, 1, k, k, some, c.parallel());
      } else {
        PackGemmRows(to, from, n, k, n, r, r + some, c.parallel());
      }
      if (rows > chunk) c.DoneWith(first * element, some * cols * element);
    }
  }
  return OkStatus();
}

}  // namespace kante::core
