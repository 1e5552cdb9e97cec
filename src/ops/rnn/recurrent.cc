// SPDX-License-Identifier: MIT
#include "ops/rnn/recurrent.h"

#include "compute/gemm.h"
#include "ops/nn/float_arrays.h"
#include "ops/nn/window.h"
#include "ops/norm/rows.h"

namespace kante::core {
namespace {

constexpr int kX = 0, kW = 1, kR = 2, kB = 3, kLengths = 4, kH = 5, kC = 6, kP = 7;

Shape StateShape(const RnnShape& s, bool batch_first) {
  return batch_first ? Shape{s.batch, s.directions, s.hidden} : Shape{s.directions, s.batch, s.hidden};
}

// GRU's recurrence weights are packed in two parts, unlike any matrix product's.
WeightFormat FormatOf(RnnCell cell, int input) {
  const WeightFormat format = GemmWeightFormat(/*transposed=*/true);
  return cell == RnnCell::kGru && input == kR ? format ^ (WeightFormat{'G'} << 48) : format;
}

// Packed weights: those of the plan, else packed now.
Result<const float*> Packed(RunContext& c, const RnnShape& s, int input) {
  if (const std::byte* packed = c.packed(input)) return reinterpret_cast<const float*>(packed);
  const bool recurrence = input == kR;
  KANTE_TRY(const float* plain, ReadAs<float>(c, c.in(input)));
  KANTE_TRY(std::byte * memory, c.Scratch(PackedRnnFloats(s, recurrence) * 4));
  float* to = reinterpret_cast<float*>(memory);
  KANTE_TRY(FinishedOr(c, PackRnnWeights(to, plain, s, recurrence, ParallelOf(c))));
  return to;
}

Result<const float*> Optional(RunContext& c, int i) {
  if (!c.has_input(i)) return static_cast<const float*>(nullptr);
  return ReadAs<float>(c, c.in(i));
}

// Output i where it is wanted.
Result<FloatTarget> Wanted(RunContext& c, int i) {
  if (!c.wants_output(i)) return FloatTarget{};
  KANTE_TRY(Tensor * t, c.Output(i));
  return FloatTarget::Open(c, t);
}

}  // namespace

Result<RnnShape> Recurrent::Resolve(const Shape& x, const Shape& w, const Shape& r) const {
  if (x.rank() != 3 || w.rank() != 3 || r.rank() != 3) return InvalidArgument("X, W and R need 3 dimensions");
  RnnShape s;
  s.cell = cell;
  s.directions = directions;
  s.sequence = x[batch_first ? 1 : 0];
  s.batch = x[batch_first ? 0 : 1];
  s.input = x[2];
  s.hidden = r[2];
  if (hidden != 0 && hidden != s.hidden) return InvalidArgument("hidden_size is ", hidden, " but R is ", r.ToString());
  KANTE_TRY(CheckSizes(x.dims()));
  KANTE_TRY(CheckSizes(w.dims()));
  KANTE_TRY(CheckSizes(r.dims()));
  const int64_t rows = s.gates() * s.hidden;
  if (!(w == Shape{directions, rows, s.input})) return InvalidArgument("W ", w.ToString(), " does not suit X and R");
  if (!(r == Shape{directions, rows, s.hidden}))
    return InvalidArgument("R ", r.ToString(), " is not a square per gate");
  return s;
}

Status Recurrent::Infer(InferContext& c) const {
  const int outputs = cell == RnnCell::kLstm ? 3 : 2;
  for (int i = 0; i < outputs; ++i) {
    if (c.wants_output(i)) c.SetType(i, c.type(kX));
  }
  KANTE_TRY(c.RequireType(kLengths, {ElementType::kInt32}));
  KANTE_TRY(const Shape x, c.shape(kX));
  KANTE_TRY(const Shape w, c.shape(kW));
  KANTE_TRY(const Shape r, c.shape(kR));
  KANTE_TRY(const RnnShape s, Resolve(x, w, r));
  const Shape state = StateShape(s, batch_first);
  const Shape wanted[] = {{directions, 2 * s.gates() * s.hidden}, {s.batch}, state, state, {directions, 3 * s.hidden}};
  for (int i = kB; i <= kP; ++i) {
    if (!c.has_input(i)) continue;
    KANTE_TRY(const Shape have, c.shape(i));
    if (!(have == wanted[i - kB])) {
      return InvalidArgument("input ", i, " is ", have.ToString(), ", not ", wanted[i - kB].ToString());
    }
  }
  if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, state));
  if (c.wants_output(2)) KANTE_TRY(c.SetShape(2, state));
  if (!c.wants_output(0)) return OkStatus();
  const int64_t all[] = {batch_first ? s.batch : s.sequence, batch_first ? s.sequence : directions,
                         batch_first ? directions : s.batch, s.hidden};
  KANTE_TRY(const Shape y, Shape::Make(all));
  return c.SetShape(0, y);
}

Status Recurrent::Choose(ChooseContext& c) const {
  KANTE_TRY(const RnnShape s, Resolve(c.shape(kX), c.shape(kW), c.shape(kR)));
  c.choice.scratch_bytes = RnnScratchBytes(s);
  if (c.type(kX) != ElementType::kFloat32) return OkStatus();
  for (int i : {kW, kR}) {
    if (c.is_constant(i)) c.Pack(i, FormatOf(cell, i));
  }
  return OkStatus();
}

double Recurrent::Flops(const ChooseContext& c) const {
  const Shape& x = c.shape(kX);
  const double weights = static_cast<double>(c.shape(kW).elements()) + static_cast<double>(c.shape(kR).elements());
  return x.rank() == 3 ? 2 * static_cast<double>(x.Product(0, 2)) * weights : 0;
}

Status Recurrent::Pack(PackContext& c) const {
  const Shape& w = c.weight().shape();
  RnnShape s;
  s.cell = cell;
  s.directions = w[0];
  s.input = w[2];
  s.hidden = w[1] / GatesOf(cell);
  const bool recurrence = c.input() == kR;
  KANTE_TRY(std::byte * to, c.Allocate(PackedRnnFloats(s, recurrence) * 4));
  PackRnnWeights(reinterpret_cast<float*>(to), c.weight().raw(), s, recurrence, c.parallel());
  return OkStatus();
}

Status Recurrent::Run(RunContext& c) const {
  KANTE_TRY(const RnnShape s, Resolve(c.in(kX).shape(), c.in(kW).shape(), c.in(kR).shape()));
  RnnJob job;
  job.shape = s;
  job.batch_first = batch_first;
  job.reverse = reverse;
  job.linear_before_reset = linear_before_reset;
  job.input_forget = input_forget;
  job.clip = clip;
  job.activations = activations;
  KANTE_TRY(job.scratch, c.Scratch(RnnScratchBytes(s)));
  KANTE_TRY(job.x, ReadAs<float>(c, c.in(kX)));
  KANTE_TRY(job.packed_w, Packed(c, s, kW));
  KANTE_TRY(job.packed_r, Packed(c, s, kR));
  KANTE_TRY(job.bias, Optional(c, kB));
  KANTE_TRY(job.initial_h, Optional(c, kH));
  if (cell == RnnCell::kLstm) {
    KANTE_TRY(job.initial_c, Optional(c, kC));
    KANTE_TRY(job.peepholes, Optional(c, kP));
  }
  if (c.has_input(kLengths)) {
    const int32_t* lengths = c.in(kLengths).data<int32_t>();
    for (int64_t b = 0; b < s.batch; ++b) {
      if (lengths[b] < 0 || lengths[b] > s.sequence) {
        return InvalidArgument("sequence_lens holds ", lengths[b], ", outside [0, ", s.sequence, "]");
      }
      if (lengths[b] != s.sequence) job.lengths = lengths;
    }
  }
  KANTE_TRY(const FloatTarget y, Wanted(c, 0));
  KANTE_TRY(const FloatTarget y_h, Wanted(c, 1));
  KANTE_TRY(const FloatTarget y_c, Wanted(c, 2));
  job.y = y.data;
  job.y_h = y_h.data;
  job.y_c = y_c.data;
  KANTE_TRY(FinishedOr(c, RunRnn(job, ParallelOf(c))));
  y.Close();
  y_h.Close();
  y_c.Close();
  return OkStatus();
}

}  // namespace kante::core
