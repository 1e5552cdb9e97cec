// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

namespace kante::core {

// Runs tasks one after the other on a thread of its own, which starts with the first. Destroying it waits for all.
class TaskQueue {
 public:
  TaskQueue();
  ~TaskQueue();
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;
  void Post(std::function<void()> task);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kante::core
