// SPDX-License-Identifier: MIT
// Holds src/api/c/slots.inc and ort_types.h against the official header: compiles or does not. The header is older than
// the list by the slots that came since; KANTE_HEADER_SLOTS says how many it has.
#include <onnxruntime_c_api.h>

#include <cstddef>
#include <type_traits>

namespace {

template <typename T>
struct Plain;
template <typename R, typename... P>
struct Plain<R (*)(P...) noexcept> {
  using Type = R (*)(P...);
};
template <typename R, typename... P>
struct Plain<R (*)(P...)> {
  using Type = R (*)(P...);
};

constexpr size_t kSlots = sizeof(OrtApi) / sizeof(void*);

#define REAL(number, name, result, parameters)                                                             \
  static_assert(offsetof(TABLE, name) == (number) * sizeof(void*), #name " stands elsewhere");             \
  static_assert(std::is_same_v<Plain<decltype(TABLE::name)>::Type, std::add_pointer_t<result parameters>>, \
                #name " has another type");
#define PARTIAL(number, name, result, parameters, difference) REAL(number, name, result, parameters)
#define ABSENT(number, name, result, parameters, provider) REAL(number, name, result, parameters)
#define STUB(number, name, result, parameters) REAL(number, name, result, parameters)
#define TABLE OrtApi
#include "slots_of_header.inc"
#undef TABLE
#define TABLE OrtModelEditorApi
#include "api/c/editor_slots.inc"
#undef TABLE
#define TABLE OrtCompileApi
#include "api/c/compile_slots.inc"
#undef TABLE

static_assert(sizeof(OrtCompileApi) == 16 * sizeof(void*));
static_assert(sizeof(OrtModelEditorApi) == 20 * sizeof(void*));
static_assert(kSlots >= 425);

}  // namespace

// Our own declarations beside the official ones.
namespace ours {
#include "api/c/ort_types.h"
}

namespace {

#define SAME_SIZE(type) static_assert(sizeof(ours::type) == sizeof(::type), #type);
#define SAME_PLACE(type, member) static_assert(offsetof(ours::type, member) == offsetof(::type, member), #member);
#define SAME_VALUE(name) static_assert(static_cast<int>(ours::name) == static_cast<int>(::name), #name);

SAME_SIZE(OrtApiBase)
SAME_SIZE(OrtAllocator)
SAME_SIZE(OrtCustomOp)
SAME_SIZE(OrtEnvCreationOptions)
SAME_PLACE(OrtAllocator, Info)
SAME_PLACE(OrtAllocator, Reserve)
SAME_PLACE(OrtAllocator, GetStats)
SAME_PLACE(OrtAllocator, AllocOnStream)
SAME_PLACE(OrtAllocator, Shrink)
SAME_PLACE(OrtCustomOp, KernelDestroy)
SAME_PLACE(OrtCustomOp, GetInputMemoryType)
SAME_PLACE(OrtCustomOp, GetVariadicOutputHomogeneity)
SAME_PLACE(OrtCustomOp, KernelComputeV2)
SAME_PLACE(OrtCustomOp, InferOutputShapeFn)
SAME_PLACE(OrtCustomOp, ReleaseAliasMap)
SAME_VALUE(ORT_DEVICE_RESET)
SAME_VALUE(ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING)
SAME_VALUE(ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT4E2M1)
SAME_VALUE(ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT2)
SAME_VALUE(ONNX_TENSOR_ELEMENT_DATA_TYPE_INT2)
SAME_VALUE(ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E8M0)
SAME_VALUE(ONNX_TYPE_OPTIONAL)
SAME_VALUE(ORT_SPARSE_BLOCK_SPARSE)
SAME_VALUE(ORT_SPARSE_BLOCK_SPARSE_INDICES)
SAME_VALUE(ORT_LOGGING_LEVEL_FATAL)
SAME_VALUE(ORT_OP_ATTR_TENSOR)
SAME_VALUE(ORT_ENABLE_ALL)
SAME_VALUE(ORT_PARALLEL)
SAME_VALUE(OrtReadOnlyAllocator)
SAME_VALUE(OrtMemTypeCPUInput)
SAME_VALUE(OrtDeviceMemoryType_HOST_ACCESSIBLE)
SAME_VALUE(OrtMemoryInfoDeviceType_NPU)
SAME_VALUE(INPUT_OUTPUT_VARIADIC)

}  // namespace
