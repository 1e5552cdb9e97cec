// SPDX-License-Identifier: MIT
// Convolutions of real models: GFLOP/s by shape and algorithm, on one thread or two.
#include <vector>

#include <benchmark/benchmark.h>

#include "base/allocator.h"
#include "base/thread_pool.h"
#include "compute/conv.h"
#include "tensor/buffer.h"

namespace kante::core {
namespace {

ConvShape Square(int64_t in, int64_t out, int64_t side, int64_t kernel, int64_t stride, int64_t groups) {
  ConvShape s;
  s.rank = 2;
  s.groups = groups;
  s.in_channels = in;
  s.out_channels = out;
  for (size_t d = 0; d < 2; ++d) {
    s.in[d] = side;
    s.kernel[d] = kernel;
    s.stride[d] = stride;
    s.dilation[d] = 1;
    s.pad_begin[d] = s.pad_end[d] = kernel / 2;
    s.out[d] = (side + 2 * (kernel / 2) - kernel) / stride + 1;
  }
  return s;
}

// in channels, out channels, side, kernel, stride, groups, threads
void Convolution(benchmark::State& state) {
  const ConvShape s =
      Square(state.range(0), state.range(1), state.range(2), state.range(3), state.range(4), state.range(5));
  const ConvPlan plan = PlanConv(s, true);
  std::vector<float> x(static_cast<size_t>(s.in_channels * s.in_pixels()), 0.5f);
  std::vector<float> w(static_cast<size_t>(s.out_channels * s.depth()), 0.25f);
  std::vector<float> y(static_cast<size_t>(s.out_channels * s.out_pixels()));
  std::shared_ptr<Buffer> packed;
  const auto pool = ThreadPool::Create({.threads = static_cast<int>(state.range(6))});
  if (!pool.ok()) return state.SkipWithError("no threads");
  const auto threads = [&](int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
    return (*pool)->ParallelFor(count, grain, (*pool)->threads(), body);
  };
  const float* weights = w.data();
  if (const uint64_t format = ConvWeightFormat(plan, s)) {
    auto memory = Buffer::Allocate(PackedConvBytes(format, s.out_channels, s.in_per_group()).value());
    if (!memory.ok()) return state.SkipWithError("no memory");
    packed = *memory;
    float* to = reinterpret_cast<float*>(packed->data());
    PackConvWeights(to, w.data(), format, s.out_channels, s.in_per_group(), threads);
    weights = to;
  }
  const auto scratch = Buffer::Allocate(plan.scratch_bytes + 64);
  if (!scratch.ok()) return state.SkipWithError("no memory");
  ConvOperands o{.x = x.data(), .w = weights, .act = kernels::UnaryOp::kRelu, .y = y.data()};
  o.scratch = (*scratch)->data();
  for (auto _ : state) RunConv(plan, s, o, threads);
  const double flops = 2.0 * static_cast<double>(s.out_channels * s.out_pixels() * s.depth());
  state.counters["GFLOP/s"] =
      benchmark::Counter(flops * 1e-9 * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.SetLabel(ConvAlgorithmName(plan.algorithm));
}
BENCHMARK(Convolution)
    ->Args({64, 64, 56, 3, 1, 1, 1})
    ->Args({128, 128, 28, 3, 1, 1, 1})
    ->Args({256, 256, 14, 3, 1, 1, 1})
    ->Args({512, 512, 7, 3, 1, 1, 1})
    ->Args({64, 64, 112, 3, 1, 1, 1})
    ->Args({320, 320, 64, 3, 1, 1, 1})
    ->Args({3, 64, 224, 3, 1, 1, 1})
    ->Args({256, 256, 14, 3, 1, 8, 1})
    ->Args({3, 64, 224, 7, 2, 1, 1})
    ->Args({64, 256, 56, 1, 1, 1, 1})
    ->Args({1024, 256, 14, 1, 1, 1, 1})
    ->Args({2048, 512, 7, 1, 1, 1, 1})
    ->Args({160, 960, 7, 1, 1, 1, 1})
    ->Args({16, 96, 112, 1, 1, 1, 1})
    ->Args({144, 24, 56, 1, 1, 1, 1})
    ->Args({128, 128, 56, 3, 2, 1, 1})
    ->Args({64, 128, 56, 1, 2, 1, 1})
    ->Args({1, 64, 224, 5, 1, 1, 1})
    ->Args({32, 9, 224, 3, 1, 1, 1})
    ->Args({32, 1, 112, 5, 1, 1, 1})
    ->Args({144, 144, 56, 3, 1, 144, 1})
    ->Args({144, 144, 56, 3, 2, 144, 1})
    ->Args({240, 240, 28, 5, 1, 240, 1})
    ->Args({960, 960, 7, 5, 1, 960, 1})
    ->Args({128, 128, 28, 3, 1, 32, 1})
    ->Args({256, 64, 1, 1, 1, 1, 1})
    ->Args({64, 64, 56, 3, 1, 1, 2})
    ->Args({128, 128, 28, 3, 1, 1, 2})
    ->Args({256, 256, 14, 3, 1, 1, 2})
    ->Args({512, 512, 7, 3, 1, 1, 2})
    ->Args({64, 64, 112, 3, 1, 1, 2})
    ->Args({320, 320, 64, 3, 1, 1, 2})
    ->Args({1024, 256, 14, 1, 1, 1, 2})
    ->Args({2048, 512, 7, 1, 1, 1, 2})
    ->Args({144, 144, 56, 3, 1, 144, 2})
    ->Args({240, 240, 28, 5, 1, 240, 2})
    ->UseRealTime();

}  // namespace
}  // namespace kante::core
