// SPDX-License-Identifier: MIT
// Status and Result: how every function of the library reports failure. No exceptions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace kante::core {

// The first values are ORT's OrtErrorCode, so that the C ABI translates by a cast.
enum class StatusCode : uint8_t {
  kOk = 0,
  kFail = 1,
  kInvalidArgument = 2,
  kNoSuchFile = 3,
  kNoModel = 4,
  kRuntimeError = 6,
  kInvalidProtobuf = 7,
  kNotImplemented = 9,
  kInvalidGraph = 10,
  kCancelled = 12,
  kNotFound = 14,
  // Kante's own.
  kOutOfMemory = 100,
  kLimitExceeded = 101,
  kDeadlineExceeded = 102,
  kUnknown = 103,  // not a failure: a shape or value is not known yet (see InferContext)
};

const char* StatusCodeName(StatusCode code);

// Success or an error with a code and a text. One pointer wide; null means OK. Movable, not copied by accident.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message);
  Status(Status&& other) noexcept : rep_(std::exchange(other.rep_, nullptr)) {}
  Status& operator=(Status&& other) noexcept {
    std::swap(rep_, other.rep_);
    return *this;
  }
  ~Status() {
    if (rep_) Delete(rep_);
  }

  bool ok() const { return rep_ == nullptr; }
  StatusCode code() const { return rep_ ? rep_->code : StatusCode::kOk; }
  std::string_view message() const { return rep_ ? std::string_view(rep_->message) : std::string_view(); }
  bool is_unknown() const { return code() == StatusCode::kUnknown; }

  Status Clone() const { return rep_ ? Status(rep_->code, rep_->message) : Status(); }
  // Puts "context: " before the message of an error; does nothing to OK.
  Status WithContext(std::string_view context) &&;
  // "InvalidGraph: message", or "OK".
  std::string ToString() const;

 private:
  struct Rep {
    StatusCode code;
    std::string message;
  };
  static void Delete(Rep* rep);  // out of line: there is a Status at every call

  Rep* rep_ = nullptr;
};

inline Status OkStatus() { return Status(); }

// Thin wrappers that would be one function per list of argument types.
#if defined(__GNUC__)
#define KANTE_INLINE [[gnu::always_inline]] inline
#else
#define KANTE_INLINE inline
#endif

namespace internal {

// A string or a number of a text, without its type: what is written at a call is two stores per argument.
class Piece {
 public:
  Piece(std::string_view s) : text_(s.data() ? s.data() : ""), size_(s.size()) {}  // NOLINT: implicit on purpose
  Piece(const char* s) : Piece(std::string_view(s)) {}                             // NOLINT
  Piece(const std::string& s) : text_(s.data()), size_(s.size()) {}                // NOLINT
  Piece(char c) : text_(kCharacter), integer_(c) {}                                // NOLINT
  Piece(double v) : text_(kFloat), float_(v) {}                                    // NOLINT
  template <typename T>
  requires std::is_integral_v<T> Piece(T v)  // NOLINT
      : text_(std::is_signed_v<T> ? kSigned : kUnsigned), integer_(static_cast<int64_t>(v)) {}

  void AppendTo(std::string& out) const;

 private:
  // Addresses that stand for the kinds of numbers.
  static const char kCharacter[1], kFloat[1], kSigned[1], kUnsigned[1];

  const char* text_;
  union {
    size_t size_;
    int64_t integer_;
    double float_;
  };
};

std::string Join(const Piece* pieces, size_t count);
Status MakeError(StatusCode code, const Piece* pieces, size_t count);

}  // namespace internal

// Builds an error text from strings and numbers.
template <typename... Args>
KANTE_INLINE std::string StrCat(const Args&... args) {
  const internal::Piece pieces[] = {args...};
  return internal::Join(pieces, sizeof...(args));
}

template <typename... Args>
KANTE_INLINE Status Error(StatusCode code, const Args&... args) {
  const internal::Piece pieces[] = {args...};
  return internal::MakeError(code, pieces, sizeof...(args));
}
template <typename... Args>
KANTE_INLINE Status InvalidArgument(const Args&... args) {
  return Error(StatusCode::kInvalidArgument, args...);
}
template <typename... Args>
KANTE_INLINE Status InvalidGraph(const Args&... args) {
  return Error(StatusCode::kInvalidGraph, args...);
}
template <typename... Args>
KANTE_INLINE Status NotImplemented(const Args&... args) {
  return Error(StatusCode::kNotImplemented, args...);
}

// A value of T or the reason why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : has_value_(true) { new (&value_) T(std::move(value)); }  // NOLINT: implicit on purpose
  Result(Status status) : status_(std::move(status)) {}                      // NOLINT: implicit on purpose
  template <typename U>
  requires(std::is_convertible_v<U&&, T> && !std::is_same_v<std::decay_t<U>, T> &&
           !std::is_same_v<std::decay_t<U>, Status> && !std::is_same_v<std::decay_t<U>, Result>) Result(U&& value)
      : has_value_(true) {
    new (&value_) T(std::forward<U>(value));
  }
  Result(Result&& other) noexcept : status_(std::move(other.status_)), has_value_(other.has_value_) {
    if (has_value_) new (&value_) T(std::move(other.value_));
  }
  Result& operator=(Result&& other) noexcept {
    if (this != &other) {
      this->~Result();
      new (this) Result(std::move(other));
    }
    return *this;
  }
  ~Result() {
    if (has_value_) value_.~T();
  }

  bool ok() const { return has_value_; }
  const Status& status() const { return status_; }
  Status&& TakeStatus() { return std::move(status_); }
  T& value() & { return value_; }
  const T& value() const& { return value_; }
  T&& value() && { return std::move(value_); }
  T& operator*() { return value_; }
  const T& operator*() const { return value_; }
  T* operator->() { return &value_; }
  const T* operator->() const { return &value_; }

 private:
  Status status_;
  union {
    T value_;
  };
  bool has_value_ = false;
};

namespace internal {
inline Status&& TakeStatus(Status& s) { return std::move(s); }
template <typename T>
Status&& TakeStatus(Result<T>& r) {
  return r.TakeStatus();
}
}  // namespace internal

// KANTE_TRY(expr);        returns from the enclosing function if expr (a Status) is an error.
// KANTE_TRY(decl, expr);  the same for a Result; else `decl` is initialised with its value.
#define KANTE_TRY_CAT_(a, b) a##b
#define KANTE_TRY_CAT(a, b) KANTE_TRY_CAT_(a, b)
#define KANTE_TRY_1(expr)                                            \
  do {                                                               \
    auto kante_try_status_ = (expr);                                 \
    if (!kante_try_status_.ok()) [[unlikely]]                        \
      return ::kante::core::internal::TakeStatus(kante_try_status_); \
  } while (0)
#define KANTE_TRY_2_(tmp, decl, ...)                 \
  auto tmp = (__VA_ARGS__);                          \
  if (!tmp.ok()) [[unlikely]]                        \
    return ::kante::core::internal::TakeStatus(tmp); \
  decl = std::move(tmp).value()
#define KANTE_TRY_2(decl, ...) KANTE_TRY_2_(KANTE_TRY_CAT(kante_try_result_, __LINE__), decl, __VA_ARGS__)
#define KANTE_TRY_PICK(_1, _2, _3, _4, _5, _6, _7, _8, NAME, ...) NAME
#define KANTE_TRY(...)                                                                                      \
  KANTE_TRY_PICK(__VA_ARGS__, KANTE_TRY_2, KANTE_TRY_2, KANTE_TRY_2, KANTE_TRY_2, KANTE_TRY_2, KANTE_TRY_2, \
                 KANTE_TRY_2, KANTE_TRY_1, )                                                                \
  (__VA_ARGS__)

}  // namespace kante::core
