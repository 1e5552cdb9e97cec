// SPDX-License-Identifier: MIT
#include <webp/decode.h>

#include "kante/media.h"
#include "media/image.h"

namespace kante::media {
namespace {

struct Format {
  std::string_view magic;
  size_t at;
  Result<Tensor> (*decode)(Bytes, int64_t);
};
constexpr Format kFormats[] = {{"\xFF\xD8\xFF", 0, &DecodeJpeg},
                               {"\x89PNG\r\n\x1A\n", 0, &DecodePng},
                               {"WEBP", 8, &DecodeWebp},
                               {{"II*\0", 4}, 0, &DecodeTiff},
                               {{"MM\0*", 4}, 0, &DecodeTiff},
                               {"BM", 0, &DecodeBmp},
                               {{"\0\0\0\x0CjP", 6}, 0, &DecodeJpeg2000},
                               {"\xFF\x4F\xFF\x51", 0, &DecodeJpeg2000},
                               {"P1", 0, &DecodePnm},
                               {"P2", 0, &DecodePnm},
                               {"P3", 0, &DecodePnm},
                               {"P4", 0, &DecodePnm},
                               {"P5", 0, &DecodePnm},
                               {"P6", 0, &DecodePnm}};

Result<Tensor> Gray(const Tensor& rgb) {
  const int64_t shape[] = {rgb.shape()[0], rgb.shape()[1], 1};
  auto gray = Tensor::Allocate(ElementType::kUint8, shape);
  if (!gray.ok()) return gray;
  const auto from = rgb.values<uint8_t>();
  const auto to = gray->mutable_values<uint8_t>();
  // ITU-R 601 in 16 bits: 0.299, 0.587, 0.114.
  for (size_t i = 0; i < to.size(); ++i) {
    to[i] = static_cast<uint8_t>((from[3 * i] * 19595u + from[3 * i + 1] * 38470u + from[3 * i + 2] * 7471u + 32768u) >>
                                 16);
  }
  return gray;
}

class DecoderKernel : public CustomKernel {
 public:
  explicit DecoderKernel(PixelFormat format) : format_(format) {}
  Status Infer(OpInference& inference) const override {
    inference.SetOutputType(0, ElementType::kUint8);
    return RequireInput(inference, ElementType::kUint8);
  }
  Status Run(OpRun& run) const override {
    const Tensor x = run.input(0);
    if (x.shape().size() != 1) return Bad("input 0 must be [bytes], not " + ShapeToString(x.shape()));
    auto image = DecodeImage(std::as_bytes(x.values<uint8_t>()), format_);
    const StatusCode code = image.status().code();
    if (!image.ok() && code != StatusCode::kInvalidArgument) return image.status();
    // What cannot be decoded gives, as ONNX says, an empty matrix.
    const int64_t nothing[] = {0, 0, format_ == PixelFormat::kGrayscale ? 1 : 3};
    auto y = run.Output(0, ElementType::kUint8, image.ok() ? image->shape() : std::span<const int64_t>(nothing));
    if (!y.ok()) return y.status();
    if (image.ok()) std::memcpy(y->mutable_data(), image->data(), image->bytes());
    return {};
  }

 private:
  PixelFormat format_;
};

class ImageDecoder : public CustomOp {
 public:
  OpSignature signature() const override { return {.name = "ImageDecoder", .version = 20, .data_dependent = true}; }
  Result<std::unique_ptr<CustomKernel>> Create(const OpAttributes& attributes) const override {
    const std::string name = attributes.String("pixel_format", "RGB");
    if (name == "RGB") return Kernel(DecoderKernel(PixelFormat::kRgb));
    if (name == "BGR") return Kernel(DecoderKernel(PixelFormat::kBgr));
    if (name == "Grayscale") return Kernel(DecoderKernel(PixelFormat::kGrayscale));
    return Bad("pixel_format '" + name + "' is none of RGB, BGR, Grayscale");
  }
};

}  // namespace

std::shared_ptr<const CustomOp> MakeImageDecoder() { return std::make_shared<ImageDecoder>(); }

Result<Tensor> DecodeWebp(Bytes bytes, int64_t max_pixels) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  int width = 0, height = 0;
  if (!WebPGetInfo(data, bytes.size(), &width, &height)) return Bad("is no WebP picture");
  auto image = NewImage(width, height, max_pixels);
  if (!image.ok()) return image;
  const auto pixels = image->mutable_values<uint8_t>();
  if (!WebPDecodeRGBInto(data, bytes.size(), pixels.data(), pixels.size(), width * 3)) {
    return Bad("is a damaged WebP picture");
  }
  return image;
}

Result<Tensor> DecodeImage(std::span<const std::byte> bytes, PixelFormat format, int64_t max_pixels) {
  for (const Format& known : kFormats) {
    if (!StartsWith(bytes, known.magic, known.at)) continue;
    auto image = known.decode(bytes, max_pixels);
    if (!image.ok() || format == PixelFormat::kRgb) return image;
    if (format == PixelFormat::kGrayscale) return Gray(*image);
    const auto pixels = image->mutable_values<uint8_t>();
    for (size_t i = 0; i + 2 < pixels.size(); i += 3) std::swap(pixels[i], pixels[i + 2]);
    return image;
  }
  return Bad("has no format that is known");
}

}  // namespace kante::media
