// SPDX-License-Identifier: MIT
// Inverse, CDist and MurmurHash3.
#include <bit>
#include <cmath>
#include <cstring>

#include "compute/element_io.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Gauss-Jordan with the largest pivot of each column; a singular matrix gives infinities and NaN, as IEEE says.
void Invert(double* a, double* inverse, int64_t n) {
  for (int64_t i = 0; i < n * n; ++i) inverse[i] = i % (n + 1) == 0 ? 1 : 0;
  for (int64_t k = 0; k < n; ++k) {
    int64_t pivot = k;
    for (int64_t i = k + 1; i < n; ++i) {
      if (std::abs(a[i * n + k]) > std::abs(a[pivot * n + k])) pivot = i;
    }
    for (int64_t j = 0; j < n && pivot != k; ++j) {
      std::swap(a[pivot * n + j], a[k * n + j]);
      std::swap(inverse[pivot * n + j], inverse[k * n + j]);
    }
    const double scale = 1 / a[k * n + k];
    for (int64_t j = 0; j < n; ++j) {
      a[k * n + j] *= scale;
      inverse[k * n + j] *= scale;
    }
    for (int64_t i = 0; i < n; ++i) {
      const double f = a[i * n + k];
      if (i == k) continue;
      for (int64_t j = 0; j < n; ++j) {
        a[i * n + j] -= f * a[k * n + j];
        inverse[i * n + j] -= f * inverse[k * n + j];
      }
    }
  }
}

struct Inverse {
  static constexpr OpInfo kInfo{
      .name = "Inverse", .domain = "com.microsoft", .types = kFloats, .numerics = kComputesInDouble};

  static Status Infer(InferContext& c) {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape x, c.shape(0));
    const int rank = x.rank();
    if (rank < 2 || x[rank - 1] != x[rank - 2]) return InvalidArgument("needs square matrices, not ", x.ToString());
    return c.SetShape(0, x);
  }
  static Status Run(RunContext& c) {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    if (x.elements() == 0) return OkStatus();
    const int64_t n = x.dim(x.rank() - 1), size = BitsOf(x.type()) / 8;
    KANTE_TRY(std::byte * memory, c.Scratch(2 * n * n * 8));
    auto* matrix = reinterpret_cast<double*>(memory);
    for (int64_t i = 0; i < x.elements(); i += n * n) {
      KANTE_TRY(c.CheckCancelled());
      GetLoadRow<double>(x.type())(matrix, x.raw() + i * size, n * n);
      Invert(matrix, matrix + n * n, n);
      GetStoreRow<double>(x.type())(y->raw() + i * size, matrix + n * n, n * n);
    }
    return OkStatus();
  }
};

// Distances between the rows of A and those of B.
struct CDist {
  static constexpr OpInfo kInfo{.name = "CDist",
                                .domain = "com.microsoft",
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .types = {ElementType::kFloat32, ElementType::kFloat64},
                                .same_type = 0b11,
                                .numerics = kComputes};
  bool root = false;

  static Result<CDist> Parse(AttrReader& a) {
    const std::string metric = a.String("metric", "sqeuclidean");
    if (metric != "sqeuclidean" && metric != "euclidean") return NotImplemented("metric '", metric, "'");
    return CDist{metric == "euclidean"};
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(const Shape a, c.shape(0));
    KANTE_TRY(const Shape b, c.shape(1));
    if (a.rank() != 2 || b.rank() != 2 || a[1] != b[1]) {
      return InvalidArgument("rows of ", a.ToString(), " and ", b.ToString(), " have no distance");
    }
    return c.SetShape(0, Shape{a[0], b[0]});
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    return y->type() == ElementType::kFloat64 ? RunAs<double>(c, y) : RunAs<float>(c, y);
  }

 private:
  template <typename T>
  Status RunAs(RunContext& c, Tensor* y) const {
    const int64_t columns = y->dim(1), n = c.in(0).dim(1);
    const T* a = c.in(0).data<T>();
    const T* b = c.in(1).data<T>();
    T* to = y->mutable_data<T>();
    return c.Parallel(y->elements(), static_cast<double>(n), [&, this](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        T sum = 0;
        for (int64_t k = 0; k < n; ++k) {
          const T d = a[i / columns * n + k] - b[i % columns * n + k];
          sum += d * d;
        }
        to[i] = root ? std::sqrt(sum) : sum;
      }
    });
  }
};

// MurmurHash3_x86_32 of the bytes.
uint32_t Hash(const char* data, size_t size, uint32_t seed) {
  const auto mix = [](uint32_t k) { return std::rotl(k * 0xcc9e2d51u, 15) * 0x1b873593u; };
  uint32_t h = seed, k = 0;
  size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    std::memcpy(&k, data + i, 4);
    h = std::rotl(h ^ mix(k), 13) * 5 + 0xe6546b64u;
  }
  k = 0;
  for (size_t rest = size - i; rest > 0; --rest) k = k << 8 | static_cast<uint8_t>(data[i + rest - 1]);
  h ^= mix(k) ^ static_cast<uint32_t>(size);
  h = (h ^ h >> 16) * 0x85ebca6bu;
  h = (h ^ h >> 13) * 0xc2b2ae35u;
  return h ^ h >> 16;
}

struct MurmurHash3 {
  static constexpr OpInfo kInfo{
      .name = "MurmurHash3",
      .domain = "com.microsoft",
      .types = {ElementType::kUint32, ElementType::kInt32, ElementType::kUint64, ElementType::kInt64,
                ElementType::kFloat32, ElementType::kFloat64, ElementType::kString},
      .numerics = kChooses};
  bool positive = true;
  uint32_t seed = 0;

  static Result<MurmurHash3> Parse(AttrReader& a) {
    return MurmurHash3{a.Bool("positive", true), static_cast<uint32_t>(a.Int("seed", 0))};
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, positive ? ElementType::kUint32 : ElementType::kInt32);
    KANTE_TRY(const Shape x, c.shape(0));
    return c.SetShape(0, x);
  }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const bool text = x.type() == ElementType::kString;
    const size_t size = text ? 0 : static_cast<size_t>(BitsOf(x.type()) / 8);
    for (int64_t i = 0; i < x.elements(); ++i) {
      const uint32_t h =
          text ? Hash(x.data<std::string>()[i].data(), x.data<std::string>()[i].size(), seed)
               : Hash(reinterpret_cast<const char*>(x.raw()) + i * static_cast<int64_t>(size), size, seed);
      std::memcpy(y->raw() + i * 4, &h, 4);
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Inverse)
KANTE_DEFINE_OP(CDist)
KANTE_DEFINE_OP(MurmurHash3)

}  // namespace kante::core
