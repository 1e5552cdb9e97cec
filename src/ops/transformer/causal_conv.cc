// SPDX-License-Identifier: MIT
// CausalConvWithState of ai.onnx and com.microsoft: a depthwise convolution that looks back, with what it looks back
// to.
#include <algorithm>

#include "base/checked.h"
#include "kernels/unary.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct CausalConv {
  enum Inputs { kX, kWeight, kBias, kPast };
  bool silu = false;
  int64_t dilation = 1;

  void Read(AttrReader& a) {
    const std::string name = a.String("activation", "none");
    silu = name == "silu" || name == "swish";
    if (!silu && name != "none") a.Fail(StrCat("activation ", name, " is not known"));
  }

  Result<int64_t> History(const Shape& x, const Shape& w) const {
    int64_t history = 0;
    if (x.rank() != 3 || w.rank() != 3 || w[0] != x[1] || w[1] != 1 || w[2] < 1 ||
        !CheckedMul(w[2] - 1, dilation, &history)) {
      return InvalidArgument("input ", x.ToString(), " and weight ", w.ToString(), " do not suit");
    }
    return history;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    if (c.wants_output(1)) c.SetType(1, c.type(kX));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape w, c.shape(kWeight));
    KANTE_TRY(const int64_t history, History(x, w));
    const Shape state{x[0], x[1], history};
    if (c.has_input(kBias)) {
      KANTE_TRY(const Shape bias, c.shape(kBias));
      if (!(bias == Shape{x[1]})) return InvalidArgument("bias ", bias.ToString(), " does not suit ", x.ToString());
    }
    if (c.has_input(kPast)) {
      KANTE_TRY(const Shape past, c.shape(kPast));
      if (!(past == state)) return InvalidArgument("past_state ", past.ToString(), " must be ", state.ToString());
    }
    if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, state));
    return c.SetShape(0, x);
  }

  Status Run(RunContext& c) const {
    const Shape& shape = c.in(kX).shape();
    const int64_t taps = c.in(kWeight).dim(2), length = shape[2], lines = shape[0] * shape[1];
    KANTE_TRY(const int64_t history, History(shape, c.in(kWeight).shape()));
    const float* in[4] = {};
    for (int i = 0; i < 4; ++i) {
      if (c.has_input(i)) {
        KANTE_TRY(in[i], ReadAs<float>(c, c.in(i)));
      }
    }
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(const FloatTarget out, FloatTarget::Open(c, y));
    FloatTarget present;
    if (c.wants_output(1)) {
      KANTE_TRY(Tensor * t, c.Output(1));
      KANTE_TRY(present, FloatTarget::Open(c, t));
    }
    const int64_t whole = history + length;
    const int64_t dims[] = {lines, whole, 4};
    KANTE_TRY(const int64_t bytes, CheckedProduct(dims));
    KANTE_TRY(std::byte * memory, c.Scratch(bytes));
    KANTE_TRY(c.Parallel(lines, static_cast<double>(length * taps), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        float* line = reinterpret_cast<float*>(memory) + i * whole;
        if (in[kPast]) {
          std::copy_n(in[kPast] + i * history, history, line);
        } else {
          std::fill_n(line, history, 0.0f);
        }
        std::copy_n(in[kX] + i * length, length, line + history);
        const int64_t channel = i % shape[1];
        float* to = out.data + i * length;
        std::fill_n(to, length, in[kBias] ? in[kBias][channel] : 0.0f);
        for (int64_t k = 0; k < taps; ++k) {
          const float w = in[kWeight][channel * taps + k];
          for (int64_t t = 0; t < length; ++t) to[t] += w * line[t + k * dilation];
        }
        if (silu) kernels::Unary(kernels::UnaryOp::kSilu, to, to, static_cast<size_t>(length));
        if (present.data) std::copy_n(line + length, history, present.data + i * history);
      }
    }));
    out.Close();
    present.Close();
    return OkStatus();
  }
};

struct CausalConvWithState : CausalConv {
  static constexpr OpInfo kInfo{.name = "CausalConvWithState",
                                .versions = {27},
                                .min_inputs = 2,
                                .max_inputs = 4,
                                .max_outputs = 2,
                                .types = kFloats,
                                .same_type = 0b1111,
                                .numerics = kComputesInSingle};
  static Result<CausalConvWithState> Parse(AttrReader& a) {
    CausalConvWithState op;
    op.Read(a);
    return op;
  }
};

struct MsCausalConvWithState : CausalConv {
  static constexpr OpInfo kInfo{.name = "CausalConvWithState",
                                .domain = "com.microsoft",
                                .min_inputs = 2,
                                .max_inputs = 4,
                                .max_outputs = 2,
                                .types = kFloats,
                                .same_type = 0b1111,
                                .numerics = kComputesInSingle};
  static Result<MsCausalConvWithState> Parse(AttrReader& a) {
    MsCausalConvWithState op;
    op.Read(a);
    op.dilation = a.Int("dilation", 1);
    if (op.dilation < 1) a.Fail(StrCat("dilation ", op.dilation, " must be positive"));
    if (a.Int("ndim", 1) != 1) a.Fail("ndim other than 1 is not supported");
    for (const char* name : {"channels_last", "state_window", "state_update_capacity", "state_length",
                             "input_channel_offset", "input_channels"}) {
      if (a.Int(name, 0) != 0) a.Fail(StrCat(name, " is not supported"));
    }
    if (a.Int("state_channels_last", -1) > 0) a.Fail("state_channels_last is not supported");
    return op;
  }
};

}  // namespace

KANTE_DEFINE_OP(CausalConvWithState)
KANTE_DEFINE_OP(MsCausalConvWithState)

}  // namespace kante::core
