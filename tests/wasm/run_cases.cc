// SPDX-License-Identifier: MIT
// program [--rounds N] FOLDER...: runs models in ONNX's backend-test layout and compares what comes out; with rounds
// also says how long a run takes. Built on the public API and without std::filesystem, which WASI's C++ has not.
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "kante/session.h"

namespace {

constexpr double kRelative = 1e-3, kAbsolute = 1e-4;

bool Exists(const std::string& path) {
  struct stat st;
  return ::stat(path.c_str(), &st) == 0;
}

double MillisSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

bool Fail(const std::string& what, const std::string& why) {
  std::printf("%s: FAILED: %s\n", what.c_str(), why.c_str());
  return false;
}

double HalfOf(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const double fraction = bits & 1023;
  const double size = exponent == 31  ? (fraction == 0 ? INFINITY : NAN)
                      : exponent == 0 ? std::ldexp(fraction, -24)
                                      : std::ldexp(fraction + 1024, exponent - 25);
  return bits >> 15 ? -size : size;
}

// Element i of a tensor of floats.
double At(const kante::Tensor& t, size_t i) {
  if (t.type() == kante::ElementType::kFloat32) return double{static_cast<const float*>(t.data())[i]};
  if (t.type() == kante::ElementType::kFloat64) return static_cast<const double*>(t.data())[i];
  return HalfOf(static_cast<const uint16_t*>(t.data())[i]);
}

// "" if the tensors agree; `worst` grows to the largest difference.
std::string Compare(const kante::Tensor& got, const kante::Tensor& want, double* worst) {
  using Type = kante::ElementType;
  if (got.type() != want.type() || !std::ranges::equal(got.shape(), want.shape())) return "another type or shape";
  const size_t size = want.type() == Type::kFloat64 ? 8 : want.type() == Type::kFloat32 ? 4 : 2;
  if (want.type() != Type::kFloat64 && want.type() != Type::kFloat32 && want.type() != Type::kFloat16) {
    return std::memcmp(got.data(), want.data(), want.bytes()) == 0 ? "" : "other values";
  }
  for (size_t i = 0; i < want.bytes() / size; ++i) {
    const double a = At(got, i), b = At(want, i);
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    const double difference = std::fabs(a - b);
    if (!(difference <= kAbsolute + kRelative * std::fabs(b))) {
      return "value " + std::to_string(i) + " is " + std::to_string(a) + ", not " + std::to_string(b);
    }
    *worst = std::max(*worst, difference);
  }
  return "";
}

bool RunSet(const kante::Model& model, const std::string& folder, int rounds) {
  const auto session = kante::Session::Create(model);
  if (!session.ok()) return Fail(folder, session.status().message());
  kante::NamedValues feeds;
  for (size_t i = 0; i < model.inputs().size(); ++i) {
    const std::string path = folder + "/input_" + std::to_string(i) + ".pb";
    if (!Exists(path)) continue;
    auto value = kante::ReadProtoFile(path, kante::ProtoKind::kTensor);
    if (!value.ok()) return Fail(path, value.status().message());
    feeds.emplace_back(model.inputs()[i].name, std::move(*value));
  }
  const auto outputs = session->Run(feeds);
  if (!outputs.ok()) return Fail(folder, outputs.status().message());
  double worst = 0;
  int compared = 0;
  for (size_t i = 0; i < outputs->size(); ++i) {
    const std::string path = folder + "/output_" + std::to_string(i) + ".pb";
    if (!Exists(path)) continue;
    const auto want = kante::ReadProtoFile(path, kante::ProtoKind::kTensor);
    if (!want.ok()) return Fail(path, want.status().message());
    const std::string why = Compare((*outputs)[i].tensor(), want->tensor(), &worst);
    if (!why.empty()) return Fail(path, why);
    ++compared;
  }
  if (compared == 0) return Fail(folder, "nothing to compare with");
  std::printf("%s: %d outputs, largest difference %.1e", folder.c_str(), compared, worst);
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (!session->Run(feeds).ok()) return Fail(folder, "a later run");
    times.push_back(MillisSince(begin));
  }
  std::sort(times.begin(), times.end());
  if (rounds > 0) std::printf(", %.3f ms (best %.3f)", times[times.size() / 2], times[0]);
  std::printf("\n");
  return true;
}

bool RunCase(const std::string& folder, int rounds) {
  const auto begin = std::chrono::steady_clock::now();
  const auto model = kante::Model::Load(folder + "/model.onnx");
  if (!model.ok()) return Fail(folder, model.status().message());
  if (rounds > 0) std::printf("%s: loaded in %.1f ms\n", folder.c_str(), MillisSince(begin));
  bool good = true;
  int sets = 0;
  for (std::string set; set = folder + "/test_data_set_" + std::to_string(sets), Exists(set); ++sets) {
    good = RunSet(*model, set, rounds) && good;
  }
  return sets > 0 ? good : Fail(folder, "no test_data_set_0");
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 0, cases = 0;
  bool good = true;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--rounds" && i + 1 < argc) {
      rounds = std::atoi(argv[++i]);
    } else {
      good = RunCase(argv[i], rounds) && good;
      ++cases;
    }
  }
  return good && cases > 0 ? 0 : 1;
}
