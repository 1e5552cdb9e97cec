// SPDX-License-Identifier: MIT
#include <sndfile.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>

#include "kante/media.h"
#include "media/operators.h"

namespace kante::media {
namespace {

constexpr int64_t kBlockFrames = 4096;
constexpr int kMaxChannels = 64;

struct Source {
  std::span<const std::byte> bytes;
  sf_count_t at = 0;
};

Source& SourceOf(void* user) { return *static_cast<Source*>(user); }
sf_count_t Size(void* user) { return static_cast<sf_count_t>(SourceOf(user).bytes.size()); }
sf_count_t Tell(void* user) { return SourceOf(user).at; }
sf_count_t Seek(sf_count_t to, int from, void* user) {
  Source& s = SourceOf(user);
  const sf_count_t base = from == SEEK_CUR ? s.at : from == SEEK_END ? Size(user) : 0;
  if (to < -base || to > Size(user) - base) return -1;
  return s.at = base + to;
}
sf_count_t Read(void* to, sf_count_t count, void* user) {
  Source& s = SourceOf(user);
  const sf_count_t n = std::clamp<sf_count_t>(count, 0, Size(user) - s.at);
  if (n > 0) std::memcpy(to, s.bytes.data() + s.at, static_cast<size_t>(n));
  s.at += n;
  return n;
}
sf_count_t Write(const void*, sf_count_t, void*) { return 0; }

Result<Tensor> Floats(int64_t count) { return Tensor::Allocate(ElementType::kFloat32, std::span(&count, 1)); }

// The first `count` samples in memory for `capacity` of them.
Result<Tensor> Resized(const Tensor& samples, int64_t count, int64_t capacity) {
  auto out = Floats(capacity);
  if (out.ok() && count > 0)
    std::memcpy(out->mutable_data(), samples.data(), static_cast<size_t>(count) * sizeof(float));
  return out;
}

}  // namespace

Result<Audio> DecodeAudio(std::span<const std::byte> bytes, int64_t max_samples) {
  Source source{bytes};
  SF_VIRTUAL_IO io{&Size, &Seek, &Read, &Write, &Tell};
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open_virtual(&io, SFM_READ, &info, &source), &sf_close);
  if (!file) return Bad(sf_strerror(nullptr));
  if (info.channels < 1 || info.channels > kMaxChannels) {
    return Bad("has " + std::to_string(info.channels) + " channels");
  }
  // In blocks, for the length in the header is only a claim.
  auto block = Floats(kBlockFrames * info.channels);
  auto samples = Floats(kBlockFrames);
  if (!block.ok()) return block.status();
  if (!samples.ok()) return samples.status();
  const float* frame = block->values<float>().data();
  int64_t count = 0;
  while (const sf_count_t read = sf_readf_float(file.get(), block->mutable_values<float>().data(), kBlockFrames)) {
    if (read < 0) return Bad(sf_strerror(file.get()));
    if (read > max_samples - count) {
      return Status(StatusCode::kLimitExceeded, "has more than " + std::to_string(max_samples) + " samples");
    }
    if (count + read > samples->elements()) {
      auto larger = Resized(*samples, count, 2 * samples->elements());
      if (!larger.ok()) return larger.status();
      samples = std::move(larger);
    }
    float* to = samples->mutable_values<float>().data() + count;
    for (sf_count_t i = 0; i < read; ++i) {
      float sum = 0;
      for (int c = 0; c < info.channels; ++c) sum += frame[i * info.channels + c];
      to[i] = sum / static_cast<float>(info.channels);
    }
    count += read;
  }
  auto exact = Resized(*samples, count, count);
  if (!exact.ok()) return exact.status();
  return Audio{std::move(*exact), info.samplerate};
}

}  // namespace kante::media
