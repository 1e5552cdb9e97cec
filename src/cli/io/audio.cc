// SPDX-License-Identifier: MIT
#include "cli/io/audio.h"

#include <algorithm>
#include <vector>

#include "cli/io/files.h"
#include "kante/media.h"

namespace kante::cli {

Result<Tensor> AudioTensor(const std::string& path, const ValueDescription& input, int sample_rate) {
  const auto bad = [&](const std::string& what) {
    return Status(StatusCode::kInvalidArgument, "recording '" + path + "': " + what);
  };
  const auto file = ReadFile(path);
  if (!file.ok()) return file.status();
  const auto audio = media::DecodeAudio(std::as_bytes(std::span(*file)));
  if (!audio.ok()) return bad(audio.status().message());
  if (sample_rate > 0 && audio->sample_rate != sample_rate) {
    return bad("has " + std::to_string(audio->sample_rate) + " samples a second, the model wants " +
               std::to_string(sample_rate));
  }
  if (input.element_type != ElementType::kFloat32) {
    return bad("input '" + input.name + "' (" + input.ToString() + ") takes no audio");
  }
  const auto samples = audio->samples.values<float>();
  const int64_t got = static_cast<int64_t>(samples.size());
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
  std::copy_n(samples.begin(), std::min(out.size(), samples.size()), out.begin());
  return tensor;
}

}  // namespace kante::cli
