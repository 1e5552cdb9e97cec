// SPDX-License-Identifier: MIT
//
// Binary operators as plain loops over any arithmetic type. Integer arithmetic goes through unsigned types of at least
// int's width, so overflow wraps instead of being undefined. binary_wide.cc and binary_narrow.cc instantiate them, for
// speed and for size.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "kernels/binary.h"

namespace kante::kernels {

/// Where T wraps around: unsigned of T's size, but not narrower than int (narrow types would be promoted to signed).
template <class T>
using Wrap = std::conditional_t<(sizeof(T) < sizeof(unsigned)), unsigned, std::make_unsigned_t<T>>;

struct AddLoop {
  template <class T>
  static T Apply(T x, T y) {
    if constexpr (std::integral<T>)
      return static_cast<T>(static_cast<Wrap<T>>(x) + static_cast<Wrap<T>>(y));
    else
      return x + y;
  }
};
struct SubLoop {
  template <class T>
  static T Apply(T x, T y) {
    if constexpr (std::integral<T>)
      return static_cast<T>(static_cast<Wrap<T>>(x) - static_cast<Wrap<T>>(y));
    else
      return x - y;
  }
};
struct MulLoop {
  template <class T>
  static T Apply(T x, T y) {
    if constexpr (std::integral<T>)
      return static_cast<T>(static_cast<Wrap<T>>(x) * static_cast<Wrap<T>>(y));
    else
      return x * y;
  }
};
struct DivLoop {
  template <class T>
  static T Apply(T x, T y) {
    if constexpr (std::integral<T>) {
      if (y == 0) return 0;
      if constexpr (std::signed_integral<T>) {
        if (y == T(-1)) return static_cast<T>(Wrap<T>{0} - static_cast<Wrap<T>>(x));
      }
      return static_cast<T>(x / y);
    } else {
      return x / y;
    }
  }
};
struct MinLoop {
  template <class T>
  static T Apply(T x, T y) {
    return x < y || x != x ? x : y;
  }
};
struct MaxLoop {
  template <class T>
  static T Apply(T x, T y) {
    return x > y || x != x ? x : y;
  }
};
struct PReluLoop {
  template <class T>
  static T Apply(T x, T y) {
    return x < T(0) ? MulLoop::Apply(x, y) : x;
  }
};
struct PowLoop {
  template <class T>
  static T Apply(T x, T y) {
    if constexpr (std::integral<T>) {
      if constexpr (std::signed_integral<T>) {
        if (y < 0) return x == T(1) ? T(1) : x == T(-1) ? (y % 2 ? T(-1) : T(1)) : T(0);
      }
      Wrap<T> base = static_cast<Wrap<T>>(x), result = 1;
      for (auto e = static_cast<std::make_unsigned_t<T>>(y); e; e = static_cast<std::make_unsigned_t<T>>(e >> 1)) {
        if (e & 1) result *= base;
        base *= base;
      }
      return static_cast<T>(result);
    } else {
      // The exponents that models really use; the results agree with pow to the last bit or one unit.
      if (y == T(2)) return x * x;
      if (y == T(1)) return x;
      if (y == T(-1)) return T(1) / x;
      return std::pow(x, y);
    }
  }
};
struct FmodLoop {
  template <class T>
  static T Apply(T x, T y) {
    if constexpr (std::integral<T>) {
      if (y == 0) return 0;
      if constexpr (std::signed_integral<T>) {
        if (y == T(-1)) return 0;
      }
      return static_cast<T>(x % y);
    } else {
      return std::fmod(x, y);
    }
  }
};
struct ModLoop {
  template <class T>
  static T Apply(T x, T y) {
    const T r = FmodLoop::Apply(x, y);
    return r != T(0) && (r < T(0)) != (y < T(0)) ? static_cast<T>(r + y) : r;
  }
};

/// The loop of one operator over one type.
template <class Op, class T>
BinaryFn<T> LoopForm(BinaryForm form);

}  // namespace kante::kernels
