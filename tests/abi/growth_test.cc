// SPDX-License-Identifier: MIT
// What comes and goes many times leaves nothing behind: memory, files, threads.
#include <gtest/gtest.h>

#include <dlfcn.h>

#include "tests/abi/client.h"

namespace kante::abi_test {
namespace {

// Runs `round` until caches are full, and then so often that a leak of a few hundred bytes would show.
template <typename Round>
void ExpectNoGrowth(const Round& round, int to_fill_caches = 20) {
  const int rounds = Rounds();
  for (int i = 0; i < rounds / 10 + to_fill_caches; ++i) round(i);
  const Usage before = Usage::Now();
  for (int i = 0; i < rounds; ++i) round(i);
  const Usage after = Usage::Now();
  EXPECT_EQ(after.files, before.files);
  EXPECT_TRUE(ThreadsFallTo(before.threads)) << before.threads << " before, " << after.threads << " after";
  if (MemoryIsExact()) {
    EXPECT_LE(after.resident_kb - before.resident_kb, 512 + rounds / 10);
  }
}

void RunAdd(OrtSession* session, int64_t batch) {
  std::vector<float> a(static_cast<size_t>(batch) * 3, 1), b(a.size(), 2);
  const auto in_a = Floats(a, {batch, 3}), in_b = Floats(b, {batch, 3});
  const Ran ran = RunSession(session, {"a", "b"}, {in_a.get(), in_b.get()}, {"sum", "product"});
  ASSERT_TRUE(ran.outcome.ok()) << ran.outcome.message;
  EXPECT_EQ(FloatsOf(ran.outputs[0].get()), std::vector<float>(a.size(), 3));
}

TEST(GrowthTest, SessionsComeAndGo) {
  const auto env = NewEnv();
  ExpectNoGrowth([&](int i) {
    const auto options = NewOptions(i % 3);  // the shared pool, the caller alone, a pool of its own
    const auto session = Open(env.get(), "add", options.get());
    RunAdd(session.get(), 1 + i % 4);
  });
}

TEST(GrowthTest, SessionsOverBytesAndTheirInfos) {
  const auto env = NewEnv();
  ExpectNoGrowth([&](int) {
    const auto session = Open(env.get(), "zip_map");
    const auto type =
        New<OrtTypeInfo>([&](OrtTypeInfo** out) { return Api().SessionGetOutputTypeInfo(session.get(), 0, out); });
    char* name = nullptr;
    ABI_OK(Api().SessionGetInputName(session.get(), 0, DefaultAllocator(), &name));
    ABI_OK(Api().AllocatorFree(DefaultAllocator(), name));
    std::vector<float> scores = {1, 2, 3};
    const auto x = Floats(scores, {1, 3});
    const Ran ran = RunSession(session.get(), {"x"}, {x.get()}, {"maps"});
    ASSERT_TRUE(ran.outcome.ok()) << ran.outcome.message;
    const auto map =
        New<OrtValue>([&](OrtValue** out) { return Api().GetValue(ran.outputs[0].get(), 0, DefaultAllocator(), out); });
  });
}

TEST(GrowthTest, ShapesOfEveryKind) {
  const auto env = NewEnv();
  const auto session = Open(env.get(), "add");
  ExpectNoGrowth([&](int i) { RunAdd(session.get(), 1 + i % 1000); }, 600);  // more than there are layouts
}

TEST(GrowthTest, RunsThatFail) {
  const auto env = NewEnv();
  const auto session = Open(env.get(), "add");
  std::vector<float> data(9, 1);
  const auto two = Floats(data, {2, 3}), three = Floats(data, {3, 3}), flat = Floats(data, {9});
  ExpectNoGrowth([&](int) {
    EXPECT_FALSE(RunSession(session.get(), {"a", "b"}, {two.get(), three.get()}, {"sum"}).outcome.ok());
    EXPECT_FALSE(RunSession(session.get(), {"a", "b"}, {two.get(), flat.get()}, {"sum"}).outcome.ok());
    OrtSession* none = nullptr;
    EXPECT_FALSE(Take(Api().CreateSessionFromArray(env.get(), "not a model", 11, nullptr, &none)).ok());
  });
}

TEST(GrowthTest, Bindings) {
  const auto env = NewEnv();
  const auto session = Open(env.get(), "add");
  const auto host = NewHostInfo();
  std::vector<float> data = {1, 2, 3}, memory(3);
  ExpectNoGrowth([&](int) {
    const auto x = Floats(data, {1, 3}), y = Floats(memory, {1, 3});
    const auto binding =
        New<OrtIoBinding>([&](OrtIoBinding** out) { return Api().CreateIoBinding(session.get(), out); });
    ABI_OK(Api().BindInput(binding.get(), "a", x.get()));
    ABI_OK(Api().BindInput(binding.get(), "b", x.get()));
    ABI_OK(Api().BindOutput(binding.get(), "sum", y.get()));
    ABI_OK(Api().BindOutputToDevice(binding.get(), "product", host.get()));
    for (int run = 0; run < 3; ++run) ABI_OK(Api().RunWithBinding(session.get(), nullptr, binding.get()));
    OrtValue** values = nullptr;
    size_t count = 0;
    ABI_OK(Api().GetBoundOutputValues(binding.get(), DefaultAllocator(), &values, &count));
    ASSERT_EQ(count, 2u);
    EXPECT_EQ(FloatsOf(values[1]), (std::vector<float>{1, 4, 9}));
    for (size_t i = 0; i < count; ++i) Api().ReleaseValue(values[i]);
    ABI_OK(Api().AllocatorFree(DefaultAllocator(), values));
    EXPECT_EQ(memory, (std::vector<float>{2, 4, 6}));
  });
}

TEST(GrowthTest, EnvironmentsComeAndGo) {
  ExpectNoGrowth([](int) {
    const auto env = NewEnv(), again = NewEnv();
    EXPECT_EQ(env.get(), again.get());
    const auto threading =
        New<OrtThreadingOptions>([](OrtThreadingOptions** out) { return Api().CreateThreadingOptions(out); });
    const auto pooled = New<OrtEnv>([&](OrtEnv** out) {
      return Api().CreateEnvWithGlobalThreadPools(ORT_LOGGING_LEVEL_ERROR, "pools", threading.get(), out);
    });
  });
}

// The pool that sessions share goes with the last of them.
TEST(GrowthTest, NoThreadsWithoutSessions) {
  const auto env = NewEnv();
  const int before = Usage::Now().threads;
  for (int i = 0; i < 20; ++i) {
    const auto options = NewOptions(4);
    const auto shared = Open(env.get(), "add"), own = Open(env.get(), "add", options.get());
    RunAdd(own.get(), 2);
  }
  EXPECT_TRUE(ThreadsFallTo(before)) << before << " before";
}

TEST(GrowthTest, TheLibraryIsLoadedAndUnloaded) {
  ExpectNoGrowth([](int) {
    void* library = dlopen(LibraryPath().c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    const auto base = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
    ASSERT_NE(base, nullptr);
    EXPECT_NE(base()->GetApi(1), nullptr);
    OrtEnv* env = nullptr;
    ABI_OK(base()->GetApi(30)->CreateEnv(ORT_LOGGING_LEVEL_WARNING, "again", &env));
    base()->GetApi(30)->ReleaseEnv(env);
    dlclose(library);
  });
}

}  // namespace
}  // namespace kante::abi_test
