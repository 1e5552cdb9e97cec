// SPDX-License-Identifier: MIT
#include "cli/io/audio.h"

#include <sndfile.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace kante::cli {
namespace {

constexpr int kBlockFrames = 4096;
constexpr size_t kMostSamples = size_t{1} << 30;

}  // namespace

Result<Tensor> AudioTensor(const std::string& path, const ValueDescription& input, int sample_rate) {
  const auto bad = [&](const std::string& what) {
    return Status(StatusCode::kInvalidArgument, "recording '" + path + "': " + what);
  };
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.c_str(), SFM_READ, &info), &sf_close);
  if (!file) return bad(sf_strerror(nullptr));
  if (info.channels < 1 || info.channels > 64) return bad("has " + std::to_string(info.channels) + " channels");
  if (sample_rate > 0 && info.samplerate != sample_rate) {
    return bad("has " + std::to_string(info.samplerate) + " samples a second, the model wants " +
               std::to_string(sample_rate));
  }
  if (input.element_type != ElementType::kFloat32) {
    return bad("input '" + input.name + "' (" + input.ToString() + ") takes no audio");
  }
  const size_t channels = static_cast<size_t>(info.channels);
  // In blocks, for the length in the header is only a claim.
  std::vector<float> frames, block(size_t{kBlockFrames} * channels);
  while (const sf_count_t read = sf_readf_float(file.get(), block.data(), kBlockFrames)) {
    if (read < 0 || frames.size() > kMostSamples) return bad("cannot be read or is too long");
    frames.insert(frames.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(read) * info.channels);
  }
  const int64_t got = static_cast<int64_t>(frames.size() / channels);
  const size_t rank = input.has_shape ? input.dimensions.size() : 2;
  if (rank < 1) return bad("input '" + input.name + "' is a scalar");
  // The samples run along the last dimension that is not fixed to one.
  size_t along = rank - 1;
  while (along > 0 && input.has_shape && input.dimensions[along].value == 1) --along;
  const int64_t fixed = input.has_shape ? input.dimensions[along].value : -1;
  std::vector<int64_t> shape(rank, 1);
  shape[along] = fixed > 0 ? fixed : got;
  auto tensor = Tensor::Allocate(ElementType::kFloat32, shape);
  if (!tensor.ok()) return tensor.status();
  auto out = tensor->mutable_values<float>();
  for (size_t i = 0; i < std::min(out.size(), static_cast<size_t>(got)); ++i) {
    float sum = 0;
    for (size_t c = 0; c < channels; ++c) sum += frames[i * channels + c];
    out[i] = sum / static_cast<float>(channels);
  }
  return tensor;
}

}  // namespace kante::cli
