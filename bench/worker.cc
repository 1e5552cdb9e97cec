// SPDX-License-Identifier: MIT
// Kante's side of bench/compare: a process that loads one model and runs it when told to. Commands come as lines on
// standard input, each is answered by one line of JSON: load, first, run N, save FOLDER, memory.
//   kante_bench_worker FOLDER THREADS      FOLDER: model.onnx, test_data_set_0/input_N.pb
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "bench/protocol.h"
#include "kante/session.h"

namespace {

using kante::Status;
using Clock = std::chrono::steady_clock;

struct Worker {
  std::filesystem::path folder;
  kante::SessionOptions options;
  kante::Model model;
  kante::Session session;
  kante::NamedValues feeds;
  std::vector<kante::Value> outputs;
};

double MillisSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

Status ReadFeeds(Worker& w) {
  w.feeds.clear();
  for (const kante::ValueDescription& input : w.model.inputs()) {
    const auto path = w.folder / "test_data_set_0" / ("input_" + std::to_string(w.feeds.size()) + ".pb");
    if (input.has_default && !std::filesystem::exists(path)) continue;
    auto value = kante::ReadProtoFile(path.string(), kante::ProtoKind::kTensor);
    if (!value.ok()) return value.status();
    w.feeds.emplace_back(input.name, *value);
  }
  return Status();
}

Status Load(Worker& w, std::string& answer) {
  const auto begin = Clock::now();
  auto model = kante::Model::Load((w.folder / "model.onnx").string());
  if (!model.ok()) return model.status();
  auto session = kante::Session::Create(*model, w.options);
  if (!session.ok()) return session.status();
  answer = "\"load_ms\": " + std::to_string(MillisSince(begin));
  w.model = *model;
  w.session = *session;
  return ReadFeeds(w);
}

Status Run(Worker& w, int times, std::string& answer) {
  const double cpu = kante::bench::CpuMillis();
  for (int i = 0; i < times; ++i) {
    const auto begin = Clock::now();
    auto outputs = w.session.Run(w.feeds);
    const double ms = MillisSince(begin);
    if (!outputs.ok()) return outputs.status();
    answer += (i ? ", " : "\"ms\": [") + std::to_string(ms);
    w.outputs = *outputs;
  }
  answer += "], \"cpu_ms\": " + std::to_string((kante::bench::CpuMillis() - cpu) / times);
  return Status();
}

Status Save(const Worker& w, const std::string& to) {
  for (size_t i = 0; i < w.outputs.size(); ++i) {
    const Status status = kante::WriteProtoFile(to + "/output_" + std::to_string(i) + ".pb", w.outputs[i]);
    if (!status.ok()) return status;
  }
  return Status();
}

Status Answer(Worker& w, std::istringstream line, std::string& answer) {
  std::string command, folder;
  int times = 1;
  line >> command;
  if (command == "load") return Load(w, answer);
  if (command == "first") return Run(w, 1, answer);
  if (command == "run" && line >> times && times > 0) return Run(w, times, answer);
  if (command == "save" && line >> folder) return Save(w, folder);
  if (command == "memory") {
    answer = kante::bench::MemoryAnswer();
    return Status();
  }
  return Status(kante::StatusCode::kInvalidArgument, "unknown command");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s FOLDER THREADS\n", argv[0]);
    return 2;
  }
  Worker worker;
  worker.folder = argv[1];
  worker.options.threads = std::atoi(argv[2]);
  for (std::string line; std::getline(std::cin, line);) {
    std::string answer;
    const Status status = Answer(worker, std::istringstream(line), answer);
    kante::bench::Print(status.ok() ? "" : status.ToString(), answer);
  }
  return 0;
}
