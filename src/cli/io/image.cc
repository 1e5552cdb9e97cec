// SPDX-License-Identifier: MIT
#include "cli/io/image.h"

#include <algorithm>
#include <cmath>

namespace kante::cli {
namespace {

constexpr int64_t kMostPixels = int64_t{1} << 26;

// Where the input has its channels, height and width; indices into its dimensions.
struct Axes {
  size_t channel, height, width;
};

Result<Axes> AxesOf(const ValueDescription& input, const std::string& layout) {
  const size_t rank = input.has_shape ? input.dimensions.size() : 4;
  if (rank < 3 || rank > 4) {
    return Status(StatusCode::kInvalidArgument,
                  "input '" + input.name + "' (" + input.ToString() + ") takes no picture");
  }
  const size_t first = rank - 3;
  const auto pixels = [&](size_t d) { return input.dimensions[d].value == 1 || input.dimensions[d].value == 3; };
  bool last = layout == "NHWC";
  if (layout == "auto" && input.has_shape) last = pixels(rank - 1) && !pixels(first);
  if (last) return Axes{rank - 1, first, first + 1};
  return Axes{first, first + 1, first + 2};
}

float Pick(const std::vector<float>& values, size_t channel) {
  return values.size() > channel ? values[channel] : values.empty() ? 0.0f : values[0];
}

}  // namespace

Image Resized(const Image& image, int width, int height) {
  Image out{width, height, image.channels, {}};
  out.pixels.resize(static_cast<size_t>(width) * static_cast<size_t>(height) * static_cast<size_t>(image.channels));
  const auto clamp = [](float v, int limit) { return std::min(std::max(v, 0.0f), static_cast<float>(limit - 1)); };
  size_t at = 0;
  for (int y = 0; y < height; ++y) {
    const float sy =
        clamp((static_cast<float>(y) + 0.5f) * static_cast<float>(image.height) / static_cast<float>(height) - 0.5f,
              image.height);
    const int y0 = static_cast<int>(sy);
    const int y1 = std::min(y0 + 1, image.height - 1);
    for (int x = 0; x < width; ++x) {
      const float sx =
          clamp((static_cast<float>(x) + 0.5f) * static_cast<float>(image.width) / static_cast<float>(width) - 0.5f,
                image.width);
      const int x0 = static_cast<int>(sx);
      const int x1 = std::min(x0 + 1, image.width - 1);
      const float fy = sy - static_cast<float>(y0);
      const float fx = sx - static_cast<float>(x0);
      for (int c = 0; c < image.channels; ++c) {
        const auto pixel = [&](int py, int px) {
          return static_cast<float>(image.pixels[static_cast<size_t>((py * image.width + px) * image.channels + c)]);
        };
        const float top = pixel(y0, x0) * (1 - fx) + pixel(y0, x1) * fx;
        const float bottom = pixel(y1, x0) * (1 - fx) + pixel(y1, x1) * fx;
        out.pixels[at++] = static_cast<uint8_t>(std::lround(top * (1 - fy) + bottom * fy));
      }
    }
  }
  return out;
}

Result<Tensor> ImageTensor(const std::string& path, const ValueDescription& input, const ImageOptions& options) {
  auto axes = AxesOf(input, options.layout);
  if (!axes.ok()) return axes.status();
  const auto fixed = [&](size_t d) { return input.has_shape ? input.dimensions[d].value : -1; };
  const int64_t declared = fixed(axes->channel);
  if ((declared >= 0 && declared != 1 && declared != 3) || fixed(axes->height) > kMostPixels ||
      fixed(axes->width) > kMostPixels ||
      (fixed(axes->height) > 0 && fixed(axes->width) > kMostPixels / fixed(axes->height))) {
    return Status(StatusCode::kInvalidArgument,
                  "input '" + input.name + "' (" + input.ToString() + ") takes no picture");
  }
  const int channels = declared == 1 ? 1 : 3;
  auto decoded = ReadImage(path, channels);
  if (!decoded.ok()) return decoded.status();
  const int height = fixed(axes->height) > 0 ? static_cast<int>(fixed(axes->height)) : decoded->height;
  const int width = fixed(axes->width) > 0 ? static_cast<int>(fixed(axes->width)) : decoded->width;
  const Image image =
      height == decoded->height && width == decoded->width ? *decoded : Resized(*decoded, width, height);

  const size_t rank = input.has_shape ? input.dimensions.size() : 4;
  std::vector<int64_t> shape(rank, 1);
  shape[axes->channel] = channels;
  shape[axes->height] = height;
  shape[axes->width] = width;
  const bool bytes = input.element_type == ElementType::kUint8;
  if (!bytes && input.element_type != ElementType::kFloat32) {
    return Status(StatusCode::kInvalidArgument,
                  "input '" + input.name + "' (" + input.ToString() + ") takes no picture");
  }
  auto tensor = Tensor::Allocate(bytes ? ElementType::kUint8 : ElementType::kFloat32, shape);
  if (!tensor.ok()) return tensor.status();
  const bool channels_last = axes->channel > axes->height;
  const size_t plane = static_cast<size_t>(width) * static_cast<size_t>(height);
  for (size_t p = 0; p < plane; ++p) {
    for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
      const size_t source = options.bgr && channels == 3 ? 2 - c : c;
      const uint8_t pixel = image.pixels[p * static_cast<size_t>(channels) + source];
      const size_t to = channels_last ? p * static_cast<size_t>(channels) + c : c * plane + p;
      if (bytes) {
        tensor->mutable_values<uint8_t>()[to] = pixel;
      } else {
        tensor->mutable_values<float>()[to] =
            (static_cast<float>(pixel) * options.scale - Pick(options.mean, c)) / Pick(options.std, c);
      }
    }
  }
  return tensor;
}

}  // namespace kante::cli
