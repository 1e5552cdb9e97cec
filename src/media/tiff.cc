// SPDX-License-Identifier: MIT
#include <tiffio.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "media/image.h"

namespace kante::media {
namespace {

constexpr tmsize_t kMaxBytesAtOnce = tmsize_t{1} << 30;
constexpr uint64_t kSmallBlock = 16 << 20;  // a strip or tile that may be larger than its picture

struct Source {
  Bytes bytes;
  toff_t at = 0;
  char message[160] = {};
};

Source& SourceOf(thandle_t handle) { return *static_cast<Source*>(handle); }
tmsize_t Read(thandle_t handle, void* to, tmsize_t count) {
  Source& s = SourceOf(handle);
  const size_t left = s.at < s.bytes.size() ? s.bytes.size() - static_cast<size_t>(s.at) : 0;
  const size_t n = std::min(left, static_cast<size_t>(std::max<tmsize_t>(count, 0)));
  if (n) std::memcpy(to, s.bytes.data() + s.at, n);
  s.at += n;
  return static_cast<tmsize_t>(n);
}
tmsize_t Write(thandle_t, void*, tmsize_t) { return 0; }
toff_t Seek(thandle_t handle, toff_t to, int from) {
  Source& s = SourceOf(handle);
  s.at = from == SEEK_CUR ? s.at + to : from == SEEK_END ? s.bytes.size() + to : to;
  return s.at;
}
int Close(thandle_t) { return 0; }
toff_t Size(thandle_t handle) { return SourceOf(handle).bytes.size(); }

int Failed(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  std::vsnprintf(static_cast<Source*>(user)->message, 160, format, arguments);
  return 1;
}
int Warned(TIFF*, void*, const char*, const char*, va_list) { return 1; }

}  // namespace

Result<Tensor> DecodeTiff(Bytes bytes, int64_t max_pixels) {
  Source source{bytes};
  const auto bad = [&] { return Bad("is a damaged TIFF picture: " + std::string(source.message)); };
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             &TIFFOpenOptionsFree);
  if (!options) return NoMemory();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMaxBytesAtOnce);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), &Failed, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), &Warned, nullptr);
  const std::unique_ptr<TIFF, void (*)(TIFF*)> tiff(
      TIFFClientOpenExt("", "rm", &source, &Read, &Write, &Seek, &Close, &Size, nullptr, nullptr, options.get()),
      &TIFFClose);
  if (!tiff) return bad();
  uint32_t width = 0, height = 0;
  TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height);
  auto image = NewImage(width, height, max_pixels);
  if (!image.ok()) return image;
  const uint64_t block = TIFFIsTiled(tiff.get()) ? TIFFTileSize64(tiff.get()) : TIFFStripSize64(tiff.get());
  if (block > std::max(kSmallBlock, uint64_t{width} * height * 16)) {
    return Bad("is a TIFF picture with blocks of " + std::to_string(block) + " bytes");
  }
  const int64_t raster_shape[] = {height, width};
  auto raster = Tensor::Allocate(ElementType::kUint32, raster_shape);
  if (!raster.ok()) return raster;
  auto* from = raster->mutable_values<uint32_t>().data();
  if (!TIFFReadRGBAImageOriented(tiff.get(), width, height, from, ORIENTATION_TOPLEFT, 1)) return bad();
  uint8_t* to = image->mutable_values<uint8_t>().data();
  for (int64_t i = 0; i < raster->elements(); ++i) {
    *to++ = static_cast<uint8_t>(TIFFGetR(from[i]));
    *to++ = static_cast<uint8_t>(TIFFGetG(from[i]));
    *to++ = static_cast<uint8_t>(TIFFGetB(from[i]));
  }
  return image;
}

}  // namespace kante::media
