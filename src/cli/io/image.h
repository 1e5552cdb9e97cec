// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kante/model.h"
#include "kante/tensor.h"

namespace kante::cli {

// Pixels of a decoded picture, row by row, `channels` bytes each (1 grey, 3 RGB).
struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<uint8_t> pixels;
};

// What kante::media::DecodeImage reads, by content. `channels` is 1 or 3: the picture is converted.
Result<Image> ReadImage(const std::string& path, int channels);
// Bilinear, with half-pixel centres.
Image Resized(const Image& image, int width, int height);

struct ImageOptions {
  std::vector<float> mean = {0};  // subtracted from values in [0, 255] * scale; one, or one a channel
  std::vector<float> std = {1};   // divided by
  float scale = 1.0f / 255;
  std::string layout = "auto";  // NCHW, NHWC, or auto: where the model's input has 1 or 3
  bool bgr = false;
};

// The picture as the tensor that `input` wants: [1,C,H,W] or [1,H,W,C] (or without the leading 1), float32 or uint8,
// resized where the model fixes height and width.
Result<Tensor> ImageTensor(const std::string& path, const ValueDescription& input, const ImageOptions& options);

}  // namespace kante::cli
