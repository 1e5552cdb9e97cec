// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdio>

#include <jpeglib.h>
#include <png.h>

#include <csetjmp>
#include <cstring>

#include "cli/io/files.h"
#include "cli/io/image.h"

namespace kante::cli {
namespace {

constexpr int64_t kMaxPixels = int64_t{1} << 28;

Status Bad(const std::string& path, const std::string& what) {
  return Status(StatusCode::kInvalidArgument, "picture '" + path + "': " + what);
}

Result<Image> DecodePng(const std::string& bytes, int channels, const std::string& path) {
  png_image png;
  std::memset(&png, 0, sizeof png);
  png.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&png, bytes.data(), bytes.size())) return Bad(path, png.message);
  if (int64_t{png.width} * png.height > kMaxPixels) {
    png_image_free(&png);
    return Bad(path, "is too large");
  }
  png.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  Image image{static_cast<int>(png.width), static_cast<int>(png.height), channels, {}};
  image.pixels.resize(PNG_IMAGE_SIZE(png));
  const png_color black = {0, 0, 0};
  if (!png_image_finish_read(&png, &black, image.pixels.data(), 0, nullptr)) return Bad(path, png.message);
  return image;
}

struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

void JpegFailed(j_common_ptr info) {
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  info->err->format_message(info, errors->message);
  std::longjmp(errors->escape, 1);
}

// No object with a destructor may live between setjmp and longjmp: the caller owns the pixels.
bool DecodeJpegInto(const std::string& bytes, jpeg_decompress_struct& jpeg, JpegErrors& errors, Image& image) {
  jpeg.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = &JpegFailed;
  errors.base.emit_message = [](j_common_ptr, int) {};
  if (setjmp(errors.escape)) return false;
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&jpeg, TRUE);
  if (int64_t{jpeg.image_width} * jpeg.image_height > kMaxPixels) {
    std::strcpy(errors.message, "is too large");
    return false;
  }
  jpeg.out_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(&jpeg);
  image.width = static_cast<int>(jpeg.output_width);
  image.height = static_cast<int>(jpeg.output_height);
  const size_t row = static_cast<size_t>(image.width) * static_cast<size_t>(image.channels);
  image.pixels.resize(row * static_cast<size_t>(image.height));
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW at = image.pixels.data() + row * jpeg.output_scanline;
    jpeg_read_scanlines(&jpeg, &at, 1);
  }
  jpeg_finish_decompress(&jpeg);
  return true;
}

Result<Image> DecodeJpeg(const std::string& bytes, int channels, const std::string& path) {
  jpeg_decompress_struct jpeg;
  std::memset(&jpeg, 0, sizeof jpeg);
  JpegErrors errors;
  std::memset(&errors, 0, sizeof errors);
  Image image;
  image.channels = channels;
  const bool decoded = DecodeJpegInto(bytes, jpeg, errors, image);
  jpeg_destroy_decompress(&jpeg);
  if (!decoded) return Bad(path, errors.message);
  return image;
}

}  // namespace

Result<Image> ReadImage(const std::string& path, int channels) {
  auto bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  if (bytes->starts_with("\x89PNG")) return DecodePng(*bytes, channels, path);
  if (bytes->starts_with("\xFF\xD8")) return DecodeJpeg(*bytes, channels, path);
  return Bad(path, "is neither PNG nor JPEG");
}

}  // namespace kante::cli
