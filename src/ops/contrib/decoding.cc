// SPDX-License-Identifier: MIT
// Small helpers of decoders: UnfoldTensor, NGramRepeatBlock, DynamicTimeWarping.
#include <algorithm>
#include <limits>

#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// All windows of `size` elements along `dim`, in a new last dimension.
struct UnfoldTensor {
  static constexpr OpInfo kInfo{.name = "UnfoldTensor", .domain = "com.microsoft", .numerics = kMoves};
  int64_t dim = -1, size = 1, step = 1;

  static Result<UnfoldTensor> Parse(AttrReader& a) {
    UnfoldTensor op{a.Int("dim", -1), a.Int("size"), a.Int("step", 1)};
    if (op.size < 1 || op.step < 1) a.Fail("size and step must be positive");
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(Shape y, c.shape(0));
    if (y.rank() >= kMaxRank) return InvalidArgument("input 0 ", y.ToString(), " has no room for a dimension more");
    KANTE_TRY(const int axis, NormalizeAxis(dim, y.rank()));
    if (size > y[axis]) return InvalidArgument("size ", size, " above dimension ", y[axis]);
    y.set_dim(axis, (y[axis] - size) / step + 1);
    y.push_back(size);
    return c.SetShape(0, y);
  }

  Status Run(RunContext& c) const {
    const Shape& x = c.in(0).shape();
    KANTE_TRY(const int axis, NormalizeAxis(dim, x.rank()));
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    KANTE_TRY(const Movable from, ReadMovable(c, c.in(0)));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    const int64_t windows = y->dim(axis), inner = x.Product(axis + 1, x.rank());
    KANTE_TRY(c.Parallel(y->elements() / size, 3.0 * static_cast<double>(size), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const int64_t at = (r / inner / windows * x[axis] + r / inner % windows * step) * inner + r % inner;
        for (int64_t k = 0; k < size; ++k) CopyRun(to, r * size + k, from, at + k * inner, 1);
      }
    }));
    Finish(to, *y);
    return OkStatus();
  }
};

// Tokens that would complete an n-gram that the row holds already score -inf.
struct NGramRepeatBlock {
  static constexpr OpInfo kInfo{.name = "NGramRepeatBlock",
                                .domain = "com.microsoft",
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .types = {ElementType::kInt64},
                                .numerics = kMoves};
  int64_t n = 1;

  static Result<NGramRepeatBlock> Parse(AttrReader& a) {
    NGramRepeatBlock op{a.Int("ngram_size")};
    if (op.n < 1) a.Fail(StrCat("ngram_size ", op.n, " must be positive"));
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kFloat32);
    KANTE_TRY(c.RequireType(1, kFloat32Only));
    KANTE_TRY(const Shape ids, c.shape(0));
    KANTE_TRY(const Shape scores, c.shape(1));
    if (ids.rank() != 2 || scores.rank() != 2 || ids[0] != scores[0]) {
      return InvalidArgument("scores ", scores.ToString(), " do not suit input_ids ", ids.ToString());
    }
    return c.SetShape(0, scores);
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    const Tensor& scores = c.in(1);
    std::copy_n(scores.data<float>(), scores.elements(), y->mutable_data<float>());
    const int64_t length = c.in(0).dim(1), words = scores.dim(1);
    for (int64_t b = 0; b < scores.dim(0); ++b) {
      const int64_t* row = c.in(0).data<int64_t>() + b * length;
      for (int64_t i = 0; i <= length - n; ++i) {
        if (!std::equal(row + i, row + i + n - 1, row + length - n + 1)) continue;
        const int64_t word = row[i + n - 1];
        if (word < 0 || word >= words) return InvalidArgument("input_ids holds ", word, " of ", words, " words");
        y->mutable_data<float>()[b * words + word] = -std::numeric_limits<float>::infinity();
      }
    }
    return OkStatus();
  }
};

// The cheapest path from the first to the last element of a matrix, by steps down, right or both.
struct DynamicTimeWarping {
  static constexpr OpInfo kInfo{.name = "DynamicTimeWarping",
                                .domain = "com.microsoft",
                                .types = kFloat32Only,
                                .data_dependent = true,
                                .numerics = kComputes};

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kInt32);
    KANTE_TRY(const Shape x, c.shape(0));
    const int r = x.rank();
    if (r < 2 || r > 3 || (r == 3 && x[0] != 1)) return InvalidArgument("input ", x.ToString(), " must be a matrix");
    if (x.elements() == 0) return InvalidArgument("input ", x.ToString(), " is empty");
    return c.SetBound(0, Shape{2, x[r - 2] + x[r - 1] - 1});
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const int64_t rows = x.dim(x.rank() - 2), columns = x.dim(x.rank() - 1), wide = columns + 1;
    constexpr float kFar = std::numeric_limits<float>::infinity();
    KANTE_TRY(std::byte * memory, c.Scratch((2 * wide) * 4));
    KANTE_TRY(std::byte * trace, c.Scratch(rows * columns));
    float* above = reinterpret_cast<float*>(memory);
    float* now = above + wide;
    std::fill_n(above, wide, kFar);
    above[0] = 0;
    for (int64_t i = 0; i < rows; ++i) {
      now[0] = kFar;
      for (int64_t j = 0; j < columns; ++j) {
        const float both = above[j], up = above[j + 1], left = now[j];
        const int step = both < up && both < left ? 0 : up < both && up < left ? 1 : 2;
        trace[i * columns + j] = static_cast<std::byte>(step);
        now[j + 1] = x.data<float>()[i * columns + j] + (step == 0 ? both : step == 1 ? up : left);
      }
      std::swap(above, now);
    }
    // The borders force the way back; twice over it: to count, then to write.
    const auto walk = [&](int32_t* to, int64_t count) {
      int64_t i = rows - 1, j = columns - 1, steps = 0;
      while (true) {
        ++steps;
        if (to) {
          to[count - steps] = static_cast<int32_t>(i);
          to[2 * count - steps] = static_cast<int32_t>(j);
        }
        if (i == 0 && j == 0) return steps;
        const int step = i == 0 ? 2 : j == 0 ? 1 : static_cast<int>(trace[i * columns + j]);
        if (step != 2) --i;
        if (step != 1) --j;
      }
    };
    const int64_t count = walk(nullptr, 0);
    KANTE_TRY(Tensor * y, c.Output(0, ElementType::kInt32, Shape{2, count}));
    walk(y->mutable_data<int32_t>(), count);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(UnfoldTensor)
KANTE_DEFINE_OP(NGramRepeatBlock)
KANTE_DEFINE_OP(DynamicTimeWarping)

}  // namespace kante::core
