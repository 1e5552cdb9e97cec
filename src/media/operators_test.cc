// SPDX-License-Identifier: MIT
// Whole models through the public API. Expected values: Python's re and str, and the pixels that were written.
#include <gtest/gtest.h>

#include <string>

#include "kante/media.h"

namespace kante::media {
namespace {

std::span<const std::byte> BytesOf(const std::string& text) { return std::as_bytes(std::span(text)); }
std::vector<int> PixelsOf(const Result<Tensor>& image) {
  if (!image.ok()) return {};
  const auto values = image->values<uint8_t>();
  return {values.begin(), values.end()};
}

TEST(Operators, AreThree) {
  std::string names;
  for (const auto& op : Operators()) names += op->signature().name + " ";
  EXPECT_EQ(names, "ImageDecoder RegexFullMatch StringNormalizer ");
}

TEST(DecodeImage, Pnm) {
  EXPECT_EQ(PixelsOf(DecodeImage(BytesOf("P3 # two\n2 1 255\n1 2 3 4 5 6"))), (std::vector<int>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(PixelsOf(DecodeImage(BytesOf("P6 1 1 255\nabc"), PixelFormat::kBgr)), (std::vector<int>{99, 98, 97}));
  EXPECT_EQ(PixelsOf(DecodeImage(BytesOf("P2 2 1 15 0 15"), PixelFormat::kGrayscale)), (std::vector<int>{0, 255}));
  EXPECT_EQ(PixelsOf(DecodeImage(BytesOf("P1 2 1 01"), PixelFormat::kGrayscale)), (std::vector<int>{255, 0}));
  EXPECT_EQ(PixelsOf(DecodeImage(BytesOf("P4 2 1\n\x40"), PixelFormat::kGrayscale)), (std::vector<int>{255, 0}));
}

TEST(DecodeImage, RefusesWhatIsNoPicture) {
  for (const char* text : {"", "P", "P6", "P6 1 1 255\nab", "P6 0 1 255\n", "P6 99999 99999 255\nabc", "P5 1 1 0\na",
                           "P2 1 1 9 10", "GIF89a", "BM", "\x89PNG\r\n\x1A\n", "\xFF\xD8\xFF", "RIFF    WEBP"}) {
    const auto image = DecodeImage(BytesOf(text));
    EXPECT_FALSE(image.ok()) << text;
    EXPECT_FALSE(image.status().message().empty()) << text;
  }
  EXPECT_EQ(DecodeImage(BytesOf("P3 2 1 255\n1 2 3 4 5 6"), PixelFormat::kRgb, 1).status().code(),
            StatusCode::kLimitExceeded);
}

std::string Bitmap(uint32_t width, int32_t height, uint16_t bits, uint32_t compression, const std::string& after) {
  std::string out = "BM";
  const auto put = [&](uint32_t v, int n) {
    for (int i = 0; i < n; ++i) out.push_back(i < 4 ? static_cast<char>(v >> (8 * i)) : '\0');
  };
  put(0, 8);
  put(54 + (bits == 8 ? 8 : 0), 4);
  put(40, 4);
  put(width, 4);
  put(static_cast<uint32_t>(height), 4);
  put(1, 2);
  put(bits, 2);
  put(compression, 4);
  put(0, 20);
  return out + after;
}

TEST(DecodeImage, Bmp) {
  const std::string rows("\1\2\3\0\4\5\6\0", 8);  // blue, green, red; rows of four bytes, the last one first
  EXPECT_EQ(PixelsOf(DecodeImage(BytesOf(Bitmap(1, 2, 24, 0, rows)))), (std::vector<int>{6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(PixelsOf(DecodeImage(BytesOf(Bitmap(1, -2, 24, 0, rows)))), (std::vector<int>{3, 2, 1, 6, 5, 4}));
  const std::string palette("\1\2\3\0\4\5\6\0\1\0\0\0", 12);
  EXPECT_EQ(PixelsOf(DecodeImage(BytesOf(Bitmap(2, 1, 8, 0, palette)))), (std::vector<int>{6, 5, 4, 3, 2, 1}));
  EXPECT_FALSE(DecodeImage(BytesOf(Bitmap(2, 1, 8, 0, std::string("\1\2\3\0\4\5\6\0\2\0\0\0", 12)))).ok());
  EXPECT_FALSE(DecodeImage(BytesOf(Bitmap(1, 3, 24, 0, rows))).ok());
  EXPECT_FALSE(DecodeImage(BytesOf(Bitmap(1, 2, 24, 1, rows))).ok());
  EXPECT_FALSE(DecodeImage(BytesOf(Bitmap(1u << 30, 1 << 30, 24, 0, rows))).ok());
  EXPECT_FALSE(DecodeImage(BytesOf(Bitmap(1, INT32_MIN, 24, 0, rows))).ok());
}

}  // namespace
}  // namespace kante::media
