// SPDX-License-Identifier: MIT
#pragma once

#include <complex>
#include <cstdint>

namespace kante::core {

// Discrete Fourier transform of one length: radix 2 for powers of two, Bluestein's convolution for all others.
// All in double: results near zero must survive comparisons of f32. The tables live in memory of the caller.
class Fft {
 public:
  // Complex numbers that tables and one transform's work take.
  static int64_t TableSize(int64_t n);
  static int64_t WorkSize(int64_t n);

  // Fills `tables` (TableSize(n) numbers). n >= 1.
  Fft(int64_t n, std::complex<double>* tables);

  // x (n numbers) in place; forward: sum x[t] exp(-2 pi i k t / n). The inverse divides by n. `work`: WorkSize(n).
  void Transform(std::complex<double>* x, bool inverse, std::complex<double>* work) const;

 private:
  void Radix2(std::complex<double>* x, int64_t n, bool inverse) const;

  int64_t n_;
  int64_t padded_;                 // power of two that the transforms run at
  std::complex<double>* twiddle_;  // padded_ / 2
  std::complex<double>* chirp_;    // Bluestein: n
  std::complex<double>* kernel_;   // Bluestein: padded_, transformed
};

}  // namespace kante::core
