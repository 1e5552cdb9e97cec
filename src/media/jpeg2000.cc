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

}  // namespace

Result<Tensor> DecodeJpeg2000(Bytes bytes, int64_t max_pixels) {
  Source source{bytes};
  const bool boxed = StartsWith(bytes, "jP", 4);
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
