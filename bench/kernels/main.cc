// SPDX-License-Identifier: MIT
// Kernels as models use them, each beside what the machine can do: shares of the FMA peak and of the read bandwidth
// that were measured at the start of the same process.
//   kernels_bench --benchmark_filter='^GEMM/.*/avx2/1'      group/case/instruction set/threads
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/clock.h"
#include "case.h"
#include "kernels/dispatch.h"
#include "runtime/machine.h"
#include "runtime/session.h"

namespace kante::bench {

using core::Result;
using core::Shape;
using core::Tensor;
using core::Value;
using core::ValueId;
using kernels::Target;

namespace {

Result<Tensor> Filled(const Shape& shape) {
  KANTE_TRY(Tensor made, Tensor::Allocate(core::ElementType::kFloat32, shape));
  float* to = made.mutable_data<float>();
  uint32_t state = 1;
  for (int64_t i = 0; i < made.elements(); ++i) {
    state = state * 1664525u + 1013904223u;
    to[i] = (static_cast<float>(state >> 16) / 32768.0f - 1.0f) * 0.25f;
  }
  return made;
}

struct Prepared {
  std::shared_ptr<core::Session> session;
  std::vector<Value> feeds;
  std::vector<Value> outputs{1};
  std::vector<Tensor> into;
  double flops = 0;
  double bytes = 0;  // of inputs, weights and output, each once
  std::string how;
};

core::Status Run(Prepared& p) { return p.session->Run(p.feeds, p.outputs, p.into, {}); }

Result<std::unique_ptr<Prepared>> Prepare(const Case& c, int threads) {
  Net net;
  net.graph.AddOutput(c.build(net));
  auto p = std::make_unique<Prepared>();
  for (ValueId id : net.graph.inputs()) {
    KANTE_TRY(Tensor feed, Filled(*net.graph.value(id).type.concrete_shape()));
    p->bytes += static_cast<double>(feed.bytes());
    p->feeds.emplace_back(std::move(feed));
  }
  for (ValueId v = 0; v < net.graph.value_count(); ++v) {
    if (const Tensor* weight = net.graph.Constant(v)) p->bytes += static_cast<double>(weight->bytes());
  }
  KANTE_TRY(const auto model, core::Model::FromGraph(std::move(net.graph), {}));
  core::Session::Options options;
  options.threads = threads;
  KANTE_TRY(p->session, core::Session::Create(model, options));
  p->session->profiler().Start();
  p->into.resize(1);
  KANTE_TRY(Run(*p));
  const core::Profile profile = p->session->profiler().StopAsProfile(model->plan());
  for (const core::ProfiledStep& step : profile.steps) {
    p->flops += step.flops;
    if (step.skipped) continue;
    p->how += (p->how.empty() ? "" : ", ") + step.node->op_type;
    if (!step.method.name.empty()) p->how += ": " + step.method.name;
  }
  const Tensor& y = p->outputs[0].tensor();
  p->bytes += static_cast<double>(y.bytes());
  KANTE_TRY(p->into[0], Tensor::Allocate(y.type(), y.shape()));
  KANTE_TRY(Run(*p));  // touches that memory
  return p;
}

// The best that was measured so far: others may be at work. `again`: measures once more, a few times in all.
core::Peaks PeaksOf(Target target, int threads, bool again) {
  constexpr int kMost = 6;
  static std::map<std::pair<Target, int>, std::pair<core::Peaks, int>> known;
  auto& [best, measured] = known[{target, threads}];
  if (!again || measured++ >= kMost) return best;
  kernels::SetTarget(target);
  if (const auto machine = core::MeasureMachine(threads); machine.ok()) {
    best.flops = std::max(best.flops, machine->peaks.flops);
    best.bytes = std::max(best.bytes, machine->peaks.bytes);
  }
  return best;
}

// Of one thread what it ran, whatever else the machine did; of several there is the wall clock only.
int64_t Nanos(int threads) {
  if (threads > 1) return core::NowNanos();
  timespec t = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

void Measure(benchmark::State& state, const Case& c, Target target, int threads) {
  static std::unique_ptr<Prepared> last;  // one function is called several times
  static std::tuple<const Case*, Target, int> of;
  if (const std::tuple wanted{&c, target, threads}; !last || of != wanted) {
    last = nullptr;
    PeaksOf(target, threads, true);
    kernels::SetTarget(target);
    auto prepared = Prepare(c, threads);
    if (!prepared.ok()) return state.SkipWithError(prepared.status().ToString().c_str());
    last = std::move(*prepared);
    of = wanted;
  }
  std::vector<int64_t> nanos;
  for (auto _ : state) {
    const int64_t begin = Nanos(threads);
    const core::Status status = Run(*last);
    nanos.push_back(Nanos(threads) - begin);
    if (!status.ok()) return state.SkipWithError(status.ToString().c_str());
  }
  const core::Peaks peaks = PeaksOf(target, threads, false);
  // The tenth of the runs that others on the machine disturbed least ends here; the least may be an error of the clock.
  const auto tenth = nanos.begin() + static_cast<ptrdiff_t>(nanos.size() / 10);
  std::nth_element(nanos.begin(), tenth, nanos.end());
  const double seconds = static_cast<double>(std::max<int64_t>(*tenth, 1)) * 1e-9;
  state.counters["us"] = seconds * 1e6;
  state.counters["GFLOP/s"] = last->flops / seconds * 1e-9;
  state.counters["GB/s"] = last->bytes / seconds * 1e-9;
  state.counters["peak GFLOP/s"] = peaks.flops * 1e-9;
  state.counters["peak GB/s"] = peaks.bytes * 1e-9;
  if (peaks.flops > 0) state.counters["% of FMA"] = 100 * last->flops / peaks.flops / seconds;
  if (peaks.bytes > 0) state.counters["% of memory"] = 100 * last->bytes / peaks.bytes / seconds;
  state.SetLabel(last->how);
}

}  // namespace

ValueId Net::Input(const std::vector<int64_t>& dims) {
  const auto type = core::TypeInfo::TensorOf(core::ElementType::kFloat32, *Shape::Make(dims));
  const ValueId id = graph.AddValue("x" + std::to_string(graph.inputs().size()), type);
  graph.AddInput(id);
  return id;
}

ValueId Net::Weight(const std::vector<int64_t>& dims) { return graph.AddConstant("w", *Filled(*Shape::Make(dims))); }

ValueId Net::Number(float value) {
  return graph.AddConstant("c", Tensor::Of<float>({}, std::span<const float>(&value, 1)));
}

ValueId Net::Op(const char* type, std::vector<ValueId> inputs, std::vector<core::Attribute> attributes) {
  const ValueId y = graph.AddValue("y");
  core::Node node;
  node.op_type = type;
  node.inputs = std::move(inputs);
  node.outputs = {y};
  node.attributes = std::move(attributes);
  graph.AddNode(std::move(node));
  return y;
}

}  // namespace kante::bench

int main(int argc, char** argv) {
  using namespace kante::bench;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  const std::vector<Case> cases = AllCases();
  std::vector<Target> targets;
  for (Target t : {Target::kScalar, Target::kSse4, Target::kAvx2, Target::kAvx3, Target::kNeon, Target::kWasm}) {
    const bool wanted = t == kante::kernels::BestTarget() || t == Target::kAvx2;
    if (wanted && kante::kernels::TargetSupported(t)) targets.push_back(t);
  }
  for (Target target : targets) {
    for (int threads : {1, 2}) {
      const std::string suffix = std::string("/") + TargetName(target) + "/" + std::to_string(threads);
      for (const Case& c : cases) {
        benchmark::RegisterBenchmark(
            (c.group + "/" + c.name + suffix).c_str(),
            [&c, target, threads](benchmark::State& state) { Measure(state, c, target, threads); })
            ->UseRealTime()
            ->Unit(benchmark::kMicrosecond);
      }
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
