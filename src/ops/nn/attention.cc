// SPDX-License-Identifier: MIT
// Attention of ONNX: blocks of query rows, one head after the other, scores of a block in scratch.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/checked.h"
#include "compute/conv_slots.h"
#include "compute/gemm.h"
#include "kernels/norm.h"
#include "kernels/reduce.h"
#include "kernels/unary.h"
#include "ops/nn/attention_shape.h"
#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int kQ = 0, kK = 1, kV = 2, kMask = 3, kPastK = 4, kPastV = 5, kLengths = 6;
constexpr int kY = 0, kPresentK = 1, kPresentV = 2, kScores = 3;
constexpr int64_t kBlockRows = 64;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

constexpr auto kInline = [](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  grain = std::max<int64_t>(grain, 1);
  for (int64_t begin = 0; begin < count; begin += grain) body(begin, std::min(count, begin + grain));
  return true;
};

// Heads of a tensor: where head h of batch b starts and how far its rows lie apart, in elements.
struct Heads {
  const float* data = nullptr;
  int64_t batch_stride = 0, head_stride = 0, row_stride = 0;
  const float* at(int64_t b, int64_t h) const { return data + b * batch_stride + h * head_stride; }
};

Heads HeadsOf(const float* data, int rank, int64_t heads, int64_t rows, int64_t size) {
  if (rank == 4) return {data, heads * rows * size, rows * size, size};
  return {data, rows * heads * size, size, heads * size};
}

struct Attention {
  static constexpr OpInfo kInfo{.name = "Attention",
                                .versions = {23, 24, 25},
                                .min_inputs = 3,
                                .max_inputs = 7,
                                .max_outputs = 4,
                                .types = kFloats,
                                .same_type = 0b11};
  AttentionRule rule;

  static Result<Attention> Parse(AttrReader& a) { return Attention{AttentionRule::Read(a)}; }

  Result<AttentionShape> Resolve(const Shape& q, const Shape& k, const Shape& v, const Shape* past) const {
    return AttentionShape::Make(rule, q, k, v, past);
  }

  Status Infer(InferContext& c) const {
    c.SetType(kY, c.type(kQ));
    if (c.wants_output(kPresentK)) c.SetType(kPresentK, c.type(kK));
    if (c.wants_output(kPresentV)) c.SetType(kPresentV, c.type(kV));
    if (c.wants_output(kScores)) c.SetType(kScores, c.type(kQ));
    KANTE_TRY(c.RequireType(kV, kFloats));
    KANTE_TRY(c.RequireType(kMask, kFloats | kBool));
    KANTE_TRY(c.RequireType(kLengths, {ElementType::kInt64}));
    if (c.has_input(kPastK) != c.has_input(kPastV)) return InvalidArgument("past_key and past_value go together");
    KANTE_TRY(const Shape q, c.shape(kQ));
    KANTE_TRY(const Shape k, c.shape(kK));
    KANTE_TRY(const Shape v, c.shape(kV));
    Shape past;
    if (c.has_input(kPastK)) {
      KANTE_TRY(past, c.shape(kPastK));
    }
    KANTE_TRY(const AttentionShape s, Resolve(q, k, v, c.has_input(kPastK) ? &past : nullptr));
    if (c.has_input(kPastV)) {
      KANTE_TRY(const Shape past_v, c.shape(kPastV));
      if (!(past_v == Shape{s.batch, s.kv_heads, s.past, s.v_size})) {
        return InvalidArgument("past_value ", past_v.ToString(), " does not suit past_key ", past.ToString());
      }
    }
    if (c.has_input(kMask)) {
      KANTE_TRY(const Shape mask, c.shape(kMask));
      KANTE_TRY(AttentionMaskStrides(mask, s).TakeStatus());
    }
    if (c.has_input(kLengths)) {
      KANTE_TRY(const Shape lengths, c.shape(kLengths));
      if (!(lengths == Shape{s.batch})) return InvalidArgument("nonpad_kv_seqlen must be [", s.batch, "]");
    }
    if (c.wants_output(kPresentK)) KANTE_TRY(c.SetShape(kPresentK, Shape{s.batch, s.kv_heads, s.total, s.size}));
    if (c.wants_output(kPresentV)) KANTE_TRY(c.SetShape(kPresentV, Shape{s.batch, s.kv_heads, s.total, s.v_size}));
    if (c.wants_output(kScores)) KANTE_TRY(c.SetShape(kScores, Shape{s.batch, s.heads, s.rows, s.total}));
    return c.SetShape(
        kY, s.rank == 4 ? Shape{s.batch, s.heads, s.rows, s.v_size} : Shape{s.batch, s.rows, s.heads * s.v_size});
  }

  // Keys or values of past and present one after the other, [batch, kv_heads, total, size]; as they are without past.
  static Result<Heads> Joined(RunContext& c, const AttentionShape& s, int in, int past, int out, int64_t size) {
    const Tensor& t = c.in(in);
    KANTE_TRY(const float* fresh, ReadAs<float>(c, t));
    const Heads now = HeadsOf(fresh, s.rank, s.kv_heads, s.fresh, size);
    if (!c.has_input(past) && !c.wants_output(out)) return now;
    const float* old = nullptr;
    if (c.has_input(past)) {
      KANTE_TRY(old, ReadAs<float>(c, c.in(past)));
    }
    const int64_t all = s.batch * s.kv_heads * s.total * size;
    float* to = nullptr;
    Tensor* present = nullptr;
    if (c.wants_output(out)) {
      KANTE_TRY(present, c.Output(out));
      if (present->type() == ElementType::kFloat32) to = present->mutable_data<float>();
    }
    if (!to) {
      KANTE_TRY(std::byte * memory, c.Scratch(all * 4));
      to = reinterpret_cast<float*>(memory);
    }
    KANTE_TRY(
        c.Parallel(s.batch * s.kv_heads, 0.3 * static_cast<double>(s.total * size), [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            float* head = to + i * s.total * size;
            if (old) std::copy_n(old + i * s.past * size, s.past * size, head);
            const float* from = now.at(i / s.kv_heads, i % s.kv_heads);
            for (int64_t r = 0; r < s.fresh; ++r)
              std::copy_n(from + r * now.row_stride, size, head + (s.past + r) * size);
          }
        }));
    if (present && present->type() != ElementType::kFloat32)
      GetStoreRow<float>(present->type())(present->raw(), to, all);
    return HeadsOf(to, 4, s.kv_heads, s.total, size);
  }

  // What one run needs in every block.
  struct Job {
    AttentionShape s;
    Heads q, k, v;
    const float* mask = nullptr;    // added to scores
    const bool* allowed = nullptr;  // or: keys that take part
    std::array<int64_t, 4> mask_strides{};
    const int64_t* lengths = nullptr;
    float* y = nullptr;
    float* scores = nullptr;  // the optional output
    GemmPlan product, mix;
    int64_t score_bytes = 0;
  };

  // Keys [first, last) that query row i of batch b may see, masks apart.
  void Range(const Job& job, int64_t b, int64_t i, int64_t* first, int64_t* last) const {
    const AttentionShape& s = job.s;
    const int64_t valid = job.lengths ? std::clamp<int64_t>(job.lengths[b], 0, s.total) : s.total;
    const int64_t place = i + (job.lengths ? job.lengths[b] - s.rows : s.past);
    *first = 0;
    *last = valid;
    if (rule.causal) *last = std::min(*last, place + 1);
    if (rule.right_window >= 0 && rule.right_window < s.total) *last = std::min(*last, place + rule.right_window + 1);
    if (rule.left_window >= 0) *first = std::max<int64_t>(0, place - std::min(rule.left_window, s.total));
    *last = std::max<int64_t>(*last, 0);
    *first = std::min(*first, *last);
  }

  void KeepScores(const Job& job, int mode, int64_t row, const float* scores) const {
    if (job.scores && rule.scores_mode == mode) std::copy_n(scores, job.s.total, job.scores + row * job.s.total);
  }

  // Scores of one query row to probabilities.
  void FinishRow(const Job& job, float* x, int64_t b, int64_t h, int64_t i) const {
    const AttentionShape& s = job.s;
    const size_t n = static_cast<size_t>(s.total);
    const int64_t row = (b * s.heads + h) * s.rows + i;
    KeepScores(job, 0, row, x);
    if (rule.softcap > 0) {
      kernels::Unary(kernels::UnaryOp::kAffine, x, x, n, 1 / rule.softcap, 0);
      kernels::Unary(kernels::UnaryOp::kTanh, x, x, n);
      kernels::Unary(kernels::UnaryOp::kAffine, x, x, n, rule.softcap, 0);
    }
    KeepScores(job, 1, row, x);
    int64_t first = 0, last = 0;
    Range(job, b, i, &first, &last);
    std::fill(x, x + first, -kInfinity);
    std::fill(x + last, x + s.total, -kInfinity);
    if (job.mask || job.allowed) {
      const auto& st = job.mask_strides;
      const int64_t base = b * st[0] + h * st[1] + i * st[2];
      for (int64_t j = first; j < last; ++j) {
        const int64_t at = base + j * st[3];
        if (j >= s.mask_total) {
          x[j] = -kInfinity;
        } else if (job.allowed) {
          x[j] = job.allowed[at] ? x[j] : -kInfinity;
        } else {
          x[j] = job.mask[at] == -kInfinity ? -kInfinity : x[j] + job.mask[at];
        }
      }
    }
    KeepScores(job, 2, row, x);
    // A row that may see nothing is a row of zeros.
    if (kernels::Reduce(kernels::ReduceOp::kMax, x, n) == -kInfinity) {
      std::fill_n(x, s.total, 0.0f);
    } else {
      kernels::SoftmaxRow(x, x, n);
    }
    KeepScores(job, 3, row, x);
  }

  void Block(const Job& job, int64_t item, std::byte* scratch) const {
    const AttentionShape& s = job.s;
    const int64_t blocks = CeilDiv(s.rows, kBlockRows), head = item / blocks, i0 = item % blocks * kBlockRows;
    const int64_t rows = std::min(kBlockRows, s.rows - i0), b = head / s.heads, h = head % s.heads;
    const int64_t kv = h / (s.heads / s.kv_heads);
    float* scores = reinterpret_cast<float*>(scratch);
    const bool whole = rows == job.product.m;
    const GemmPlan product = whole ? job.product : PlanGemm(rows, s.total, s.size, GemmB::kStrided, job.q.row_stride);
    const GemmPlan mix = whole ? job.mix : PlanGemm(rows, s.v_size, s.total, GemmB::kStrided, s.total);
    GemmArgs first{.a = job.q.at(b, h) + i0 * job.q.row_stride, .a_row_stride = job.q.row_stride};
    first.b = job.k.at(b, kv);
    first.b_row_stride = 1;
    first.b_col_stride = job.k.row_stride;
    first.c = scores;
    first.ldc = s.total;
    first.epilogue.scale = rule.scale != 0 ? rule.scale : 1 / std::sqrt(static_cast<float>(s.size));
    first.scratch = scratch + job.score_bytes;
    RunGemm(product, first, kInline);
    for (int64_t r = 0; r < rows; ++r) FinishRow(job, scores + r * s.total, b, h, i0 + r);
    GemmArgs second{.a = scores, .a_row_stride = s.total};
    second.b = job.v.at(b, kv);
    second.b_row_stride = job.v.row_stride;
    const Heads y = HeadsOf(job.y, s.rank, s.heads, s.rows, s.v_size);
    second.c = job.y + (y.at(b, h) - job.y) + i0 * y.row_stride;
    second.ldc = y.row_stride;
    second.scratch = scratch + job.score_bytes;
    RunGemm(mix, second, kInline);
  }

  Status Run(RunContext& c) const {
    const Shape* past = c.has_input(kPastK) ? &c.in(kPastK).shape() : nullptr;
    Job job;
    KANTE_TRY(job.s, Resolve(c.in(kQ).shape(), c.in(kK).shape(), c.in(kV).shape(), past));
    AttentionShape& s = job.s;
    KANTE_TRY(const float* q, ReadAs<float>(c, c.in(kQ)));
    job.q = HeadsOf(q, s.rank, s.heads, s.rows, s.size);
    KANTE_TRY(job.k, Joined(c, s, kK, kPastK, kPresentK, s.size));
    KANTE_TRY(job.v, Joined(c, s, kV, kPastV, kPresentV, s.v_size));
    if (c.has_input(kMask)) {
      const Tensor& mask = c.in(kMask);
      KANTE_TRY(job.mask_strides, AttentionMaskStrides(mask.shape(), s));
      if (mask.rank() > 0 && mask.dim(mask.rank() - 1) != 1) s.mask_total = mask.dim(mask.rank() - 1);
      if (mask.type() == ElementType::kBool) {
        job.allowed = mask.data<bool>();
      } else {
        KANTE_TRY(job.mask, ReadAs<float>(c, mask));
      }
    }
    if (c.has_input(kLengths)) {
      job.lengths = c.in(kLengths).data<int64_t>();
      for (int64_t b = 0; b < s.batch; ++b) {
        if (job.lengths[b] < 0 || job.lengths[b] > s.total)
          return InvalidArgument("nonpad_kv_seqlen holds ", job.lengths[b]);
      }
    }
    KANTE_TRY(Tensor * y, c.Output(kY));
    KANTE_TRY(const FloatTarget out, FloatTarget::Open(c, y));
    job.y = out.data;
    FloatTarget kept;
    if (c.wants_output(kScores)) {
      KANTE_TRY(Tensor * scores, c.Output(kScores));
      KANTE_TRY(kept, FloatTarget::Open(c, scores));
      job.scores = kept.data;
    }
    const int64_t rows = std::min(kBlockRows, s.rows);
    job.product = PlanGemm(rows, s.total, s.size, GemmB::kStrided, job.q.row_stride);
    job.mix = PlanGemm(rows, s.v_size, s.total, GemmB::kStrided, s.total);
    int64_t gemm_bytes = std::max(job.product.scratch_bytes, job.mix.scratch_bytes);
    if (const int64_t rest = s.rows % kBlockRows; rest > 0) {
      gemm_bytes =
          std::max({gemm_bytes, PlanGemm(rest, s.total, s.size, GemmB::kStrided, job.q.row_stride).scratch_bytes,
                    PlanGemm(rest, s.v_size, s.total, GemmB::kStrided, s.total).scratch_bytes});
    }
    job.score_bytes = AlignUp(rows * s.total * 4, 64);
    const int64_t slot = job.score_bytes + AlignUp(gemm_bytes, 64);
    const int64_t items = s.batch * s.heads * CeilDiv(s.rows, kBlockRows);
    if (items > 0) {
      KANTE_TRY(std::byte * scratch, c.Scratch(slot * ScratchSlots::CountFor(items)));
      ScratchSlots slots(reinterpret_cast<float*>(scratch), slot / 4);
      KANTE_TRY(FinishedOr(c, slots.Run(items, ParallelOf(c), [&](int64_t begin, int64_t end, float* memory) {
        for (int64_t i = begin; i < end; ++i) Block(job, i, reinterpret_cast<std::byte*>(memory));
      })));
    }
    out.Close();
    kept.Close();
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Attention)

}  // namespace kante::core
