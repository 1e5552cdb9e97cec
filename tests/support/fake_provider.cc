// SPDX-License-Identifier: MIT
#include "tests/support/fake_provider.h"

#include <sys/mman.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace kante::core {

// Device addresses and the bytes behind them.
struct FakeProvider::State {
  std::mutex mutex;
  std::map<const std::byte*, std::vector<std::byte>> blocks;
  std::atomic<int> computed{0};
  int delay_us = 0;

  std::byte* Real(const std::byte* address) {
    std::lock_guard lock(mutex);
    auto it = blocks.upper_bound(address);
    if (it == blocks.begin()) return nullptr;
    --it;
    return it->second.data() + (address - it->first);
  }
};

namespace {

class FakeAllocator final : public Allocator {
 public:
  explicit FakeAllocator(std::shared_ptr<FakeProvider::State> state) : state_(std::move(state)) {}
  void* Allocate(size_t bytes) override {
    void* address = ::mmap(nullptr, bytes + 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) return nullptr;
    std::lock_guard lock(state_->mutex);
    state_->blocks[static_cast<std::byte*>(address)].resize(bytes);
    return address;
  }
  void Free(void* block, size_t bytes) override {
    std::lock_guard lock(state_->mutex);
    state_->blocks.erase(static_cast<std::byte*>(block));
    ::munmap(block, bytes + 1);
  }

 private:
  std::shared_ptr<FakeProvider::State> state_;
};

class FakeEvent final : public Event {
 public:
  bool Ready() const override {
    std::lock_guard lock(mutex_);
    return done_;
  }
  Status Wait() override {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return done_; });
    return status_.Clone();
  }
  void Set(const Status& status) {
    std::lock_guard lock(mutex_);
    done_ = true;
    status_ = status.Clone();
    wake_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  Status status_;
};

// A tensor on the device seen through its real bytes.
Tensor Translate(FakeProvider::State& state, const Tensor& t) {
  if (t.device().is_host()) return t;
  return Tensor(t.type(), t.shape(), Buffer::Wrap(state.Real(t.raw()), static_cast<size_t>(t.bytes()), nullptr));
}

class FakeExecutable final : public Executable {
 public:
  FakeExecutable(std::shared_ptr<FakeProvider::State> state, const OpInstance& op)
      : state_(std::move(state)), op_(op) {}

  Status Run(RunContext& context) const override {
    std::vector<Value> in(static_cast<size_t>(context.input_count()));
    std::vector<const Value*> pointers(in.size(), nullptr);
    for (size_t i = 0; i < in.size(); ++i) {
      if (!context.has_input(static_cast<int>(i))) continue;
      in[i] = Value(Translate(*state_, context.in(static_cast<int>(i))));
      pointers[i] = &in[i];
    }
    std::vector<Value> out(static_cast<size_t>(context.output_count()));
    uint32_t wanted = 0;
    for (size_t i = 0; i < out.size(); ++i) {
      if (!context.wants_output(static_cast<int>(i))) continue;
      KANTE_TRY(Tensor * planned, context.Output(static_cast<int>(i)));
      out[i] = Value(Translate(*state_, *planned));
      wanted |= 1u << i;
    }
    const Choice none;
    RunContext inner(context.host(), pointers, out, wanted, none, {});
    ++state_->computed;
    return op_.def->run(op_.attributes.get(), inner);
  }

 private:
  std::shared_ptr<FakeProvider::State> state_;
  const OpInstance& op_;
};

class FakeQueue final : public Queue {
 public:
  explicit FakeQueue(std::shared_ptr<FakeProvider::State> state)
      : state_(std::move(state)), worker_([this] { Work(); }) {}
  ~FakeQueue() override {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    worker_.join();
  }

  Status Compute(const Executable& executable, RunContext& context) override {
    return Post([&executable, &context] { return executable.Run(context); });
  }
  Status Copy(const Tensor& from, const Tensor& to) override {
    return Post([this, &from, &to] {
      const Tensor source = Translate(*state_, from);
      std::memcpy(Translate(*state_, to).raw(), source.raw(), static_cast<size_t>(source.bytes()));
      return OkStatus();
    });
  }
  Result<std::shared_ptr<Event>> Signal() override {
    auto event = std::make_shared<FakeEvent>();
    KANTE_TRY(Post([this, event] {
      event->Set(failed_);
      return OkStatus();
    }));
    return std::shared_ptr<Event>(event);
  }
  Status Wait(std::shared_ptr<Event> event) override {
    return Post([event] { return event->Wait(); });
  }

 private:
  Status Post(std::function<Status()> work) {
    {
      std::lock_guard lock(mutex_);
      work_.push_back(std::move(work));
    }
    wake_.notify_all();
    return OkStatus();
  }
  void Work() {
    for (;;) {
      std::function<Status()> next;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return stop_ || !work_.empty(); });
        if (work_.empty()) return;
        next = std::move(work_.front());
        work_.pop_front();
      }
      std::this_thread::sleep_for(std::chrono::microseconds(state_->delay_us));
      Status status = next();
      if (!status.ok() && failed_.ok()) failed_ = std::move(status);
    }
  }

  std::shared_ptr<FakeProvider::State> state_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<Status()>> work_;
  bool stop_ = false;
  Status failed_;  // of the worker only
  std::thread worker_;
};

}  // namespace

FakeProvider::FakeProvider(std::set<std::string> operators, int delay_us)
    : state_(std::make_shared<State>()), operators_(std::move(operators)) {
  state_->delay_us = delay_us;
}
FakeProvider::~FakeProvider() = default;

bool FakeProvider::Claim(const Graph& graph, NodeId id, const OpInstance& op) const {
  return op.def->run != nullptr && operators_.contains(graph.node(id).op_type);
}
Result<std::unique_ptr<Executable>> FakeProvider::Compile(const Graph&, NodeId, const OpInstance& op) const {
  return std::unique_ptr<Executable>(std::make_unique<FakeExecutable>(state_, op));
}
std::shared_ptr<Allocator> FakeProvider::allocator() const { return std::make_shared<FakeAllocator>(state_); }
Result<std::unique_ptr<Queue>> FakeProvider::CreateQueue() const {
  return std::unique_ptr<Queue>(std::make_unique<FakeQueue>(state_));
}
int FakeProvider::computed() const { return state_->computed.load(); }

}  // namespace kante::core
