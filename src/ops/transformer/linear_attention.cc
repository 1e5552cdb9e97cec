// SPDX-License-Identifier: MIT
// LinearAttention of ai.onnx and com.microsoft: a recurrence over a matrix of state for each head.
#include <algorithm>
#include <cmath>

#include "kernels/unary.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"
#include "ops/transformer/state_arrays.h"

namespace kante::core {
namespace {

struct LinearRule {
  enum Inputs { kQ, kK, kV, kPast, kDecay, kBeta };
  int64_t heads = 0;
  int64_t kv_heads = 0;
  float scale = 0;
  bool gated = true;
  bool delta = true;

  void Read(AttrReader& a) {
    heads = a.Int("q_num_heads");
    kv_heads = a.Int("kv_num_heads");
    scale = a.Float("scale", 0);
    a.Ignore("chunk_size");  // a hint
    const std::string rule = a.String("update_rule", "gated_delta");
    gated = rule == "gated" || rule == "gated_delta";
    delta = rule == "delta" || rule == "gated_delta";
    if (!gated && !delta && rule != "linear") a.Fail(StrCat("update_rule ", rule, " is not known"));
    if (gated && !a.has_input(kDecay)) a.Fail(StrCat("update_rule ", rule, " needs decay"));
    if (delta && !a.has_input(kBeta)) a.Fail(StrCat("update_rule ", rule, " needs beta"));
    if (heads < 1 || kv_heads < 1 || (heads % kv_heads != 0 && kv_heads % heads != 0)) {
      a.Fail(StrCat(heads, " query heads cannot share ", kv_heads, " heads of keys"));
    }
  }

  struct Sizes {
    int64_t batch, rows, size, v_size, outputs;
  };
  Result<Sizes> Resolve(const Shape& q, const Shape& k, const Shape& v) const {
    if (q.rank() != 3 || k.rank() != 3 || v.rank() != 3 || q[2] % heads != 0 || k[2] % kv_heads != 0 ||
        v[2] % kv_heads != 0 || k[0] != q[0] || v[0] != q[0] || k[1] != q[1] || v[1] != q[1] ||
        q[2] / heads != k[2] / kv_heads) {
      return InvalidArgument("queries ", q.ToString(), ", keys ", k.ToString(), " and values ", v.ToString(),
                             " do not suit");
    }
    return Sizes{q[0], q[1], q[2] / heads, v[2] / kv_heads, std::max(heads, kv_heads)};
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kQ));
    if (c.wants_output(1)) c.SetType(1, c.has_input(kPast) ? c.type(kPast) : c.type(kQ));
    KANTE_TRY(c.RequireType(kPast, kFloats));
    KANTE_TRY(const Shape q, c.shape(kQ));
    KANTE_TRY(const Shape k, c.shape(kK));
    KANTE_TRY(const Shape v, c.shape(kV));
    KANTE_TRY(const Sizes s, Resolve(q, k, v));
    const Shape state{s.batch, kv_heads, s.size, s.v_size};
    const Shape allowed[3][2] = {{state, state},
                                 {{s.batch, s.rows, kv_heads}, {s.batch, s.rows, kv_heads * s.size}},
                                 {{s.batch, s.rows, kv_heads}, {s.batch, s.rows, 1}}};
    for (int i = kPast; i <= kBeta; ++i) {
      if (!c.has_input(i)) continue;
      KANTE_TRY(const Shape given, c.shape(i));
      const auto& fits = allowed[i - kPast];
      if (!(given == fits[0]) && !(given == fits[1])) {
        return InvalidArgument("input ", i, " ", given.ToString(), " does not suit ", fits[0].ToString());
      }
    }
    if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, state));
    return c.SetShape(0, Shape{s.batch, s.rows, s.outputs * s.v_size});
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(const Sizes s, Resolve(c.in(kQ).shape(), c.in(kK).shape(), c.in(kV).shape()));
    KANTE_TRY(const StateArrays arrays, StateArrays::Open(c));
    const auto& in = arrays.in;
    const int64_t cells = s.size * s.v_size, states = s.batch * kv_heads;
    float* memory = arrays.state.data;
    if (!memory) {
      KANTE_TRY(std::byte * scratch, c.Scratch(states * cells * 4));
      memory = reinterpret_cast<float*>(scratch);
    }
    KANTE_TRY(std::byte * rows, c.Scratch(states * s.v_size * 4));
    float* updates = reinterpret_cast<float*>(rows);
    const bool by_key = in[kDecay] && c.in(kDecay).dim(2) != kv_heads;
    const bool one_beta = in[kBeta] && c.in(kBeta).dim(2) != kv_heads;
    const float factor = scale != 0 ? scale : 1 / std::sqrt(static_cast<float>(s.size));
    const int64_t group = std::max<int64_t>(1, heads / kv_heads), shared = std::max<int64_t>(1, kv_heads / heads);
    const double cost = 1.5 * static_cast<double>(s.rows * cells);
    KANTE_TRY(c.Parallel(states, cost, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t b = i / kv_heads, h = i % kv_heads;
        float* state = memory + i * cells;
        float* update = updates + i * s.v_size;
        if (in[kPast]) {
          std::copy_n(in[kPast] + i * cells, cells, state);
        } else {
          std::fill_n(state, cells, 0.0f);
        }
        for (int64_t t = 0; t < s.rows; ++t) {
          const int64_t at = b * s.rows + t;
          const float* k = in[kK] + (at * kv_heads + h) * s.size;
          const float* v = in[kV] + (at * kv_heads + h) * s.v_size;
          const float beta = delta ? in[kBeta][one_beta ? at : at * kv_heads + h] : 1.0f;
          std::copy_n(v, s.v_size, update);
          for (int64_t d = 0; d < s.size; ++d) {
            float* line = state + d * s.v_size;
            if (gated) {
              const float keep = std::exp(in[kDecay][by_key ? (at * kv_heads + h) * s.size + d : at * kv_heads + h]);
              for (int64_t j = 0; j < s.v_size; ++j) line[j] *= keep;
            }
            for (int64_t j = 0; delta && j < s.v_size; ++j) update[j] -= line[j] * k[d];
          }
          for (int64_t d = 0; d < s.size; ++d) {
            float* line = state + d * s.v_size;
            for (int64_t j = 0; j < s.v_size; ++j) line[j] += beta * k[d] * update[j];
          }
          for (int64_t g = 0; g < group; ++g) {
            const float* q = in[kQ] + (at * heads + h / shared * group + g) * s.size;
            float* to = arrays.out.data + (at * s.outputs + h * group + g) * s.v_size;
            std::fill_n(to, s.v_size, 0.0f);
            for (int64_t d = 0; d < s.size; ++d) {
              for (int64_t j = 0; j < s.v_size; ++j) to[j] += factor * q[d] * state[d * s.v_size + j];
            }
          }
        }
      }
    }));
    arrays.Close();
    return OkStatus();
  }
};

struct LinearAttention : LinearRule {
  static constexpr OpInfo kInfo{.name = "LinearAttention",
                                .versions = {27},
                                .min_inputs = 3,
                                .max_inputs = 6,
                                .max_outputs = 2,
                                .types = kFloats,
                                .same_type = 0b110111,
                                .numerics = kComputesInSingle};
  static Result<LinearAttention> Parse(AttrReader& a) {
    LinearAttention op;
    op.Read(a);
    if (op.heads % std::max<int64_t>(op.kv_heads, 1) != 0) a.Fail("q_num_heads must be a multiple of kv_num_heads");
    return op;
  }
};

struct MsLinearAttention : LinearRule {
  static constexpr OpInfo kInfo{.name = "LinearAttention",
                                .domain = "com.microsoft",
                                .min_inputs = 3,
                                .max_inputs = 6,
                                .max_outputs = 2,
                                .types = kFloats,
                                .same_type = 0b110111,
                                .numerics = kComputesInSingle};
  static Result<MsLinearAttention> Parse(AttrReader& a) {
    MsLinearAttention op;
    op.Read(a);
    if (a.Int("state_window", 0) != 0) a.Fail("state_window is for speculative decoding on GPUs: export without it");
    return op;
  }
};

// decay = decay_scale * softplus(a + dt_bias), beta = sigmoid(b)
struct LinearAttentionGate {
  static constexpr OpInfo kInfo{.name = "LinearAttentionGate",
                                .domain = "com.microsoft",
                                .min_inputs = 3,
                                .max_inputs = 4,
                                .max_outputs = 2,
                                .types = kFloats,
                                .same_type = 0b1001,
                                .numerics = kComputesInSingle};
  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    if (c.wants_output(1)) c.SetType(1, c.type(0));
    for (int i : {1, 2}) KANTE_TRY(c.RequireType(i, kFloat32Only));
    if (c.wants_output(1) && !c.has_input(3)) return InvalidArgument("the output beta needs the input b");
    KANTE_TRY(const Shape a, c.shape(0));
    for (int i : {1, 2}) {
      KANTE_TRY(const Shape one, c.shape(i));
      if (a.rank() != 3 || !(one == Shape{a[2]})) {
        return InvalidArgument("input ", i, " ", one.ToString(), " does not suit ", a.ToString());
      }
    }
    if (c.has_input(3)) {
      KANTE_TRY(const Shape b, c.shape(3));
      if (!(b == a)) return InvalidArgument("input 3 ", b.ToString(), " does not suit ", a.ToString());
    }
    if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, a));
    return c.SetShape(0, a);
  }
  Status Run(RunContext& c) const {
    const int64_t heads = c.in(0).dim(2), n = c.in(0).elements();
    KANTE_TRY(const float* a, ReadAs<float>(c, c.in(0)));
    const float *shift = c.in(1).data<float>(), *scale = c.in(2).data<float>();
    KANTE_TRY(Tensor * decay, c.Output(0));
    KANTE_TRY(const FloatTarget out, FloatTarget::Open(c, decay));
    for (int64_t i = 0; i < n; ++i) out.data[i] = a[i] + shift[i % heads];
    kernels::Unary(kernels::UnaryOp::kSoftplus, out.data, out.data, static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) out.data[i] *= scale[i % heads];
    out.Close();
    if (!c.wants_output(1)) return OkStatus();
    KANTE_TRY(const float* b, ReadAs<float>(c, c.in(3)));
    KANTE_TRY(Tensor * beta, c.Output(1));
    KANTE_TRY(const FloatTarget rate, FloatTarget::Open(c, beta));
    kernels::Unary(kernels::UnaryOp::kSigmoid, rate.data, b, static_cast<size_t>(n));
    rate.Close();
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(LinearAttention)
KANTE_DEFINE_OP(MsLinearAttention)
KANTE_DEFINE_OP(LinearAttentionGate)

}  // namespace kante::core
