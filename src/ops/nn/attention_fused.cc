// SPDX-License-Identifier: MIT
// Attention as passes recognise it in MatMul, Softmax and MatMul: softmax(scale * Q K^T + mask) V with the broadcasting
// of MatMul and heads in any order of dimensions, so that nobody transposes for it.
#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "base/checked.h"
#include "compute/attention.h"
#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/nn/window.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

enum Inputs { kQ, kK, kV, kMask };
constexpr const char* kPerms[] = {"q_perm", "k_perm", "v_perm", "y_perm"};
using Perm = std::vector<int64_t>;

// Where [batch, heads, rows, size] lie.
struct Operand {
  std::array<int64_t, 4> dims{1, 1, 1, 1};
  std::array<int64_t, 4> strides{};
};

struct FusedAttention {
  static constexpr OpInfo kInfo{.name = "FusedAttention",
                                .domain = "kante",
                                .min_inputs = 3,
                                .max_inputs = 4,
                                .types = {ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16},
                                .same_type = 0b111,
                                .numerics = kComputes};
  float scale = 1;
  bool nan_to_zero = false;  // probabilities of a row that are not numbers are 0
  int64_t groups = 1;        // of neighbouring heads of queries share one of keys and values
  // How Transpose makes [batch, heads, rows, size] of an input, or the output of the result; empty: they lie so.
  std::array<Perm, 4> perms;

  static Result<FusedAttention> Parse(AttrReader& a) {
    FusedAttention op;
    op.scale = a.Float("scale", 1);
    op.nan_to_zero = a.Bool("nan_to_zero", false);
    op.groups = a.Int("groups", 1);
    if (op.groups < 1) a.Fail(StrCat("groups ", op.groups, " must be positive"));
    for (size_t i = 0; i < 4; ++i) {
      Perm& perm = op.perms[i] = a.Ints(kPerms[i]);
      if (perm.empty()) continue;
      Perm sorted = perm;
      std::sort(sorted.begin(), sorted.end());
      if (sorted != Perm{0, 1, 2, 3} || perm[3] != 3) {
        a.Fail(StrCat(kPerms[i], " must order four dimensions and leave the last where it is"));
      }
    }
    return op;
  }

  struct Sizes {
    int rank = 2;
    int64_t batch = 1, heads = 1, kv_heads = 1, rows = 0, keys = 0, size = 0, v_size = 0;
    std::array<Operand, 4> in;  // q, k, v, mask
    Shape Output(const Perm& perm) const {
      const Shape y{batch, heads, rows, v_size};
      Shape out;
      for (int i = 4 - rank; i < 4; ++i)
        out.push_back(y[perm.empty() ? i : static_cast<int>(perm[static_cast<size_t>(i)])]);
      return out;
    }
  };

  static Result<Operand> Place(const Shape& shape, const Perm& perm) {
    if (shape.rank() > 4 || (!perm.empty() && shape.rank() != 4)) {
      return InvalidArgument("an input ", shape.ToString(), " is not [batch, heads, rows, size]");
    }
    Operand out;
    int64_t step = 1;
    for (int d = shape.rank() - 1, at = 3; d >= 0; --d, --at) {
      size_t to = static_cast<size_t>(at);
      if (!perm.empty()) to = static_cast<size_t>(std::find(perm.begin(), perm.end(), d) - perm.begin());
      out.dims[to] = shape[d];
      out.strides[to] = step;
      step *= shape[d];
    }
    for (size_t i = 0; i < 2; ++i) {
      if (out.dims[i] == 1) out.strides[i] = 0;  // repeats
    }
    return out;
  }

  // The size to which several broadcast: false if they do not.
  static bool Merge(int64_t side, int64_t* all) {
    if (side == 1 || side == *all) return true;
    if (*all != 1) return false;
    *all = side;
    return true;
  }

  Result<Sizes> Resolve(const Shape& q, const Shape& k, const Shape& v, const Shape* mask) const {
    Sizes s;
    const Shape* shapes[] = {&q, &k, &v, mask};
    const auto refuse = [&] {
      return InvalidArgument("queries ", q.ToString(), ", keys ", k.ToString(), ", values ", v.ToString(),
                             mask ? StrCat(" and mask ", mask->ToString()) : "", " do not suit");
    };
    for (size_t i = 0; i < 4 && shapes[i]; ++i) {
      KANTE_TRY(CheckSizes(shapes[i]->dims()));
      if (i < 3 && shapes[i]->rank() < 2) return refuse();
      KANTE_TRY(s.in[i], Place(*shapes[i], i < 3 ? perms[i] : Perm()));
      s.rank = std::max(s.rank, shapes[i]->rank());
    }
    const auto& [sq, sk, sv, sm] = s.in;
    bool fits = sq.dims[3] == sk.dims[3] && sk.dims[2] == sv.dims[2];
    for (const Operand* o : {&sk, &sv}) fits = fits && Merge(o->dims[1], &s.kv_heads);
    fits = fits && CheckedMul(s.kv_heads, groups, &s.heads);
    for (const Operand& o : s.in) fits = fits && Merge(o.dims[0], &s.batch);
    for (const Operand* o : {&sq, &sm}) fits = fits && Merge(o->dims[1], &s.heads);
    s.rows = sq.dims[2];
    s.size = sq.dims[3];
    s.keys = sk.dims[2];
    s.v_size = sv.dims[3];
    if (mask) {
      fits = fits && (sm.dims[2] == 1 || sm.dims[2] == s.rows) && (sm.dims[3] == 1 || sm.dims[3] == s.keys);
    }
    if (!fits || ((!perms[3].empty() || groups > 1) && s.rank != 4)) return refuse();
    return s;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kQ));
    KANTE_TRY(c.RequireType(kMask, kInfo.types | kBool));
    KANTE_TRY(const Shape q, c.shape(kQ));
    KANTE_TRY(const Shape k, c.shape(kK));
    KANTE_TRY(const Shape v, c.shape(kV));
    Shape mask;
    if (c.has_input(kMask)) {
      KANTE_TRY(mask, c.shape(kMask));
    }
    KANTE_TRY(const Sizes s, Resolve(q, k, v, c.has_input(kMask) ? &mask : nullptr));
    return c.SetShape(0, s.Output(perms[3]));
  }

  double Flops(const ChooseContext& c) const {
    const Result<Sizes> s = Resolve(c.shape(kQ), c.shape(kK), c.shape(kV), nullptr);
    if (!s.ok()) return 0;
    return AttentionFlops(s->batch, s->heads, s->rows, s->keys, s->size, s->v_size);
  }

  static Heads HeadsAt(const float* data, const Operand& o) { return {data, o.strides[0], o.strides[1], o.strides[2]}; }

  Status Run(RunContext& c) const {
    const bool masked = c.has_input(kMask);
    KANTE_TRY(const Sizes s,
              Resolve(c.in(kQ).shape(), c.in(kK).shape(), c.in(kV).shape(), masked ? &c.in(kMask).shape() : nullptr));
    AttentionArgs args{.batch = s.batch, .heads = s.heads, .kv_heads = s.kv_heads, .rows = s.rows, .keys = s.keys};
    args.size = s.size;
    args.v_size = s.v_size;
    args.scale = scale;
    args.row_rule = nan_to_zero ? HiddenRows::kNumbersOrZero : HiddenRows::kNan;
    Heads* const heads[] = {&args.q, &args.k, &args.v};
    for (int i = 0; i < 3; ++i) {
      KANTE_TRY(const float* data, ReadFloats(c, c.in(i)));
      *heads[i] = HeadsAt(data, s.in[static_cast<size_t>(i)]);
    }
    if (masked) {
      AttentionMask& mask = args.masks[0];
      mask.keys = s.keys;
      mask.strides = s.in[kMask].strides;
      for (size_t i = 2; i < 4; ++i) {
        if (s.in[kMask].dims[i] == 1) mask.strides[i] = 0;
      }
      if (c.in(kMask).type() == ElementType::kBool) {
        mask.allowed = c.in(kMask).data<bool>();
      } else {
        KANTE_TRY(mask.add, ReadFloats(c, c.in(kMask)));
      }
    }
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->elements() == 0) return OkStatus();
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    // Transpose's output dimension i is dimension perm[i] of the result.
    std::array<int64_t, 4> strides{};
    int64_t step = 1;
    const int64_t dims[] = {s.batch, s.heads, s.rows, s.v_size};
    for (size_t i = 4; i-- > 0;) {
      const size_t d = perms[3].empty() ? i : static_cast<size_t>(perms[3][i]);
      strides[d] = step;
      step *= dims[d];
    }
    args.y = {out.data(), strides[0], strides[1], strides[2]};
    KANTE_TRY(std::byte * scratch, c.Scratch(AttentionScratchBytes(args)));
    KANTE_TRY(FinishedOr(c, RunAttention(args, scratch, ParallelOf(c))));
    return out.Finish(c);
  }

  Status Expand(ExpandContext& c) const {
    GraphBuilder& b = c.build();
    const auto as_is = [&](size_t i) {
      const ValueId x = c.input(i);
      return perms[i].empty() ? x : b.Op("Transpose", {x}, {{"perm", perms[i]}});
    };
    const auto number = [&](float value) { return b.Op("CastLike", {b.Scalar(value), c.input(kQ)}); };
    const auto repeated = [&](ValueId x) {
      if (groups == 1) return x;
      const auto sides = [&](int64_t from, int64_t to) { return b.Op("Shape", {x}, {{"start", from}, {"end", to}}); };
      const ValueId wide = b.Op("Tile", {b.Op("Unsqueeze", {x, b.Ints({2})}), b.Ints({1, 1, groups, 1, 1})});
      const ValueId heads = b.Op("Mul", {sides(1, 2), b.Ints({groups})});
      return b.Op("Reshape", {wide, b.Op("Concat", {sides(0, 1), heads, sides(2, 4)}, {{"axis", 0}})},
                  {{"allowzero", 1}});
    };
    const ValueId q = as_is(kQ), k = repeated(as_is(kK)), v = repeated(as_is(kV));
    ValueId x = b.Op("Einsum", {q, k}, {{"equation", "...qd,...kd->...qk"}});
    if (scale != 1) x = b.Op("Mul", {x, number(scale)});
    if (c.has_input(kMask)) {
      const bool boolean = c.input_type(kMask).element_type == ElementType::kBool;
      x = boolean ? b.Op("Where", {c.input(kMask), x, number(-std::numeric_limits<float>::infinity())})
                  : b.Op("Add", {x, b.Op("CastLike", {c.input(kMask), c.input(kQ)})});
    }
    x = b.Op("Softmax", {x}, {{"axis", -1}});
    if (nan_to_zero) x = b.Op("Where", {b.Op("IsNaN", {x}), number(0), x});
    x = b.Op("MatMul", {x, v});
    if (!perms[3].empty()) x = b.Op("Transpose", {x}, {{"perm", perms[3]}});
    c.SetOutput(0, x);
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(FusedAttention)

}  // namespace kante::core
