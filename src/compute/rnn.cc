// SPDX-License-Identifier: MIT
#include "compute/rnn.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "compute/gemm.h"
#include "compute/rnn_cells.h"

namespace kante::core {
namespace {

constexpr int64_t kRowWork = 1 << 14;  // gate values that are worth a thread

constexpr auto kInline = [](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  grain = std::max<int64_t>(grain, 1);
  for (int64_t begin = 0; begin < count; begin += grain) body(begin, std::min(count, begin + grain));
  return true;
};

// The recurrence product of the GRU falls in two: the hidden gate may wait for the reset gate.
int64_t FirstGates(RnnCell cell) { return cell == RnnCell::kGru ? 2 : GatesOf(cell); }

struct Plans {
  GemmPlan project, first, hidden;
  explicit Plans(const RnnShape& s)
      : project(PlanGemm(s.sequence * s.batch, s.gates() * s.hidden, s.input, GemmB::kPacked, s.input)),
        first(PlanGemm(s.batch, FirstGates(s.cell) * s.hidden, s.hidden, GemmB::kPacked, s.hidden)),
        hidden(PlanGemm(s.batch, s.hidden, s.hidden, GemmB::kPacked, s.hidden)) {}
  int64_t scratch_bytes() const {
    return AlignUp(std::max({project.scratch_bytes, first.scratch_bytes, hidden.scratch_bytes}), 64);
  }
};

// Scratch of one direction.
struct Work {
  float *bias, *projected, *gathered, *pre, *recurrent, *h, *c, *rh, *spare;
  std::byte* gemm;
  int64_t bytes;

  // `base` null: only `bytes` is of use.
  Work(std::byte* base, const RnnShape& s, const Plans& plans) {
    const int64_t all = s.gates() * s.hidden, state = s.batch * s.hidden;
    int64_t at = 0;
    const auto take = [&](int64_t floats) {
      float* p = base ? reinterpret_cast<float*>(base + at) : nullptr;
      at += AlignUp(floats * 4, 64);
      return p;
    };
    bias = take(all);
    projected = take(s.sequence * s.batch * all);
    gathered = take(s.batch * all);
    pre = take(s.batch * all);
    recurrent = take(state);
    h = take(state);
    c = take(state);
    rh = take(state);
    spare = take(2 * state);
    gemm = base ? base + at : nullptr;
    bytes = at + plans.scratch_bytes();
  }
};

int64_t PackedMatrix(int64_t k, int64_t n) {
  return static_cast<int64_t>(kernels::PackedBSize(static_cast<size_t>(k), static_cast<size_t>(n)));
}

class Direction {
 public:
  Direction(const RnnJob& job, const Plans& plans, int64_t d, std::byte* scratch)
      : job_(job),
        s_(job.shape),
        plans_(plans),
        d_(d),
        work_(scratch, job.shape, plans),
        backwards_(d == 1 || job.reverse),
        all_(s_.gates() * s_.hidden) {}

  // Pre-activations of the input for the whole sequence, biases included.
  bool Project(ParallelFor parallel) {
    const int64_t n = s_.hidden;
    if (job_.bias) {
      const float* wb = job_.bias + d_ * 2 * all_;
      for (int64_t k = 0; k < all_; ++k) {
        // The recurrent bias of a linear hidden gate is scaled by the reset gate: it belongs to that product.
        const bool apart = s_.cell == RnnCell::kGru && job_.linear_before_reset && k >= 2 * n;
        work_.bias[k] = apart ? wb[k] : wb[k] + wb[all_ + k];
      }
    }
    GemmArgs args{.a = job_.x, .a_row_stride = s_.input};
    args.packed_b = job_.packed_w + d_ * PackedMatrix(s_.input, all_);
    args.c = work_.projected;
    args.ldc = all_;
    args.epilogue.bias_col = job_.bias ? work_.bias : nullptr;
    args.scratch = work_.gemm;
    return RunGemm(plans_.project, args, parallel);
  }

  bool Recur(ParallelFor parallel) {
    LoadState(work_.h, job_.initial_h);
    if (s_.cell == RnnCell::kLstm) LoadState(work_.c, job_.initial_c);
    for (int64_t step = 0; step < s_.sequence; ++step) {
      if (!Step(step, parallel)) return false;
    }
    StoreState(job_.y_h, work_.h);
    StoreState(job_.y_c, work_.c);
    return true;
  }

 private:
  int64_t Length(int64_t b) const { return job_.lengths ? job_.lengths[b] : s_.sequence; }
  // Time that batch element b is at in a step; -1 when its sequence is over.
  int64_t TimeOf(int64_t step, int64_t b) const {
    const int64_t length = Length(b);
    if (step >= length) return -1;
    return backwards_ ? length - 1 - step : step;
  }
  int64_t InputRow(int64_t t, int64_t b) const { return job_.batch_first ? b * s_.sequence + t : t * s_.batch + b; }
  int64_t StateRow(int64_t b) const { return job_.batch_first ? b * s_.directions + d_ : d_ * s_.batch + b; }
  float* OutputRow(int64_t t, int64_t b) const {
    const int64_t row =
        job_.batch_first ? (b * s_.sequence + t) * s_.directions + d_ : (t * s_.directions + d_) * s_.batch + b;
    return job_.y + row * s_.hidden;
  }

  void LoadState(float* to, const float* from) const {
    for (int64_t b = 0; b < s_.batch; ++b) {
      if (from) {
        std::copy_n(from + StateRow(b) * s_.hidden, s_.hidden, to + b * s_.hidden);
      } else {
        std::fill_n(to + b * s_.hidden, s_.hidden, 0.0f);
      }
    }
  }
  void StoreState(float* to, const float* from) const {
    for (int64_t b = 0; to && b < s_.batch; ++b) {
      std::copy_n(from + b * s_.hidden, s_.hidden, to + StateRow(b) * s_.hidden);
    }
  }

  // The projected rows of this step: in place, or gathered where sequences differ in length.
  const float* InputOf(int64_t step, int64_t* row_stride) const {
    if (!job_.lengths) {
      *row_stride = job_.batch_first ? s_.sequence * all_ : all_;
      return work_.projected + InputRow(TimeOf(step, 0), 0) * all_;
    }
    *row_stride = all_;
    for (int64_t b = 0; b < s_.batch; ++b) {
      const int64_t t = std::max<int64_t>(TimeOf(step, b), 0);
      std::copy_n(work_.projected + InputRow(t, b) * all_, all_, work_.gathered + b * all_);
    }
    return work_.gathered;
  }

  // columns [n0, n0 + n) of pre = a * R + input
  bool Product(const GemmPlan& plan, const float* a, int64_t gate, float* c, int64_t ldc, const float* bias,
               const float* input, int64_t input_stride, ParallelFor parallel) const {
    const int64_t n = s_.hidden, first = FirstGates(s_.cell) * n;
    const int64_t each = PackedMatrix(n, first) + (first < all_ ? PackedMatrix(n, n) : 0);
    GemmArgs args{.a = a, .a_row_stride = n};
    args.packed_b = job_.packed_r + d_ * each + (gate > 0 ? PackedMatrix(n, first) : 0);
    args.c = c;
    args.ldc = ldc;
    args.epilogue.bias_col = bias;
    args.epilogue.residual = input;
    args.epilogue.ld_residual = static_cast<size_t>(input_stride);
    args.scratch = work_.gemm;
    return RunGemm(plan, args, parallel);
  }

  template <typename Body>
  bool EachRow(int64_t step, ParallelFor parallel, const Body& body) const {
    const int64_t grain = std::max<int64_t>(1, kRowWork / std::max<int64_t>(all_, 1));
    const auto rows = [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        if (TimeOf(step, b) < 0) continue;
        RnnRow row{&job_, &job_.activations[static_cast<size_t>(3 * d_)]};
        row.peepholes = job_.peepholes ? job_.peepholes + d_ * 3 * s_.hidden : nullptr;
        row.pre = work_.pre + b * all_;
        row.h = work_.h + b * s_.hidden;
        row.c = work_.c + b * s_.hidden;
        row.spare = work_.spare + b * 2 * s_.hidden;
        row.n = s_.hidden;
        body(row, b);
      }
    };
    if (s_.batch <= grain) {
      rows(0, s_.batch);
      return true;
    }
    return parallel(s_.batch, grain, rows);
  }

  bool Step(int64_t step, ParallelFor parallel) {
    const int64_t n = s_.hidden;
    int64_t stride = 0;
    const float* input = InputOf(step, &stride);
    if (!Product(plans_.first, work_.h, 0, work_.pre, all_, nullptr, input, stride, parallel)) return false;
    if (s_.cell == RnnCell::kGru && !GruHidden(step, input, stride, parallel)) return false;
    return EachRow(step, parallel, [&](const RnnRow& row, int64_t b) {
      switch (s_.cell) {
        case RnnCell::kRnn:
          VanillaRowStep(row);
          break;
        case RnnCell::kGru:
          GruRowStep(row, work_.recurrent + b * n);
          break;
        case RnnCell::kLstm:
          LstmRowStep(row);
          break;
      }
      if (job_.y) std::copy_n(row.h, n, OutputRow(TimeOf(step, b), b));
    });
  }

  bool GruHidden(int64_t step, const float* input, int64_t stride, ParallelFor parallel) {
    const int64_t n = s_.hidden;
    if (job_.linear_before_reset) {
      for (int64_t b = 0; b < s_.batch; ++b) {
        std::copy_n(input + b * stride + 2 * n, n, work_.pre + b * all_ + 2 * n);
      }
      const float* bias = job_.bias ? job_.bias + d_ * 2 * all_ + all_ + 2 * n : nullptr;
      return Product(plans_.hidden, work_.h, 2, work_.recurrent, n, bias, nullptr, 0, parallel);
    }
    std::fill_n(work_.rh, s_.batch * n, 0.0f);  // rows of sequences that are over
    if (!EachRow(step, parallel, [&](const RnnRow& row, int64_t b) { GruResetRow(row, work_.rh + b * n); }))
      return false;
    return Product(plans_.hidden, work_.rh, 2, work_.pre + 2 * n, all_, nullptr, input + 2 * n, stride, parallel);
  }

  const RnnJob& job_;
  const RnnShape& s_;
  const Plans& plans_;
  int64_t d_;
  Work work_;
  bool backwards_;
  int64_t all_;  // pre-activations of one row
};

}  // namespace

int64_t RnnScratchBytes(const RnnShape& s) {
  const Plans plans(s);
  return s.directions * Work(nullptr, s, plans).bytes;
}

int64_t PackedRnnFloats(const RnnShape& s, bool recurrence) {
  const int64_t all = s.gates() * s.hidden;
  if (!recurrence) return s.directions * PackedMatrix(s.input, all);
  const int64_t first = FirstGates(s.cell) * s.hidden;
  return s.directions * (PackedMatrix(s.hidden, first) + (first < all ? PackedMatrix(s.hidden, s.hidden) : 0));
}

bool PackRnnWeights(float* dst, const void* w, const RnnShape& s, bool recurrence, ParallelFor parallel) {
  const int64_t all = s.gates() * s.hidden, k = recurrence ? s.hidden : s.input;
  const int64_t first = recurrence ? FirstGates(s.cell) * s.hidden : all;
  const std::byte* from = static_cast<const std::byte*>(w);
  for (int64_t d = 0; d < s.directions; ++d) {
    if (!PackGemmB(dst, from, 1, k, k, first, parallel)) return false;
    dst += PackedMatrix(k, first);
    from += first * k * 4;
    if (first == all) continue;
    if (!PackGemmB(dst, from, 1, k, k, all - first, parallel)) return false;
    dst += PackedMatrix(k, all - first);
    from += (all - first) * k * 4;
  }
  return true;
}

bool RunRnn(const RnnJob& job, ParallelFor parallel) {
  const RnnShape& s = job.shape;
  if (s.batch == 0 || s.hidden == 0) return true;
  const Plans plans(s);
  const int64_t each = Work(nullptr, s, plans).bytes;
  if (job.y && job.lengths) std::fill_n(job.y, s.sequence * s.batch * s.directions * s.hidden, 0.0f);
  for (int64_t d = 0; d < s.directions; ++d) {
    if (s.sequence > 0 && !Direction(job, plans, d, job.scratch + d * each).Project(parallel)) return false;
  }
  if (s.directions == 1) return Direction(job, plans, 0, job.scratch).Recur(parallel);
  return parallel(s.directions, 1, [&](int64_t begin, int64_t end) {
    for (int64_t d = begin; d < end; ++d) Direction(job, plans, d, job.scratch + d * each).Recur(kInline);
  });
}

}  // namespace kante::core
