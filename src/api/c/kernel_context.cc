// SPDX-License-Identifier: MIT
// What a custom operator's kernel asks for while it runs, and what its shape inference asks for before.
#include "api/c/custom_op.h"
#include "api/c/memory.h"
#include "api/c/slots.h"

namespace kante::ort {

OrtStatus* KernelContext_GetInputCount(const OrtKernelContext* context, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(out);
  *out = context->inputs.size();
  return nullptr;
}

OrtStatus* KernelContext_GetOutputCount(const OrtKernelContext* context, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(out);
  *out = context->outputs.size();
  return nullptr;
}

OrtStatus* KernelContext_GetInput(const OrtKernelContext* context, size_t index, const OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(out);
  if (index >= context->inputs.size()) return InvalidArgument("input " + std::to_string(index) + " is out of bounds");
  auto& slot = const_cast<OrtKernelContext*>(context)->inputs[index];
  const int i = static_cast<int>(index);
  if (!slot && context->run->has_input(i)) slot.reset(new OrtValue{context->run->input(i)});
  *out = slot.get();
  return nullptr;
}

OrtStatus* KernelContext_GetOutput(OrtKernelContext* context, size_t index, const int64_t* dims, size_t rank,
                                   OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(out);
  if (index >= context->outputs.size()) {
    return InvalidArgument("output " + std::to_string(index) + " is out of bounds");
  }
  const int i = static_cast<int>(index);
  *out = nullptr;
  if (!context->run->wants_output(i)) return nullptr;
  std::span<const int64_t> shape;
  KANTE_ORT_TRY(ShapeArgument(dims, rank, &shape));
  auto& slot = context->outputs[index];
  if (!slot) {
    auto made = context->run->Output(i, FromOrt(context->output_types[index]), shape);
    if (!made.ok()) return ToOrt(made.status());
    slot.reset(new OrtValue{std::move(*made)});
  }
  *out = slot.get();
  return nullptr;
}

OrtStatus* KernelContext_GetAllocator(const OrtKernelContext* context, const OrtMemoryInfo* info,
                                      OrtAllocator** out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  *out = DefaultAllocator();
  return nullptr;
}

OrtStatus* KernelContext_GetGPUComputeStream(const OrtKernelContext* context, void** out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(out);
  *out = nullptr;
  return nullptr;
}

OrtStatus* KernelContext_GetSyncStream(const OrtKernelContext* context, OrtSyncStream** out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(out);
  *out = nullptr;
  return nullptr;
}

OrtStatus* KernelContext_GetResource(const OrtKernelContext* context, int, int, void** out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(out);
  *out = nullptr;
  return InvalidArgument("Failed to fetch a stream hosting the requested resource");
}

// The caller frees it with the allocator that KernelContext_GetAllocator gives.
OrtStatus* KernelContext_GetScratchBuffer(const OrtKernelContext* context, const OrtMemoryInfo* info, size_t bytes,
                                          void** out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  KANTE_ORT_TRY(RequireHost(*info));
  return AllocatorAlloc(DefaultAllocator(), bytes, out);
}

OrtStatus* KernelContext_ParallelFor(const OrtKernelContext* context, void (*body)(void*, size_t), size_t total,
                                     size_t batches, void* user) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(body);
  constexpr double kLong = 1e6;  // nobody says how much an item is: every thread is worth waking
  (void)batches;
  return ToOrt(context->run->Parallel(static_cast<int64_t>(total), kLong, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(user, static_cast<size_t>(i));
  }));
}

OrtStatus* ShapeInferContext_GetInputCount(const OrtShapeInferContext* context, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(out);
  *out = context->inputs.size();
  return nullptr;
}

// Lent: lives as long as the context.
OrtStatus* ShapeInferContext_GetInputTypeShape(const OrtShapeInferContext* context, size_t index,
                                               OrtTensorTypeAndShapeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(out);
  if (index >= context->inputs.size()) return InvalidArgument("input " + std::to_string(index) + " is out of bounds");
  *out = const_cast<OrtTensorTypeAndShapeInfo*>(&context->inputs[index]);
  return nullptr;
}

OrtStatus* ShapeInferContext_SetOutputTypeShape(const OrtShapeInferContext* context, size_t index,
                                                const OrtTensorTypeAndShapeInfo* info) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(info);
  if (index >= context->outputs.size()) {
    return InvalidArgument("output " + std::to_string(index) + " is out of bounds");
  }
  OrtTensorTypeAndShapeInfo& output = const_cast<OrtShapeInferContext*>(context)->outputs[index];
  const ONNXTensorElementDataType type = output.type;
  output = *info;
  if (output.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED) output.type = type;
  return nullptr;
}

OrtStatus* ShapeInferContext_GetAttribute(const OrtShapeInferContext* context, const char* name,
                                          const OrtOpAttr** out) noexcept {
  KANTE_ORT_REQUIRE(context);
  KANTE_ORT_REQUIRE(name);
  KANTE_ORT_REQUIRE(out);
  for (const OrtOpAttr& a : *context->attributes) {
    if (a.attribute.name != name) continue;
    *out = &a;
    return nullptr;
  }
  return InvalidArgument("there is no attribute '" + std::string(name) + "'");
}

}  // namespace kante::ort
