// SPDX-License-Identifier: MIT
// CausalConvWithState of ai.onnx and com.microsoft: a depthwise convolution that looks back, with what it looks back
// to.
#include <algorithm>

#include "base/checked.h"
#include "kernels/unary.h"
#include "ops/op_def.h"
#include "ops/transformer/state_arrays.h"

namespace kante::core {
namespace {

struct CausalConv {
  enum Inputs { kX, kWeight, kBias, kPast };
  bool silu = false;
  int64_t dilation = 1;
  bool channels_last = false;  // [batch, length, channels...] and states [batch, history, channels...]

  void Read(AttrReader& a) {
    const std::string name = a.String("activation", "none");
    silu = name == "silu" || name == "swish";
    if (!silu && name != "none") a.Fail(StrCat("activation ", name, " is not known"));
  }

  struct Sizes {
    int64_t batch, channels, length, history;
    Shape state;
  };
  Result<Sizes> Resolve(const Shape& x, const Shape& w) const {
    const auto refuse = [&] {
      return InvalidArgument("input ", x.ToString(), " and weight ", w.ToString(), " do not suit");
    };
    if (channels_last ? x.rank() < 3 : x.rank() != 3) return refuse();
    Sizes s{x[0], 1, x[channels_last ? 1 : 2], 0, x};
    KANTE_TRY(s.channels, CheckedProduct(channels_last ? x.dims().subspan(2) : x.dims().subspan(1, 1)));
    if (w.rank() != 3 || w[0] != s.channels || w[1] != 1 || w[2] < 1 || !CheckedMul(w[2] - 1, dilation, &s.history)) {
      return refuse();
    }
    s.state.set_dim(channels_last ? 1 : 2, s.history);
    return s;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    if (c.wants_output(1)) c.SetType(1, c.type(kX));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape w, c.shape(kWeight));
    KANTE_TRY(const Sizes s, Resolve(x, w));
    if (c.has_input(kBias)) {
      KANTE_TRY(const Shape bias, c.shape(kBias));
      if (!(bias == Shape{s.channels})) {
        return InvalidArgument("bias ", bias.ToString(), " does not suit ", x.ToString());
      }
    }
    if (c.has_input(kPast)) {
      KANTE_TRY(const Shape past, c.shape(kPast));
      if (!(past == s.state)) return InvalidArgument("past_state ", past.ToString(), " must be ", s.state.ToString());
    }
    if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, s.state));
    return c.SetShape(0, x);
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(const Sizes s, Resolve(c.in(kX).shape(), c.in(kWeight).shape()));
    const int64_t taps = c.in(kWeight).dim(2), length = s.length, history = s.history, lines = s.batch * s.channels;
    KANTE_TRY(const StateArrays arrays, StateArrays::Open(c));
    const auto& in = arrays.in;
    // Where line i of a tensor with `places` places begins, and how far these lie apart.
    const int64_t step = channels_last ? s.channels : 1;
    const auto begin_of = [&](int64_t i, int64_t places) {
      return channels_last ? i / s.channels * places * s.channels + i % s.channels : i * places;
    };
    const int64_t whole = history + length;
    const int64_t dims[] = {lines, whole + length, 4};
    KANTE_TRY(const int64_t bytes, CheckedProduct(dims));
    KANTE_TRY(std::byte * memory, c.Scratch(bytes));
    KANTE_TRY(c.Parallel(lines, static_cast<double>(length * taps), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        float* line = reinterpret_cast<float*>(memory) + i * (whole + length);
        float* to = line + whole;
        const float* past = in[kPast] ? in[kPast] + begin_of(i, history) : nullptr;
        for (int64_t t = 0; t < history; ++t) line[t] = past ? past[t * step] : 0.0f;
        const float* x = in[kX] + begin_of(i, length);
        for (int64_t t = 0; t < length; ++t) line[history + t] = x[t * step];
        const int64_t channel = i % s.channels;
        std::fill_n(to, length, in[kBias] ? in[kBias][channel] : 0.0f);
        for (int64_t k = 0; k < taps; ++k) {
          const float w = in[kWeight][channel * taps + k];
          for (int64_t t = 0; t < length; ++t) to[t] += w * line[t + k * dilation];
        }
        if (silu) kernels::Unary(kernels::UnaryOp::kSilu, to, to, static_cast<size_t>(length));
        float* result = arrays.out.data + begin_of(i, length);
        for (int64_t t = 0; t < length; ++t) result[t * step] = to[t];
        float* state = arrays.state.data ? arrays.state.data + begin_of(i, history) : nullptr;
        for (int64_t t = 0; state && t < history; ++t) state[t * step] = line[length + t];
      }
    }));
    arrays.Close();
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
    op.channels_last = a.Bool("channels_last", false);
    if (const int64_t dims = a.Int("ndim", 1); dims != 1) {
      a.Fail(StrCat("ndim ", dims, ": no runtime says what the state of more than one dimension is"));
    }
    for (const char* name :
         {"state_window", "state_update_capacity", "state_length", "input_channel_offset", "input_channels"}) {
      if (a.Int(name, 0) != 0) a.Fail(StrCat(name, " is for speculative decoding on GPUs: export without it"));
    }
    if (const int64_t last = a.Int("state_channels_last", -1); last >= 0 && (last != 0) != op.channels_last) {
      a.Fail("state_channels_last must follow channels_last: another layout is for GPUs");
    }
    return op;
  }
};

}  // namespace

KANTE_DEFINE_OP(CausalConvWithState)
KANTE_DEFINE_OP(MsCausalConvWithState)

}  // namespace kante::core
