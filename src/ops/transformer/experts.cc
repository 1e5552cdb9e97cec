// SPDX-License-Identifier: MIT
#include "ops/transformer/experts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/checked.h"
#include "compute/gemm.h"
#include "ops/nn/float_arrays.h"

namespace kante::core {
namespace {

struct ActivationName {
  const char* name;
  kernels::UnaryOp op;
  bool gated;
};
constexpr ActivationName kActivations[] = {
    {"relu", kernels::UnaryOp::kRelu, false},   {"gelu", kernels::UnaryOp::kGeluTanh, false},
    {"silu", kernels::UnaryOp::kSilu, false},   {"identity", kernels::UnaryOp::kIdentity, false},
    {"relu2", kernels::UnaryOp::kRelu, false},  // and squared by its own value
    {"swiglu", kernels::UnaryOp::kSwish, true}, {"geglu", kernels::UnaryOp::kGeluTanh, true},
};

// What RunExperts has read.
struct Job : ExpertArgs {
  int64_t tokens = 0, experts = 0;
  const float* x = nullptr;
  const float* router = nullptr;
  float* y = nullptr;
};

// The tokens of every expert, in order, and with which weight each counts.
struct Routes {
  std::vector<int64_t> first;  // of each expert; one more at the end
  std::vector<int64_t> token;
  std::vector<float> weight;
};

constexpr float kMixerReach = 2 * 0.01f;  // twice the jitter of Phi-3.5's training

void WeighPicks(const ExpertRule& rule, const Job& a, int64_t t, const std::vector<int64_t>& picks, float* w) {
  const float* row = (a.mix ? a.mix : a.router) + t * a.experts;
  const float top = a.router[t * a.experts + picks[0]];
  float sum = 0;
  for (size_t i = 0; rule.sparse_mixer && i < picks.size(); ++i) {
    const float own = row[picks[i]];
    sum = 0;
    for (int64_t e = 0; e < a.experts; ++e) {
      const bool far = own - row[e] > kMixerReach * std::max(std::fabs(row[e]), own);
      if (!far && (i == 0 || e != picks[0])) sum += std::exp(row[e] - own);
    }
    w[i] = 1 / sum;
  }
  if (rule.sparse_mixer) return;
  for (size_t i = 0; i < picks.size(); ++i) sum += w[i] = a.mix ? row[picks[i]] : std::exp(row[picks[i]] - top);
  if (a.mix) {
    if (!rule.normalize || sum == 0) return;
  } else if (!rule.normalize && !a.softmax_of_picked) {
    sum = 0;
    for (int64_t e = 0; e < a.experts; ++e) sum += std::exp(row[e] - top);
  }
  for (size_t i = 0; i < picks.size(); ++i) w[i] /= sum;
}

Routes Route(const ExpertRule& rule, const Job& a) {
  const size_t n = static_cast<size_t>(rule.picks), all = static_cast<size_t>(a.tokens) * n;
  Routes r{std::vector<int64_t>(static_cast<size_t>(a.experts) + 1), std::vector<int64_t>(all),
           std::vector<float>(all)};
  std::vector<int64_t> chosen(all), order(static_cast<size_t>(a.experts)), picks(n);
  std::vector<float> weights(all);
  for (int64_t t = 0; t < a.tokens; ++t) {
    const float* scores = a.router + t * a.experts;
    const auto rank = [&](int64_t e) {
      return std::isnan(scores[e]) ? std::numeric_limits<float>::lowest() : scores[e];
    };
    for (size_t e = 0; e < order.size(); ++e) order[e] = static_cast<int64_t>(e);
    std::partial_sort(order.begin(), order.begin() + rule.picks, order.end(),
                      [&](int64_t i, int64_t j) { return rank(i) != rank(j) ? rank(i) > rank(j) : i < j; });
    picks.assign(order.begin(), order.begin() + rule.picks);
    const size_t at = static_cast<size_t>(t) * n;
    WeighPicks(rule, a, t, picks, weights.data() + at);
    std::copy(picks.begin(), picks.end(), chosen.begin() + static_cast<int64_t>(at));
    for (int64_t e : picks) ++r.first[static_cast<size_t>(e) + 1];
  }
  for (size_t e = 1; e < r.first.size(); ++e) r.first[e] += r.first[e - 1];
  std::vector<int64_t> next = r.first;
  for (size_t i = 0; i < all; ++i) {
    const size_t to = static_cast<size_t>(next[static_cast<size_t>(chosen[i])]++);
    r.token[to] = static_cast<int64_t>(i / n);
    r.weight[to] = weights[i];
  }
  return r;
}

GemmPlan PlanOf(const ExpertProduct& p, int64_t m, int64_t a_stride) {
  return PlanGemm(m, p.n, p.k, p.weights ? GemmB::kStrided : GemmB::kPanels, a_stride, 1);
}

// y [m, n] = a [m, k] times the expert's weights, plus its bias.
Status Multiply(RunContext& c, const ExpertProduct& p, int64_t expert, int64_t m, const float* a, int64_t a_stride,
                float* y, std::byte* scratch) {
  const int64_t nr = static_cast<int64_t>(kernels::GemmTile().nr);
  auto pack = [&](float* dst, int64_t k0, int64_t k1, int64_t n0, int64_t n1) {
    constexpr int64_t kPart = 256;
    float part[kPart];
    for (int64_t j = n0; j < AlignUp(n1, nr); ++j) {
      float* to = dst + (j - n0) / nr * (k1 - k0) * nr + (j - n0) % nr;
      for (int64_t at = k0; at < k1; at += kPart) {
        const int64_t count = std::min(kPart, k1 - at);
        if (j < n1) {
          (*p.load)(part, expert, j, at, at + count);
        } else {
          std::fill_n(part, count, 0.0f);
        }
        for (int64_t i = 0; i < count; ++i) to[(at - k0 + i) * nr] = part[i];
      }
    }
  };
  const PackPanels panels(pack);
  GemmArgs args{.a = a, .a_row_stride = a_stride};
  if (p.weights) {
    args.b = p.weights + expert * p.n * p.k;
    args.b_row_stride = 1;
    args.b_col_stride = p.k;
  } else {
    args.panels = &panels;
  }
  args.c = y;
  args.ldc = p.n;
  if (p.bias) args.epilogue.bias_col = p.bias + expert * p.n;
  args.scratch = scratch;
  return FinishedOr(c, RunGemm(PlanOf(p, m, a_stride), args, ParallelOf(c)));
}

// One row of the first product, in place: its first `inter` values are the activated ones. `value`: the row of the
// third product, or null.
void Activate(const ExpertRule& rule, float* x, const float* value, int64_t inter) {
  constexpr int64_t kPart = 256;
  float gate[kPart], up[kPart];
  const int64_t step = rule.fusion == 1 ? 2 : 1;
  const float* from = rule.fusion == 1 ? x + 1 : rule.fusion == 2 ? x + inter : value;
  for (int64_t at = 0; at < inter; at += kPart) {
    const int64_t n = std::min(kPart, inter - at);
    for (int64_t i = 0; i < n; ++i) gate[i] = x[(at + i) * step];
    if (from) {
      for (int64_t i = 0; i < n; ++i) up[i] = from[(at + i) * step];
    }
    if (rule.swiglu) {
      for (int64_t i = 0; i < n; ++i) {
        if (!rule.limit_after) gate[i] = rule.limit < gate[i] ? rule.limit : gate[i];
        up[i] = std::clamp(up[i], -rule.limit, rule.limit) + rule.beta;
      }
    }
    kernels::Unary(rule.activation, gate, gate, static_cast<size_t>(n), rule.alpha);
    if (rule.limit_after) {
      for (int64_t i = 0; i < n; ++i) gate[i] = rule.limit < gate[i] ? rule.limit : gate[i];
    }
    for (int64_t i = 0; i < n; ++i) {
      const float y = rule.squared ? gate[i] * gate[i] : gate[i];
      x[at + i] = from ? y * up[i] : y;
    }
  }
}

}  // namespace

ExpertRule ExpertRule::Read(AttrReader& a, bool has_third) {
  ExpertRule r;
  r.picks = a.Int("k", 1);
  r.normalize = a.Bool("normalize_routing_weights", false);
  const std::string name = a.String("activation_type", "relu");
  r.fusion = a.Int("swiglu_fusion", 0);
  r.alpha = a.Float("activation_alpha", 1);
  r.beta = a.Float("activation_beta", 0);
  r.limit = a.Float("swiglu_limit", std::numeric_limits<float>::infinity());
  r.limit_after = a.Bool("swiglu_limit_after_activation", false);
  r.sparse_mixer = a.Bool("use_sparse_mixer", false);
  if (r.sparse_mixer && r.picks != 2) a.Fail(StrCat("use_sparse_mixer needs k 2, not ", r.picks));
  if (r.picks < 1) a.Fail(StrCat("k ", r.picks, " must be positive"));
  if (r.fusion < 0 || r.fusion > 2) a.Fail(StrCat("swiglu_fusion ", r.fusion, " is none of 0, 1 and 2"));
  if (!(r.limit >= 0)) a.Fail("swiglu_limit must not be negative");
  const ActivationName* found = std::find_if(std::begin(kActivations), std::end(kActivations),
                                             [&](const ActivationName& x) { return x.name == name; });
  if (found == std::end(kActivations)) {
    a.Fail(StrCat("activation_type '", name, "' is not known"));
    return r;
  }
  r.activation = found->op;
  r.swiglu = name == "swiglu";
  r.squared = name == "relu2";
  if (!found->gated) r.fusion = 0;
  if (r.fusion != 0 && has_third) a.Fail("fused products leave no place for fc3");
  if (found->gated && r.fusion == 0 && !has_third) a.Fail(StrCat(name, " needs swiglu_fusion 1 or 2, or fc3"));
  if (r.limit_after && !r.swiglu) a.Fail("swiglu_limit_after_activation needs activation_type 'swiglu'");
  return r;
}

Result<std::array<int64_t, 3>> ExpertSizes(const ExpertRule& rule, const Shape& x, const Shape& router) {
  if (x.rank() != 2 && x.rank() != 3) return InvalidArgument("input ", x.ToString(), " must have rank 2 or 3");
  int64_t tokens = x[0];
  if (x.rank() == 3 && !CheckedMul(x[0], x[1], &tokens)) return InvalidArgument("too many tokens");
  if (router.rank() != 2 || router[0] != tokens) {
    return InvalidArgument("router_probs ", router.ToString(), " does not suit ", tokens, " tokens");
  }
  if (rule.picks > router[1]) return InvalidArgument("k ", rule.picks, " is more than ", router[1], " experts");
  return std::array<int64_t, 3>{tokens, x[x.rank() - 1], router[1]};
}

namespace {

Status RunJob(RunContext& c, const ExpertRule& rule, const Job& a) {
  const int64_t hidden = a.second.n, inter = a.second.k, wide = a.first.n;
  std::fill_n(a.y, a.tokens * hidden, 0.0f);
  const Routes routes = Route(rule, a);
  const auto rows_of = [&](int64_t e) {
    return routes.first[static_cast<size_t>(e) + 1] - routes.first[static_cast<size_t>(e)];
  };
  int64_t rows = 0, gemm_bytes = 0;
  for (int64_t e = 0; e < a.experts; ++e) {
    const int64_t m = rows_of(e);
    if (m == 0) continue;
    rows = std::max(rows, m);
    gemm_bytes = std::max({gemm_bytes, PlanOf(a.first, m, hidden).scratch_bytes,
                           PlanOf(a.second, m, wide).scratch_bytes, PlanOf(a.third, m, hidden).scratch_bytes});
  }
  if (rows == 0 || hidden == 0) return OkStatus();
  const auto floats = [&](int64_t width) -> Result<float*> {
    int64_t bytes = 0;
    if (!CheckedMul(rows, width, &bytes) || !CheckedMul(bytes, 4, &bytes)) return InvalidArgument("too many tokens");
    KANTE_TRY(std::byte * memory, c.Scratch(bytes));
    return reinterpret_cast<float*>(memory);
  };
  KANTE_TRY(float* in, floats(hidden));
  KANTE_TRY(float* mid, floats(wide));
  KANTE_TRY(float* out, floats(hidden));
  float* third = nullptr;
  if (a.third.n > 0) {
    KANTE_TRY(third, floats(inter));
  }
  KANTE_TRY(std::byte * scratch, c.Scratch(gemm_bytes));
  for (int64_t e = 0; e < a.experts; ++e) {
    const int64_t m = rows_of(e), first = routes.first[static_cast<size_t>(e)];
    if (m == 0) continue;
    const int64_t* token = routes.token.data() + first;
    const float* weight = routes.weight.data() + first;
    for (int64_t i = 0; i < m; ++i) std::copy_n(a.x + token[i] * hidden, hidden, in + i * hidden);
    KANTE_TRY(Multiply(c, a.first, e, m, in, hidden, mid, scratch));
    if (third) KANTE_TRY(Multiply(c, a.third, e, m, in, hidden, third, scratch));
    KANTE_TRY(c.Parallel(m, 2.0 * static_cast<double>(inter), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        Activate(rule, mid + i * wide, third ? third + i * inter : nullptr, inter);
      }
    }));
    KANTE_TRY(Multiply(c, a.second, e, m, mid, wide, out, scratch));
    for (int64_t i = 0; i < m; ++i) {
      float* to = a.y + token[i] * hidden;
      for (int64_t j = 0; j < hidden; ++j) to[j] += weight[i] * out[i * hidden + j];
    }
  }
  return OkStatus();
}

}  // namespace

Status RunExperts(RunContext& c, const ExpertRule& rule, ExpertArgs args,
                  const std::array<const ExpertProduct::Load*, 3>& loads) {
  args.first.load = loads[0];
  args.second.load = loads[1];
  args.third.load = loads[2];
  Job job{std::move(args), c.in(1).dim(0), c.in(1).dim(1)};
  KANTE_TRY(job.x, ReadFloats(c, 0));
  KANTE_TRY(job.router, ReadFloats(c, 1));
  KANTE_TRY(Tensor * y, c.Output(0));
  KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
  job.y = out.data();
  KANTE_TRY(RunJob(c, rule, job));
  return out.Finish(c);
}

}  // namespace kante::core
