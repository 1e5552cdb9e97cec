// SPDX-License-Identifier: MIT
// The one file of the library that is compiled with exceptions and RTTI (cmake/layer.cmake).
#include "api/c/foreign_calls.h"

#include <exception>

#include "api/c/status.h"

namespace kante::ort {
namespace {

constexpr uint32_t kFirstWithStatus = 16;

template <typename Call>
Status Guarded(const Call& call) {
  try {
    return call();
  } catch (const std::exception& e) {
    return Status(StatusCode::kFail, e.what());
  } catch (...) {
    return Status(StatusCode::kFail, "a custom operator threw something that is no std::exception");
  }
}

}  // namespace

Status CallCreate(const OrtCustomOp& op, const OrtApi* api, const OrtKernelInfo* info, void** kernel) {
  return Guarded([&] {
    if (op.version >= kFirstWithStatus && op.CreateKernelV2) {
      return TakeStatus(op.CreateKernelV2(&op, api, info, kernel));
    }
    *kernel = op.CreateKernel(&op, api, info);
    return *kernel ? Status() : Status(StatusCode::kFail, "the operator's library gave no kernel");
  });
}

Status CallCompute(const OrtCustomOp& op, void* kernel, OrtKernelContext* context) {
  return Guarded([&] {
    if (op.version >= kFirstWithStatus && op.KernelComputeV2) return TakeStatus(op.KernelComputeV2(kernel, context));
    op.KernelCompute(kernel, context);
    return Status();
  });
}

Status CallInferShape(const OrtCustomOp& op, OrtShapeInferContext* context) {
  return Guarded([&] { return TakeStatus(op.InferOutputShapeFn(&op, context)); });
}

}  // namespace kante::ort
