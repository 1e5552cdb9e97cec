// SPDX-License-Identifier: MIT
// What a run costs beside its arithmetic, what a session costs that is used now and then, and how long large graphs
// take to load.
//   run_bench --benchmark_filter=Identity
#include <benchmark/benchmark.h>
#include <time.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "kante/session.h"

namespace {

using kante::NamedValues;

// Protobuf, as far as these models need it.
std::string Varint(uint64_t value) {
  std::string out;
  for (; value > 127; value >>= 7) out += static_cast<char>(value | 128);
  return out += static_cast<char>(value);
}
std::string Number(int field, uint64_t value) { return Varint(uint64_t(field) << 3) + Varint(value); }
std::string Bytes(int field, const std::string& content) {
  return Varint(uint64_t(field) << 3 | 2) + Varint(content.size()) + content;
}
std::string FloatValue(int field, const std::string& name, uint64_t elements) {
  const std::string shape = Bytes(1, Number(1, elements));
  return Bytes(field, Bytes(1, name) + Bytes(2, Bytes(1, Number(1, 1) + Bytes(2, shape))));
}

// x -> node -> node -> ... -> y over float32[elements]; the operators take turns.
std::string Chain(int nodes, const std::vector<std::string>& operators, uint64_t elements) {
  std::string graph, value = "x";
  for (int i = 0; i < nodes; ++i) {
    const std::string next = i + 1 == nodes ? "y" : "v" + std::to_string(i);
    const std::string& op = operators[static_cast<size_t>(i) % operators.size()];
    std::string node = Bytes(1, value);
    if (op == "Add") node += Bytes(1, "c");
    graph += Bytes(1, node + Bytes(2, next) + Bytes(3, "n" + std::to_string(i)) + Bytes(4, op));
    value = next;
  }
  const std::string constant =
      Number(1, elements) + Number(2, 1) + Bytes(8, "c") + Bytes(9, std::string(elements * 4, 0));
  graph += Bytes(2, "chain") + Bytes(5, constant) + FloatValue(11, "x", elements) + FloatValue(12, "y", elements);
  return Number(1, 8) + Bytes(7, graph) + Bytes(8, Number(2, 17));
}

struct Loaded {
  kante::Session session;
  NamedValues feeds;

  Loaded(const std::string& model, int64_t elements, int threads, benchmark::State& state) {
    const auto loaded = kante::Model::LoadFromMemory(std::as_bytes(std::span(model)));
    kante::SessionOptions options;
    options.threads = threads;
    auto made = loaded.ok() ? kante::Session::Create(*loaded, options) : kante::Result<kante::Session>(loaded.status());
    const auto x = kante::Tensor::Allocate(kante::ElementType::kFloat32, {&elements, 1});
    if (!made.ok() || !x.ok()) {
      state.SkipWithError(made.status().ToString().c_str());
      return;
    }
    session = *made;
    feeds.emplace_back("x", *x);
  }
};

void Identity(benchmark::State& state) {
  Loaded model(Chain(1, {"Identity"}, 1), 1, static_cast<int>(state.range(0)), state);
  for (auto _ : state) benchmark::DoNotOptimize(model.session.Run(model.feeds));
}
BENCHMARK(Identity)->Arg(1)->Arg(2);

void ThousandSmallNodes(benchmark::State& state) {
  Loaded model(Chain(1000, {"Relu", "Add", "Tanh"}, 16), 16, 1, state);
  for (auto _ : state) benchmark::DoNotOptimize(model.session.Run(model.feeds));
}
BENCHMARK(ThousandSmallNodes);

void Load(benchmark::State& state) {
  const std::string model = Chain(static_cast<int>(state.range(0)), {"Relu", "Add", "Tanh", "Sigmoid", "Neg"}, 4);
  for (auto _ : state) benchmark::DoNotOptimize(kante::Model::LoadFromMemory(std::as_bytes(std::span(model))));
}
BENCHMARK(Load)->Arg(1000)->Arg(40'000)->Unit(benchmark::kMillisecond);

// Share of a core that six runs a second take; all threads of the process count.
void SixTimesASecond(benchmark::State& state) {
  Loaded model(Chain(30, {"Add", "Tanh"}, 1 << 16), 1 << 16, static_cast<int>(state.range(0)), state);
  const auto cpu = [] {
    struct timespec t = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
  };
  const auto begin = std::chrono::steady_clock::now();
  const double before = cpu();
  for (auto _ : state) {
    benchmark::DoNotOptimize(model.session.Run(model.feeds));
    std::this_thread::sleep_for(std::chrono::milliseconds(166));
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  state.counters["cpu_percent"] = 100 * (cpu() - before) / elapsed.count();
}
BENCHMARK(SixTimesASecond)->Arg(1)->Arg(2)->Iterations(12)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
