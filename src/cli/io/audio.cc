// SPDX-License-Identifier: MIT
#include "cli/io/audio.h"

#include <sndfile.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace kante::cli {

Result<Tensor> AudioTensor(const std::string& path, const ValueDescription& input, int sample_rate) {
  const auto bad = [&](const std::string& what) {
    return Status(StatusCode::kInvalidArgument, "recording '" + path + "': " + what);
  };
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.c_str(), SFM_READ, &info), &sf_close);
  if (!file) return bad(sf_strerror(nullptr));
  if (info.frames < 0 || info.frames > (int64_t{1} << 31) || info.channels < 1) return bad("has no usable length");
  if (sample_rate > 0 && info.samplerate != sample_rate) {
    return bad("has " + std::to_string(info.samplerate) + " samples a second, the model wants " +
               std::to_string(sample_rate));
  }
  if (input.element_type != ElementType::kFloat32) {
    return bad("input '" + input.name + "' (" + input.ToString() + ") takes no audio");
  }
  const size_t channels = static_cast<size_t>(info.channels);
  std::vector<float> frames(static_cast<size_t>(info.frames) * channels);
  const sf_count_t got = sf_readf_float(file.get(), frames.data(), info.frames);
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
