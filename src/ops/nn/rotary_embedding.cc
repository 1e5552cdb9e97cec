// SPDX-License-Identifier: MIT
#include <algorithm>

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
                                .same_type = 0b111,
                                .numerics = kComputesInSingle};
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
    const int64_t* places = c.has_input(kPlaces) ? c.in(kPlaces).data<int64_t>() : nullptr;
    return Rotate(c, kCos, places, 1, false, nullptr);
  }

  // Inputs `cos` and cos + 1 are the tables. `places` holds `streams` tables [batch, rows], of which `stream` chooses
  // for each angle; or, from a `start` on, the rows count upwards.
  Status Rotate(RunContext& c, int cos, const int64_t* places, int64_t streams, bool start,
                const uint8_t* stream) const {
    KANTE_TRY(const Sizes s, Resolve(c.in(kX).shape()));
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const FloatTarget out, FloatTarget::Open(c, y));
    KANTE_TRY(const float* x, ReadAs<float>(c, c.in(kX)));
    KANTE_TRY(const float* cosine, ReadAs<float>(c, c.in(cos)));
    KANTE_TRY(const float* sine, ReadAs<float>(c, c.in(cos + 1)));
    const int64_t half = s.rotated / 2, limit = c.in(cos).dim(0), count = s.batch * s.rows;
    for (int64_t i = 0; places && i < (start ? 1 : streams * count); ++i) {
      if (places[i] < 0 || places[i] >= limit || (start && s.rows > limit - places[i])) {
        return InvalidArgument("position_ids holds ", places[i], ", the tables have ", limit, " rows");
      }
    }
    KANTE_TRY(c.Parallel(count * s.heads, static_cast<double>(s.size), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        // Rows in the order of memory: [batch, heads, rows] or [batch, rows, heads].
        const int64_t b = r / (s.heads * s.rows);
        const int64_t t = s.heads_first ? r % s.rows : r / s.heads % s.rows;
        int64_t base[3] = {};
        for (int64_t k = 0; k < streams; ++k) {
          const int64_t row = b * s.rows + t;
          base[k] = (!places ? row : start ? places[0] + t : places[k * count + row]) * half;
        }
        const float* from = x + r * s.size;
        float* to = out.data + r * s.size;
        for (int64_t k = 0; k < half; ++k) {
          const int64_t first = interleaved ? 2 * k : k, second = interleaved ? 2 * k + 1 : k + half;
          const int64_t at = base[stream ? stream[k] : 0] + k;
          const float u = from[first], v = from[second];
          to[first] = cosine[at] * u - sine[at] * v;
          to[second] = sine[at] * u + cosine[at] * v;
        }
        std::copy(from + s.rotated, from + s.size, to + s.rotated);
      }
    }));
    out.Close();
    return OkStatus();
  }
};

// That of com.microsoft, and MRotaryEmbedding, where each angle follows one of three position streams.
struct MsRotaryBase : RotaryEmbedding {
  static constexpr int kIds = 1, kCosTable = 2;
  std::vector<int64_t> sections;
  bool mixed = false;

  void Read(AttrReader& a) {
    interleaved = a.Bool("interleaved", false);
    num_heads = a.Int("num_heads", 0);
    rotated = a.Int("rotary_embedding_dim", 0);
    if (num_heads < 0 || rotated < 0) a.Fail("num_heads and rotary_embedding_dim must not be negative");
    a.Ignore("is_packed_batching");  // only loosens a check of ONNX Runtime
    a.Ignore("scale");               // ONNX Runtime does not apply it
  }

  // The tables give the size of a head that nothing else says.
  Result<MsRotaryBase> With(const Shape& x, const Shape& table) const {
    MsRotaryBase op = *this;
    if (table.rank() != 2) return InvalidArgument("cos_cache ", table.ToString(), " must be a matrix");
    if (op.num_heads == 0 && x.rank() == 3 && table[1] > 0 && x[2] % (2 * table[1]) == 0) {
      op.num_heads = x[2] / (2 * table[1]);
    }
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    KANTE_TRY(c.RequireType(kIds, {ElementType::kInt64}));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape table, c.shape(kCosTable));
    KANTE_TRY(const Shape sine, c.shape(kCosTable + 1));
    KANTE_TRY(const MsRotaryBase op, With(x, table));
    KANTE_TRY(const Sizes s, op.Resolve(x));
    if (table[1] != s.rotated / 2 || !(sine == table)) {
      return InvalidArgument("tables ", table.ToString(), " and ", sine.ToString(), " do not suit ", x.ToString());
    }
    KANTE_TRY(const Shape ids, c.shape(kIds));
    const bool fits =
        sections.empty() ? ids == Shape{1} || ids == Shape{s.batch, s.rows} : ids == Shape{3, s.batch, s.rows};
    if (!fits) return InvalidArgument("position_ids ", ids.ToString(), " does not suit ", x.ToString());
    int64_t sum = 0;
    for (int64_t section : sections) sum += section;
    if (!sections.empty() && sum != s.rotated / 2) return InvalidArgument("mrope_section adds up to ", sum);
    return c.SetShape(0, x);
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(const MsRotaryBase op, With(c.in(kX).shape(), c.in(kCosTable).shape()));
    const int64_t half = c.in(kCosTable).dim(1);
    std::vector<uint8_t> stream(sections.empty() ? 0 : static_cast<size_t>(half));
    for (size_t k = 0; k < stream.size(); ++k) {
      const int64_t at = static_cast<int64_t>(k);
      const size_t next = k % 3;
      if (mixed) {
        stream[k] = static_cast<uint8_t>(next > 0 && at < 3 * sections[next] ? next : 0);
      } else {
        stream[k] = at < sections[0] ? 0 : at < sections[0] + sections[1] ? 1 : 2;
      }
    }
    const Tensor& ids = c.in(kIds);
    return op.Rotate(c, kCosTable, ids.data<int64_t>(), sections.empty() ? 1 : 3, ids.rank() == 1,
                     stream.empty() ? nullptr : stream.data());
  }
};

constexpr OpInfo MsRotaryInfo(std::string_view name) {
  return {.name = name,
          .domain = "com.microsoft",
          .min_inputs = 4,
          .max_inputs = 4,
          .types = kFloats,
          .same_type = 0b1101,
          .numerics = kComputesInSingle};
}

struct MsRotaryEmbedding : MsRotaryBase {
  static constexpr OpInfo kInfo = MsRotaryInfo("RotaryEmbedding");
  static Result<MsRotaryEmbedding> Parse(AttrReader& a) {
    MsRotaryEmbedding op;
    op.Read(a);
    return op;
  }
};

struct MRotaryEmbedding : MsRotaryBase {
  static constexpr OpInfo kInfo = MsRotaryInfo("MRotaryEmbedding");
  static Result<MRotaryEmbedding> Parse(AttrReader& a) {
    MRotaryEmbedding op;
    op.Read(a);
    op.sections = a.Ints("mrope_section");
    const bool three = op.sections.size() == 3;
    for (int64_t s : op.sections) {
      if (s < 0 || s > (1 << 20)) a.Fail(StrCat("mrope_section holds ", s));
    }
    if (!three) a.Fail("mrope_section needs 3 values");
    const int64_t layout = a.Int("mrope_layout", 0);
    if (layout != 0 && layout != 1) a.Fail(StrCat("mrope_layout ", layout, " must be 0 or 1"));
    op.mixed = layout == 1;
    return op;
  }
};

}  // namespace

KANTE_DEFINE_OP(RotaryEmbedding)
KANTE_DEFINE_OP(MsRotaryEmbedding)
KANTE_DEFINE_OP(MRotaryEmbedding)

}  // namespace kante::core
