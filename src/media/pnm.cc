// SPDX-License-Identifier: MIT
// PBM, PGM and PPM, as text (P1 to P3) and as bytes (P4 to P6).
#include <algorithm>

#include "media/image.h"

namespace kante::media {
namespace {

struct Reader {
  Bytes bytes;
  size_t at = 2;

  int Peek() const { return at < bytes.size() ? std::to_integer<int>(bytes[at]) : -1; }
  int Next() {
    const int c = Peek();
    ++at;
    return c;
  }
  static bool Space(int c) { return c == ' ' || (c >= 9 && c <= 13); }
  void Skip() {
    while (Space(Peek()) || Peek() == '#') {
      if (Next() != '#') continue;
      while (Peek() >= 0 && Peek() != '\n') ++at;
    }
  }
  // A decimal number of at most nine digits; -1: none. `digits` limits their number (bits may stand without spaces).
  int64_t Number(int digits = 9) {
    Skip();
    int64_t value = -1;
    for (int i = 0; i < digits && Peek() >= '0' && Peek() <= '9'; ++i) {
      value = std::max<int64_t>(value, 0) * 10 + (Next() - '0');
    }
    return value;
  }
};

}  // namespace

Result<Tensor> DecodePnm(Bytes bytes, int64_t max_pixels) {
  const int kind = std::to_integer<int>(bytes[1]) - '0';
  const bool text = kind <= 3, bits = kind == 1 || kind == 4;
  const int64_t channels = kind % 3 == 0 ? 3 : 1;
  Reader in{bytes};
  const int64_t width = in.Number(), height = in.Number(), most = bits ? 1 : in.Number();
  if (most < 1 || most > 65535) return Bad("is a PNM picture with the maximum " + std::to_string(most));
  if (!text && !Reader::Space(in.Next())) return Bad("is a damaged PNM picture");
  // Every sample takes at least this much, so a small file cannot ask for a large picture.
  const int64_t left = in.at < bytes.size() ? static_cast<int64_t>(bytes.size() - in.at) : 0;
  const int64_t row_samples = width * channels;
  const int64_t row_bytes = kind == 4 ? (width + 7) / 8 : row_samples * (!text && most > 255 ? 2 : 1);
  if (width > 0 && height > 0 && width <= max_pixels && row_bytes > left / height) {
    return Bad("is a PNM picture that ends early");
  }
  auto image = NewImage(width, height, max_pixels);
  if (!image.ok()) return image;
  uint8_t* to = image->mutable_values<uint8_t>().data();
  for (int64_t y = 0; y < height; ++y) {
    const size_t row = in.at;
    for (int64_t i = 0; i < row_samples; ++i) {
      int64_t v;
      if (text) {
        v = in.Number(bits ? 1 : 9);
      } else if (kind == 4) {
        v = std::to_integer<int>(bytes[row + static_cast<size_t>(i / 8)]) >> (7 - i % 8) & 1;
      } else {
        v = in.Next();
        if (most > 255) v = v * 256 + in.Next();
      }
      if (v < 0 || v > most) return Bad("is a damaged PNM picture");
      if (bits) v = 1 - v;  // one is black
      const auto byte = static_cast<uint8_t>((v * 255 + most / 2) / most);
      for (int64_t c = channels; c <= 3; ++c) *to++ = byte;  // a grey sample three times
    }
    if (kind == 4) in.at = row + static_cast<size_t>(row_bytes);
  }
  return image;
}

}  // namespace kante::media
