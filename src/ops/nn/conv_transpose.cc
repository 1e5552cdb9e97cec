// SPDX-License-Identifier: MIT
#include "compute/conv_transpose.h"

#include <algorithm>

#include "compute/conv_direct.h"
#include "ops/nn/float_arrays.h"
#include "ops/nn/window.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int kX = 0, kW = 1, kB = 2;

struct ConvTranspose {
  static constexpr OpInfo kInfo{.name = "ConvTranspose",
                                .versions = {1, 11, 22},
                                .min_inputs = 2,
                                .max_inputs = 3,
                                .types = kFloats,
                                .same_type = 0b111,
                                .numerics = kComputes};
  Window window;
  int64_t group = 1;
  std::vector<int64_t> output_padding;
  std::vector<int64_t> output_shape;

  static Result<ConvTranspose> Parse(AttrReader& a) {
    ConvTranspose op;
    op.window = Window::Read(a);
    op.group = a.Int("group", 1);
    if (op.group < 1) a.Fail(StrCat("group ", op.group, " must be positive"));
    op.output_padding = a.Ints("output_padding");
    op.output_shape = a.Ints("output_shape");
    return op;
  }

  // In the words of the convolution whose gradient this is: s.out is x, s.in is y.
  Result<ConvShape> Resolve(const Shape& x, const Shape& w) const {
    if (x.rank() < 3) return InvalidArgument("input 0 needs at least 3 dimensions, not ", x.ToString());
    if (w.rank() != x.rank() || x[1] != w[0] || w[0] % group != 0) {
      return InvalidArgument("weights ", w.ToString(), " in ", group, " groups do not suit input ", x.ToString());
    }
    KANTE_TRY(CheckSizes(x.dims()));
    KANTE_TRY(CheckSizes(w.dims()));
    ConvShape s;
    KANTE_TRY(window.ResolveKernel(x.dims().subspan(2), w.dims().subspan(2), s));
    s.batch = x[0];
    s.groups = group;
    s.out_channels = x[1];
    if (__builtin_mul_overflow(w[1], group, &s.in_channels)) return InvalidArgument("too many output channels");
    const size_t rank = static_cast<size_t>(s.rank);
    if (!output_padding.empty() && output_padding.size() != rank) {
      return InvalidArgument("output_padding has ", output_padding.size(), " values, ", rank, " were expected");
    }
    // Some exporters write the batch and the channels too.
    const size_t skip = output_shape.size() == rank + 2 ? 2 : 0;
    if (!output_shape.empty() && output_shape.size() != rank + skip) {
      return InvalidArgument("output_shape has ", output_shape.size(), " values, ", rank, " were expected");
    }
    s.out = s.in;
    for (size_t i = 0; i < rank; ++i) {
      const int64_t extra = output_padding.empty() ? 0 : output_padding[i];
      if (extra < 0 || extra > (int64_t{1} << 31)) return InvalidArgument("output_padding holds ", extra);
      // An empty input writes nothing.
      const int64_t full =
          s.out[i] == 0 ? 0 : s.stride[i] * (s.out[i] - 1) + extra + (s.kernel[i] - 1) * s.dilation[i] + 1;
      const bool same = window.auto_pad == AutoPad::kSameUpper || window.auto_pad == AutoPad::kSameLower;
      if (!output_shape.empty() || same) {
        s.in[i] = output_shape.empty() ? s.out[i] * s.stride[i] : output_shape[i + skip];
        const int64_t total = std::max<int64_t>(0, full - s.in[i]);
        s.pad_begin[i] = window.auto_pad == AutoPad::kSameUpper ? total / 2 : total - total / 2;
        s.pad_end[i] = total - s.pad_begin[i];
      } else {
        if (window.auto_pad == AutoPad::kValid) s.pad_begin[i] = s.pad_end[i] = 0;
        s.in[i] = s.out[i] == 0 ? 0 : full - s.pad_begin[i] - s.pad_end[i];
      }
      if (s.in[i] < 0) return InvalidArgument("pads leave a dimension of ", s.in[i]);
    }
    KANTE_TRY(CheckSizes(std::span(s.in.data(), rank)));
    return s;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape w, c.shape(kW));
    KANTE_TRY(const ConvShape s, Resolve(x, w));
    if (c.has_input(kB)) {
      KANTE_TRY(const Shape b, c.shape(kB));
      if (b.rank() != 1 || b[0] != s.in_channels) {
        return InvalidArgument("bias ", b.ToString(), " does not suit ", s.in_channels, " output channels");
      }
    }
    KANTE_TRY(const Shape y, ImageShape(s.batch, s.in_channels, s.in, s.rank));
    return c.SetShape(0, y);
  }

  Status Choose(ChooseContext& c) const {
    KANTE_TRY(const ConvShape s, Resolve(c.shape(kX), c.shape(kW)));
    if (c.type(kX) == ElementType::kFloat32) c.choice.scratch_bytes = PlanConvTranspose(s).scratch_bytes;
    return OkStatus();
  }

  Method Explain(const ChooseContext& c) const {
    const Result<ConvShape> s = Resolve(c.shape(kX), c.shape(kW));
    if (!s.ok() || c.type(kX) == ElementType::kFloat64) return {"plain loops", ""};
    const ConvTransposePlan plan = PlanConvTranspose(*s);
    if (plan.direct) return {"plain loops", "rank above 3"};
    return {"gemm into columns", StrCat("bands of ", plan.band_rows, plan.band_rows == 1 ? " row" : " rows")};
  }

  double Flops(const ChooseContext& c) const {
    const Shape& w = c.shape(kW);  // [in_channels, what one input is added to...]
    return 2 * static_cast<double>(c.shape(kX).elements()) * static_cast<double>(w.Product(1, w.rank()));
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(const ConvShape s, Resolve(c.in(kX).shape(), c.in(kW).shape()));
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->type() == ElementType::kFloat64) {
      const double* bias = c.has_input(kB) ? c.in(kB).data<double>() : nullptr;
      return FinishedOr(c, ConvTransposeDirect(s, c.in(kX).data<double>(), c.in(kW).data<double>(), bias,
                                               y->mutable_data<double>(), ParallelOf(c)));
    }
    const ConvTransposePlan plan = PlanConvTranspose(s);
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* x, ReadFloats(c, kX));
    KANTE_TRY(const float* w, ReadFloats(c, kW));
    KANTE_TRY(const float* bias, ReadFloats(c, kB));
    std::byte* scratch = nullptr;
    if (plan.scratch_bytes > 0) {
      KANTE_TRY(scratch, c.Scratch(plan.scratch_bytes));
    }
    KANTE_TRY(FinishedOr(c, RunConvTranspose(plan, s, x, w, bias, out.data(), scratch, ParallelOf(c))));
    return out.Finish(c);
  }
};

}  // namespace

KANTE_DEFINE_OP(ConvTranspose)

}  // namespace kante::core
