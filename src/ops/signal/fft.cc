// SPDX-License-Identifier: MIT
#include "ops/signal/fft.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace kante::core {
namespace {

using Complex = std::complex<double>;

bool IsPowerOfTwo(int64_t n) { return (n & (n - 1)) == 0; }

int64_t Padded(int64_t n) {
  return IsPowerOfTwo(n) ? n : static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(2 * n - 1)));
}

Complex Root(int64_t k, int64_t n) {
  const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
  return {std::cos(angle), std::sin(angle)};
}

// Without the checks for infinities of the standard operator.
Complex Mul(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace

int64_t Fft::TableSize(int64_t n) { return Padded(n) / 2 + 1 + (IsPowerOfTwo(n) ? 0 : n + Padded(n)); }
int64_t Fft::WorkSize(int64_t n) { return IsPowerOfTwo(n) ? 0 : Padded(n); }

Fft::Fft(int64_t n, Complex* tables)
    : n_(n), padded_(Padded(n)), twiddle_(tables), chirp_(tables + padded_ / 2 + 1), kernel_(chirp_ + n) {
  for (int64_t k = 0; k < padded_ / 2; ++k) twiddle_[k] = Root(k, padded_);
  if (IsPowerOfTwo(n)) return;
  // chirp[k] = exp(-pi i k^2 / n), k^2 modulo 2 n to keep the angle exact
  int64_t square = 0;
  for (int64_t k = 0; k < n; ++k) {
    chirp_[k] = Root(square, 2 * n);
    square = (square + 2 * k + 1) % (2 * n);
  }
  std::fill(kernel_, kernel_ + padded_, Complex());
  for (int64_t k = 0; k < n; ++k) {
    kernel_[k] = std::conj(chirp_[k]);
    if (k > 0) kernel_[padded_ - k] = std::conj(chirp_[k]);
  }
  Radix2(kernel_, padded_, false);
}

void Fft::Radix2(Complex* x, int64_t n, bool inverse) const {
  for (int64_t i = 1, j = 0; i < n; ++i) {
    int64_t bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  for (int64_t half = 1; half < n; half *= 2) {
    const int64_t step = padded_ / (2 * half);
    for (int64_t start = 0; start < n; start += 2 * half) {
      for (int64_t k = 0; k < half; ++k) {
        const Complex root = inverse ? std::conj(twiddle_[k * step]) : twiddle_[k * step];
        const Complex a = x[start + k], b = Mul(x[start + k + half], root);
        x[start + k] = a + b;
        x[start + k + half] = a - b;
      }
    }
  }
}

void Fft::Transform(Complex* x, bool inverse, Complex* work) const {
  const double scale = inverse ? 1.0 / static_cast<double>(n_) : 1.0;
  if (padded_ == n_) {
    Radix2(x, n_, inverse);
    for (int64_t k = 0; inverse && k < n_; ++k) x[k] *= scale;
    return;
  }
  // The inverse is the conjugate of the transform of the conjugate.
  for (int64_t k = 0; k < n_; ++k) work[k] = Mul(inverse ? std::conj(x[k]) : x[k], chirp_[k]);
  std::fill(work + n_, work + padded_, Complex());
  Radix2(work, padded_, false);
  for (int64_t k = 0; k < padded_; ++k) work[k] = Mul(work[k], kernel_[k]);
  Radix2(work, padded_, true);
  const double unit = scale / static_cast<double>(padded_);
  for (int64_t k = 0; k < n_; ++k) {
    const Complex y = Mul(work[k], chirp_[k]) * unit;
    x[k] = inverse ? std::conj(y) : y;
  }
}

}  // namespace kante::core
