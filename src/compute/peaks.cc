// SPDX-License-Identifier: MIT
#include "compute/peaks.h"

#include <algorithm>
#include <cstring>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/pages.h"
#include "kernels/peak.h"
#include "kernels/reduce.h"
#include "tensor/buffer.h"

namespace kante::core {
namespace {

constexpr int kRounds = 12;                  // the best counts: others may be at work
constexpr int64_t kPieces = 4;               // of a thread and round: one that wakes up late takes fewer
constexpr int64_t kBytes = 128 << 20;        // more than caches hold
constexpr size_t kMultiplyAdds = 200 << 10;  // a millisecond or two

// Seconds of the fastest round.
template <typename Body>
double Fastest(int64_t pieces, ParallelFor parallel, const Body& body) {
  int64_t best = INT64_MAX;
  for (int round = 0; round < kRounds; ++round) {
    const int64_t begin = NowNanos();
    parallel(pieces, 1, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) body(i);
    });
    best = std::min(best, NowNanos() - begin);
  }
  return static_cast<double>(std::max<int64_t>(best, 1)) * 1e-9;
}

}  // namespace

Result<Peaks> MeasurePeaks(int threads, ParallelFor parallel) {
  Peaks peaks;
  const int64_t pieces = kPieces * std::max(threads, 1);
  KANTE_TRY(const std::shared_ptr<Buffer> sinks, Buffer::Allocate(pieces * 64));
  const auto sink = [&](int64_t i) { return reinterpret_cast<float*>(sinks->data() + i * 64); };
  double flops = 0;
  const double computed = Fastest(pieces, parallel, [&](int64_t i) {
    *sink(i) = 0.5f;  // stays normal and finite
    const double operations = kernels::MultiplyAdds(kMultiplyAdds, sink(i));
    if (i == 0) flops = operations;
  });
  peaks.flops = flops * static_cast<double>(pieces) / computed;

  KANTE_TRY(const std::shared_ptr<Buffer> memory, Buffer::Allocate(kBytes, LargeAllocator()));
  const int64_t piece = kBytes / 64 / pieces * 64;
  parallel(pieces, 1, [&](int64_t first, int64_t last) {
    std::memset(memory->data() + first * piece, 0, static_cast<size_t>((last - first) * piece));
  });
  const double read = Fastest(pieces, parallel, [&](int64_t i) {
    const auto* from = reinterpret_cast<const float*>(memory->data() + i * piece);
    *sink(i) = kernels::Reduce(kernels::ReduceOp::kSum, from, static_cast<size_t>(piece / 4));
  });
  peaks.bytes = static_cast<double>(piece * pieces) / read;
  return peaks;
}

}  // namespace kante::core
