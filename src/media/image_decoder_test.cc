// SPDX-License-Identifier: MIT
// Pictures that the codecs' own encoders wrote: expected are the samples that went in.
#include <gtest/gtest.h>

#include <string>

#include "kante/media.h"
#include "media/test_images.h"

namespace kante::media {
namespace {

using test::Pattern;
using test::Samples;

Result<Tensor> Decode(const std::string& file, PixelFormat format = PixelFormat::kRgb,
                      int64_t max_pixels = int64_t{1} << 28) {
  const std::vector<char> exact(file.begin(), file.end());  // a byte too far is seen by the sanitizer
  return DecodeImage(std::as_bytes(std::span(exact)), format, max_pixels);
}

void ExpectPixels(const std::string& file, const std::vector<uint8_t>& expected, int tolerance = 0) {
  const auto image = Decode(file);
  ASSERT_TRUE(image.ok()) << image.status().ToString();
  const auto pixels = image->values<uint8_t>();
  ASSERT_EQ(pixels.size(), expected.size());
  for (size_t i = 0; i < pixels.size(); ++i) EXPECT_NEAR(pixels[i], expected[i], tolerance) << i;
}

// Every grey sample three times.
std::vector<uint8_t> Tripled(const std::vector<uint8_t>& gray) {
  std::vector<uint8_t> out;
  for (const uint8_t v : gray) out.insert(out.end(), 3, v);
  return out;
}

Samples Plain(int width, int height, const std::vector<uint8_t>& color) {
  Samples s{width, height, static_cast<int>(color.size())};
  for (int i = 0; i < width * height; ++i) s.values.insert(s.values.end(), color.begin(), color.end());
  return s;
}

TEST(Jpeg, GrayAndColor) {
  const Samples gray = Pattern(9, 7, 1);
  ExpectPixels(test::Jpeg(gray, {.space = JCS_GRAYSCALE}), Tripled(gray.values), 2);
  const Samples plain = Plain(9, 7, {200, 100, 50});
  ExpectPixels(test::Jpeg(plain), plain.values, 2);
  ExpectPixels(test::Jpeg(plain, {.progressive = true}), plain.values, 2);
}

TEST(Jpeg, Inks) {
  const Samples inks = Plain(5, 3, {51, 102, 204, 153});
  const auto multiplied = [&](int c, int m, int y, int k) {
    return Plain(5, 3,
                 {static_cast<uint8_t>(c * k / 255), static_cast<uint8_t>(m * k / 255),
                  static_cast<uint8_t>(y * k / 255)})
        .values;
  };
  ExpectPixels(test::Jpeg(inks, {.space = JCS_CMYK}), multiplied(51, 102, 204, 153), 2);  // Adobe: inverted
  ExpectPixels(test::Jpeg(inks, {.space = JCS_CMYK, .adobe = false}), multiplied(204, 153, 51, 102), 2);
}

TEST(Jpeg, EndlessScansAreRefused) {
  const std::string file = test::Jpeg(Pattern(16, 16), {.progressive = true});
  const size_t last = file.rfind("\xFF\xDA"), end = file.size() - 2;
  std::string bomb = file.substr(0, end);
  for (int i = 0; i < 600; ++i) bomb += file.substr(last, end - last);
  const auto image = Decode(bomb + file.substr(end));
  ASSERT_FALSE(image.ok());
  EXPECT_NE(image.status().message().find("500 scans"), std::string::npos) << image.status().message();
}

TEST(Png, Layouts) {
  const Samples rgb = Pattern(9, 7);
  ExpectPixels(test::Png(9, 7, rgb.values), rgb.values);
  ExpectPixels(test::Png(9, 7, rgb.values, {.interlaced = true}), rgb.values);
  const Samples gray = Pattern(9, 7, 1);
  ExpectPixels(test::Png(9, 7, gray.values, {.color = PNG_COLOR_TYPE_GRAY}), Tripled(gray.values));
  ExpectPixels(test::Png(8, 1, {0xA5}, {.color = PNG_COLOR_TYPE_GRAY, .depth = 1}),
               Tripled({255, 0, 255, 0, 0, 255, 0, 255}));
  ExpectPixels(test::Png(2, 1, {0x1B}, {.color = PNG_COLOR_TYPE_GRAY, .depth = 4}), Tripled({17, 187}));
}

TEST(Png, SixteenBitsGiveTheirHighEight) {
  ExpectPixels(test::Png(2, 1, {1, 99, 2, 199, 3, 255, 4, 0, 5, 128, 255, 254}, {.depth = 16}), {1, 2, 3, 4, 5, 255});
}

TEST(Png, PaletteAndAlpha) {
  const std::vector<png_color> palette = {{1, 2, 3}, {40, 50, 60}, {255, 0, 255}};
  ExpectPixels(test::Png(4, 1, {2, 0, 1, 0}, {.color = PNG_COLOR_TYPE_PALETTE, .palette = palette}),
               {255, 0, 255, 1, 2, 3, 40, 50, 60, 1, 2, 3});
  ExpectPixels(test::Png(2, 1, {1, 2, 3, 0, 4, 5, 6, 255}, {.color = PNG_COLOR_TYPE_RGB_ALPHA}), {1, 2, 3, 4, 5, 6});
  ExpectPixels(test::Png(2, 1, {9, 0, 8, 255}, {.color = PNG_COLOR_TYPE_GRAY_ALPHA}), Tripled({9, 8}));
}

TEST(Webp, Lossless) {
  const Samples rgb = Pattern(9, 7);
  ExpectPixels(test::Webp(rgb), rgb.values);
}

TEST(Tiff, StripsAndTiles) {
  const Samples rgb = Pattern(9, 7), gray = Pattern(9, 7, 1), square = Pattern(32, 32);
  ExpectPixels(test::Tiff(rgb), rgb.values);
  ExpectPixels(test::Tiff(rgb, {.compression = COMPRESSION_LZW}), rgb.values);
  ExpectPixels(test::Tiff(gray), Tripled(gray.values));
  ExpectPixels(test::Tiff(square, {.tile = 32}), square.values);
}

TEST(Tiff, TilesFarLargerThanThePictureAreRefused) {
  std::string file = test::Tiff(Pattern(16, 16), {.tile = 16});
  for (const char tag : {'\x42', '\x43'}) {  // TileWidth, TileLength
    size_t at = std::string::npos;
    for (const char type : {'\3', '\4'}) {
      const char entry[] = {tag, 1, type, 0, 1, 0, 0, 0, 16, 0, 0, 0};
      if (at == std::string::npos) at = file.find(std::string_view(entry, sizeof entry));
    }
    ASSERT_NE(at, std::string::npos);
    file[at + 2] = 4;
    file[at + 8] = 0;
    file[at + 9] = '\x20';  // 8192
  }
  const auto image = Decode(file);
  ASSERT_FALSE(image.ok());
  EXPECT_NE(image.status().message().find("blocks of 201326592 bytes"), std::string::npos) << image.status().message();
}

TEST(Jpeg2000, ReversibleFiles) {
  const Samples rgb = Pattern(9, 7), gray = Pattern(9, 7, 1);
  for (const bool boxed : {false, true}) {
    ExpectPixels(test::Jpeg2000(rgb, boxed), rgb.values);
    ExpectPixels(test::Jpeg2000(gray, boxed), Tripled(gray.values));
  }
}

TEST(Jpeg2000, MoreTilesThanTheFileCouldHoldAreRefused) {
  for (const bool boxed : {false, true}) {
    std::string file = test::Jpeg2000(Pattern(64, 64), boxed);
    const size_t at = file.find("\xFF\x4F\xFF\x51");
    ASSERT_NE(at, std::string::npos);
    file.replace(at + 24, 8, std::string("\0\0\0\1\0\0\0\1", 8));
    const auto image = Decode(file.substr(0, at + 400));
    ASSERT_FALSE(image.ok());
    EXPECT_NE(image.status().message().find("4096 tiles"), std::string::npos) << image.status().message();
  }
}

std::vector<std::string> AFileOfEachKind() {
  const Samples rgb = Pattern(9, 7), gray = Pattern(9, 7, 1);
  return {test::Jpeg(gray, {.space = JCS_GRAYSCALE}),
          test::Jpeg(Pattern(9, 7, 4), {.space = JCS_CMYK}),
          test::Jpeg(rgb, {.progressive = true}),
          test::Png(9, 7, rgb.values),
          test::Png(9, 7, rgb.values, {.interlaced = true}),
          test::Webp(rgb),
          test::Tiff(rgb, {.compression = COMPRESSION_LZW}),
          test::Tiff(Pattern(32, 32), {.tile = 32}),
          test::Jpeg2000(rgb, false),
          test::Jpeg2000(rgb, true),
          "P6 2 1 255\nabcdef",
          "P3 2 1 255 1 2 3 4 5 6"};
}

TEST(DecodeImage, LimitOfPixels) {
  for (const std::string& file : AFileOfEachKind()) {
    EXPECT_EQ(Decode(file, PixelFormat::kRgb, 1).status().code(), StatusCode::kLimitExceeded) << file.substr(0, 8);
  }
}

TEST(DecodeImage, FilesThatEndEarlyAreRefused) {
  for (const std::string& file : AFileOfEachKind()) {
    ASSERT_TRUE(Decode(file).ok());
    for (size_t n = 0; n + 2 < file.size(); ++n) {
      EXPECT_FALSE(Decode(file.substr(0, n)).ok()) << file.substr(0, 8) << ": " << n << " of " << file.size();
    }
  }
}

TEST(DecodeImage, DamagedFilesGiveAPictureOrAnError) {
  for (const std::string& file : AFileOfEachKind()) {
    for (size_t n = 0; n < file.size(); ++n) {
      for (const int flip : {0xFF, 0x80, 0x01}) {
        std::string damaged = file;
        damaged[n] = static_cast<char>(damaged[n] ^ flip);
        const auto image = Decode(damaged, PixelFormat::kGrayscale, 1 << 20);
        EXPECT_EQ(image.ok(), image.status().message().empty()) << n;
        if (image.ok()) {
          EXPECT_EQ(image->shape()[2], 1) << n;
        }
      }
    }
  }
}

}  // namespace
}  // namespace kante::media
