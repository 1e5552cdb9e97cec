// SPDX-License-Identifier: MIT
// Threads of the caller's in the pool of a C ABI's environment.
#include <atomic>
#include <thread>

#include "tests/api/models.h"
#include "tests/api/ort_client.h"

namespace kante::api_test {
namespace {

std::atomic<int> made = 0, joined = 0;

TEST(OrtGlobalThreads, OnePoolForTheEnvironment) {
  const OrtApi& ort = Ort();
  OrtThreadingOptions* threading = nullptr;
  ORT_OK(ort.CreateThreadingOptions(&threading));
  ORT_OK(ort.SetGlobalIntraOpNumThreads(threading, 3));
  ORT_OK(ort.SetGlobalSpinControl(threading, 0));
  ORT_FAILS(ort.SetGlobalSpinControl(threading, 2), 2, "allow_spinning");
  made = joined = 0;
  ORT_OK(ort.SetGlobalCustomCreateThreadFn(threading, [](void*, OrtThreadWorkerFn work, void* argument) {
    ++made;
    return reinterpret_cast<OrtCustomThreadHandle>(new std::thread(work, argument));
  }));
  ORT_OK(ort.SetGlobalCustomJoinThreadFn(threading, [](OrtCustomThreadHandle handle) {
    auto* thread = const_cast<std::thread*>(reinterpret_cast<const std::thread*>(handle));
    thread->join();
    delete thread;
    ++joined;
  }));
  OrtEnv* env = nullptr;
  ORT_OK(ort.CreateEnvWithGlobalThreadPools(ORT_LOGGING_LEVEL_WARNING, "test", threading, &env));
  ort.ReleaseThreadingOptions(threading);
  OrtSessionOptions* options = nullptr;
  ORT_OK(ort.CreateSessionOptions(&options));
  ORT_OK(ort.DisablePerSessionThreads(options));
  const std::string bytes = LinearModel();
  OrtSession *a = nullptr, *b = nullptr;
  ORT_OK(ort.CreateSessionFromArray(env, bytes.data(), bytes.size(), options, &a));
  ORT_OK(ort.CreateSessionFromArray(env, bytes.data(), bytes.size(), options, &b));
  EXPECT_EQ(made, 2);  // and the caller
  ort.ReleaseSessionOptions(options);
  ort.ReleaseSession(a);
  ort.ReleaseSession(b);
  EXPECT_EQ(joined, 0);
  ort.ReleaseEnv(env);
  EXPECT_EQ(joined, 2);
}

}  // namespace
}  // namespace kante::api_test
