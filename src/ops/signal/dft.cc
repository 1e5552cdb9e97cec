// SPDX-License-Identifier: MIT
// DFT and STFT.
#include <algorithm>
#include <complex>

#include "compute/conv_slots.h"
#include "compute/element_io.h"
#include "ops/nn/float_arrays.h"
#include "ops/op_def.h"
#include "ops/signal/fft.h"

namespace kante::core {
namespace {

using Complex = std::complex<double>;
constexpr int64_t kMaxLength = int64_t{1} << 26;  // of a transform

// One transform after the other on several threads: tables shared, work for each slot.
struct Transforms {
  Fft fft;
  std::byte* slots;
  int64_t slot_bytes;

  // `room`: complex numbers of a line buffer beside the transform's own work.
  static Result<Transforms> Make(RunContext& c, int64_t n, int64_t room, int64_t lines) {
    const int64_t unit = static_cast<int64_t>(sizeof(Complex));
    KANTE_TRY(std::byte * tables, c.Scratch(Fft::TableSize(n) * unit));
    const int64_t slot = (room + Fft::WorkSize(n)) * unit;
    KANTE_TRY(std::byte * memory, c.Scratch(slot * ScratchSlots::CountFor(std::max<int64_t>(lines, 1))));
    return Transforms{Fft(n, reinterpret_cast<Complex*>(tables)), memory, slot};
  }

  // body(line, buffer, work) for every line.
  template <typename Body>
  Status Run(RunContext& c, int64_t lines, int64_t room, const Body& body) const {
    ScratchSlots pool(reinterpret_cast<float*>(slots), slot_bytes / 4);
    return FinishedOr(c, pool.Run(lines, ParallelOf(c), [&](int64_t begin, int64_t end, float* scratch) {
      Complex* buffer = reinterpret_cast<Complex*>(scratch);
      for (int64_t line = begin; line < end; ++line) body(line, buffer, buffer + room);
    }));
  }
};

Result<int64_t> CheckLength(int64_t n) {
  if (n < 1 || n > kMaxLength) return InvalidArgument("a transform of length ", n, " is not supported");
  return n;
}

struct DFT {
  static constexpr OpInfo kInfo{.name = "DFT",
                                .versions = {17, 20},
                                .max_inputs = 3,
                                .types = kFloats,
                                .shape_inputs = 0b110,
                                .numerics = kComputesInDouble};
  bool inverse = false;
  bool onesided = false;

  static Result<DFT> Parse(AttrReader& a) { return DFT{a.Bool("inverse", false), a.Bool("onesided", false)}; }

  // Version 17 wrote the axis as an attribute, 1 by default.
  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 20) return OkStatus();
    const Attribute* a = u.node().FindAttribute("axis");
    const int64_t* axis = a ? a->get<int64_t>() : nullptr;
    const ValueId value = u.build().Int(axis ? *axis : 1);
    u.node().RemoveAttribute("axis");
    u.SetInput(2, value);
    return OkStatus();
  }

  struct Sizes {
    int axis = 0;
    int64_t n = 1;      // of the transform
    int64_t out = 1;    // entries along the axis
    int64_t parts = 2;  // 1: real results
  };

  Result<Sizes> Resolve(const Shape& x, std::span<const int64_t> length, std::span<const int64_t> axis) const {
    if (x.rank() < 2) return InvalidArgument("input 0 needs at least 2 dimensions, not ", x.ToString());
    const int64_t parts = x[x.rank() - 1];
    if (parts != 1 && parts != 2) return InvalidArgument("the last dimension must be 1 or 2, not ", parts);
    Sizes s;
    KANTE_TRY(s.axis, NormalizeAxis(axis.empty() ? -2 : axis[0], x.rank()));
    if (s.axis == x.rank() - 1) return InvalidArgument("the last dimension holds the parts and is no axis");
    const bool back = inverse && onesided;  // half a spectrum to a real signal
    const int64_t side = x[s.axis];
    KANTE_TRY(s.n, CheckLength(!length.empty() ? length[0] : back ? 2 * (side - 1) : side));
    s.out = onesided && !inverse ? s.n / 2 + 1 : s.n;
    s.parts = back ? 1 : 2;
    return s;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    KANTE_TRY(Shape y, c.shape(0));
    std::vector<int64_t> length, axis;
    if (c.has_input(1)) {
      KANTE_TRY(length, c.ints(1));
    }
    if (c.has_input(2)) {
      KANTE_TRY(axis, c.ints(2));
    }
    KANTE_TRY(const Sizes s, Resolve(y, length, axis));
    y.set_dim(s.axis, s.out);
    y.set_dim(y.rank() - 1, s.parts);
    return c.SetShape(0, y);
  }

  static Result<std::vector<int64_t>> Ints(RunContext& c, int i) {
    if (!c.has_input(i)) return std::vector<int64_t>();
    int count = 0;
    KANTE_TRY(const auto values, SmallInts(c.in(i), &count));
    return std::vector<int64_t>(values.begin(), values.begin() + count);
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(const std::vector<int64_t> length, Ints(c, 1));
    KANTE_TRY(const std::vector<int64_t> axis, Ints(c, 2));
    KANTE_TRY(const Sizes s, Resolve(x.shape(), length, axis));
    KANTE_TRY(Tensor * y, c.Output(0));
    const int last = x.rank() - 1;
    const int64_t in = x.dim(s.axis), parts = x.dim(last), inner = x.shape().Product(s.axis + 1, last);
    const int64_t lines = x.shape().Product(0, s.axis) * inner;
    if (lines == 0) return OkStatus();
    const auto load = GetLoadRow<double>(x.type());
    const auto store = GetStoreRow<double>(x.type());
    const int64_t size = BitsOf(x.type()) / 8;
    KANTE_TRY(const Transforms t, Transforms::Make(c, s.n, s.n, lines));
    return t.Run(c, lines, s.n, [&](int64_t line, Complex* buffer, Complex* work) {
      const int64_t outer = line / inner, at = line % inner;
      for (int64_t k = 0; k < s.n; ++k) {
        double pair[2] = {0, 0};
        if (k < in) load(pair, x.raw() + ((outer * in + k) * inner + at) * parts * size, parts);
        buffer[k] = {pair[0], pair[1]};
      }
      if (inverse && onesided) {  // the other half of the spectrum of a real signal
        for (int64_t k = s.n / 2 + 1; k < s.n; ++k) buffer[k] = std::conj(buffer[s.n - k]);
      }
      t.fft.Transform(buffer, inverse, work);
      for (int64_t k = 0; k < s.out; ++k) {
        const double pair[2] = {buffer[k].real(), buffer[k].imag()};
        store(y->raw() + ((outer * s.out + k) * inner + at) * s.parts * size, pair, s.parts);
      }
    });
  }
};

struct STFT {
  static constexpr int kSignal = 0, kStep = 1, kWindow = 2, kLength = 3;
  static constexpr OpInfo kInfo{.name = "STFT",
                                .versions = {17},
                                .min_inputs = 2,
                                .max_inputs = 4,
                                .types = kFloats,
                                .same_type = 0b101,
                                .shape_inputs = 0b1010,
                                .numerics = kComputesInDouble};
  bool onesided = true;

  static Result<STFT> Parse(AttrReader& a) { return STFT{a.Bool("onesided", true)}; }

  struct Sizes {
    int64_t step = 1, n = 1, frames = 0, bins = 1;
  };

  // `length` 0: that of the window.
  Result<Sizes> Resolve(const Shape& signal, int64_t step, int64_t window, int64_t length) const {
    if (signal.rank() < 2 || signal.rank() > 3 || (signal.rank() == 3 && signal[2] != 1 && signal[2] != 2)) {
      return InvalidArgument("signal must be [batch, length, 1 or 2], not ", signal.ToString());
    }
    Sizes s;
    if (step < 1) return InvalidArgument("frame_step ", step, " must be positive");
    s.step = step;
    KANTE_TRY(s.n, CheckLength(length > 0 ? length : window));
    if (window > 0 && window != s.n) return InvalidArgument("a window of ", window, " for frames of ", s.n);
    s.frames = signal[1] < s.n ? 0 : (signal[1] - s.n) / step + 1;
    s.bins = onesided ? s.n / 2 + 1 : s.n;
    return s;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kSignal));
    KANTE_TRY(const Shape x, c.shape(kSignal));
    KANTE_TRY(const std::vector<int64_t> step, c.ints(kStep));
    std::vector<int64_t> length;
    if (c.has_input(kLength)) {
      KANTE_TRY(length, c.ints(kLength));
    }
    int64_t window = 0;
    if (c.has_input(kWindow)) {
      KANTE_TRY(const Shape w, c.shape(kWindow));
      if (w.rank() != 1) return InvalidArgument("window must be a vector, not ", w.ToString());
      window = w[0];
    }
    if (step.size() != 1 || length.size() > 1) return InvalidArgument("frame_step and frame_length must be scalars");
    KANTE_TRY(const Sizes s, Resolve(x, step[0], window, length.empty() ? 0 : length[0]));
    return c.SetShape(0, Shape{x[0], s.frames, s.bins, 2});
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(kSignal);
    int count = 0;
    KANTE_TRY(const auto step, SmallInts(c.in(kStep), &count));
    int64_t length = 0;
    if (c.has_input(kLength)) {
      KANTE_TRY(const auto given, SmallInts(c.in(kLength), &count));
      length = given[0];
    }
    const int64_t width = c.has_input(kWindow) ? c.in(kWindow).elements() : 0;
    KANTE_TRY(const Sizes s, Resolve(x.shape(), step[0], width, length));
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t lines = x.dim(0) * s.frames, parts = x.rank() == 3 ? x.dim(2) : 1;
    if (lines == 0) return OkStatus();
    const auto load = GetLoadRow<double>(x.type());
    const auto store = GetStoreRow<double>(x.type());
    const int64_t size = BitsOf(x.type()) / 8;
    const double* window = nullptr;
    if (width > 0) {
      KANTE_TRY(std::byte * memory, c.Scratch(width * 8));
      load(reinterpret_cast<double*>(memory), c.in(kWindow).raw(), width);
      window = reinterpret_cast<double*>(memory);
    }
    KANTE_TRY(const Transforms t, Transforms::Make(c, s.n, s.n, lines));
    return t.Run(c, lines, s.n, [&](int64_t line, Complex* buffer, Complex* work) {
      const int64_t start = line / s.frames * x.dim(1) + line % s.frames * s.step;
      for (int64_t k = 0; k < s.n; ++k) {
        double pair[2] = {0, 0};
        load(pair, x.raw() + (start + k) * parts * size, parts);
        buffer[k] = Complex(pair[0], pair[1]) * (window ? window[k] : 1.0);
      }
      t.fft.Transform(buffer, false, work);
      for (int64_t k = 0; k < s.bins; ++k) {
        const double pair[2] = {buffer[k].real(), buffer[k].imag()};
        store(y->raw() + (line * s.bins + k) * 2 * size, pair, 2);
      }
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(DFT)
KANTE_DEFINE_OP(STFT)

}  // namespace kante::core
