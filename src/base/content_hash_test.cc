// SPDX-License-Identifier: MIT
#include "base/content_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace kante::core {
namespace {

std::vector<uint8_t> Text(size_t bytes) {
  std::vector<uint8_t> text(bytes);
  uint32_t x = 1;
  for (uint8_t& b : text) b = static_cast<uint8_t>((x = x * 1664525 + 1013904223) >> 24);
  return text;
}

TEST(ContentHashTest, EveryBitAndTheLengthCount) {
  const ContentHash hash({1, 2});
  for (size_t bytes : {size_t{1}, size_t{8}, size_t{4095}, size_t{4096}, size_t{4097}, size_t{9000}}) {
    std::vector<uint8_t> text = Text(bytes);
    const ContentHash::Value whole = hash.Of(text.data(), bytes);
    EXPECT_EQ(whole, hash.Of(text.data(), bytes));
    for (size_t at = 0; at < bytes; at += 1 + bytes / 97) {
      text[at] ^= 4;
      EXPECT_NE(whole, hash.Of(text.data(), bytes)) << at << " of " << bytes;
      text[at] ^= 4;
    }
    EXPECT_NE(whole, hash.Of(text.data(), bytes - 1));
  }
}

TEST(ContentHashTest, ZerosOfAnyLengthDiffer) {
  const ContentHash hash({3, 4});
  const std::vector<uint8_t> zeros(20'000);
  std::set<ContentHash::Value> seen;
  for (size_t bytes = 0; bytes <= zeros.size(); bytes += 100) seen.insert(hash.Of(zeros.data(), bytes));
  EXPECT_EQ(seen.size(), 201u);
}

TEST(ContentHashTest, PlaceAndSeedCount) {
  std::vector<uint8_t> text = Text(8192);
  std::vector<uint8_t> turned(text.begin() + 4096, text.end());
  turned.insert(turned.end(), text.begin(), text.begin() + 4096);
  const ContentHash hash({5, 6});
  EXPECT_NE(hash.Of(text.data(), 8192), hash.Of(turned.data(), 8192));
  EXPECT_NE(hash.Of(text.data(), 8192), ContentHash({5, 7}).Of(text.data(), 8192));
  EXPECT_NE(hash.Of(text.data(), 8192), ContentHash({6, 6}).Of(text.data(), 8192));
}

}  // namespace
}  // namespace kante::core
