// SPDX-License-Identifier: MIT
// Any bytes as a picture: decoded or refused, within the limit of pixels.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "kante/media.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using kante::media::PixelFormat;
  constexpr int64_t kMaxPixels = 1 << 20;
  const auto format = static_cast<PixelFormat>(size % 3);
  const auto image = kante::media::DecodeImage(std::as_bytes(std::span(data, size)), format, kMaxPixels);
  if (!image.ok()) return 0;
  const auto shape = image->shape();
  if (shape.size() != 3 || shape[0] * shape[1] > kMaxPixels) std::abort();
  if (shape[2] != (format == PixelFormat::kGrayscale ? 1 : 3)) std::abort();
  return 0;
}
