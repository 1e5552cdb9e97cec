// SPDX-License-Identifier: MIT
#include "interrupt.h"

#include <pthread.h>

#include <atomic>

namespace kante::python {
namespace {

// Python imports the module, and with it starts this variable, in its main thread.
const pthread_t main_thread = pthread_self();
CancelToken held;  // of the wait now or last: a handler that is late in another thread still finds it alive
std::atomic<CancelToken*> waiting{nullptr};
std::atomic<bool> came{false};
struct sigaction python_action;

// Only atomic stores: safe in a signal handler.
void OnInterrupt(int signal) {
  came.store(true);
  if (CancelToken* token = waiting.load()) token->Cancel();
  python_action.sa_handler(signal);
}

}  // namespace

Interruptible::Interruptible(CancelToken& token) {
  if (!pthread_equal(pthread_self(), main_thread) || waiting.load()) return;
  if (sigaction(SIGINT, nullptr, &python_action) != 0) return;
  const bool handled = python_action.sa_handler != SIG_DFL && python_action.sa_handler != SIG_IGN;
  if (!handled || (python_action.sa_flags & SA_SIGINFO)) return;
  came.store(false);
  held = token;
  waiting.store(&held);
  struct sigaction ours = python_action;
  ours.sa_handler = OnInterrupt;
  installed_ = sigaction(SIGINT, &ours, nullptr) == 0;
  if (!installed_) waiting.store(nullptr);
}

Interruptible::~Interruptible() {
  if (!installed_) return;
  sigaction(SIGINT, &python_action, nullptr);
  waiting.store(nullptr);
}

bool Interruptible::interrupted() const { return installed_ && came.load(); }

}  // namespace kante::python
