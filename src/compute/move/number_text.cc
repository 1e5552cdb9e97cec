// SPDX-License-Identifier: MIT
#include "compute/move/number_text.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/real_text.h"
#include "compute/move/cast.h"

namespace kante::core {
namespace {

// numpy: plain digits while 1e-4 <= |v| < 1e16, else an exponent of at least two digits.
template <typename F>
std::string FloatText(F v) {
  if (std::isnan(v)) return "nan";
  if (std::isinf(v)) return v < 0 ? "-inf" : "inf";
  char buffer[64];
  const double magnitude = std::fabs(static_cast<double>(v));
  const bool plain = v == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), v,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer, end.ptr);
  if (plain && text.find('.') == std::string::npos) text += ".0";
  return text;
}

template <typename T>
T Load(const std::byte* p) {
  T v;
  std::memcpy(&v, p, sizeof(T));
  return v;
}

bool EqualsNoCase(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if ((a[i] >= 'A' && a[i] <= 'Z' ? a[i] - 'A' + 'a' : a[i]) != lower[i]) return false;
  }
  return true;
}

std::string_view Trim(std::string_view s) {
  const auto space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!s.empty() && space(s.front())) s.remove_prefix(1);
  while (!s.empty() && space(s.back())) s.remove_suffix(1);
  return s;
}

template <typename T>
bool ParseWhole(std::string_view s, T* v) {
  std::from_chars_result end;
  if constexpr (std::is_floating_point_v<T>) {
    end = ReadReal(s.data(), s.data() + s.size(), *v);
  } else {
    end = std::from_chars(s.data(), s.data() + s.size(), *v);
  }
  if (end.ptr != s.data() + s.size() || s.empty()) return false;
  if (end.ec == std::errc()) return true;
  if constexpr (std::is_floating_point_v<T>) {
    // Out of range: towards infinity or towards zero, by the sign of the exponent.
    const size_t e = s.find_first_of("eE");
    const bool tiny = e != std::string_view::npos ? s.find('-', e) != std::string_view::npos : s.find('.') <= 2;
    *v = (s.front() == '-' ? T{-1} : T{1}) * (tiny ? T{0} : std::numeric_limits<T>::infinity());
    return end.ec == std::errc::result_out_of_range;
  }
  return false;
}

template <typename F>
Status ParseFloat(std::string_view text, F* value) {
  std::string_view s = Trim(text);
  std::string_view body = s;
  const bool negative = !s.empty() && s.front() == '-';
  if (!s.empty() && (s.front() == '-' || s.front() == '+')) body.remove_prefix(1);
  if (EqualsNoCase(body, "inf") || EqualsNoCase(body, "infinity")) {
    *value = negative ? -std::numeric_limits<F>::infinity() : std::numeric_limits<F>::infinity();
  } else if (EqualsNoCase(body, "nan")) {
    *value = std::numeric_limits<F>::quiet_NaN();
  } else if (body.empty() || body.front() == '-' || body.front() == '+' || !ParseWhole(negative ? s : body, value)) {
    return InvalidArgument("'", text.substr(0, 40), "' is not a number");
  }
  return OkStatus();
}

}  // namespace

std::string NumberToText(ElementType type, const std::byte* element) {
  switch (type) {
    case ElementType::kFloat32:
      return FloatText(Load<float>(element));
    case ElementType::kFloat64:
      return FloatText(Load<double>(element));
    case ElementType::kBool:
      return element[0] != std::byte{0} ? "True" : "False";
    case ElementType::kUint64:
      return std::to_string(Load<uint64_t>(element));
    default:
      break;
  }
  if (IsFloat(type)) {
    float v;
    CastRange(ElementType::kFloat32, reinterpret_cast<std::byte*>(&v), type, element, 1, {});
    if (type == ElementType::kFloat16) {  // as many digits as float16 needs, which is fewer than float32
      for (int digits = 1; digits <= 5; ++digits) {
        char buffer[32];
        const auto end = std::to_chars(buffer, buffer + sizeof(buffer), v, std::chars_format::scientific, digits - 1);
        float back = 0;
        ReadReal(buffer, end.ptr, back);
        uint16_t bits = 0;
        CastRange(type, reinterpret_cast<std::byte*>(&bits), ElementType::kFloat32, reinterpret_cast<std::byte*>(&back),
                  1, {});
        if (std::memcmp(&bits, element, 2) == 0) return FloatText(back);
      }
    }
    return FloatText(v);
  }
  int64_t v;
  CastRange(ElementType::kInt64, reinterpret_cast<std::byte*>(&v), type, element, 1, {});
  return std::to_string(v);
}

Status TextToNumber(std::string_view text, ElementType type, std::byte* element) {
  if (type == ElementType::kFloat32) {  // in one rounding
    float v = 0;
    KANTE_TRY(ParseFloat(text, &v));
    std::memcpy(element, &v, sizeof(v));
    return OkStatus();
  }
  if (!IsFloat(type)) {
    std::string_view s = Trim(text);
    if (!s.empty() && s.front() == '+') s.remove_prefix(1);
    int64_t v = 0;
    uint64_t u = 0;
    if (type == ElementType::kBool && (EqualsNoCase(s, "true") || EqualsNoCase(s, "false"))) {
      element[0] = static_cast<std::byte>(EqualsNoCase(s, "true"));
      return OkStatus();
    }
    if (ParseWhole(s, &v)) {
      CastRange(type, element, ElementType::kInt64, reinterpret_cast<std::byte*>(&v), 1, {});
      return OkStatus();
    }
    if (ParseWhole(s, &u)) {
      CastRange(type, element, ElementType::kUint64, reinterpret_cast<std::byte*>(&u), 1, {});
      return OkStatus();
    }
  }
  double v = 0;
  KANTE_TRY(ParseFloat(text, &v));
  CastRange(type, element, ElementType::kFloat64, reinterpret_cast<std::byte*>(&v), 1, {});
  return OkStatus();
}

}  // namespace kante::core
