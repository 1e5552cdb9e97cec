// SPDX-License-Identifier: MIT
// What callers set at load and while running: initializers, open dimensions, memory for some outputs, threads.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

std::span<const std::byte> Bytes(const std::string& model) { return std::as_bytes(std::span(model)); }
const std::vector<float> kZeros(6, 0.0f);

TEST(OverridesTest, InitializersOfTheCallers) {
  LoadOptions options;
  options.initializers["w"] = Floats({3, 2}, kZeros);
  auto model = Model::LoadFromMemory(Bytes(LinearModel()), options);
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  auto outputs = SessionOf(*model).Run({{"x", Floats({1, 3}, {1, 2, 3})}, {"b", Floats({2}, {7, 8})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  EXPECT_EQ(FloatsOf((*outputs)[0]), (std::vector<float>{7, 8}));

  options.initializers["w"] = Floats({2, 3}, kZeros);
  const Status shape = Model::LoadFromMemory(Bytes(LinearModel()), options).status();
  EXPECT_EQ(shape.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(shape.message().find("'w'"), std::string::npos) << shape.message();
  options.initializers = {{"nobody", Floats({1}, {1})}};
  EXPECT_EQ(Model::LoadFromMemory(Bytes(LinearModel()), options).status().code(), StatusCode::kInvalidArgument);
}

TEST(OverridesTest, OpenDimensionsGetNumbers) {
  LoadOptions options;
  options.dimensions["batch"] = 2;
  auto model = Model::LoadFromMemory(Bytes(LinearModel()), options);
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  EXPECT_EQ(model->inputs()[0].dimensions[0].value, 2);
  const Session session = SessionOf(*model);
  EXPECT_TRUE(session.Run({{"x", Floats({2, 3}, kZeros)}}).ok());
  EXPECT_FALSE(session.Run({{"x", Floats({1, 3}, {1, 2, 3})}}).ok());
  options.dimensions["batch"] = -1;
  EXPECT_EQ(Model::LoadFromMemory(Bytes(LinearModel()), options).status().code(), StatusCode::kInvalidArgument);
}

TEST(OverridesTest, MemoryForSomeOutputs) {
  const Session session = SessionOf(LoadOrDie(LinearModel()));
  Tensor mine = Floats({2, 2}, {0, 0, 0, 0});
  NamedValues outputs = {{"p", Value()}, {"y", Value(mine)}};
  const Status ran = session.RunInto({{"x", Floats({2, 3}, {1, 1, 1, 0, 0, 1})}}, outputs);
  ASSERT_TRUE(ran.ok()) << ran.ToString();
  EXPECT_EQ(FloatsOf(outputs[0].second), (std::vector<float>{9, 12, 5, 6}));
  EXPECT_EQ(FloatsOf(Value(mine)), (std::vector<float>{9.5f, 0, 5.5f, 0}));
  outputs = {{"nobody", Value()}};
  EXPECT_EQ(session.RunInto({{"x", Floats({2, 3}, kZeros)}}, outputs).code(), StatusCode::kInvalidArgument);
}

TEST(OverridesTest, ThreadsOfTheCallers) {
  std::atomic<int> made{0}, joined{0};
  SessionOptions options;
  options.threads = 3;
  options.create_thread = [&](void (*work)(void*), void* argument) -> void* {
    ++made;
    return new std::thread(work, argument);
  };
  EXPECT_EQ(Session::Create(LoadOrDie(LinearModel()), options).status().code(), StatusCode::kInvalidArgument);
  options.join_thread = [&](void* handle) {
    auto* thread = static_cast<std::thread*>(handle);
    thread->join();
    delete thread;
    ++joined;
  };
  {
    auto session = Session::Create(LoadOrDie(LinearModel()), options);
    ASSERT_TRUE(session.ok()) << session.status().ToString();
    EXPECT_EQ(session->threads(), 3);
    EXPECT_TRUE(session->Run({{"x", Floats({2, 3}, kZeros)}}).ok());
  }
  EXPECT_EQ(made, 2);
  EXPECT_EQ(joined, 2);
}

}  // namespace
}  // namespace kante::api_test
