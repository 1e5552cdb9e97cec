// SPDX-License-Identifier: MIT
#include "providers/cpu/cpu_provider.h"

namespace kante::core {
namespace {

class OpExecutable final : public Executable {
 public:
  explicit OpExecutable(const OpInstance& op) : op_(op) {}
  Status Run(RunContext& context) const override {
    if (op_.def->run) return op_.def->run(op_.attributes.get(), context);
    return CopyReshaped(context);
  }

 private:
  // Operators that only make views of their first input have no Run; a copy is what remains where no view can be.
  static Status CopyReshaped(RunContext& context) {
    const Tensor& x = context.in(0);
    KANTE_TRY(Tensor * y, context.Output(0));
    if (y->elements() != x.elements() || y->type() != x.type()) {
      return Error(StatusCode::kRuntimeError, "the operator has no kernel");
    }
    CopyElements(x.Reshaped(y->shape()), *y);
    return OkStatus();
  }

  const OpInstance& op_;  // the plan keeps both
};

class CpuProvider final : public Provider {
 public:
  std::string_view name() const override { return "cpu"; }
  bool Claim(const Graph&, NodeId, const OpInstance& op) const override {
    return op.def->run != nullptr || op.def->expand == nullptr;
  }
  Result<std::unique_ptr<Executable>> Compile(const Graph&, NodeId, const OpInstance& op) const override {
    return std::unique_ptr<Executable>(std::make_unique<OpExecutable>(op));
  }
};

}  // namespace

std::shared_ptr<Provider> MakeCpuProvider() { return std::make_shared<CpuProvider>(); }

}  // namespace kante::core
