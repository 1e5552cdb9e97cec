// SPDX-License-Identifier: MIT
#include "base/status.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace kante::core {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return InvalidArgument(n, " is odd");
  return n / 2;
}

Status TryQuarter(int n, int* out) {
  KANTE_TRY(const int half, Half(n));
  KANTE_TRY(*out, Half(half));
  return OkStatus();
}

TEST(Status, IsOnePointer) { EXPECT_EQ(sizeof(Status), sizeof(void*)); }

TEST(Status, OkHasNoMessage) {
  const Status ok;
  EXPECT_TRUE(ok.ok());
  EXPECT_EQ(ok.code(), StatusCode::kOk);
  EXPECT_EQ(ok.message(), "");
  EXPECT_EQ(ok.ToString(), "OK");
  EXPECT_TRUE(Status(StatusCode::kOk, "ignored").ok());
}

TEST(Status, CarriesCodeAndText) {
  const Status s = Error(StatusCode::kLimitExceeded, "axis ", 3, " outside [", -3, ", ", 2.5, ']');
  EXPECT_EQ(s.code(), StatusCode::kLimitExceeded);
  EXPECT_EQ(s.message(), "axis 3 outside [-3, 2.5]");
  EXPECT_EQ(s.ToString(), "LimitExceeded: axis 3 outside [-3, 2.5]");
}

TEST(Status, ContextGoesBeforeTheMessage) {
  EXPECT_EQ(InvalidGraph("b").WithContext("a").message(), "a: b");
  EXPECT_TRUE(OkStatus().WithContext("a").ok());
}

TEST(Status, CloneIsIndependent) {
  Status a = InvalidGraph("x");
  const Status b = a.Clone();
  a = Status();
  EXPECT_EQ(b.message(), "x");
  EXPECT_TRUE(Status().Clone().ok());
}

TEST(Status, EveryCodeHasAName) {
  EXPECT_STREQ(StatusCodeName(StatusCode::kUnknown), "Unknown");
  EXPECT_STREQ(StatusCodeName(StatusCode::kInvalidProtobuf), "InvalidProtobuf");
  EXPECT_TRUE(Status(StatusCode::kUnknown, "").is_unknown());
}

TEST(Result, ValueOrReason) {
  Result<int> good = Half(4);
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(*good, 2);
  const Result<int> bad = Half(3);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.status().message(), "3 is odd");
}

TEST(Result, TryReturnsTheFirstError) {
  int out = 0;
  EXPECT_TRUE(TryQuarter(8, &out).ok());
  EXPECT_EQ(out, 2);
  EXPECT_EQ(TryQuarter(6, &out).message(), "3 is odd");
  EXPECT_EQ(TryQuarter(5, &out).message(), "5 is odd");
}

TEST(Result, OwnsItsValueOnce) {
  auto counted = std::make_shared<int>(1);
  {
    Result<std::shared_ptr<int>> a(counted);
    Result<std::shared_ptr<int>> b(std::move(a));
    a = InvalidGraph("gone");
    EXPECT_EQ(counted.use_count(), 2);
    b = std::move(a);
    EXPECT_FALSE(b.ok());
    EXPECT_EQ(counted.use_count(), 1);
  }
  EXPECT_EQ(counted.use_count(), 1);
  Result<std::unique_ptr<int>> moved(std::make_unique<int>(7));
  const std::unique_ptr<int> taken = std::move(moved).value();
  EXPECT_EQ(*taken, 7);
}

}  // namespace
}  // namespace kante::core
