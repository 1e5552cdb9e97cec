// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdio>

#include <jpeglib.h>
#include <jerror.h>

#include <csetjmp>

#include "media/image.h"

namespace kante::media {
namespace {

constexpr int kMaxScans = 500;  // of a progressive file, each a pass over all pixels

struct Errors {
  jpeg_error_mgr base;
  jpeg_progress_mgr progress;
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

void Failed(j_common_ptr info) {
  auto* errors = reinterpret_cast<Errors*>(info->err);
  info->err->format_message(info, errors->message);
  std::longjmp(errors->escape, 1);
}

// Damage in the data is tolerated as every viewer does, a file that ends early is not.
void Warned(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) Failed(info);
}

void CountScans(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMaxScans) return;
  auto* errors = reinterpret_cast<Errors*>(info->err);
  std::snprintf(errors->message, sizeof errors->message, "more than %d scans", kMaxScans);
  std::longjmp(errors->escape, 1);
}

// No object with a destructor may live between setjmp and longjmp: the callers own the pixels.
bool ReadHeader(jpeg_decompress_struct& jpeg, Errors& errors, Bytes bytes) {
  if (setjmp(errors.escape)) return false;
  jpeg_create_decompress(&jpeg);
  jpeg.progress = &errors.progress;
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&jpeg, TRUE);
  return true;
}

bool ReadPixels(jpeg_decompress_struct& jpeg, Errors& errors, uint8_t* pixels) {
  if (setjmp(errors.escape)) return false;
  const bool inks = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
  jpeg.out_color_space = inks ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&jpeg);
  auto* const info = reinterpret_cast<j_common_ptr>(&jpeg);
  JSAMPARRAY lines = nullptr;
  if (inks) lines = jpeg.mem->alloc_sarray(info, JPOOL_IMAGE, 4 * jpeg.output_width, 1);
  while (jpeg.output_scanline < jpeg.output_height) {
    uint8_t* to = pixels + size_t{3} * jpeg.output_width * jpeg.output_scanline;
    JSAMPROW line = inks ? *lines : to;
    jpeg_read_scanlines(&jpeg, &line, 1);
    for (size_t x = 0; inks && x < jpeg.output_width; ++x) {
      for (size_t c = 0; c < 3; ++c) {  // Adobe's files hold inverted inks
        const unsigned ink = line[4 * x + c], black = line[4 * x + 3];
        to[3 * x + c] =
            static_cast<uint8_t>(jpeg.saw_Adobe_marker ? ink * black / 255 : (255 - ink) * (255 - black) / 255);
      }
    }
  }
  jpeg_finish_decompress(&jpeg);
  return true;
}

}  // namespace

Result<Tensor> DecodeJpeg(Bytes bytes, int64_t max_pixels) {
  jpeg_decompress_struct jpeg;
  std::memset(&jpeg, 0, sizeof jpeg);
  Errors errors;
  std::memset(&errors, 0, sizeof errors);
  jpeg.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = &Failed;
  errors.base.emit_message = &Warned;
  errors.progress.progress_monitor = &CountScans;
  Result<Tensor> image = Bad("");
  bool done = ReadHeader(jpeg, errors, bytes);
  if (done) {
    image = NewImage(jpeg.image_width, jpeg.image_height, max_pixels);
    if (image.ok()) done = ReadPixels(jpeg, errors, image->mutable_values<uint8_t>().data());
  }
  jpeg_destroy_decompress(&jpeg);
  if (!done && errors.base.msg_code == JERR_OUT_OF_MEMORY) return NoMemory();
  if (!done) return Bad("is a damaged JPEG picture: " + std::string(errors.message));
  return image;
}

}  // namespace kante::media
