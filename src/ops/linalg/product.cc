// SPDX-License-Identifier: MIT
#include "ops/linalg/product.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "kernels/convert.h"
#include "ops/nn/float_arrays.h"
#include "ops/pack_later.h"

namespace kante::core {
namespace {

// Weights are packed by so many stored rows at once: a whole number of panels on every target.
constexpr int64_t kChunkRows = 192;
constexpr int64_t kChunkElements = 1 << 18;

// Elements of a weight as panels of a type have them: the weight's own, or a copy.
class Elements {
 public:
  Result<const std::byte*> Read(const Tensor& w, int64_t first, int64_t count, kernels::PanelType type) {
    if (type != kernels::PanelType::kF32 && PanelTypeOf(w.type()) == type) return FetchWeight(w, first, count);
    KANTE_TRY(const std::byte* floats, WeightFloats(w, first, count, copy_));
    if (type == kernels::PanelType::kF32) return floats;
    if (!narrow_ || static_cast<int64_t>(narrow_->bytes()) < count * 2) {
      KANTE_TRY(narrow_, Buffer::Allocate(count * 2));
    }
    const auto narrow = type == kernels::PanelType::kF16 ? kernels::F32ToF16 : kernels::F32ToBf16;
    float aligned[512];
    for (int64_t i = 0; i < count; i += 512) {
      const size_t some = static_cast<size_t>(std::min<int64_t>(512, count - i));
      std::memcpy(aligned, floats + i * 4, some * sizeof(float));
      narrow(reinterpret_cast<uint16_t*>(narrow_->data()) + i, aligned, some);
    }
    return narrow_->data();
  }

 private:
  std::shared_ptr<Buffer> copy_, narrow_;
};

}  // namespace

Result<FusedActivation> FusedActivation::Parse(AttrReader& a) {
  FusedActivation out;
  out.name = a.String("activation", "");
  out.params = a.Floats("activation_params");
  KANTE_TRY(out.parsed, ParseActivation(out.name, out.params));
  return out;
}

void PackProduct(ChooseContext& c, int input, WeightFormat format, const GemmPlan& packed, const GemmPlan& plain,
                 int64_t plain_scratch_bytes) {
  const bool later = c.type(input) == ElementType::kFloat32 && packed.panels == kernels::PanelType::kF32 &&
                     !packed.vector && !plain.vector && !plain.pack_first;
  c.Pack(input, later ? format | kPackLater : format);
  if (later) c.choice.scratch_bytes = std::max(c.choice.scratch_bytes, plain_scratch_bytes);
}

Status PackProductWeight(PackContext& c, bool transposed) {
  const Tensor& w = c.weight();
  const kernels::PanelType type = PanelTypeOfFormat(c.format());
  const int rank = w.rank();
  const int64_t rows = w.dim(rank - 2), cols = w.dim(rank - 1);
  const int64_t k = transposed ? cols : rows, n = transposed ? rows : cols;
  const int64_t count = w.shape().Product(0, rank - 2);
  KANTE_TRY(const int64_t bytes, PackedGemmBytes(count, k, n, type));
  KANTE_TRY(std::byte * packed, c.Allocate(bytes));
  const int64_t element = BitsOf(w.type()) / 8;
  const int64_t chunk = std::max<int64_t>(AlignUp(kChunkElements / std::max<int64_t>(cols, 1), kChunkRows), kChunkRows);
  Elements elements;
  for (int64_t i = 0; i < count; ++i) {
    std::byte* to = packed + i * (bytes / count);
    for (int64_t r = 0; r < rows; r += chunk) {
      const int64_t first = (i * rows + r) * cols, some = std::min(chunk, rows - r);
      KANTE_TRY(const std::byte* from, elements.Read(w, first, some * cols, type));
      if (transposed) {
        PackGemmB(to + r * k * PanelBytes(type), from, 1, k, k, some, c.parallel(), type);
      } else {
        PackGemmRows(to, from, n, k, n, r, r + some, c.parallel(), type);
      }
      if (rows > chunk) c.DoneWith(first * element, some * cols * element);
    }
  }
  return OkStatus();
}

}  // namespace kante::core
