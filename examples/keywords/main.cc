// SPDX-License-Identifier: MIT
// kante-keywords MODEL RECORDING...: recognises one spoken word in each recording.
//
// The model takes audio [1, samples] and gives the probability of each label; its metadata names the labels, the
// sample rate and the length of audio that it was trained on. A longer recording is searched window by window.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "kante/media.h"
#include "kante/session.h"

namespace {

struct Spotter {
  kante::Session session;
  std::string input;
  std::vector<std::string> labels;
  int sample_rate = 0;
  int64_t window = 0;  // samples
};

struct Recognition {
  std::string word;
  float confidence = -1;
  double milliseconds = 0;  // of one window, the median
};

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

kante::Result<Spotter> LoadSpotter(const std::string& path) {
  kante::Result<kante::Model> model = kante::Model::Load(path);
  if (!model.ok()) return model.status();
  const auto& metadata = model->metadata();
  for (const char* key : {"labels", "sample_rate", "window"}) {
    if (!metadata.contains(key)) {
      return kante::Status(kante::StatusCode::kInvalidArgument, path + " has no metadata '" + key + "'");
    }
  }
  // The model is small: one thread is fastest.
  kante::Result<kante::Session> session = kante::Session::Create(*model, {.threads = 1});
  if (!session.ok()) return session.status();
  Spotter spotter{*session, model->inputs()[0].name, Split(metadata.at("labels")),
                  std::atoi(metadata.at("sample_rate").c_str()), std::atoll(metadata.at("window").c_str())};
  if (spotter.sample_rate < 1 || spotter.window < 4) {
    return kante::Status(kante::StatusCode::kInvalidArgument, path + " has metadata that makes no sense");
  }
  return spotter;
}

// The recording as one channel in [-1, 1], at least one window long.
kante::Result<std::vector<float>> ReadAudio(const std::string& path, const Spotter& spotter) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return kante::Status(kante::StatusCode::kNoSuchFile, path + ": cannot be read");
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  const auto recording = kante::media::DecodeAudio(std::as_bytes(std::span(bytes)));
  if (!recording.ok()) return kante::Status(recording.status().code(), path + ": " + recording.status().message());
  if (recording->sample_rate != spotter.sample_rate) {
    return kante::Status(kante::StatusCode::kInvalidArgument, path + ": " + std::to_string(recording->sample_rate) +
                                                                  " Hz, the model listens at " +
                                                                  std::to_string(spotter.sample_rate));
  }
  const auto samples = recording->samples.values<float>();
  std::vector<float> audio(samples.begin(), samples.end());
  if (audio.size() < static_cast<size_t>(spotter.window)) audio.resize(static_cast<size_t>(spotter.window));
  return audio;
}

// Adds to `best` what one window says; returns how long that took.
kante::Result<double> Listen(const Spotter& spotter, float* samples, Recognition* best) {
  const int64_t shape[] = {1, spotter.window};
  kante::Result<kante::Tensor> audio =
      kante::Tensor::Wrap(kante::ElementType::kFloat32, shape, samples, size_t(spotter.window) * sizeof(float));
  if (!audio.ok()) return audio.status();
  const auto start = std::chrono::steady_clock::now();
  const auto outputs = spotter.session.Run({{spotter.input, *audio}});
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
  if (!outputs.ok()) return outputs.status();
  const auto scores = (*outputs)[0].tensor().values<float>();
  if (scores.size() != spotter.labels.size()) {
    return kante::Status(kante::StatusCode::kInvalidGraph, "the model does not give one score for each label");
  }
  const auto top = std::max_element(scores.begin(), scores.end());
  const std::string& word = spotter.labels[static_cast<size_t>(top - scores.begin())];
  // The silence around a word is no answer.
  const bool was_silence = best->word.empty() || best->word == "silence";
  if (word == "silence" ? was_silence && *top > best->confidence : was_silence || *top > best->confidence) {
    best->confidence = *top;
    best->word = word;
  }
  return elapsed.count();
}

kante::Result<Recognition> Recognise(const Spotter& spotter, std::vector<float>& audio) {
  Recognition best;
  std::vector<double> times;
  const size_t window = static_cast<size_t>(spotter.window);
  for (size_t begin = 0; begin + window <= audio.size(); begin += window / 4) {
    for (int repeat = 0; repeat < 10; ++repeat) {
      const auto elapsed = Listen(spotter, audio.data() + begin, &best);
      if (!elapsed.ok()) return elapsed.status();
      times.push_back(*elapsed);
    }
  }
  std::nth_element(times.begin(), times.begin() + std::ptrdiff_t(times.size() / 2), times.end());
  best.milliseconds = times[times.size() / 2];
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: kante-keywords MODEL RECORDING...\n");
    return 2;
  }
  const auto spotter = LoadSpotter(argv[1]);
  if (!spotter.ok()) {
    std::fprintf(stderr, "kante-keywords: %s\n", spotter.status().message().c_str());
    return 1;
  }
  const double window_ms = 1000.0 * double(spotter->window) / spotter->sample_rate;
  std::printf("%-36s %-9s %10s %9s %11s\n", "recording", "word", "confidence", "latency", "real time");
  int failures = 0;
  for (int i = 2; i < argc; ++i) {
    const std::string path = argv[i];
    auto audio = ReadAudio(path, *spotter);
    const auto heard = audio.ok() ? Recognise(*spotter, *audio) : kante::Result<Recognition>(audio.status());
    if (!heard.ok()) {
      std::fprintf(stderr, "kante-keywords: %s\n", heard.status().message().c_str());
      ++failures;
      continue;
    }
    std::printf("%-36s %-9s %9.1f%% %6.2f ms %6.0f x faster\n", path.substr(path.rfind('/') + 1).c_str(),
                heard->word.c_str(), 100.0 * heard->confidence, heard->milliseconds, window_ms / heard->milliseconds);
  }
  return failures == 0 ? 0 : 1;
}
