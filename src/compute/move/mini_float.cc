// SPDX-License-Identifier: MIT
#include "compute/move/mini_float.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace kante::core {
namespace {

struct Format {
  int mantissa;  // bits
  int exponent;  // bits
  int bias;
  uint8_t largest;   // code of the largest finite value
  uint8_t nan;       // code that NaN becomes, without sign; 0: none
  uint8_t infinity;  // 0: none
  bool signed_zero;  // and signed NaN
};

Format FormatOf(ElementType type) {
  switch (type) {
    case ElementType::kFloat8E4M3FN:
      return {3, 4, 7, 0x7e, 0x7f, 0, true};
    case ElementType::kFloat8E4M3FNUZ:
      return {3, 4, 8, 0x7f, 0x80, 0, false};
    case ElementType::kFloat8E5M2:
      return {2, 5, 15, 0x7b, 0x7e, 0x7c, true};
    case ElementType::kFloat8E5M2FNUZ:
      return {2, 5, 16, 0x7f, 0x80, 0, false};
    default:
      return {1, 2, 1, 0x7, 0, 0, true};  // float4e2m1
  }
}

uint8_t EncodeScale(float value, bool saturate, ScaleRounding rounding) {
  constexpr uint8_t kNan = 0xff;
  if (std::isnan(value)) return kNan;
  const uint32_t bits = std::bit_cast<uint32_t>(value) & 0x7fffffff;
  if (bits == 0x7f800000) return saturate ? 0xfe : kNan;
  int exponent = static_cast<int>(bits >> 23);
  const uint32_t fraction = bits & 0x7fffff;
  if (exponent == 0) {  // below 2^-126: only 2^-127 itself is there
    if (fraction == 0) return saturate ? 0 : kNan;
    const bool up = rounding == ScaleRounding::kUp ? fraction > 0x400000
                                                   : rounding == ScaleRounding::kNearest && fraction >= 0x600000;
    if (!saturate && fraction < 0x400000) return kNan;
    return up ? 1 : 0;
  }
  if ((rounding == ScaleRounding::kUp && fraction != 0) ||
      (rounding == ScaleRounding::kNearest && fraction >= 0x400000)) {
    ++exponent;
  }
  if (exponent > 0xfe) return saturate ? 0xfe : kNan;
  return static_cast<uint8_t>(exponent);
}

}  // namespace

float DecodeMiniFloat(ElementType type, uint8_t code) {
  if (type == ElementType::kFloat8E8M0) {
    return code == 0xff ? std::nanf("") : std::ldexp(1.0f, static_cast<int>(code) - 127);
  }
  const Format f = FormatOf(type);
  const int bits = f.mantissa + f.exponent;
  const bool negative = (code >> bits) & 1;
  const int magnitude = code & ((1 << bits) - 1);
  if (!f.signed_zero && code == f.nan) return std::nanf("");
  float value;
  if (f.infinity && magnitude == f.infinity) {
    value = INFINITY;
  } else if (f.signed_zero && f.nan && magnitude > f.largest) {
    value = std::nanf("");
  } else {
    const int exponent = magnitude >> f.mantissa;
    const int fraction = magnitude & ((1 << f.mantissa) - 1);
    value = exponent == 0
                ? std::ldexp(static_cast<float>(fraction), 1 - f.bias - f.mantissa)
                : std::ldexp(static_cast<float>(fraction | (1 << f.mantissa)), exponent - f.bias - f.mantissa);
  }
  return negative ? -value : value;
}

uint8_t EncodeMiniFloat(ElementType type, float value, bool saturate, ScaleRounding rounding) {
  if (type == ElementType::kFloat8E8M0) return EncodeScale(value, saturate, rounding);
  const Format f = FormatOf(type);
  const int bits = f.mantissa + f.exponent;
  const auto sign = static_cast<uint8_t>((std::bit_cast<uint32_t>(value) >> 31) << bits);
  const auto with_sign = [&](uint8_t magnitude) -> uint8_t {
    if (!f.signed_zero && magnitude == 0) return 0;
    return static_cast<uint8_t>(magnitude | sign);
  };
  if (type == ElementType::kFloat4E2M1) saturate = true;
  const auto too_large = [&]() -> uint8_t {
    if (saturate) return with_sign(f.largest);
    if (f.infinity) return with_sign(f.infinity);
    return f.signed_zero ? with_sign(f.nan) : f.nan;
  };
  if (std::isnan(value)) {
    if (f.nan == 0) return 0x8;  // float4e2m1 has no NaN; minus zero is what ml_dtypes makes of it
    return f.signed_zero ? with_sign(f.nan) : f.nan;
  }
  if (std::isinf(value)) return too_large();
  const float magnitude = std::fabs(value);
  if (magnitude == 0) return with_sign(0);
  int exponent = 0;
  std::frexp(magnitude, &exponent);                                   // magnitude in [2^(exponent-1), 2^exponent)
  const int scale = std::max(exponent - 1, 1 - f.bias) - f.mantissa;  // of the last mantissa bit
  const auto steps = static_cast<int>(std::nearbyint(std::ldexp(magnitude, -scale)));
  // Codes count up through all values: a carry out of the mantissa lands on the next exponent by itself.
  const int base = scale + f.mantissa + f.bias;  // exponent field of a normal number; 1 for subnormals too
  const int code = steps + ((base - 1) << f.mantissa);
  if (base > (1 << f.exponent) || code > f.largest) return too_large();
  return with_sign(static_cast<uint8_t>(code));
}

}  // namespace kante::core
