// SPDX-License-Identifier: MIT
#include <algorithm>

#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct RotaryEmbedding {
  static constexpr int kX = 0, kCos = 1, kSin = 2, kPlaces = 3;
  static constexpr OpInfo kInfo{.name = "RotaryEmbedding",
                                .versions = {23},
                                .min_inputs = 3,
                                .max_inputs = 4,
                                .types = kFloats,
                                .same_type = 0b111};
  bool interleaved = false;
  int64_t num_heads = 0;
  int64_t rotated = 0;  // 0: the whole head

  static Result<RotaryEmbedding> Parse(AttrReader& a) {
    RotaryEmbedding op{a.Bool("interleaved", false), a.Int("num_heads", 0), a.Int("rotary_embedding_dim", 0)};
    if (op.num_heads < 0 || op.rotated < 0) a.Fail("num_heads and rotary_embedding_dim must not be negative");
    return op;
  }

  struct Sizes {
    int64_t batch, heads, rows, size, rotated;
    bool heads_first;
  };

  Result<Sizes> Resolve(const Shape& x) const {
    Sizes s{};
    s.heads_first = x.rank() == 4;
    if (x.rank() == 4) {
      s = {x[0], x[1], x[2], x[3], rotated, true};
    } else if (x.rank() == 3) {
      if (num_heads < 1 || x[2] % num_heads != 0)
        return InvalidArgument("num_heads ", num_heads, " does not suit ", x.ToString());
      s = {x[0], num_heads, x[1], x[2] / num_heads, rotated, false};
    } else {
      return InvalidArgument("input 0 needs 3 or 4 dimensions, not ", x.ToString());
    }
    if (s.rotated == 0) s.rotated = s.size;
    if (s.rotated > s.size || s.rotated % 2 != 0) {
      return InvalidArgument("rotary_embedding_dim ", s.rotated, " does not suit heads of ", s.size);
    }
    return s;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    KANTE_TRY(c.RequireType(kPlaces, {ElementType::kInt64}));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Sizes s, Resolve(x));
    for (int i = kCos; i <= kSin; ++i) {
      KANTE_TRY(const Shape cache, c.shape(i));
      const bool by_place = c.has_input(kPlaces);
      const bool fits =
          by_place ? cache.rank() == 2 && cache[1] == s.rotated / 2 : cache == Shape{s.batch, s.rows, s.rotated / 2};
      if (!fits) return InvalidArgument("input ", i, " ", cache.ToString(), " does not suit ", x.ToString());
    }
    if (c.has_input(kPlaces)) {
      KANTE_TRY(const Shape places, c.shape(kPlaces));
      if (!(places == Shape{s.batch, s.rows}))
        return InvalidArgument("position_ids ", places.ToString(), " does not suit");
    }
    return c.SetShape(0, x);
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(const Sizes s, Resolve(c.in(kX).shape()));
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* x, ReadAs<float>(c, c.in(kX)));
    KANTE_TRY(const float* cosine, ReadAs<float>(c, c.in(kCos)));
    KANTE_TRY(const float* sine, ReadAs<float>(c, c.in(kSin)));
    const int64_t* places = c.has_input(kPlaces) ? c.in(kPlaces).data<int64_t>() : nullptr;
    const int64_t half = s.rotated / 2, limit = c.in(kCos).dim(0);
    for (int64_t i = 0; places && i < s.batch * s.rows; ++i) {
      if (places[i] < 0 || places[i] >= limit) return InvalidArgument("position_ids holds ", places[i]);
    }
    KANTE_TRY(c.Parallel(s.batch * s.heads * s.rows, static_cast<double>(s.size), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        // Rows in the order of memory: [batch, heads, rows] or [batch, rows, heads].
        const int64_t b = r / (s.heads * s.rows);
        const int64_t t = s.heads_first ? r % s.rows : r / s.heads % s.rows;
        const int64_t at = (places ? places[b * s.rows + t] : b * s.rows + t) * half;
        const float* from = x + r * s.size;
        float* to = out.data() + r * s.size;
        for (int64_t k = 0; k < half; ++k) {
          const int64_t first = interleaved ? 2 * k : k, second = interleaved ? 2 * k + 1 : k + half;
          const float u = from[first], v = from[second];
          to[first] = cosine[at + k] * u - sine[at + k] * v;
          to[second] = sine[at + k] * u + cosine[at + k] * v;
        }
        std::copy(from + s.rotated, from + s.size, to + s.rotated);
      }
    }));
    return out.Finish(c);
  }
};

}  // namespace

KANTE_DEFINE_OP(RotaryEmbedding)

}  // namespace kante::core
