// SPDX-License-Identifier: MIT
#include "base/real_text.h"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

namespace kante::core {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

size_t Digits(std::string_view s) {
  size_t n = 0;
  while (n < s.size() && IsDigit(s[n])) ++n;
  return n;
}

// How much of `s` is a decimal number as from_chars reads it: no '+', no space, no hexadecimal digits.
size_t NumberLength(std::string_view s) {
  size_t at = !s.empty() && s.front() == '-' ? 1 : 0;
  const size_t whole = Digits(s.substr(at));
  at += whole;
  if (at < s.size() && s[at] == '.') {
    const size_t part = Digits(s.substr(at + 1));
    if (whole + part == 0) return 0;
    at += 1 + part;
  } else if (whole == 0) {
    return 0;
  }
  if (at < s.size() && (s[at] == 'e' || s[at] == 'E')) {
    size_t power = at + 1;
    if (power < s.size() && (s[power] == '-' || s[power] == '+')) ++power;
    const size_t digits = power < s.size() ? Digits(s.substr(power)) : 0;
    if (digits > 0) at = power + digits;
  }
  return at;
}

template <typename T>
std::from_chars_result ByStrtod(const char* begin, const char* end, T& value, T (*read)(const char*, char**)) {
  const size_t length = NumberLength({begin, static_cast<size_t>(end - begin)});
  if (length == 0) return {begin, std::errc::invalid_argument};
  const std::string text(begin, length);
  const T v = read(text.c_str(), nullptr);
  const bool zero = text.find_first_of("123456789") >= text.find_first_of("eE");  // npos and npos too
  if (std::isinf(v) || (v == 0 && !zero)) return {begin + length, std::errc::result_out_of_range};
  value = v;
  return {begin + length, std::errc()};
}

}  // namespace

namespace internal {

std::from_chars_result ReadRealByStrtod(const char* begin, const char* end, float& value) {
  return ByStrtod<float>(begin, end, value, std::strtof);
}
std::from_chars_result ReadRealByStrtod(const char* begin, const char* end, double& value) {
  return ByStrtod<double>(begin, end, value, std::strtod);
}

}  // namespace internal

#ifdef __cpp_lib_to_chars
std::from_chars_result ReadReal(const char* begin, const char* end, float& value) {
  return std::from_chars(begin, end, value);
}
std::from_chars_result ReadReal(const char* begin, const char* end, double& value) {
  return std::from_chars(begin, end, value);
}
#else
std::from_chars_result ReadReal(const char* begin, const char* end, float& value) {
  return internal::ReadRealByStrtod(begin, end, value);
}
std::from_chars_result ReadReal(const char* begin, const char* end, double& value) {
  return internal::ReadRealByStrtod(begin, end, value);
}
#endif

}  // namespace kante::core
