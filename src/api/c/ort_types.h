// SPDX-License-Identifier: MIT
// The types of ONNX Runtime's C ABI: numbers of its enumerations, layouts of the structs that callers see, names of
// those that they do not. Facts of the ABI in our own words; tests/clients holds them against the official header.
#pragma once

#include <cstddef>
#include <cstdint>

// All have C's underlying type: callers may hand in any number.
enum OrtErrorCode : int {
  ORT_OK,
  ORT_FAIL,
  ORT_INVALID_ARGUMENT,
  ORT_NO_SUCHFILE,
  ORT_NO_MODEL,
  ORT_ENGINE_ERROR,
  ORT_RUNTIME_EXCEPTION,
  ORT_INVALID_PROTOBUF,
  ORT_MODEL_LOADED,
  ORT_NOT_IMPLEMENTED,
  ORT_INVALID_GRAPH,
  ORT_EP_FAIL,
  ORT_MODEL_LOAD_CANCELED,
  ORT_MODEL_REQUIRES_COMPILATION,
  ORT_NOT_FOUND,
  ORT_DEVICE_RESET,
};

// As TensorProto.DataType up to FLOAT4E2M1; the last three are in another order (value.cc converts).
enum ONNXTensorElementDataType : int {
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED = 0,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT = 1,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 = 7,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING = 8,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT4E2M1 = 23,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT2 = 24,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT2 = 25,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E8M0 = 26,
};

enum ONNXType : int {
  ONNX_TYPE_UNKNOWN,
  ONNX_TYPE_TENSOR,
  ONNX_TYPE_SEQUENCE,
  ONNX_TYPE_MAP,
  ONNX_TYPE_OPAQUE,
  ONNX_TYPE_SPARSETENSOR,
  ONNX_TYPE_OPTIONAL,
};

enum OrtSparseFormat : int {
  ORT_SPARSE_UNDEFINED = 0,
  ORT_SPARSE_COO = 1,
  ORT_SPARSE_CSRC = 2,
  ORT_SPARSE_BLOCK_SPARSE = 4
};
enum OrtSparseIndicesFormat : int {
  ORT_SPARSE_COO_INDICES,
  ORT_SPARSE_CSR_INNER_INDICES,
  ORT_SPARSE_CSR_OUTER_INDICES,
  ORT_SPARSE_BLOCK_SPARSE_INDICES,
};

enum OrtLoggingLevel : int {
  ORT_LOGGING_LEVEL_VERBOSE,
  ORT_LOGGING_LEVEL_INFO,
  ORT_LOGGING_LEVEL_WARNING,
  ORT_LOGGING_LEVEL_ERROR,
  ORT_LOGGING_LEVEL_FATAL,
};

enum OrtOpAttrType : int {
  ORT_OP_ATTR_UNDEFINED,
  ORT_OP_ATTR_INT,
  ORT_OP_ATTR_INTS,
  ORT_OP_ATTR_FLOAT,
  ORT_OP_ATTR_FLOATS,
  ORT_OP_ATTR_STRING,
  ORT_OP_ATTR_STRINGS,
  ORT_OP_ATTR_GRAPH,
  ORT_OP_ATTR_TENSOR,
};

enum GraphOptimizationLevel : int {
  ORT_DISABLE_ALL = 0,
  ORT_ENABLE_BASIC = 1,
  ORT_ENABLE_EXTENDED = 2,
  ORT_ENABLE_LAYOUT = 3,
  ORT_ENABLE_ALL = 99,
};
enum ExecutionMode : int { ORT_SEQUENTIAL, ORT_PARALLEL };
enum OrtLanguageProjection : int { ORT_PROJECTION_C, ORT_PROJECTION_NODEJS = 6 };

enum OrtAllocatorType : int {
  OrtInvalidAllocator = -1,
  OrtDeviceAllocator = 0,
  OrtArenaAllocator = 1,
  OrtReadOnlyAllocator = 2,
};
enum OrtMemType : int { OrtMemTypeCPUInput = -2, OrtMemTypeCPUOutput = -1, OrtMemTypeDefault = 0 };
enum OrtDeviceMemoryType : int { OrtDeviceMemoryType_DEFAULT = 0, OrtDeviceMemoryType_HOST_ACCESSIBLE = 5 };
enum OrtMemoryInfoDeviceType : int {
  OrtMemoryInfoDeviceType_CPU = 0,
  OrtMemoryInfoDeviceType_GPU = 1,
  OrtMemoryInfoDeviceType_NPU = 3
};
enum OrtHardwareDeviceType : int { OrtHardwareDeviceType_CPU, OrtHardwareDeviceType_GPU, OrtHardwareDeviceType_NPU };
enum OrtExecutionProviderDevicePolicy : int { OrtExecutionProviderDevicePolicy_DEFAULT = 0 };
enum OrtCompiledModelCompatibility : int { OrtCompiledModelCompatibility_EP_NOT_APPLICABLE = 0 };
enum OrtCustomOpInputOutputCharacteristic : int { INPUT_OUTPUT_REQUIRED, INPUT_OUTPUT_OPTIONAL, INPUT_OUTPUT_VARIADIC };

struct OrtApi;
struct OrtStatus;
struct OrtEnv;
struct OrtMemoryInfo;
struct OrtValue;
struct OrtSession;
struct OrtSessionOptions;
struct OrtRunOptions;
struct OrtTypeInfo;
struct OrtTensorTypeAndShapeInfo;
struct OrtMapTypeInfo;
struct OrtSequenceTypeInfo;
struct OrtOptionalTypeInfo;
struct OrtModelMetadata;
struct OrtIoBinding;
struct OrtThreadingOptions;
struct OrtArenaCfg;
struct OrtPrepackedWeightsContainer;
struct OrtCustomOpDomain;
struct OrtKernelInfo;
struct OrtKernelContext;
struct OrtShapeInferContext;
struct OrtOp;
struct OrtOpAttr;
struct OrtLogger;
struct OrtLoraAdapter;
struct OrtKeyValuePairs;
struct OrtSyncStream;
struct OrtValueInfo;
struct OrtNode;
struct OrtGraph;
struct OrtModel;
struct OrtHardwareDevice;
struct OrtEpDevice;
struct OrtExternalInitializerInfo;
struct OrtDeviceEpIncompatibilityDetails;
struct OrtEpAssignedSubgraph;
struct OrtEpAssignedNode;
struct OrtTrainingApi;
struct OrtModelEditorApi;
struct OrtCompileApi;
struct OrtModelCompilationOptions;
struct OrtEpApi;
struct OrtInteropApi;
struct OrtThreadPoolCallbacksConfig;
struct OrtCUDAProviderOptions;
struct OrtCUDAProviderOptionsV2;
struct OrtROCMProviderOptions;
struct OrtTensorRTProviderOptions;
struct OrtTensorRTProviderOptionsV2;
struct OrtMIGraphXProviderOptions;
struct OrtOpenVINOProviderOptions;
struct OrtCANNProviderOptions;
struct OrtDnnlProviderOptions;

// What clients look up: the versions' table, and the version as text.
struct OrtApiBase {
  const OrtApi* (*GetApi)(uint32_t version);
  const char* (*GetVersionString)();
};

// Memory of the caller's, or of ours. Members up to `version`: Reserve since 18, GetStats and AllocOnStream since 23,
// Shrink since 25.
struct OrtAllocator {
  uint32_t version;
  void* (*Alloc)(OrtAllocator* self, size_t bytes);
  void (*Free)(OrtAllocator* self, void* memory);
  const OrtMemoryInfo* (*Info)(const OrtAllocator* self);
  void* (*Reserve)(OrtAllocator* self, size_t bytes);
  OrtStatus* (*GetStats)(const OrtAllocator* self, OrtKeyValuePairs** out);
  void* (*AllocOnStream)(OrtAllocator* self, size_t bytes, OrtSyncStream* stream);
  OrtStatus* (*Shrink)(OrtAllocator* self);
};

// An operator of the caller's. Members up to `version`: optional inputs and outputs since 8, memory types since 13,
// variadic ones since 14, the V2 functions since 16 (then CreateKernel and KernelCompute may be null), versions and
// shape inference since 17, in place and alias since 18.
struct OrtCustomOp {
  uint32_t version;
  void* (*CreateKernel)(const OrtCustomOp* op, const OrtApi* api, const OrtKernelInfo* info);
  const char* (*GetName)(const OrtCustomOp* op);
  const char* (*GetExecutionProviderType)(const OrtCustomOp* op);
  ONNXTensorElementDataType (*GetInputType)(const OrtCustomOp* op, size_t index);
  size_t (*GetInputTypeCount)(const OrtCustomOp* op);
  ONNXTensorElementDataType (*GetOutputType)(const OrtCustomOp* op, size_t index);
  size_t (*GetOutputTypeCount)(const OrtCustomOp* op);
  void (*KernelCompute)(void* kernel, OrtKernelContext* context);
  void (*KernelDestroy)(void* kernel);
  OrtCustomOpInputOutputCharacteristic (*GetInputCharacteristic)(const OrtCustomOp* op, size_t index);
  OrtCustomOpInputOutputCharacteristic (*GetOutputCharacteristic)(const OrtCustomOp* op, size_t index);
  OrtMemType (*GetInputMemoryType)(const OrtCustomOp* op, size_t index);
  int (*GetVariadicInputMinArity)(const OrtCustomOp* op);
  int (*GetVariadicInputHomogeneity)(const OrtCustomOp* op);
  int (*GetVariadicOutputMinArity)(const OrtCustomOp* op);
  int (*GetVariadicOutputHomogeneity)(const OrtCustomOp* op);
  OrtStatus* (*CreateKernelV2)(const OrtCustomOp* op, const OrtApi* api, const OrtKernelInfo* info, void** kernel);
  OrtStatus* (*KernelComputeV2)(void* kernel, OrtKernelContext* context);
  OrtStatus* (*InferOutputShapeFn)(const OrtCustomOp* op, OrtShapeInferContext* context);
  int (*GetStartVersion)(const OrtCustomOp* op);
  int (*GetEndVersion)(const OrtCustomOp* op);
  size_t (*GetMayInplace)(int** inputs, int** outputs);
  void (*ReleaseMayInplace)(int* inputs, int* outputs);
  size_t (*GetAliasMap)(int** inputs, int** outputs);
  void (*ReleaseAliasMap)(int* inputs, int* outputs);
};

struct OrtEnvCreationOptions {
  uint32_t version;
  int32_t logging_severity_level;
  const char* log_id;
  void (*custom_logging_function)(void* param, OrtLoggingLevel severity, const char* category, const char* logid,
                                  const char* code_location, const char* message);
  void* custom_logging_param;
  const OrtThreadingOptions* threading_options;
  const OrtKeyValuePairs* config_entries;
};

using OrtLoggingFunction = void (*)(void* param, OrtLoggingLevel severity, const char* category, const char* logid,
                                    const char* code_location, const char* message);
using OrtThreadWorkerFn = void (*)(void* param);
using OrtCustomThreadHandle = const struct OrtCustomHandleType*;
using OrtCustomCreateThreadFn = OrtCustomThreadHandle (*)(void* options, OrtThreadWorkerFn worker, void* param);
using OrtCustomJoinThreadFn = void (*)(OrtCustomThreadHandle thread);
using RegisterCustomOpsFn = OrtStatus* (*)(OrtSessionOptions* options, const OrtApiBase* api);
using RunAsyncCallbackFn = void (*)(void* user_data, OrtValue** outputs, size_t num_outputs, OrtStatus* status);
using OrtWriteBufferFunc = OrtStatus* (*)(void* state, const void* bytes, size_t count);
using OrtGetInitializerLocationFunc = OrtStatus* (*)(void* state, const char* name, const OrtValue* value,
                                                     const OrtExternalInitializerInfo* external,
                                                     OrtExternalInitializerInfo** out);
using OrtExperimentalFnPtr = void (*)();
using EpSelectionDelegate = OrtStatus* (*)(const OrtEpDevice** devices, size_t num_devices,
                                           const OrtKeyValuePairs* model_metadata,
                                           const OrtKeyValuePairs* runtime_metadata, const OrtEpDevice** selected,
                                           size_t max_selected, size_t* num_selected, void* state);
