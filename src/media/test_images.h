// SPDX-License-Identifier: MIT
// Small pictures as files in memory, written by the codecs' own encoders.
#pragma once

#include <cstdio>

#include <jpeglib.h>
#include <openjpeg.h>
#include <png.h>
#include <tiffio.h>
#include <webp/encode.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace kante::media::test {

// Samples of rows from the top, channels last.
struct Samples {
  int width = 0, height = 0, channels = 3;
  std::vector<uint8_t> values{};
};

inline Samples Pattern(int width, int height, int channels = 3) {
  Samples s{width, height, channels};
  for (int i = 0; i < width * height * channels; ++i) s.values.push_back(static_cast<uint8_t>(i * 37 % 256));
  return s;
}

struct JpegStyle {
  J_COLOR_SPACE space = JCS_RGB;
  bool adobe = true, progressive = false;
};

inline std::string Jpeg(const Samples& s, JpegStyle style = {}) {
  jpeg_compress_struct jpeg;
  std::memset(&jpeg, 0, sizeof jpeg);
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = static_cast<JDIMENSION>(s.width);
  jpeg.image_height = static_cast<JDIMENSION>(s.height);
  jpeg.input_components = s.channels;
  jpeg.in_color_space = style.space;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 100, TRUE);
  if (!style.adobe) jpeg.write_Adobe_marker = FALSE;
  if (style.progressive) jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  for (int y = 0; y < s.height; ++y) {
    auto* row = const_cast<uint8_t*>(s.values.data()) + y * s.width * s.channels;
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  return out;
}

struct PngStyle {
  int color = PNG_COLOR_TYPE_RGB, depth = 8;
  bool interlaced = false;
  std::vector<png_color> palette{};
};

// Rows are `row_bytes` each: as many as the depth and the channels take.
inline std::string Png(int width, int height, const std::vector<uint8_t>& rows, const PngStyle& style = {}) {
  std::string out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp p, png_bytep bytes, size_t n) {
        static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<const char*>(bytes), n);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), style.depth, style.color,
               style.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (!style.palette.empty()) png_set_PLTE(png, info, style.palette.data(), static_cast<int>(style.palette.size()));
  png_write_info(png, info);
  const size_t row_bytes = rows.size() / static_cast<size_t>(height);
  const int passes = png_set_interlace_handling(png);
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < height; ++y) png_write_row(png, rows.data() + static_cast<size_t>(y) * row_bytes);
  }
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return out;
}

inline std::string Webp(const Samples& s) {
  uint8_t* bytes = nullptr;
  const size_t size = WebPEncodeLosslessRGB(s.values.data(), s.width, s.height, s.width * 3, &bytes);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  WebPFree(bytes);
  return out;
}

// A file in memory, as libtiff and OpenJPEG write it.
struct MemoryFile {
  std::string bytes{};
  size_t at = 0;

  size_t Write(const void* from, size_t n) {
    if (bytes.size() < at + n) bytes.resize(at + n);
    std::memcpy(bytes.data() + at, from, n);
    at += n;
    return n;
  }
};

struct TiffStyle {
  int compression = COMPRESSION_NONE;
  uint32_t tile = 0;  // 0: strips of one row. libtiff 4.5.0 reads uncompressed tiles of whole KiB only
};

inline std::string Tiff(const Samples& s, TiffStyle style = {}) {
  MemoryFile file;
  TIFF* tiff = TIFFClientOpen(
      "", "wl", &file, [](thandle_t, void*, tmsize_t) { return tmsize_t{0}; },
      [](thandle_t f, void* from, tmsize_t n) {
        return static_cast<tmsize_t>(static_cast<MemoryFile*>(f)->Write(from, static_cast<size_t>(n)));
      },
      [](thandle_t f, toff_t to, int from) {
        auto* m = static_cast<MemoryFile*>(f);
        m->at = static_cast<size_t>(from == SEEK_CUR ? m->at + to : from == SEEK_END ? m->bytes.size() + to : to);
        return static_cast<toff_t>(m->at);
      },
      [](thandle_t) { return 0; },
      [](thandle_t f) { return static_cast<toff_t>(static_cast<MemoryFile*>(f)->bytes.size()); }, nullptr, nullptr);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, s.width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, s.height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, s.channels);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, style.compression);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, s.channels == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
  auto values = s.values;
  if (style.tile) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, style.tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, style.tile);
    values.resize(style.tile * style.tile * static_cast<uint32_t>(s.channels));
    TIFFWriteEncodedTile(tiff, 0, values.data(), static_cast<tmsize_t>(values.size()));
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 1);
    for (int y = 0; y < s.height; ++y) {
      TIFFWriteScanline(tiff, values.data() + y * s.width * s.channels, static_cast<uint32_t>(y), 0);
    }
  }
  TIFFClose(tiff);
  return file.bytes;
}

inline std::string Jpeg2000(const Samples& s, bool boxed) {
  MemoryFile file;
  std::vector<opj_image_cmptparm_t> planes(static_cast<size_t>(s.channels));
  for (auto& plane : planes) {
    std::memset(&plane, 0, sizeof plane);
    plane.dx = plane.dy = 1;
    plane.w = static_cast<OPJ_UINT32>(s.width);
    plane.h = static_cast<OPJ_UINT32>(s.height);
    plane.prec = 8;
  }
  const auto channels = static_cast<size_t>(s.channels);
  opj_image_t* image = opj_image_create(static_cast<OPJ_UINT32>(channels), planes.data(),
                                        channels == 3 ? OPJ_CLRSPC_SRGB : OPJ_CLRSPC_GRAY);
  image->x1 = static_cast<OPJ_UINT32>(s.width);
  image->y1 = static_cast<OPJ_UINT32>(s.height);
  for (size_t i = 0; i < s.values.size(); ++i) image->comps[i % channels].data[i / channels] = s.values[i];
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  parameters.tcp_numlayers = 1;
  parameters.cp_disto_alloc = 1;
  parameters.numresolution = 2;
  opj_codec_t* codec = opj_create_compress(boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K);
  opj_setup_encoder(codec, &parameters, image);
  opj_stream_t* stream = opj_stream_default_create(OPJ_FALSE);
  opj_stream_set_user_data(stream, &file, nullptr);
  opj_stream_set_write_function(stream, [](void* from, OPJ_SIZE_T n, void* f) -> OPJ_SIZE_T {
    return static_cast<MemoryFile*>(f)->Write(from, n);
  });
  opj_stream_set_seek_function(stream, [](OPJ_OFF_T to, void* f) -> OPJ_BOOL {
    static_cast<MemoryFile*>(f)->at = static_cast<size_t>(to);
    return OPJ_TRUE;
  });
  opj_stream_set_skip_function(stream, [](OPJ_OFF_T n, void* f) -> OPJ_OFF_T {
    static_cast<MemoryFile*>(f)->at += static_cast<size_t>(n);
    return n;
  });
  opj_start_compress(codec, image, stream);
  opj_encode(codec, stream);
  opj_end_compress(codec, stream);
  opj_stream_destroy(stream);
  opj_destroy_codec(codec);
  opj_image_destroy(image);
  return file.bytes;
}

}  // namespace kante::media::test
