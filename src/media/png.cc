// SPDX-License-Identifier: MIT
#include <png.h>

#include <csetjmp>

#include "media/image.h"

namespace kante::media {
namespace {

struct Source {
  Bytes left;
  char message[128] = {};
};

constexpr png_uint_32 kMaxSide = 1 << 24;
constexpr size_t kMaxChunkBytes = 8 << 20;  // of anything but pixels, decompressed
// What is read for nothing: chunks that say nothing about colours.
constexpr png_byte kIgnored[] = "tEXt\0zTXt\0iTXt\0iCCP\0sPLT\0eXIf\0hIST\0tIME\0pCAL\0sCAL\0oFFs\0pHYs";

void Failed(png_structp png, png_const_charp what) {
  std::snprintf(static_cast<Source*>(png_get_error_ptr(png))->message, 128, "%s", what);
  std::longjmp(png_jmpbuf(png), 1);
}
void Warned(png_structp, png_const_charp) {}

void Read(png_structp png, png_bytep to, size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->left.size()) png_error(png, "the file ends early");
  std::memcpy(to, source->left.data(), count);
  source->left = source->left.subspan(count);
}

// No object with a destructor may live between setjmp and longjmp: the callers own the pixels.
bool ReadHeader(png_structp png, png_infop info) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_user_limits(png, kMaxSide, kMaxSide);
  png_set_chunk_malloc_max(png, kMaxChunkBytes);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, kIgnored, sizeof kIgnored / 5);
  png_read_info(png, info);
  return true;
}

bool ReadPixels(png_structp png, png_infop info, uint8_t* pixels) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  const size_t row = png_get_rowbytes(png, info);
  if (row != size_t{3} * png_get_image_width(png, info)) png_error(png, "has unknown channels");
  for (int pass = 0; pass < passes; ++pass) {
    for (size_t y = 0; y < png_get_image_height(png, info); ++y) png_read_row(png, pixels + y * row, nullptr);
  }
  png_read_end(png, nullptr);
  return true;
}

}  // namespace

Result<Tensor> DecodePng(Bytes bytes, int64_t max_pixels) {
  Source source{bytes};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, &Failed, &Warned);
  if (!png) return NoMemory();
  png_infop info = png_create_info_struct(png);
  png_set_read_fn(png, &source, &Read);
  Result<Tensor> image = Bad("");
  bool done = info && ReadHeader(png, info);
  if (done) {
    image = NewImage(png_get_image_width(png, info), png_get_image_height(png, info), max_pixels);
    if (image.ok()) done = ReadPixels(png, info, image->mutable_values<uint8_t>().data());
  }
  png_destroy_read_struct(&png, &info, nullptr);
  if (!done) return Bad("is a damaged PNG picture: " + std::string(source.message));
  return image;
}

}  // namespace kante::media
