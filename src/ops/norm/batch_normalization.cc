// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>

#include "ops/nn/float_arrays.h"
#include "ops/norm/rows.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int kX = 0, kScale = 1, kBias = 2, kMean = 3, kVar = 4;
constexpr double kElementCost = 0.15;  // ns

struct Sizes {
  int64_t batch = 1, channels = 1, pixels = 1;
};

// [N, C, ...]; a vector is N values of one channel.
Sizes SizesOf(const Shape& x) { return {x[0], x.rank() > 1 ? x[1] : 1, x.rank() > 2 ? x.Product(2, x.rank()) : 1}; }

struct BatchNormalization {
  static constexpr OpInfo kInfo{.name = "BatchNormalization",
                                .versions = {1, 6, 7, 9, 14, 15},
                                .min_inputs = 5,
                                .max_inputs = 5,
                                .max_outputs = 3,
                                .types = kFloats,
                                .in_place = 0b1,
                                .numerics = kComputes};
  float epsilon = 1e-5f;
  float momentum = 0.9f;
  bool training = false;

  static Result<BatchNormalization> Parse(AttrReader& a) {
    BatchNormalization op;
    op.epsilon = a.Float("epsilon", 1e-5f);
    op.momentum = a.Float("momentum", 0.9f);
    op.training = a.Bool("training_mode", false);
    if (!op.training && a.output_count() > 1) {
      for (size_t i = 1; i < a.output_count(); ++i) {
        if (a.node().outputs[i] != kNone) a.Fail("outputs beyond the first exist with training_mode = 1 only");
      }
    }
    return op;
  }

  // The batch's own mean and variance, which were kept for the gradient.
  static void SaveStatistics(UpgradeContext& u, ValueId mean, ValueId variance) {
    GraphBuilder& b = u.build();
    const ValueId axes = b.Ints({0, 2});
    const ValueId rows = b.Op("Reshape", {u.input(kX), b.Ints({0, 0, -1})});
    const ValueId centre = b.Op("ReduceMean", {rows, axes});
    if (mean != kNone) u.graph().ReplaceUses(mean, b.Op("Reshape", {centre, b.Ints({-1})}));
    if (variance == kNone) return;
    const ValueId off = b.Op("Sub", {rows, centre});
    u.graph().ReplaceUses(variance, b.Op("ReduceMean", {b.Op("Mul", {off, off}), axes}, {Attribute("keepdims", 0)}));
  }

  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 14) return OkStatus();
    const auto flag = [&](const char* name, int64_t fallback) {
      const Attribute* a = u.node().FindAttribute(name);
      const int64_t* v = a ? a->get<int64_t>() : nullptr;
      return v ? *v : fallback;
    };
    const bool per_channel = flag("spatial", 1) != 0;
    const bool testing = flag("is_test", 0) != 0;
    u.node().RemoveAttribute("spatial");
    u.node().RemoveAttribute("is_test");
    u.node().RemoveAttribute("consumed_inputs");
    // Before version 14 further outputs asked for training, read by somebody or not.
    std::array<ValueId, 5> outputs;
    bool training = false, read = false, saved = false;
    for (size_t i = 0; i < 5; ++i) {
      outputs[i] = u.output(i);
      if (i == 0 || outputs[i] == kNone) continue;
      training = !testing;
      read |= u.graph().UseCount(outputs[i]) > 0;
      saved |= i >= 3 && u.graph().UseCount(outputs[i]) > 0;
    }
    if (testing && read) return InvalidGraph("statistics are wanted although is_test is set");
    if (u.node().outputs.size() > 1) {
      u.graph().EditNode(u.id(), [&](Node& node) { node.outputs.resize(training ? 3 : 1, kNone); });
    }
    if (training && !per_channel) return NotImplemented("training with spatial = 0 is not supported");
    if (training) u.node().SetAttribute(Attribute("training_mode", 1));
    if (saved) SaveStatistics(u, outputs[3], outputs[4]);
    if (!per_channel) {
      // Parameters have the shape of one image: plain arithmetic with broadcasting.
      const Attribute* a = u.node().FindAttribute("epsilon");
      const float* e = a ? a->get<float>() : nullptr;
      GraphBuilder& b = u.build();
      const ValueId variance =
          b.Op("Add", {u.input(kVar), b.Op("CastLike", {b.Scalar(e ? *e : 1e-5f), u.input(kVar)})});
      const ValueId unit = b.Op("Div", {b.Op("Sub", {u.input(kX), u.input(kMean)}), b.Op("Sqrt", {variance})});
      u.ReplaceWith(b.Op("Add", {b.Op("Mul", {unit, u.input(kScale)}), u.input(kBias)}));
    }
    return OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    for (int i = 1; i < 5; ++i) KANTE_TRY(c.RequireType(i, kFloats));
    if (c.wants_output(1)) c.SetType(1, c.type(kMean));
    if (c.wants_output(2)) c.SetType(2, c.type(kVar));
    KANTE_TRY(const Shape x, c.shape(kX));
    if (x.rank() < 1) return InvalidArgument("input 0 needs at least 1 dimension");
    const int64_t channels = SizesOf(x).channels;
    for (int i = 1; i < 5; ++i) {
      KANTE_TRY(const Shape p, c.shape(i));
      if (p.rank() != 1 || p[0] != channels) {
        return InvalidArgument("input ", i, " ", p.ToString(), " does not suit ", channels, " channels");
      }
    }
    if (c.wants_output(1)) KANTE_TRY(c.SetShape(1, Shape{channels}));
    if (c.wants_output(2)) KANTE_TRY(c.SetShape(2, Shape{channels}));
    return c.SetShape(0, x);
  }

  // Statistics of the batch, one channel after the other in a fixed order.
  template <typename T>
  static Status BatchStatistics(RunContext& c, const Sizes& s, const T* x, T* mean, T* variance) {
    const double count = static_cast<double>(s.batch * s.pixels);
    return c.Parallel(s.channels, kElementCost * 8 * count, [&](int64_t begin, int64_t end) {
      for (int64_t ch = begin; ch < end; ++ch) {
        double sum = 0, squares = 0;
        for (int64_t n = 0; n < s.batch; ++n) {
          const T* plane = x + (n * s.channels + ch) * s.pixels;
          for (int64_t i = 0; i < s.pixels; ++i) sum += static_cast<double>(plane[i]);
        }
        const double m = sum / count;
        for (int64_t n = 0; n < s.batch; ++n) {
          const T* plane = x + (n * s.channels + ch) * s.pixels;
          for (int64_t i = 0; i < s.pixels; ++i) {
            const double d = static_cast<double>(plane[i]) - m;
            squares += d * d;
          }
        }
        mean[ch] = static_cast<T>(m);
        variance[ch] = static_cast<T>(squares / count);
      }
    });
  }

  // running = old * momentum + batch * (1 - momentum), in the type of output `out`.
  template <typename T>
  Status StoreRunning(RunContext& c, int out, const T* old, T* batch, int64_t n) const {
    if (!c.wants_output(out)) return OkStatus();
    KANTE_TRY(Tensor * y, c.Output(out));
    for (int64_t i = 0; i < n; ++i) batch[i] = old[i] * T(momentum) + batch[i] * T(1 - momentum);
    GetStoreRow<T>(y->type())(y->raw(), batch, n);
    return OkStatus();
  }

  template <typename T>
  Status Compute(RunContext& c, const T* x, T* y) const {
    const Sizes s = SizesOf(c.in(kX).shape());
    KANTE_TRY(const T* scale, ReadAs<T>(c, c.in(kScale)));
    KANTE_TRY(const T* bias, ReadAs<T>(c, c.in(kBias)));
    KANTE_TRY(const T* mean, ReadAs<T>(c, c.in(kMean)));
    KANTE_TRY(const T* variance, ReadAs<T>(c, c.in(kVar)));
    KANTE_TRY(std::byte * memory, c.Scratch(s.channels * 4 * static_cast<int64_t>(sizeof(T))));
    T* factor = reinterpret_cast<T*>(memory);
    T* shift = factor + s.channels;
    T* batch_mean = shift + s.channels;
    T* batch_variance = batch_mean + s.channels;
    if (training) KANTE_TRY(BatchStatistics(c, s, x, batch_mean, batch_variance));
    const T* m = training ? batch_mean : mean;
    const T* v = training ? batch_variance : variance;
    for (int64_t ch = 0; ch < s.channels; ++ch) {
      factor[ch] = scale[ch] / std::sqrt(v[ch] + T(epsilon));
      shift[ch] = bias[ch] - m[ch] * factor[ch];
    }
    if (training) {
      KANTE_TRY(StoreRunning(c, 1, mean, batch_mean, s.channels));
      KANTE_TRY(StoreRunning(c, 2, variance, batch_variance, s.channels));
    }
    if constexpr (std::is_same_v<T, float>) {
      if (s.pixels == 1) {
        return c.Parallel(s.batch, kElementCost * static_cast<double>(s.channels), [&](int64_t begin, int64_t end) {
          for (int64_t n = begin; n < end; ++n) {
            kernels::ScaleShiftVector(y + n * s.channels, x + n * s.channels, factor, shift,
                                      static_cast<size_t>(s.channels));
          }
        });
      }
    }
    return c.Parallel(s.batch * s.channels, kElementCost * static_cast<double>(s.pixels),
                      [&](int64_t begin, int64_t end) {
                        for (int64_t p = begin; p < end; ++p) {
                          const int64_t ch = p % s.channels;
                          ScaleShift(y + p * s.pixels, x + p * s.pixels, factor[ch], shift[ch], s.pixels);
                        }
                      });
  }

  Status Run(RunContext& c) const {
    KANTE_TRY(Tensor * y, c.Output(0));
    if (y->type() == ElementType::kFloat64) return Compute(c, c.in(kX).data<double>(), y->mutable_data<double>());
    KANTE_TRY(const FloatWriter out, FloatWriter::Open(c, y));
    KANTE_TRY(const float* x, ReadFloats(c, kX));
    KANTE_TRY(Compute(c, x, out.data()));
    return out.Finish(c);
  }
};

}  // namespace

KANTE_DEFINE_OP(BatchNormalization)

}  // namespace kante::core
