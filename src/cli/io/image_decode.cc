// SPDX-License-Identifier: MIT
#include "cli/io/files.h"
#include "cli/io/image.h"
#include "kante/media.h"

namespace kante::cli {

Result<Image> ReadImage(const std::string& path, int channels) {
  auto bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  const auto decoded = media::DecodeImage(std::as_bytes(std::span(*bytes)),
                                          channels == 1 ? media::PixelFormat::kGrayscale : media::PixelFormat::kRgb);
  if (!decoded.ok()) return Status(decoded.status().code(), "picture '" + path + "': " + decoded.status().message());
  const auto pixels = decoded->values<uint8_t>();
  return Image{static_cast<int>(decoded->shape()[1]),
               static_cast<int>(decoded->shape()[0]),
               channels,
               {pixels.begin(), pixels.end()}};
}

}  // namespace kante::cli
