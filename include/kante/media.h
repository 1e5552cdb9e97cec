// SPDX-License-Identifier: MIT
// libkante-media: what needs codecs and tables, so that libkante itself depends on nothing. Link kante::media.
//
//   kante::LoadOptions options;
//   options.custom_ops = kante::media::Operators();
//   auto model = kante::Model::Load("model.onnx", options);
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kante/export.h"
#include "kante/op.h"
#include "kante/status.h"
#include "kante/tensor.h"

namespace kante::media {

// The ONNX operators that live in this library: ImageDecoder, RegexFullMatch, and StringNormalizer for letters outside
// ASCII. For LoadOptions::custom_ops, beside operators of your own. Thread-safe.
KANTE_API std::vector<std::shared_ptr<const CustomOp>> Operators();

enum class PixelFormat : int { kRgb, kBgr, kGrayscale };

// Decodes a picture by its content into uint8 [height, width, 3], or [height, width, 1] for kGrayscale
// (L = 0.299 R + 0.587 G + 0.114 B). Formats: JPEG, PNG, WebP, TIFF (first page), BMP, PBM, PGM, PPM,
// JPEG 2000.
// Alpha is dropped, palettes are looked up, 16 bits a channel become their high 8. InvalidArgument for anything that
// does not decode to its end; LimitExceeded, before pixels are allocated, if there were more than `max_pixels`.
KANTE_API Result<Tensor> DecodeImage(std::span<const std::byte> bytes, PixelFormat format = PixelFormat::kRgb,
                                     int64_t max_pixels = int64_t{1} << 28);

struct Audio {
  Tensor samples;  // float32 [samples] in [-1, 1]: the channels' average
  int sample_rate = 0;
};

// Decodes a recording by its content: WAV, FLAC, Ogg and what else libsndfile reads. InvalidArgument for anything that
// does not decode, LimitExceeded if there are more than `max_samples` in a channel.
KANTE_API Result<Audio> DecodeAudio(std::span<const std::byte> bytes, int64_t max_samples = int64_t{1} << 30);

}  // namespace kante::media
