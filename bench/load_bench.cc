// SPDX-License-Identifier: MIT
// How long a model with 1 GB of float weights takes to load, and what memory that costs before the first run.
// Limits: 50 ms and 64 MB of anonymous memory; exit status 1 beyond them. The weights are raw data at odd offsets.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "kante/session.h"

namespace {

constexpr int kWeights = 16;
constexpr int64_t kRows = 4096, kColumns = 4096;  // 64 MB each
constexpr uint64_t kBytes = uint64_t{4} * kRows * kColumns;
constexpr double kMaxMilliseconds = 50;
constexpr int64_t kMaxAnonymousKb = 64 << 10;

// Protobuf, as far as a model of MatMuls in a row needs it.
std::string Varint(uint64_t value) {
  std::string out;
  for (; value > 127; value >>= 7) out += static_cast<char>(value | 128);
  return out += static_cast<char>(value);
}
std::string Number(int field, uint64_t value) { return Varint(uint64_t(field) << 3) + Varint(value); }
std::string Header(int field, uint64_t length) { return Varint(uint64_t(field) << 3 | 2) + Varint(length); }
std::string Bytes(int field, const std::string& content) { return Header(field, content.size()) + content; }

std::string FloatValue(int field, const std::string& name) {
  const std::string shape = Bytes(1, Number(1, 1)) + Bytes(1, Number(1, kRows));
  return Bytes(field, Bytes(1, name) + Bytes(2, Bytes(1, Number(1, 1) + Bytes(2, shape))));
}

// Writes the model; its weights are holes in the file, which read as zeros.
void WriteModel(const std::filesystem::path& path) {
  const std::string prefix = Number(1, 8) + Bytes(8, Number(2, 17));
  std::vector<std::string> heads;  // of each initializer, up to its raw data
  std::string tail;
  uint64_t graph_bytes = 0;
  std::string value = "x";
  for (int i = 0; i < kWeights; ++i) {
    const std::string weight = "w" + std::to_string(i), next = i + 1 == kWeights ? "y" : "h" + std::to_string(i);
    const std::string tensor =
        Number(1, kRows) + Number(1, kColumns) + Number(2, 1) + Bytes(8, weight) + Header(9, kBytes);
    std::string head = Header(5, tensor.size() + kBytes) + tensor;
    // An unknown field of three bytes moves the data to an odd offset.
    if ((prefix.size() + Header(7, kWeights * kBytes).size() + graph_bytes + head.size()) % 2 == 0) {
      head = Number(100, 1) + head;
    }
    graph_bytes += head.size() + kBytes;
    heads.push_back(head);
    tail += Bytes(1, Bytes(1, value) + Bytes(1, weight) + Bytes(2, next) + Bytes(4, "MatMul"));
    value = next;
  }
  tail += Bytes(2, "chain") + FloatValue(11, "x") + FloatValue(12, "y");
  graph_bytes += tail.size();

  std::ofstream file(path, std::ios::binary);
  file << prefix + Header(7, graph_bytes);
  for (const std::string& head : heads) {
    file << head;
    file.seekp(static_cast<std::streamoff>(kBytes), std::ios::cur);
  }
  file << tail;
}

int64_t AnonymousKb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int64_t kb = 0;
    if (word == "RssAnon:" && status >> kb) return kb;
  }
  return 0;
}

}  // namespace

int main() {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() /
      ("kante_load_bench_" + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()) + ".onnx");
  WriteModel(path);
  double best = 1e9;
  int64_t anonymous = 0;
  kante::Status status;
  for (int repeat = 0; repeat < 5 && status.ok(); ++repeat) {
    const int64_t before = AnonymousKb();
    const auto start = std::chrono::steady_clock::now();
    const kante::Result<kante::Model> model = kante::Model::Load(path.string());
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
    const auto session = model.ok() ? kante::Session::Create(*model) : kante::Result<kante::Session>(model.status());
    status = session.status();
    best = std::min(best, elapsed.count());
    anonymous = std::max(anonymous, AnonymousKb() - before);
  }
  std::filesystem::remove(path);
  if (!status.ok()) {
    std::fprintf(stderr, "load_bench: %s\n", status.ToString().c_str());
    return 1;
  }
  std::printf("load of 1 GB of weights: %.1f ms (limit %.0f), %.1f MB anonymous memory (limit %.0f)\n", best,
              kMaxMilliseconds, double(anonymous) / 1024, double(kMaxAnonymousKb) / 1024);
  return best > kMaxMilliseconds || anonymous > kMaxAnonymousKb;
}
