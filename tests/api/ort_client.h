// SPDX-License-Identifier: MIT
// ONNX Runtime's C ABI as its clients use it: through the table, whose types tests/clients holds against the official
// header.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/c/ort_api.h"

extern "C" const OrtApiBase* OrtGetApiBase();

namespace kante::api_test {

inline const OrtApi& Ort() { return *OrtGetApiBase()->GetApi(30); }

// "" for success, else "code: message"; the status is released.
inline std::string Told(OrtStatus* status) {
  if (!status) return "";
  std::string told = std::to_string(Ort().GetErrorCode(status)) + ": " + Ort().GetErrorMessage(status);
  Ort().ReleaseStatus(status);
  return told;
}

#define ORT_OK(call) ASSERT_EQ(kante::api_test::Told(call), "")
// That it fails with the code, and says why in words that hold `part`.
#define ORT_FAILS(call, code, part)                                                        \
  do {                                                                                     \
    const std::string told_ = kante::api_test::Told(call);                                 \
    EXPECT_TRUE(told_.starts_with(std::to_string(code) + ": ")) << #call << ": " << told_; \
    EXPECT_NE(told_.find(part), std::string::npos) << told_;                               \
  } while (0)

// An environment and the objects that every test needs.
class OrtClient : public ::testing::Test {
 protected:
  void SetUp() override {
    ORT_OK(ort.CreateEnv(ORT_LOGGING_LEVEL_WARNING, "test", &env));
    ORT_OK(ort.GetAllocatorWithDefaultOptions(&memory));
    ORT_OK(ort.CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &host));
    ORT_OK(ort.CreateSessionOptions(&options));
  }
  void TearDown() override {
    ort.ReleaseSessionOptions(options);
    ort.ReleaseMemoryInfo(host);
    ort.ReleaseEnv(env);
  }

  template <typename T>
  OrtValue* Wrap(std::vector<T>& values, const std::vector<int64_t>& shape, int type = 1) {
    OrtValue* value = nullptr;
    EXPECT_EQ(
        Told(ort.CreateTensorWithDataAsOrtValue(host, values.data(), values.size() * sizeof(T), shape.data(),
                                                shape.size(), static_cast<ONNXTensorElementDataType>(type), &value)),
        "");
    return value;
  }

  // Runs with one float input and one output; the error, or "".
  std::string Run(OrtSession* session, const char* input, std::vector<float> x, const std::vector<int64_t>& shape,
                  const char* output, std::vector<float>* y) {
    OrtValue* in = Wrap(x, shape);
    OrtValue* out = nullptr;
    std::string told = Told(ort.Run(session, nullptr, &input, &in, 1, &output, 1, &out));
    if (told.empty()) {
      OrtTensorTypeAndShapeInfo* info = nullptr;
      size_t count = 0;
      void* data = nullptr;
      EXPECT_EQ(Told(ort.GetTensorTypeAndShape(out, &info)), "");
      EXPECT_EQ(Told(ort.GetTensorShapeElementCount(info, &count)), "");
      EXPECT_EQ(Told(ort.GetTensorMutableData(out, &data)), "");
      y->assign(static_cast<float*>(data), static_cast<float*>(data) + count);
      ort.ReleaseTensorTypeAndShapeInfo(info);
      ort.ReleaseValue(out);
    }
    ort.ReleaseValue(in);
    return told;
  }

  const OrtApi& ort = Ort();
  OrtEnv* env = nullptr;
  OrtAllocator* memory = nullptr;
  OrtMemoryInfo* host = nullptr;
  OrtSessionOptions* options = nullptr;
};

}  // namespace kante::api_test
