// SPDX-License-Identifier: MIT
#include "base/checked.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

template <typename T>
int64_t Collect(const T* x, int64_t n, int64_t* to) {
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (x[i] != T{}) to[count++] = i;
  }
  return count;
}

// 16-bit floats: minus zero is zero.
int64_t CollectHalf(const uint16_t* x, int64_t n, int64_t* to) {
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (x[i] & 0x7fff) to[count++] = i;
  }
  return count;
}

// Storage of complex numbers.
struct Complex128Bits {
  double re = 0, im = 0;
  bool operator!=(const Complex128Bits& other) const { return re != other.re || im != other.im; }
};
struct Complex64Bits {
  float re = 0, im = 0;
  bool operator!=(const Complex64Bits& other) const { return re != other.re || im != other.im; }
};

struct NonZero {
  static constexpr OpInfo kInfo{
      .name = "NonZero",
      .versions = {9, 13},
      .types = kNumeric | kBool | TypeSet{ElementType::kComplex64, ElementType::kComplex128, ElementType::kString},
      .data_dependent = true,
      .numerics = kChooses};

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kInt64);
    KANTE_TRY(const Shape x, c.shape(0));
    return c.SetBound(0, {std::max(1, x.rank()), x.elements()});
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const int64_t n = x.elements();
    KANTE_TRY(std::byte * memory, c.Scratch(n * 8));
    auto* found = reinterpret_cast<int64_t*>(memory);
    int64_t count = 0;
    if (x.type() == ElementType::kFloat32) {
      count = Collect(x.data<float>(), n, found);
    } else if (x.type() == ElementType::kFloat64) {
      count = Collect(x.data<double>(), n, found);
    } else if (x.type() == ElementType::kFloat16 || x.type() == ElementType::kBfloat16) {
      count = CollectHalf(x.data<uint16_t>(), n, found);
    } else if (x.type() == ElementType::kString) {
      count = Collect(x.data<std::string>(), n, found);
    } else if (x.type() == ElementType::kComplex64) {
      count = Collect(x.data<Complex64Bits>(), n, found);
    } else if (x.type() == ElementType::kComplex128) {
      count = Collect(x.data<Complex128Bits>(), n, found);
    } else if (BitsOf(x.type()) == 8) {
      count = Collect(x.data<uint8_t>(), n, found);
    } else if (BitsOf(x.type()) == 16) {
      count = Collect(x.data<uint16_t>(), n, found);
    } else if (BitsOf(x.type()) == 32) {
      count = Collect(x.data<uint32_t>(), n, found);
    } else {
      count = Collect(x.data<uint64_t>(), n, found);
    }
    const int rank = std::max(1, x.rank());
    KANTE_TRY(Tensor * y, c.Output(0, ElementType::kInt64, {rank, count}));
    auto* out = y->mutable_data<int64_t>();
    const auto strides = ContiguousStrides(x.shape());
    for (int d = 0; d < rank; ++d) {
      const int64_t stride = x.rank() ? strides[static_cast<size_t>(d)] : 1;
      const int64_t size = x.rank() ? x.dim(d) : 1;
      for (int64_t i = 0; i < count; ++i) out[d * count + i] = found[i] / stride % size;
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(NonZero)

}  // namespace kante::core
