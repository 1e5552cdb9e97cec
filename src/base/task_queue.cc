// SPDX-License-Identifier: MIT
#include "base/task_queue.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace kante::core {

struct TaskQueue::Impl {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> tasks;
  bool stop = false;
  std::thread thread;

  void Work() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [&] { return stop || !tasks.empty(); });
      if (tasks.empty()) return;
      const std::function<void()> task = std::move(tasks.front());
      tasks.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }
};

TaskQueue::TaskQueue() : impl_(std::make_unique<Impl>()) {}

TaskQueue::~TaskQueue() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stop = true;
  }
  impl_->wake.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
}

void TaskQueue::Post(std::function<void()> task) {
  const std::lock_guard lock(impl_->mutex);
  impl_->tasks.push_back(std::move(task));
  if (!impl_->thread.joinable()) impl_->thread = std::thread([this] { impl_->Work(); });
  impl_->wake.notify_one();
}

}  // namespace kante::core
