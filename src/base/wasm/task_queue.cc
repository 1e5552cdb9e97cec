// SPDX-License-Identifier: MIT
// Without threads a task runs at once.
#include "base/task_queue.h"

namespace kante::core {

struct TaskQueue::Impl {};
TaskQueue::TaskQueue() = default;
TaskQueue::~TaskQueue() = default;
void TaskQueue::Post(std::function<void()> task) { task(); }

}  // namespace kante::core
