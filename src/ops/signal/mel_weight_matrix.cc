// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <vector>

#include "compute/element_io.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct MelWeightMatrix {
  static constexpr int kBins = 0, kDftLength = 1, kSampleRate = 2, kLower = 3, kUpper = 4;
  static constexpr OpInfo kInfo{.name = "MelWeightMatrix",
                                .versions = {17},
                                .min_inputs = 5,
                                .max_inputs = 5,
                                .types = kIndices,
                                .shape_inputs = 0b11,
                                .numerics = Numerics{FloatRule::kDouble, IntegerRule::kAsFloat}};
  ElementType type = ElementType::kFloat32;

  static Result<MelWeightMatrix> Parse(AttrReader& a) {
    MelWeightMatrix op{a.Type("output_datatype", ElementType::kFloat32)};
    if (!kNumeric.Has(op.type)) a.Fail(StrCat("output_datatype ", NameOf(op.type), " is not a number"));
    return op;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, type);
    KANTE_TRY(c.RequireType(kLower, kFloats));
    KANTE_TRY(c.RequireType(kUpper, kFloats));
    KANTE_TRY(const std::vector<int64_t> bins, c.ints(kBins));
    KANTE_TRY(const std::vector<int64_t> length, c.ints(kDftLength));
    if (bins.size() != 1 || length.size() != 1 || bins[0] < 0 || length[0] < 0 || bins[0] > 1 << 24) {
      return InvalidArgument("num_mel_bins and dft_length must be scalars that are not negative");
    }
    const int64_t dims[] = {length[0] / 2 + 1, bins[0]};
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }

  static Result<double> Scalar(RunContext& c, int i) {
    const Tensor& t = c.in(i);
    const auto load = GetLoadRow<double>(t.type());
    if (!load || t.elements() != 1) return InvalidArgument("input ", i, " must be one number");
    double v = 0;
    load(&v, t.raw(), 1);
    return v;
  }

  static double Mel(double hertz) { return 2595 * std::log10(1 + hertz / 700); }

  Status Run(RunContext& c) const {
    KANTE_TRY(const double length, Scalar(c, kDftLength));
    KANTE_TRY(const double rate, Scalar(c, kSampleRate));
    KANTE_TRY(const double lower, Scalar(c, kLower));
    KANTE_TRY(const double upper, Scalar(c, kUpper));
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t rows = y->dim(0), bins = y->dim(1);
    const double low = Mel(lower), step = (Mel(upper) - low) / static_cast<double>(bins + 2);
    // Corners of the triangles as places in the spectrum; outside it nothing is written.
    std::vector<int64_t> corner(static_cast<size_t>(bins) + 2);
    for (size_t i = 0; i < corner.size(); ++i) {
      const double hertz = 700 * (std::pow(10, (static_cast<double>(i) * step + low) / 2595) - 1);
      const double at = std::floor((length + 1) * hertz / rate);
      if (!std::isfinite(at)) return InvalidArgument("the frequencies are not finite");
      corner[i] = static_cast<int64_t>(std::clamp(at, -1.0, static_cast<double>(rows) + 1));
    }
    const auto store = GetStoreRow<double>(type);
    const int64_t bytes = BitsOf(type) / 8;
    const double zero = 0;
    for (int64_t i = 0; i < rows * bins; ++i) store(y->raw() + i * bytes, &zero, 1);
    for (int64_t i = 0; i < bins; ++i) {
      const auto put = [&](int64_t row, double v) {
        if (row >= 0 && row < rows) store(y->raw() + (row * bins + i) * bytes, &v, 1);
      };
      const int64_t first = corner[static_cast<size_t>(i)], centre = corner[static_cast<size_t>(i) + 1];
      const int64_t last = corner[static_cast<size_t>(i) + 2];
      if (centre == first) put(centre, 1);
      for (int64_t j = first; first < centre && j <= centre; ++j) {
        put(j, static_cast<double>(j - first) / static_cast<double>(centre - first));
      }
      for (int64_t j = centre; j < last; ++j) {
        put(j, static_cast<double>(last - j) / static_cast<double>(last - centre));
      }
      KANTE_TRY(c.CheckCancelled());
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(MelWeightMatrix)

}  // namespace kante::core
