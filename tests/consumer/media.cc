// SPDX-License-Identifier: MIT
// Uses libkante-media from outside, with exceptions and RTTI on: its operators, a picture, and what is none.
#include "kante/media.h"

#include <cstdio>
#include <cstring>

int main() {
  if (kante::media::Operators().size() != 3) return 1;
  const char picture[] = "P3 1 1 255 1 2 3";
  const auto bytes = std::as_bytes(std::span(picture, std::strlen(picture)));
  const auto image = kante::media::DecodeImage(bytes, kante::media::PixelFormat::kBgr);
  if (!image.ok()) {
    std::fprintf(stderr, "decode: %s\n", image.status().ToString().c_str());
    return 1;
  }
  const auto pixels = image->values<uint8_t>();
  if (pixels.size() != 3 || pixels[0] != 3 || pixels[1] != 2 || pixels[2] != 1) return 1;
  if (kante::media::DecodeImage(bytes.first(4)).ok()) return 1;
  std::puts("consumer of media: ok");
  return 0;
}
