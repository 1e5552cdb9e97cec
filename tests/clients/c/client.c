// SPDX-License-Identifier: MIT
// A C program written against the official header: client LIBRARY MODELS. Ends with 0 if all is as it should be.
#include <dlfcn.h>
#include <math.h>
#include <onnxruntime_c_api.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const OrtApi* ort;
static OrtAllocator* memory;
static OrtEnv* env;

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);           \
      exit(1);                                                                  \
    }                                                                           \
  } while (0)

static void Succeeds(OrtStatus* status, int line) {
  if (!status) return;
  fprintf(stderr, "line %d: %s\n", line, ort->GetErrorMessage(status));
  exit(1);
}
#define OK(call) Succeeds(call, __LINE__)

static void FailsWith(OrtStatus* status, OrtErrorCode code, const char* text, int line) {
  if (!status || ort->GetErrorCode(status) != code || !strstr(ort->GetErrorMessage(status), text)) {
    fprintf(stderr, "line %d: wanted %d and '%s', got %d '%s'\n", line, code, text,
            status ? (int)ort->GetErrorCode(status) : 0, status ? ort->GetErrorMessage(status) : "success");
    exit(1);
  }
  ort->ReleaseStatus(status);
}
#define FAILS(call, code, text) FailsWith(call, code, text, __LINE__)

static OrtSession* Open(const char* folder, const char* name, const OrtSessionOptions* options) {
  char path[4096];
  snprintf(path, sizeof(path), "%s/%s.onnx", folder, name);
  OrtSession* session = NULL;
  OK(ort->CreateSession(env, path, options, &session));
  return session;
}

static OrtValue* Floats(float* values, const int64_t* shape, size_t rank) {
  OrtMemoryInfo* info = NULL;
  OrtValue* value = NULL;
  size_t count = 1;
  for (size_t i = 0; i < rank; ++i) count *= (size_t)shape[i];
  OK(ort->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &info));
  OK(ort->CreateTensorWithDataAsOrtValue(info, values, count * sizeof(float), shape, rank,
                                         ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value));
  ort->ReleaseMemoryInfo(info);
  return value;
}

static float* DataOf(OrtValue* value) {
  void* data = NULL;
  OK(ort->GetTensorMutableData(value, &data));
  return data;
}

static void TestSlots(void) {
  const void* const* slots = (const void* const*)ort;
  for (int i = 0; i < 426; ++i) CHECK(slots[i] != NULL);
  OrtCUDAProviderOptionsV2* cuda = NULL;
  FAILS(ort->CreateCUDAProviderOptions(&cuda), ORT_FAIL, "CUDA execution provider is not enabled in this build.");
  FAILS(ort->RegisterExecutionProviderLibrary(env, "x", "/nowhere.so"), ORT_NOT_IMPLEMENTED,
        "RegisterExecutionProviderLibrary");
  CHECK(ort->GetCompileApi() && ort->GetModelEditorApi() && ort->GetEpApi() && ort->GetInteropApi());
  FAILS(ort->GetCompileApi()->CompileModel(env, NULL), ORT_INVALID_ARGUMENT, "options");
}

static void TestRun(const char* folder) {
  OrtSession* session = Open(folder, "add", NULL);
  size_t count = 0;
  OK(ort->SessionGetInputCount(session, &count));
  CHECK(count == 2);
  char* name = NULL;
  OK(ort->SessionGetOutputName(session, 1, memory, &name));
  CHECK(strcmp(name, "product") == 0);
  memory->Free(memory, name);
  FAILS(ort->SessionGetInputName(session, 2, memory, &name), ORT_FAIL, "out of range");

  OrtTypeInfo* type = NULL;
  const OrtTensorTypeAndShapeInfo* tensor = NULL;
  OK(ort->SessionGetInputTypeInfo(session, 0, &type));
  OK(ort->CastTypeInfoToTensorInfo(type, &tensor));
  int64_t dims[2];
  const char* symbols[2];
  OK(ort->GetDimensions(tensor, dims, 2));
  OK(ort->GetSymbolicDimensions(tensor, symbols, 2));
  CHECK(dims[0] == -1 && dims[1] == 3 && strcmp(symbols[0], "batch") == 0 && *symbols[1] == 0);
  const OrtSequenceTypeInfo* sequence = (const OrtSequenceTypeInfo*)&count;
  OK(ort->CastTypeInfoToSequenceTypeInfo(type, &sequence));
  CHECK(sequence == NULL);
  ort->ReleaseTypeInfo(type);

  float a[6] = {1, 2, 3, 4, 5, 6}, b[6] = {6, 5, 4, 3, 2, 1};
  const int64_t shape[2] = {2, 3};
  OrtValue* inputs[2] = {Floats(a, shape, 2), Floats(b, shape, 2)};
  const char* in[2] = {"a", "b"};
  const char* out[2] = {"product", "sum"};
  float mine[6];
  OrtValue* outputs[2] = {NULL, Floats(mine, shape, 2)};
  OK(ort->Run(session, NULL, in, (const OrtValue* const*)inputs, 2, out, 2, outputs));
  for (int i = 0; i < 6; ++i) CHECK(DataOf(outputs[0])[i] == a[i] * b[i] && mine[i] == 7);
  ort->ReleaseValue(outputs[0]);

  OrtValue* result = NULL;
  const char* wrong[2] = {"a", "c"};
  FAILS(ort->Run(session, NULL, wrong, (const OrtValue* const*)inputs, 2, out, 1, &result), ORT_INVALID_ARGUMENT,
        "Invalid input name: c");
  FAILS(ort->Run(session, NULL, in, (const OrtValue* const*)inputs, 2, wrong, 1, &result), ORT_INVALID_ARGUMENT,
        "Invalid output name: a");
  FAILS(ort->Run(session, NULL, in, (const OrtValue* const*)inputs, 2, out, 0, &result), ORT_INVALID_ARGUMENT,
        "At least one output should be requested.");
  const int64_t flat[1] = {6};
  OrtValue* flat_inputs[2] = {Floats(a, flat, 1), inputs[1]};
  FAILS(ort->Run(session, NULL, in, (const OrtValue* const*)flat_inputs, 2, out, 1, &result), ORT_INVALID_ARGUMENT,
        "Invalid rank for input: a");
  outputs[0] = flat_inputs[0];
  FAILS(ort->Run(session, NULL, in, (const OrtValue* const*)inputs, 2, out, 1, outputs), ORT_INVALID_ARGUMENT,
        "Invalid rank for output: product");

  OrtRunOptions* options = NULL;
  OK(ort->CreateRunOptions(&options));
  OK(ort->RunOptionsSetTerminate(options));
  FAILS(ort->Run(session, options, in, (const OrtValue* const*)inputs, 2, out, 1, &result), ORT_FAIL,
        "Exiting due to terminate flag being set to true.");
  OK(ort->RunOptionsUnsetTerminate(options));
  OK(ort->Run(session, options, in, (const OrtValue* const*)inputs, 2, out, 1, &result));
  ort->ReleaseRunOptions(options);
  ort->ReleaseValue(result);
  ort->ReleaseValue(flat_inputs[0]);
  ort->ReleaseValue(outputs[1]);
  ort->ReleaseValue(inputs[0]);
  ort->ReleaseValue(inputs[1]);
  ort->ReleaseSession(session);
}

static void Never(void* user, OrtValue** outputs, size_t count, OrtStatusPtr status) {
  (void)user, (void)outputs, (void)count, (void)status;
  abort();
}

static void TestMetadata(const char* folder) {
  OrtSession* session = Open(folder, "add", NULL);
  OrtModelMetadata* metadata = NULL;
  OK(ort->SessionGetModelMetadata(session, &metadata));
  char* text = NULL;
  OK(ort->ModelMetadataGetDescription(metadata, memory, &text));
  CHECK(strcmp(text, "adds and multiplies") == 0);
  memory->Free(memory, text);
  OK(ort->ModelMetadataLookupCustomMetadataMap(metadata, memory, "author", &text));
  CHECK(strcmp(text, "somebody") == 0);
  memory->Free(memory, text);
  OK(ort->ModelMetadataLookupCustomMetadataMap(metadata, memory, "absent", &text));
  CHECK(text == NULL);
  int64_t version = 0;
  OK(ort->ModelMetadataGetVersion(metadata, &version));
  CHECK(version == 7);
  ort->ReleaseModelMetadata(metadata);
  ort->ReleaseSession(session);
}

static void TestBinding(const char* folder) {
  OrtSession* session = Open(folder, "add", NULL);
  OrtIoBinding* binding = NULL;
  OrtMemoryInfo* info = NULL;
  OK(ort->CreateIoBinding(session, &binding));
  OK(ort->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &info));
  float a[3] = {1, 2, 3}, mine[3];
  const int64_t shape[2] = {1, 3};
  OrtValue* input = Floats(a, shape, 2);
  OrtValue* output = Floats(mine, shape, 2);
  OK(ort->BindInput(binding, "a", input));
  OK(ort->BindInput(binding, "b", input));
  FAILS(ort->BindInput(binding, "c", input), ORT_INVALID_ARGUMENT, "c");
  OK(ort->BindOutput(binding, "sum", output));
  OK(ort->BindOutputToDevice(binding, "product", info));
  OK(ort->RunWithBinding(session, NULL, binding));
  CHECK(mine[2] == 6);
  char* names = NULL;
  size_t* lengths = NULL;
  size_t count = 0;
  OK(ort->GetBoundOutputNames(binding, memory, &names, &lengths, &count));
  CHECK(count == 2 && lengths[0] == 3 && lengths[1] == 7 && memcmp(names, "sumproduct", 10) == 0);
  memory->Free(memory, names);
  memory->Free(memory, lengths);
  OrtValue** values = NULL;
  OK(ort->GetBoundOutputValues(binding, memory, &values, &count));
  CHECK(count == 2 && DataOf(values[1])[2] == 9);
  for (size_t i = 0; i < count; ++i) ort->ReleaseValue(values[i]);
  memory->Free(memory, values);
  ort->ReleaseValue(input);
  ort->ReleaseValue(output);
  ort->ReleaseMemoryInfo(info);
  ort->ReleaseIoBinding(binding);
  ort->ReleaseSession(session);
}

static void TestMaps(const char* folder) {
  OrtSession* session = Open(folder, "zip_map", NULL);
  float scores[6] = {0.5f, 0.25f, 0.125f, 1, 2, 3};
  const int64_t shape[2] = {2, 3};
  OrtValue* input = Floats(scores, shape, 2);
  const char* in = "x";
  const char* out = "maps";
  OrtValue* maps = NULL;
  OK(ort->Run(session, NULL, &in, (const OrtValue* const*)&input, 1, &out, 1, &maps));
  enum ONNXType kind;
  size_t count = 0;
  OK(ort->GetValueType(maps, &kind));
  OK(ort->GetValueCount(maps, &count));
  CHECK(kind == ONNX_TYPE_SEQUENCE && count == 2);
  OrtValue *map = NULL, *keys = NULL, *values = NULL;
  OK(ort->GetValue(maps, 1, memory, &map));
  OK(ort->GetValue(map, 0, memory, &keys));
  OK(ort->GetValue(map, 1, memory, &values));
  CHECK(((const int64_t*)(void*)DataOf(keys))[2] == 30 && DataOf(values)[2] == 3);
  FAILS(ort->GetValue(maps, 2, memory, &map), ORT_INVALID_ARGUMENT, "index 2");
  ort->ReleaseValue(keys);
  ort->ReleaseValue(values);
  ort->ReleaseValue(map);
  ort->ReleaseValue(maps);
  ort->ReleaseValue(input);
  ort->ReleaseSession(session);
}

// An operator of this program: y = factor * x.
struct Scale {
  float factor;
};
static void* ScaleCreate(const OrtCustomOp* op, const OrtApi* api, const OrtKernelInfo* info) {
  (void)op;
  struct Scale* scale = malloc(sizeof(*scale));
  size_t size = 0;
  OK(api->KernelInfoGetAttribute_float(info, "factor", &scale->factor));
  FAILS(api->KernelInfoGetAttribute_float(info, "absent", &scale->factor), ORT_FAIL, "absent");
  OK(api->KernelInfo_GetInputCount(info, &size));
  CHECK(size == 1);
  return scale;
}
static void ScaleCompute(void* kernel, OrtKernelContext* context) {
  const OrtValue* x = NULL;
  OrtValue* y = NULL;
  OrtTensorTypeAndShapeInfo* info = NULL;
  int64_t n = 0;
  OK(ort->KernelContext_GetInput(context, 0, &x));
  OK(ort->GetTensorTypeAndShape(x, &info));
  OK(ort->GetDimensions(info, &n, 1));
  ort->ReleaseTensorTypeAndShapeInfo(info);
  OK(ort->KernelContext_GetOutput(context, 0, &n, 1, &y));
  for (int64_t i = 0; i < n; ++i) DataOf(y)[i] = ((struct Scale*)kernel)->factor * DataOf((OrtValue*)x)[i];
}
static const char* ScaleName(const OrtCustomOp* op) {
  (void)op;
  return "Scale";
}
static const char* ScaleProvider(const OrtCustomOp* op) {
  (void)op;
  return NULL;
}
static size_t One(const OrtCustomOp* op) {
  (void)op;
  return 1;
}
static ONNXTensorElementDataType FloatType(const OrtCustomOp* op, size_t index) {
  (void)op, (void)index;
  return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
}
static OrtCustomOpInputOutputCharacteristic Required(const OrtCustomOp* op, size_t index) {
  (void)op, (void)index;
  return INPUT_OUTPUT_REQUIRED;
}

static void TestCustomOp(const char* folder) {
  OrtCustomOp op = {.version = 10,  // an old one: fields that came later may hold anything
                    .CreateKernel = ScaleCreate,
                    .GetName = ScaleName,
                    .GetExecutionProviderType = ScaleProvider,
                    .GetInputType = FloatType,
                    .GetInputTypeCount = One,
                    .GetOutputType = FloatType,
                    .GetOutputTypeCount = One,
                    .KernelCompute = ScaleCompute,
                    .KernelDestroy = free,
                    .GetInputCharacteristic = Required,
                    .GetOutputCharacteristic = Required};
  memset((char*)&op + offsetof(OrtCustomOp, GetInputMemoryType), 0xab,
         sizeof(op) - offsetof(OrtCustomOp, GetInputMemoryType));
  OrtCustomOpDomain* domain = NULL;
  OrtSessionOptions* options = NULL;
  OK(ort->CreateCustomOpDomain("test.custom", &domain));
  OK(ort->CustomOpDomain_Add(domain, &op));
  OK(ort->CreateSessionOptions(&options));
  OK(ort->AddCustomOpDomain(options, domain));
  OrtSession* session = Open(folder, "custom", options);
  float x[3] = {1, -2, 4};
  const int64_t shape[1] = {3};
  OrtValue* input = Floats(x, shape, 1);
  OrtValue* output = NULL;
  const char* in = "x";
  const char* out = "y";
  OK(ort->Run(session, NULL, &in, (const OrtValue* const*)&input, 1, &out, 1, &output));
  CHECK(DataOf(output)[0] == 2.5f && DataOf(output)[1] == -5 && DataOf(output)[2] == 10);
  ort->ReleaseValue(output);
  ort->ReleaseValue(input);
  ort->ReleaseSession(session);
  FAILS(ort->RegisterCustomOpsLibrary_V2(options, "/nowhere/library.so"), ORT_FAIL, "/nowhere/library.so");
  ort->ReleaseSessionOptions(options);
  ort->ReleaseCustomOpDomain(domain);
  char path[4096];
  snprintf(path, sizeof(path), "%s/custom.onnx", folder);
  FAILS(ort->CreateSession(env, path, NULL, &session), ORT_NOT_IMPLEMENTED, "Scale");
}

// What would be read through a null pointer.
static void TestNulls(const char* folder) {
  OrtOpAttr* attribute = NULL;
  const char* texts[1] = {NULL};
  int64_t number = 7;
  size_t need = 0;
  FAILS(ort->CreateOpAttr("a", NULL, 0, ORT_OP_ATTR_INT, &attribute), ORT_INVALID_ARGUMENT, "data");
  FAILS(ort->CreateOpAttr("a", texts, 1, ORT_OP_ATTR_STRINGS, &attribute), ORT_INVALID_ARGUMENT, "texts");
  OK(ort->CreateOpAttr("a", &number, 1, ORT_OP_ATTR_INT, &attribute));
  FAILS(ort->ReadOpAttr(attribute, ORT_OP_ATTR_INT, NULL, sizeof(number), &need), ORT_INVALID_ARGUMENT, "out");
  CHECK(need == sizeof(number));
  FAILS(ort->ReadOpAttr(attribute, ORT_OP_ATTR_INT, &number, 4, &need), ORT_INVALID_ARGUMENT, "too small");
  number = 0;
  OK(ort->ReadOpAttr(attribute, ORT_OP_ATTR_INT, &number, sizeof(number), &need));
  CHECK(number == 7);
  ort->ReleaseOpAttr(attribute);
  OrtSession* session = Open(folder, "add", NULL);
  OrtValue* result = NULL;
  const char* out = "sum";
  FAILS(ort->RunAsync(session, NULL, texts, (const OrtValue* const*)&result, 1, &out, 1, &result, Never, NULL),
        ORT_INVALID_ARGUMENT, "input_names");
  ort->ReleaseSession(session);
}

// y = x + w, built without a file and compiled into one.
static void TestBuiltModel(void) {
  const OrtModelEditorApi* edit = ort->GetModelEditorApi();
  const OrtCompileApi* compile = ort->GetCompileApi();
  const int64_t shape[1] = {2};
  float w[2] = {10, 20}, x[2] = {1, 2};
  OrtTensorTypeAndShapeInfo* tensor = NULL;
  OrtTypeInfo* type = NULL;
  OrtValueInfo *in = NULL, *out = NULL;
  OrtGraph* graph = NULL;
  OrtNode* node = NULL;
  OrtModel* model = NULL;
  OK(ort->CreateTensorTypeAndShapeInfo(&tensor));
  OK(ort->SetTensorElementType(tensor, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
  OK(ort->SetDimensions(tensor, shape, 1));
  OK(edit->CreateTensorTypeInfo(tensor, &type));
  OK(edit->CreateValueInfo("x", type, &in));
  OK(edit->CreateValueInfo("y", type, &out));
  ort->ReleaseTypeInfo(type);
  ort->ReleaseTensorTypeAndShapeInfo(tensor);
  const char *inputs[2] = {"x", "w"}, *outputs[1] = {"y"}, *domains[1] = {""};
  const int versions[1] = {17};
  OK(edit->CreateNode("Add", "", "add", inputs, 2, outputs, 1, NULL, 0, &node));
  OK(edit->CreateGraph(&graph));
  OK(edit->SetGraphInputs(graph, &in, 1));
  OK(edit->SetGraphOutputs(graph, &out, 1));
  CHECK(in == NULL && out == NULL);
  OK(edit->AddInitializerToGraph(graph, "w", Floats(w, shape, 1), false));
  OK(edit->AddNodeToGraph(graph, node));
  OK(edit->CreateModel(domains, versions, 1, &model));
  OK(edit->AddGraphToModel(model, graph));

  OrtSessionOptions* options = NULL;
  OrtModelCompilationOptions* how = NULL;
  OrtSession *built = NULL, *compiled = NULL;
  void* bytes = NULL;
  size_t count = 0;
  OK(ort->CreateSessionOptions(&options));
  OK(edit->CreateSessionFromModel(env, model, options, &built));
  OK(compile->CreateModelCompilationOptionsFromSessionOptions(env, options, &how));
  OK(compile->ModelCompilationOptions_SetInputModel(how, model));
  OK(compile->ModelCompilationOptions_SetOutputModelBuffer(how, memory, &bytes, &count));
  OK(compile->CompileModel(env, how));
  OK(ort->CreateSessionFromArray(env, bytes, count, options, &compiled));
  compile->ReleaseModelCompilationOptions(how);
  ort->ReleaseSessionOptions(options);
  ort->ReleaseModel(model);
  OK(ort->AllocatorFree(memory, bytes));
  OrtSession* both[2] = {built, compiled};
  for (int i = 0; i < 2; ++i) {
    OrtValue *given = Floats(x, shape, 1), *sum = NULL;
    OK(ort->Run(both[i], NULL, inputs, (const OrtValue* const*)&given, 1, outputs, 1, &sum));
    CHECK(DataOf(sum)[0] == 11 && DataOf(sum)[1] == 22);
    ort->ReleaseValue(sum);
    ort->ReleaseValue(given);
    ort->ReleaseSession(both[i]);
  }
}

static void TestSparse(void) {
  const int64_t shape[2] = {3, 4}, values_shape[1] = {2};
  int64_t indices[2] = {1, 11}, outside[2] = {1, 12};
  float values[2] = {5, 6};
  OrtMemoryInfo* info = NULL;
  OrtValue* sparse = NULL;
  OK(ort->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &info));
  OK(ort->CreateSparseTensorWithValuesAsOrtValue(info, values, shape, 2, values_shape, 1,
                                                 ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &sparse));
  FAILS(ort->UseCooIndices(sparse, outside, 2), ORT_INVALID_ARGUMENT, "out of bounds");
  OK(ort->UseCooIndices(sparse, indices, 2));
  enum OrtSparseFormat format = ORT_SPARSE_UNDEFINED;
  OK(ort->GetSparseTensorFormat(sparse, &format));
  const void *read = NULL, *where = NULL;
  size_t count = 0;
  OK(ort->GetSparseTensorValues(sparse, &read));
  OK(ort->GetSparseTensorIndices(sparse, ORT_SPARSE_COO_INDICES, &count, &where));
  CHECK(format == ORT_SPARSE_COO && read == values && count == 2 && where == indices);
  ort->ReleaseValue(sparse);
  ort->ReleaseMemoryInfo(info);
}

// A copy of options is cancelled by itself.
static void TestCancelledLoad(const char* folder) {
  char path[4096];
  snprintf(path, sizeof(path), "%s/add.onnx", folder);
  OrtSessionOptions *options = NULL, *copy = NULL;
  OrtSession* session = NULL;
  OK(ort->CreateSessionOptions(&options));
  OK(ort->CloneSessionOptions(options, &copy));
  OK(ort->SessionOptionsSetLoadCancellationFlag(options, true));
  FAILS(ort->CreateSession(env, path, options, &session), ORT_MODEL_LOAD_CANCELED, "");
  OK(ort->CreateSession(env, path, copy, &session));
  ort->ReleaseSession(session);
  ort->ReleaseSessionOptions(copy);
  ort->ReleaseSessionOptions(options);
}

static void TestErrors(const char* folder) {
  OrtSession* session = NULL;
  OrtValue* value = NULL;
  OrtMemoryInfo* info = NULL;
  (void)folder;
  FAILS(ort->CreateSession(env, "/nowhere/model.onnx", NULL, &session), ORT_NO_SUCHFILE, "/nowhere/model.onnx");
  FAILS(ort->CreateSessionFromArray(env, "no model", 8, NULL, &session), ORT_INVALID_PROTOBUF, "ONNX");
  FAILS(ort->CreateSessionFromArray(env, "", 0, NULL, &session), ORT_INVALID_ARGUMENT, "No graph was found");
  FAILS(ort->CreateSession(NULL, "x", NULL, &session), ORT_INVALID_ARGUMENT, "env");
  OK(ort->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &info));
  float few[3];
  const int64_t shape[2] = {2, 5}, negative[1] = {-1};
  FAILS(ort->CreateTensorWithDataAsOrtValue(info, few, sizeof(few), shape, 2, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                                            &value),
        ORT_INVALID_ARGUMENT, "not enough space: expected 40, got 12");
  FAILS(ort->CreateTensorAsOrtValue(memory, negative, 1, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value),
        ORT_INVALID_ARGUMENT, "negative");
  ort->ReleaseMemoryInfo(info);
  OrtSessionOptions* options = NULL;
  OK(ort->CreateSessionOptions(&options));
  FAILS(ort->AddSessionConfigEntry(options, "", "x"), ORT_INVALID_ARGUMENT, "Config key is empty");
  FAILS(ort->SessionOptionsAppendExecutionProvider(options, "QNN", NULL, NULL, 0), ORT_INVALID_ARGUMENT, "QNN");
  ort->ReleaseSessionOptions(options);
}

int main(int count, char** arguments) {
  CHECK(count == 3);
  // Environments and libraries come and go.
  for (int round = 0; round < 3; ++round) {
    void* library = dlopen(arguments[1], RTLD_NOW);
    if (!library) fprintf(stderr, "%s\n", dlerror());
    CHECK(library);
    const OrtApiBase* (*base)(void) = (const OrtApiBase* (*)(void))dlsym(library, "OrtGetApiBase");
    CHECK(base && dlsym(library, "OrtSessionOptionsAppendExecutionProvider_CPU"));
    CHECK(strncmp(base()->GetVersionString(), "1.30.", 5) == 0);
    ort = base()->GetApi(ORT_API_VERSION);
    CHECK(ort && ort == base()->GetApi(1) && base()->GetApi(31) == NULL && base()->GetApi(0) == NULL);
    OrtEnv* again = NULL;
    OK(ort->CreateEnv(ORT_LOGGING_LEVEL_WARNING, "client", &env));
    OK(ort->CreateEnv(ORT_LOGGING_LEVEL_VERBOSE, "another", &again));
    CHECK(again == env);
    OK(ort->GetAllocatorWithDefaultOptions(&memory));
    TestSlots();
    TestRun(arguments[2]);
    TestMetadata(arguments[2]);
    TestBinding(arguments[2]);
    TestMaps(arguments[2]);
    TestCustomOp(arguments[2]);
    TestBuiltModel();
    TestSparse();
    TestErrors(arguments[2]);
    TestNulls(arguments[2]);
    TestCancelledLoad(arguments[2]);
    ort->ReleaseEnv(again);
    ort->ReleaseEnv(env);
    dlclose(library);
  }
  puts("C client: ok");
  return 0;
}
