// SPDX-License-Identifier: MIT
// What the parts of the C++ client share.
#pragma once

#include <onnxruntime_cxx_api.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#define CHECK(condition)                                                   \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::exit(1);                                                        \
    }                                                                      \
  } while (0)

// The statement throws an Ort::Exception of this code whose text holds `text`.
#define THROWS(statement, code, text)                                                               \
  do {                                                                                              \
    bool thrown = false;                                                                            \
    try {                                                                                           \
      statement;                                                                                    \
    } catch (const Ort::Exception& e) {                                                             \
      thrown = true;                                                                                \
      if (e.GetOrtErrorCode() != (code) || std::string(e.what()).find(text) == std::string::npos) { \
        std::fprintf(stderr, "%s:%d: %d %s\n", __FILE__, __LINE__, e.GetOrtErrorCode(), e.what());  \
        std::exit(1);                                                                               \
      }                                                                                             \
    }                                                                                               \
    CHECK(thrown);                                                                                  \
  } while (0)

struct Models {
  Ort::Env& env;
  std::string folder;
  std::string Path(const std::string& file) const { return folder + "/" + file; }
  Ort::Session Open(const std::string& file, const Ort::SessionOptions& options = Ort::SessionOptions{}) const {
    return Ort::Session(env, Path(file).c_str(), options);
  }
};

template <typename T>
Ort::Value TensorOver(std::vector<T>& values, const std::vector<int64_t>& shape) {
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  return Ort::Value::CreateTensor<T>(memory, values.data(), values.size(), shape.data(), shape.size());
}

template <typename T>
std::vector<T> Elements(const Ort::Value& value) {
  const T* data = value.GetTensorData<T>();
  return {data, data + value.GetTensorTypeAndShapeInfo().GetElementCount()};
}

// sessions.cc
void TestRun(const Models& models);
void TestDescriptions(const Models& models);
void TestOrtFormat(const Models& models);
void TestBinding(const Models& models);
void TestErrors(const Models& models);
// values.cc
void TestStrings(const Models& models);
void TestHalves(const Models& models);
void TestContainers(const Models& models);
void TestAllocators(const Models& models);
// operators.cc
void TestCustomOperator(const Models& models);
void TestLiteOperator(const Models& models);
void TestOperatorThatThrows(const Models& models);
