// SPDX-License-Identifier: MIT
#include "onnx/adapter_reader.h"

#include <gtest/gtest.h>

#include <cstring>

namespace kante::core {
namespace {

// An adapter of one parameter, "a": float32 [1,2] = {3, -4}. Written word by word after the format's description.
std::vector<std::byte> Small() {
  std::vector<std::byte> bytes(112);
  const auto put = [&](size_t at, auto value) { std::memcpy(bytes.data() + at, &value, sizeof(value)); };
  constexpr int32_t kTable = 12, kParameters = 32, kParameter = 40, kName = 60, kDims = 68, kData = 88, kVtable = 100;
  put(0, kTable);
  std::memcpy(bytes.data() + 4, "TORT", 4);
  put(kTable, kTable - kVtable);
  for (int32_t field = 0; field < 3; ++field) put(static_cast<size_t>(kTable + 4 + 4 * field), int32_t{1});
  put(28, kParameters - 28);
  put(kParameters, int32_t{1});
  put(36, kParameter - 36);
  put(kParameter, kParameter - kVtable);
  put(44, kName - 44);
  put(48, kDims - 48);
  put(52, int32_t{1});
  put(56, kData - 56);
  put(kName, int32_t{1});
  bytes[kName + 4] = std::byte{'a'};
  put(kDims, int32_t{2});
  put(kDims + 4, int64_t{1});
  put(kDims + 12, int64_t{2});
  put(kData, int32_t{8});
  put(kData + 4, 3.0f);
  put(kData + 8, -4.0f);
  put(kVtable, uint16_t{12});
  put(kVtable + 2, uint16_t{20});
  for (uint16_t field = 0; field < 4; ++field) {
    put(static_cast<size_t>(kVtable + 4 + 2 * field), static_cast<uint16_t>(4 + 4 * field));
  }
  return bytes;
}

TEST(AdapterReader, ReadsParametersByName) {
  const auto read = ReadAdapter(Small());
  ASSERT_TRUE(read.ok()) << read.status().message();
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ((*read)[0].first, "a");
  const Tensor& tensor = (*read)[0].second;
  EXPECT_EQ(tensor.shape().ToString(), "[1,2]");
  EXPECT_EQ(tensor.data<float>()[0], 3);
  EXPECT_EQ(tensor.data<float>()[1], -4);
}

TEST(AdapterReader, RefusesWhatItDoesNotKnow) {
  auto bytes = Small();
  bytes[4] = std::byte{'X'};
  EXPECT_EQ(ReadAdapter(bytes).status().code(), StatusCode::kInvalidProtobuf);
  bytes = Small();
  bytes[16] = std::byte{2};
  EXPECT_EQ(ReadAdapter(bytes).status().code(), StatusCode::kNotImplemented);
  bytes = Small();
  bytes[52] = std::byte{8};  // strings
  EXPECT_EQ(ReadAdapter(bytes).status().code(), StatusCode::kInvalidProtobuf);
  bytes = Small();
  bytes[72] = std::byte{3};  // three rows, bytes for one
  EXPECT_EQ(ReadAdapter(bytes).status().code(), StatusCode::kInvalidProtobuf);
}

TEST(AdapterReader, SurvivesTruncationAndDamage) {
  const auto whole = Small();
  for (size_t length = 0; length < whole.size(); ++length) {
    const std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_EQ(ReadAdapter(part).ok(), length == whole.size()) << length;
  }
  int accepted = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int mask : {1, 0x40, 0x80, 0xff}) {
      auto bytes = whole;
      bytes[at] ^= static_cast<std::byte>(mask);
      accepted += ReadAdapter(bytes).ok();
    }
  }
  // The numbers themselves, the name and what nobody reads may change; most else is noticed.
  EXPECT_LT(accepted, 250);
}

}  // namespace
}  // namespace kante::core
