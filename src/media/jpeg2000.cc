// SPDX-License-Identifier: MIT
#include <openjpeg.h>

#include <algorithm>
#include <memory>

#include "media/image.h"

namespace kante::media {
namespace {

struct Source {
  Bytes bytes;
  size_t at = 0;
};

OPJ_SIZE_T Read(void* to, OPJ_SIZE_T count, void* user) {
  auto& s = *static_cast<Source*>(user);
  const size_t n = std::min<size_t>(count, s.bytes.size() - s.at);
  if (n == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(to, s.bytes.data() + s.at, n);
  s.at += n;
  return n;
}
OPJ_BOOL Seek(OPJ_OFF_T to, void* user) {
  auto& s = *static_cast<Source*>(user);
  if (to < 0 || static_cast<size_t>(to) > s.bytes.size()) return OPJ_FALSE;
  s.at = static_cast<size_t>(to);
  return OPJ_TRUE;
}
OPJ_OFF_T Skip(OPJ_OFF_T count, void* user) {
  auto& s = *static_cast<Source*>(user);
  return Seek(static_cast<OPJ_OFF_T>(s.at) + count, user) ? count : -1;
}

uint64_t BigEndian(Bytes bytes, size_t at, size_t count) {
  uint64_t value = 0;
  for (size_t i = at; i < at + count; ++i) value = value << 8 | std::to_integer<uint64_t>(bytes[i]);
  return value;
}

// The codestream inside the boxes of a JP2 file; empty: there is none.
Bytes Codestream(Bytes bytes) {
  while (bytes.size() >= 8) {
    uint64_t length = BigEndian(bytes, 0, 4), header = 8;
    if (length == 1 && bytes.size() >= 16) length = BigEndian(bytes, 8, 8), header = 16;
    if (length == 0) length = bytes.size();
    if (StartsWith(bytes, "jp2c", 4)) return bytes.subspan(header);
    if (length < header || length > bytes.size()) break;
    bytes = bytes.subspan(static_cast<size_t>(length));
  }
  return {};
}

// Complains about a picture that would have OpenJPEG allocate more than its pixels and its file justify.
Status CheckSize(Bytes bytes, int64_t max_pixels) {
  constexpr size_t kSizeBytes = 42;    // from the start of the codestream to the sizes of the components
  constexpr uint64_t kTileBytes = 14;  // the least that a tile takes in the file
  constexpr uint64_t kMaxComponents = 4;
  if (bytes.size() < kSizeBytes || !StartsWith(bytes, "\xFF\x4F\xFF\x51")) return Bad("is a damaged JPEG 2000 picture");
  uint64_t tiles = 1;
  int64_t sides[2];
  for (size_t i = 0; i < 2; ++i) {
    const auto word = [&](size_t at) { return BigEndian(bytes, at + 4 * i, 4); };
    const uint64_t end = word(8), begin = word(16), tile = word(24), first_tile = word(32);
    if (tile == 0 || begin >= end || first_tile > begin) return Bad("is a damaged JPEG 2000 picture");
    sides[i] = static_cast<int64_t>(end - begin);
    tiles *= (end - first_tile + tile - 1) / tile;
  }
  if (tiles > bytes.size() / kTileBytes) {
    return Bad("is a JPEG 2000 picture of " + std::to_string(tiles) + " tiles in " + std::to_string(bytes.size()) +
               " bytes");
  }
  if (BigEndian(bytes, 40, 2) > kMaxComponents) return Bad("is a JPEG 2000 picture of more than 4 components");
  return CheckPixels(sides[0], sides[1], max_pixels);
}

}  // namespace

Result<Tensor> DecodeJpeg2000(Bytes bytes, int64_t max_pixels) {
  const bool boxed = StartsWith(bytes, "jP", 4);
  if (Status size = CheckSize(boxed ? Codestream(bytes) : bytes, max_pixels); !size.ok()) return size;
  Source source{bytes};
  const std::unique_ptr<void*, void (*)(void**)> codec(opj_create_decompress(boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K),
                                                       &opj_destroy_codec);
  const std::unique_ptr<void*, void (*)(void**)> stream(opj_stream_default_create(OPJ_TRUE), &opj_stream_destroy);
  const auto bad = [] { return Bad("is a damaged JPEG 2000 picture"); };
  if (!codec || !stream) return bad();
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), bytes.size());
  opj_stream_set_read_function(stream.get(), &Read);
  opj_stream_set_seek_function(stream.get(), &Seek);
  opj_stream_set_skip_function(stream.get(), &Skip);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t* raw = nullptr;
  const bool known = opj_setup_decoder(codec.get(), &parameters) && opj_read_header(stream.get(), codec.get(), &raw);
  const std::unique_ptr<opj_image_t, void (*)(opj_image_t*)> planes(raw, &opj_image_destroy);
  if (!known || !raw || raw->numcomps < 1 || raw->numcomps > 4) return bad();
  const int64_t width = raw->comps[0].w, height = raw->comps[0].h;
  auto image = NewImage(width, height, max_pixels);
  if (!image.ok()) return image;
  if (!opj_decode(codec.get(), stream.get(), raw) || !opj_end_decompress(codec.get(), stream.get())) return bad();
  if (raw->color_space == OPJ_CLRSPC_SYCC || raw->color_space == OPJ_CLRSPC_EYCC ||
      raw->color_space == OPJ_CLRSPC_CMYK) {
    return Bad("is a JPEG 2000 picture whose colours are not RGB");
  }
  const size_t channels = raw->numcomps >= 3 ? 3 : 1;
  for (size_t c = 0; c < channels; ++c) {
    const opj_image_comp_t& plane = raw->comps[c];
    if (!plane.data || plane.w != width || plane.h != height || plane.prec < 1 || plane.prec > 16) return bad();
  }
  uint8_t* to = image->mutable_values<uint8_t>().data();
  for (int64_t i = 0; i < width * height; ++i) {
    for (size_t c = 0; c < 3; ++c) {
      const opj_image_comp_t& plane = raw->comps[c < channels ? c : 0];
      const int64_t most = (int64_t{1} << plane.prec) - 1;
      const int64_t v = std::clamp<int64_t>(plane.data[i] + (plane.sgnd ? (most + 1) / 2 : 0), 0, most);
      *to++ = static_cast<uint8_t>(plane.prec > 8 ? v >> (plane.prec - 8) : v * 255 / most);
    }
  }
  return image;
}

}  // namespace kante::media
