// SPDX-License-Identifier: MIT
#include "ops/nn/attention_shape.h"

#include "ops/nn/window.h"

namespace kante::core {

AttentionRule AttentionRule::Read(AttrReader& a) {
  AttentionRule r;
  r.causal = a.Bool("is_causal", false);
  r.heads = a.Int("q_num_heads", 0);
  r.kv_heads = a.Int("kv_num_heads", 0);
  r.scores_mode = a.Int("qk_matmul_output_mode", 0);
  r.left_window = a.Int("left_window_size", -1);
  r.right_window = a.Int("right_window_size", -1);
  r.scale = a.Float("scale", 0.0f);
  r.softcap = a.Float("softcap", 0.0f);
  a.Ignore("softmax_precision");  // never below float32
  if (r.scores_mode < 0 || r.scores_mode > 3) a.Fail(StrCat("qk_matmul_output_mode ", r.scores_mode, " is not known"));
  if (r.heads < 0 || r.kv_heads < 0) a.Fail("q_num_heads and kv_num_heads must be positive");
  return r;
}

Result<AttentionShape> AttentionShape::Make(const AttentionRule& rule, const Shape& q, const Shape& k, const Shape& v,
                                            const Shape* past) {
  for (const Shape* shape : {&q, &k, &v}) KANTE_TRY(CheckSizes(shape->dims()));
  AttentionShape s;
  s.rank = q.rank();
  const bool fits =
      (q.rank() == 3 || q.rank() == 4) && k.rank() == q.rank() && v.rank() == q.rank() && q[0] == k[0] && q[0] == v[0];
  const auto refuse = [&] {
    return InvalidArgument("queries ", q.ToString(), ", keys ", k.ToString(), " and values ", v.ToString(),
                           " do not suit");
  };
  if (!fits) return refuse();
  s.batch = q[0];
  if (s.rank == 4) {
    s.heads = q[1];
    s.kv_heads = k[1];
    s.rows = q[2];
    s.fresh = k[2];
    s.size = q[3];
    s.v_size = v[3];
    if (v[1] != k[1] || v[2] != k[2] || k[3] != q[3]) return refuse();
  } else {
    s.heads = rule.heads;
    s.kv_heads = rule.kv_heads;
    if (s.heads < 1 || s.kv_heads < 1) return InvalidArgument("q_num_heads and kv_num_heads are missing");
    if (q[2] % s.heads != 0 || k[2] % s.kv_heads != 0 || v[2] % s.kv_heads != 0) return refuse();
    s.rows = q[1];
    s.fresh = k[1];
    s.size = q[2] / s.heads;
    s.v_size = v[2] / s.kv_heads;
    if (k[2] / s.kv_heads != s.size || v[1] != k[1]) return refuse();
  }
  if (s.heads < 1 || s.kv_heads < 1 || s.heads % s.kv_heads != 0) {
    return InvalidArgument(s.heads, " query heads cannot share ", s.kv_heads, " heads of keys");
  }
  if (past) {
    if (past->rank() != 4 || (*past)[0] != s.batch || (*past)[1] != s.kv_heads || (*past)[3] != s.size) {
      return InvalidArgument("past_key ", past->ToString(), " does not suit keys ", k.ToString());
    }
    s.past = (*past)[2];
  }
  s.total = s.past + s.fresh;
  return s;
}

Result<std::array<int64_t, 4>> AttentionMaskStrides(const Shape& mask, const AttentionShape& s) {
  const int64_t wanted[] = {s.batch, s.heads, s.rows, s.total};
  std::array<int64_t, 4> strides{};
  int64_t step = 1;
  for (int d = mask.rank() - 1, at = 3; d >= 0; --d, --at) {
    const int64_t side = mask[d];
    const bool last = at == 3;
    if (at < 0 || (side != 1 && (last ? side > s.total : side != wanted[at]))) {
      return InvalidArgument("attn_mask ", mask.ToString(), " does not suit ", s.rows, " queries and ", s.total,
                             " keys");
    }
    strides[static_cast<size_t>(at)] = side == 1 ? 0 : step;
    step *= side;
  }
  return strides;
}

}  // namespace kante::core
