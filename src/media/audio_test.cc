// SPDX-License-Identifier: MIT
// Recordings that libsndfile wrote to memory: expected are the samples that went in.
#include <gtest/gtest.h>
#include <sndfile.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "kante/media.h"

namespace kante::media {
namespace {

struct File {
  std::string bytes;
  size_t at = 0;
};

std::string Recording(int channels, const std::vector<float>& samples, int format = SF_FORMAT_WAV | SF_FORMAT_FLOAT) {
  SF_VIRTUAL_IO io{[](void* f) { return static_cast<sf_count_t>(static_cast<File*>(f)->bytes.size()); },
                   [](sf_count_t to, int from, void* f) {
                     auto* file = static_cast<File*>(f);
                     const size_t base = from == SEEK_CUR ? file->at : from == SEEK_END ? file->bytes.size() : 0;
                     file->at = base + static_cast<size_t>(to);
                     return static_cast<sf_count_t>(file->at);
                   },
                   [](void*, sf_count_t, void*) { return sf_count_t{0}; },
                   [](const void* from, sf_count_t n, void* f) {
                     auto* file = static_cast<File*>(f);
                     const size_t end = file->at + static_cast<size_t>(n);
                     if (file->bytes.size() < end) file->bytes.resize(end);
                     std::memcpy(file->bytes.data() + file->at, from, static_cast<size_t>(n));
                     file->at = end;
                     return n;
                   },
                   [](void* f) { return static_cast<sf_count_t>(static_cast<File*>(f)->at); }};
  File memory;
  SF_INFO info{};
  info.channels = channels;
  info.samplerate = 16000;
  info.format = format;
  SNDFILE* file = sf_open_virtual(&io, SFM_WRITE, &info, &memory);
  if (!file) return {};
  sf_write_float(file, samples.data(), static_cast<sf_count_t>(samples.size()));
  sf_close(file);
  return memory.bytes;
}

Result<Audio> Decode(const std::string& file, int64_t max_samples = 1 << 20) {
  const std::vector<char> exact(file.begin(), file.end());  // a byte too far is seen by the sanitizer
  return DecodeAudio(std::as_bytes(std::span(exact)), max_samples);
}

std::vector<float> SamplesOf(const std::string& file) {
  const auto audio = Decode(file);
  if (!audio.ok()) return {};
  EXPECT_EQ(audio->sample_rate, 16000);
  EXPECT_EQ(audio->samples.shape().size(), 1u);
  const auto values = audio->samples.values<float>();
  return {values.begin(), values.end()};
}

TEST(DecodeAudio, AveragesChannels) {
  EXPECT_EQ(SamplesOf(Recording(1, {0.5f, -0.5f, 0.25f})), (std::vector<float>{0.5f, -0.5f, 0.25f}));
  EXPECT_EQ(SamplesOf(Recording(2, {0.5f, 0.25f, -1, 1})), (std::vector<float>{0.375f, 0}));
  EXPECT_EQ(SamplesOf(Recording(1, {0.5f, -0.5f}, SF_FORMAT_FLAC | SF_FORMAT_PCM_16)),
            (std::vector<float>{0.5f, -0.5f}));
}

TEST(DecodeAudio, ManyBlocksAndTheLimit) {
  std::vector<float> samples(20'000);
  for (size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(i % 1000) / 1000;
  const std::string file = Recording(1, samples);
  EXPECT_EQ(SamplesOf(file), samples);
  EXPECT_TRUE(Decode(file, 20'000).ok());
  EXPECT_EQ(Decode(file, 19'999).status().code(), StatusCode::kLimitExceeded);
}

TEST(DecodeAudio, DamagedFilesGiveSoundOrAnError) {
  EXPECT_FALSE(Decode("").ok());
  EXPECT_FALSE(Decode("RIFF no recording").ok());
  for (const int format : {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16}) {
    const std::string file = Recording(2, std::vector<float>(64, 0.25f), format);
    for (size_t n = 0; n < file.size(); ++n) {
      const auto cut = Decode(file.substr(0, n));
      EXPECT_EQ(cut.ok(), cut.status().message().empty()) << n;
      std::string damaged = file;
      damaged[n] = static_cast<char>(~damaged[n]);
      const auto audio = Decode(damaged);
      EXPECT_EQ(audio.ok(), audio.status().message().empty()) << n;
    }
  }
}

}  // namespace
}  // namespace kante::media
