// SPDX-License-Identifier: MIT
#include "base/real_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <string_view>

namespace kante::core {
namespace {

struct Case {
  std::string_view text;
  size_t length;  // 0: no number
  double value;
};

constexpr Case kCases[] = {
    {"0", 1, 0},          {"-0", 2, -0.0},  {"12", 2, 12},
    {"-1.5e3", 6, -1500}, {"1.e2", 4, 100}, {".25", 3, 0.25},
    {"1e", 1, 1},         {"1e+", 1, 1},    {"2E-1x", 4, 0.2},
    {"0x10", 1, 0},       {"3 ", 1, 3},     {"0.1", 3, 0.1},
    {"+1", 0, 0},         {" 1", 0, 0},     {".", 0, 0},
    {"-", 0, 0},          {"", 0, 0},       {"e5", 0, 0},
    {"0e999", 5, 0},      {"1,5", 1, 1},    {"1.17549435e-38", 14, 1.17549435e-38},
};

template <typename T>
void Check(std::from_chars_result (*read)(const char*, const char*, T&)) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.text);
    T value = 77;
    const auto [end, error] = read(c.text.data(), c.text.data() + c.text.size(), value);
    EXPECT_EQ(c.text.data() + c.length, end);
    EXPECT_EQ(c.length == 0 ? std::errc::invalid_argument : std::errc(), error);
    EXPECT_EQ(c.length == 0 ? T{77} : static_cast<T>(c.value), value);
  }
  for (std::string_view text : {"1e999", "-1e999", "1e-999"}) {
    T value = 77;
    const auto [end, error] = read(text.data(), text.data() + text.size(), value);
    EXPECT_EQ(text.data() + text.size(), end);
    EXPECT_EQ(std::errc::result_out_of_range, error);
    EXPECT_EQ(T{77}, value);
  }
}

TEST(RealTextTest, ReadsLikeFromChars) {
  Check<float>(ReadReal);
  Check<double>(ReadReal);
}

TEST(RealTextTest, SoDoesTheFormByStrtod) {
  Check<float>(internal::ReadRealByStrtod);
  Check<double>(internal::ReadRealByStrtod);
}

}  // namespace
}  // namespace kante::core
