// SPDX-License-Identifier: MIT
// Decoders of one format each, to RGB.
#pragma once

#include <cstring>
#include <span>
#include <string_view>

#include "kante/tensor.h"
#include "media/operators.h"

namespace kante::media {

using Bytes = std::span<const std::byte>;

inline bool StartsWith(Bytes bytes, std::string_view magic, size_t at = 0) {
  return bytes.size() >= at + magic.size() && std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
}

inline Status NoMemory() { return Status(StatusCode::kOutOfMemory, "no memory to decode a picture"); }

inline Status CheckPixels(int64_t width, int64_t height, int64_t max_pixels) {
  constexpr int64_t kMaxSide = 1 << 24;
  if (width < 1 || height < 1) return Bad("has no pixels");
  if (width > kMaxSide || height > kMaxSide || width * height > max_pixels) {
    return Status(StatusCode::kLimitExceeded, "has " + std::to_string(width) + " x " + std::to_string(height) +
                                                  " pixels, more than " + std::to_string(max_pixels));
  }
  return {};
}

// Memory for the pixels, zero, once width and height are within the limits.
inline Result<Tensor> NewImage(int64_t width, int64_t height, int64_t max_pixels) {
  if (Status size = CheckPixels(width, height, max_pixels); !size.ok()) return size;
  const int64_t shape[] = {height, width, 3};
  return Tensor::Allocate(ElementType::kUint8, shape);
}

Result<Tensor> DecodeJpeg(Bytes bytes, int64_t max_pixels);
Result<Tensor> DecodePng(Bytes bytes, int64_t max_pixels);
Result<Tensor> DecodeWebp(Bytes bytes, int64_t max_pixels);
Result<Tensor> DecodeTiff(Bytes bytes, int64_t max_pixels);
Result<Tensor> DecodeJpeg2000(Bytes bytes, int64_t max_pixels);
Result<Tensor> DecodeBmp(Bytes bytes, int64_t max_pixels);
Result<Tensor> DecodePnm(Bytes bytes, int64_t max_pixels);

}  // namespace kante::media
