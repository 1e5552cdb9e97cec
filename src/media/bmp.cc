// SPDX-License-Identifier: MIT
// Windows bitmaps: palettes of 1, 4 and 8 bits, 16, 24 and 32 bits, with masks; no run lengths.
#include <bit>

#include "media/image.h"

namespace kante::media {
namespace {

struct Reader {
  Bytes bytes;
  uint32_t Byte(size_t at) const { return at < bytes.size() ? std::to_integer<uint32_t>(bytes[at]) : 0; }
  uint32_t Half(size_t at) const { return Byte(at) | Byte(at + 1) << 8; }
  uint32_t Word(size_t at) const { return Half(at) | Half(at + 2) << 16; }
};

// The bits of a pixel under a mask as a byte.
uint8_t Channel(uint32_t pixel, uint32_t mask) {
  if (mask == 0) return 0;
  const uint64_t most = mask >> std::countr_zero(mask);
  return static_cast<uint8_t>(((pixel & mask) >> std::countr_zero(mask)) * uint64_t{255} / most);
}

}  // namespace

Result<Tensor> DecodeBmp(Bytes bytes, int64_t max_pixels) {
  const Reader in{bytes};
  const size_t pixels_at = in.Word(10), header = in.Word(14);
  const bool old = header == 12;
  if (!old && (header < 40 || header > 124)) return Bad("is a BMP picture with a header that is not known");
  const int64_t width = old ? in.Half(18) : int64_t{static_cast<int32_t>(in.Word(18))};
  const int64_t signed_height = old ? in.Half(20) : int64_t{static_cast<int32_t>(in.Word(22))};
  const int64_t height = signed_height < 0 ? -signed_height : signed_height;
  const uint32_t bits = in.Half(old ? 24 : 28), compression = old ? 0 : in.Word(30);
  if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32) {
    return Bad("is a BMP picture of " + std::to_string(bits) + " bits");
  }
  const bool masks = compression == 3 || compression == 6;
  if (compression != 0 && !(masks && (bits == 16 || bits == 32))) {
    return Bad("is a BMP picture with compression " + std::to_string(compression));
  }
  if (width < 1 || height < 1 || width > max_pixels / height) return NewImage(width, height, max_pixels);
  const int64_t row_bytes = (width * bits + 31) / 32 * 4;
  const auto left = pixels_at < bytes.size() ? static_cast<int64_t>(bytes.size() - pixels_at) : 0;
  if (row_bytes > left / height) return Bad("is a BMP picture that ends early");
  uint32_t mask[3] = {0xFF0000, 0xFF00, 0xFF};
  if (bits == 16) mask[0] = 0x7C00, mask[1] = 0x3E0, mask[2] = 0x1F;
  for (size_t c = 0; masks && c < 3; ++c) mask[c] = in.Word(54 + 4 * c);  // after, or inside, the header
  const size_t palette = 14 + header, entry = old ? 3 : 4;
  const size_t colors = pixels_at > palette ? (pixels_at - palette) / entry : 0;
  auto image = NewImage(width, height, max_pixels);
  if (!image.ok()) return image;
  uint8_t* to = image->mutable_values<uint8_t>().data();
  for (int64_t y = 0; y < height; ++y) {
    const int64_t row = signed_height < 0 ? y : height - 1 - y;  // the last row comes first
    const size_t from = pixels_at + static_cast<size_t>(row * row_bytes);
    for (size_t x = 0; x < static_cast<size_t>(width); ++x) {
      if (bits <= 8) {
        const size_t bit = x * bits;
        const size_t index = in.Byte(from + bit / 8) >> (8 - bits - bit % 8) & ((1u << bits) - 1);
        if (index >= colors) return Bad("is a BMP picture with a colour outside its palette");
        for (size_t c = 0; c < 3; ++c) *to++ = static_cast<uint8_t>(in.Byte(palette + index * entry + 2 - c));
        continue;
      }
      const size_t at = from + x * bits / 8;
      const uint32_t pixel = bits == 16 ? in.Half(at) : bits == 24 ? in.Half(at) | in.Byte(at + 2) << 16 : in.Word(at);
      for (const uint32_t m : mask) *to++ = Channel(pixel, m);
    }
  }
  return image;
}

}  // namespace kante::media
