// SPDX-License-Identifier: MIT
// Calls into operators of the caller's, which are C++ more often than C: what they throw becomes a Status.
#pragma once

#include "api/c/ort_types.h"
#include "kante/status.h"

namespace kante::ort {

Status CallCreate(const OrtCustomOp& op, const OrtApi* api, const OrtKernelInfo* info, void** kernel);
Status CallCompute(const OrtCustomOp& op, void* kernel, OrtKernelContext* context);
Status CallInferShape(const OrtCustomOp& op, OrtShapeInferContext* context);

}  // namespace kante::ort
