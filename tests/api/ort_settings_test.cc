// SPDX-License-Identifier: MIT
// Settings of the C ABI's environment and sessions, and answers about providers.
#include <cstring>

#include "kante/graph.h"
#include "tests/api/models.h"
#include "tests/api/ort_client.h"

namespace kante::api_test {
namespace {

class OrtSettings : public OrtClient {
 protected:
  OrtSession* Create(const std::string& bytes) {
    OrtSession* session = nullptr;
    EXPECT_EQ(Told(ort.CreateSessionFromArray(env, bytes.data(), bytes.size(), options, &session)), "");
    return session;
  }
  std::vector<int64_t> InputShape(OrtSession* session) {
    OrtTypeInfo* type = nullptr;
    const OrtTensorTypeAndShapeInfo* tensor = nullptr;
    EXPECT_EQ(Told(ort.SessionGetInputTypeInfo(session, 0, &type)), "");
    EXPECT_EQ(Told(ort.CastTypeInfoToTensorInfo(type, &tensor)), "");
    std::vector<int64_t> dims(2);
    EXPECT_EQ(Told(ort.GetDimensions(tensor, dims.data(), 2)), "");
    ort.ReleaseTypeInfo(type);
    return dims;
  }
};

// y = Relu(x), x float32[batch of denotation DATA_BATCH, 3].
std::string DenotedModel() {
  core::WireWriter batch, three, shape, tensor, type, input;
  batch.String(2, "batch");
  batch.String(3, "DATA_BATCH");
  three.Int(1, 3);
  shape.Message(1, std::move(batch));
  shape.Message(1, std::move(three));
  tensor.Int(1, 1);
  tensor.Message(2, std::move(shape));
  type.Message(1, std::move(tensor));
  input.String(1, "x");
  input.Message(2, std::move(type));
  return wire::ModelBytes({.graph = wire::GraphMessage({.nodes = {wire::NodeMessage("Relu", {"x"}, {"y"})},
                                                        .inputs = {std::move(input)},
                                                        .outputs = {UntypedInfo("y")}})});
}

TEST_F(OrtSettings, DimensionsAreSetByDenotation) {
  OrtSession* session = Create(DenotedModel());
  EXPECT_EQ(InputShape(session), (std::vector<int64_t>{-1, 3}));
  ort.ReleaseSession(session);
  ORT_OK(ort.AddFreeDimensionOverride(options, "DATA_FEATURE", 7));  // which it does not have
  ORT_OK(ort.AddFreeDimensionOverride(options, "DATA_BATCH", 2));
  session = Create(DenotedModel());
  EXPECT_EQ(InputShape(session), (std::vector<int64_t>{2, 3}));
  std::vector<float> y;
  EXPECT_TRUE(Run(session, "x", {1, 2, 3}, {1, 3}, "y", &y).starts_with("2: "));
  ort.ReleaseSession(session);
  ORT_FAILS(ort.AddFreeDimensionOverride(options, nullptr, 2), 2, "null");
}

TEST_F(OrtSettings, FilesOfExternalDataInMemory) {
  const std::vector<float> w = {10, 20, 30};
  const std::string bytes =
      wire::ModelBytes({.graph = wire::GraphMessage(
                            {.nodes = {wire::NodeMessage("Add", {"x", "w"}, {"y"})},
                             .initializers = {wire::ExternalTensor("w", {3}, {wire::Entry("location", "w.bin")})},
                             .inputs = {wire::Info("x", TensorTypeOf(Type::kFloat32, {"3"}))},
                             .outputs = {UntypedInfo("y")}})});
  OrtSession* session = nullptr;
  ORT_FAILS(ort.CreateSessionFromArray(env, bytes.data(), bytes.size(), options, &session), 2, "w.bin");
  std::vector<char> file(sizeof(float) * 3);
  std::memcpy(file.data(), w.data(), file.size());
  const char* names[] = {"w.bin"};
  char* buffers[] = {file.data()};
  size_t sizes[] = {file.size()};
  ORT_OK(ort.AddExternalInitializersFromFilesInMemory(options, names, buffers, sizes, 1));
  ORT_FAILS(ort.AddExternalInitializersFromFilesInMemory(options, names, buffers, sizes, 1), 2, "w.bin");
  session = Create(bytes);
  std::fill(file.begin(), file.end(), 0);  // it is the caller's again
  std::vector<float> y;
  EXPECT_EQ(Run(session, "x", {1, 2, 3}, {3}, "y", &y), "");
  EXPECT_EQ(y, (std::vector<float>{11, 22, 33}));
  ort.ReleaseSession(session);
}

TEST_F(OrtSettings, ContainersShareModels) {
  const std::string bytes = ConvModel();
  OrtPrepackedWeightsContainer* container = nullptr;
  ORT_OK(ort.CreatePrepackedWeightsContainer(&container));
  OrtSession *a = nullptr, *b = nullptr, *other = nullptr;
  ORT_OK(
      ort.CreateSessionFromArrayWithPrepackedWeightsContainer(env, bytes.data(), bytes.size(), options, container, &a));
  ORT_OK(
      ort.CreateSessionFromArrayWithPrepackedWeightsContainer(env, bytes.data(), bytes.size(), options, container, &b));
  ORT_OK(ort.SetSessionGraphOptimizationLevel(options, ORT_DISABLE_ALL));
  ORT_OK(ort.CreateSessionFromArrayWithPrepackedWeightsContainer(env, bytes.data(), bytes.size(), options, container,
                                                                 &other));
  ORT_FAILS(ort.CreateSessionFromArrayWithPrepackedWeightsContainer(env, bytes.data(), bytes.size(), options, nullptr,
                                                                    &other),
            2, "null");
  ort.ReleasePrepackedWeightsContainer(container);
  std::vector<float> x(128, 0.5f), ya, yb, yo;
  EXPECT_EQ(Run(a, "x", x, {1, 2, 8, 8}, "y", &ya), "");
  EXPECT_EQ(Run(b, "x", x, {1, 2, 8, 8}, "y", &yb), "");
  EXPECT_EQ(Run(other, "x", x, {1, 2, 8, 8}, "y", &yo), "");
  EXPECT_EQ(ya, yb);
  ASSERT_EQ(ya.size(), yo.size());
  for (size_t i = 0; i < ya.size(); ++i) EXPECT_NEAR(ya[i], yo[i], 1e-5);
  for (OrtSession* each : {a, b, other}) ort.ReleaseSession(each);
}

TEST_F(OrtSettings, AllocatorsAreRegistered) {
  OrtAllocator own = *memory;
  OrtAllocator* found = nullptr;
  ORT_FAILS(ort.UnregisterAllocator(env, host), 2, "No allocator");
  ORT_OK(ort.CreateAndRegisterAllocator(env, host, nullptr));
  ORT_OK(ort.RegisterAllocator(env, &own));
  ORT_OK(ort.GetSharedAllocator(env, host, &found));
  EXPECT_EQ(found, &own);
  ORT_OK(ort.UnregisterAllocator(env, host));
  ORT_FAILS(ort.UnregisterAllocator(env, host), 2, "No allocator");
  ORT_OK(ort.GetSharedAllocator(env, host, &found));
  EXPECT_EQ(found, memory);
  ORT_FAILS(ort.CreateAndRegisterAllocatorV2(env, "Nope", host, nullptr, nullptr, nullptr, 0), 2,
            "Nope is not implemented");
  ORT_OK(ort.CreateAndRegisterAllocatorV2(env, "CPUExecutionProvider", host, nullptr, nullptr, nullptr, 0));
  ORT_OK(ort.UnregisterAllocator(env, host));
}

TEST_F(OrtSettings, NodesAreAssignedToTheCpu) {
  OrtSession* session = Create(ChainModel(1));
  const OrtEpAssignedSubgraph* const* parts = nullptr;
  size_t count = 0;
  ORT_FAILS(ort.Session_GetEpGraphAssignmentInfo(session, &parts, &count), 1, "record_ep_graph_assignment_info");
  ort.ReleaseSession(session);
  ORT_OK(ort.AddSessionConfigEntry(options, "session.record_ep_graph_assignment_info", "1"));
  ORT_OK(ort.SetSessionGraphOptimizationLevel(options, ORT_DISABLE_ALL));
  session = Create(ChainModel(1));
  ORT_OK(ort.Session_GetEpGraphAssignmentInfo(session, &parts, &count));
  ASSERT_EQ(count, 2u);
  const char *provider = nullptr, *type = nullptr, *name = nullptr, *domain = nullptr;
  const OrtEpAssignedNode* const* nodes = nullptr;
  ORT_OK(ort.EpAssignedSubgraph_GetEpName(parts[0], &provider));
  EXPECT_STREQ(provider, "CPUExecutionProvider");
  ORT_OK(ort.EpAssignedSubgraph_GetNodes(parts[0], &nodes, &count));
  ASSERT_EQ(count, 1u);
  ORT_OK(ort.EpAssignedNode_GetOperatorType(nodes[0], &type));
  ORT_OK(ort.EpAssignedNode_GetName(nodes[0], &name));
  ORT_OK(ort.EpAssignedNode_GetDomain(nodes[0], &domain));
  EXPECT_STREQ(type, "Sin");
  EXPECT_STREQ(name, "sin0");
  EXPECT_STREQ(domain, "");
  ort.ReleaseSession(session);

  ORT_OK(ort.AddSessionConfigEntry(options, "session.disable_cpu_ep_fallback", "1"));
  const std::string bytes = ChainModel(1);
  ORT_FAILS(ort.CreateSessionFromArray(env, bytes.data(), bytes.size(), options, &session), 1, "fallback to CPU EP");
}

TEST_F(OrtSettings, ADelegateSelectsTheDevice) {
  struct Seen {
    size_t devices = 0;
    std::string metadata;
    bool choose = true;
  } seen;
  const auto delegate = [](const OrtEpDevice** devices, size_t count, const OrtKeyValuePairs* model,
                           const OrtKeyValuePairs*, const OrtEpDevice** selected, size_t, size_t* selected_count,
                           void* state) -> OrtStatus* {
    auto& told = *static_cast<Seen*>(state);
    told.devices = count;
    if (const char* value = Ort().GetKeyValue(model, "key")) told.metadata = value;
    selected[0] = devices[0];
    *selected_count = told.choose;
    return told.choose ? nullptr : Ort().CreateStatus(ORT_EP_FAIL, "none of these");
  };
  ORT_OK(ort.SessionOptionsSetEpSelectionPolicyDelegate(options, delegate, &seen));
  ort.ReleaseSession(Create(LinearModel()));
  EXPECT_EQ(seen.devices, 1u);
  EXPECT_EQ(seen.metadata, "value");
  seen.choose = false;
  const std::string bytes = LinearModel();
  OrtSession* session = nullptr;
  ORT_FAILS(ort.CreateSessionFromArray(env, bytes.data(), bytes.size(), options, &session), 11, "none of these");
}

TEST_F(OrtSettings, OptimizedModelsAreSavedWithTheirWeightsBeside) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("optimized.onnx");
  ORT_OK(ort.SetOptimizedModelFilePath(options, path.c_str()));
  ORT_OK(ort.AddSessionConfigEntry(options, "session.optimized_model_external_initializers_file_name", "weights.bin"));
  ORT_OK(ort.AddSessionConfigEntry(options, "session.optimized_model_external_initializers_min_size_in_bytes", "16"));
  OrtSession *first = Create(ConvModel()), *second = nullptr;
  OrtSessionOptions* plain = nullptr;
  ORT_OK(ort.CreateSessionOptions(&plain));
  EXPECT_GT(folder.SizeOf("weights.bin"), 0);
  ORT_OK(ort.CreateSession(env, path.c_str(), plain, &second));
  ort.ReleaseSessionOptions(plain);
  std::vector<float> x(128, 0.25f), a, b;
  EXPECT_EQ(Run(first, "x", x, {1, 2, 8, 8}, "y", &a), "");
  EXPECT_EQ(Run(second, "x", x, {1, 2, 8, 8}, "y", &b), "");
  EXPECT_EQ(a, b);
  ort.ReleaseSession(first);
  ort.ReleaseSession(second);
}

TEST_F(OrtSettings, ProvidersThatAreNotBuiltIn) {
  ORT_FAILS(ort.SessionOptionsAppendExecutionProvider_CUDA(options, nullptr), 1, "CUDA execution provider is not");
  OrtCUDAProviderOptionsV2* cuda = nullptr;
  ORT_FAILS(ort.CreateCUDAProviderOptions(&cuda), 1, "CUDA execution provider is not enabled in this build.");
  ort.ReleaseCUDAProviderOptions(cuda);
  ORT_FAILS(ort.UpdateTensorRTProviderOptions(nullptr, nullptr, nullptr, 0), 1, "TensorRT execution provider is not");
  ORT_FAILS(ort.SessionOptionsAppendExecutionProvider_Dnnl(options, nullptr), 1, "oneDNN execution provider is not");
  const void* api = nullptr;
  ORT_FAILS(ort.GetExecutionProviderApi("DML", 0, &api), 2, "not supported");
  ORT_FAILS(ort.RegisterExecutionProviderLibrary(env, "x", "/no/such.so"), 9, "RegisterExecutionProviderLibrary");
  ORT_FAILS(ort.UnregisterExecutionProviderLibrary(env, "x"), 1, "x was not registered");
  void* opaque = nullptr;
  ORT_FAILS(ort.CreateOpaqueValue("d", "t", &api, 8, reinterpret_cast<OrtValue**>(&opaque)), 1, "opaque type");
}

TEST_F(OrtSettings, TheCpuIsTheDevice) {
  size_t count = 0;
  const OrtHardwareDevice* device = nullptr;
  ORT_OK(ort.GetNumHardwareDevices(env, &count));
  ASSERT_EQ(count, 1u);
  ORT_FAILS(ort.GetHardwareDevices(env, &device, 0), 2, "num_devices");
  ORT_OK(ort.GetHardwareDevices(env, &device, 1));
  EXPECT_EQ(ort.HardwareDevice_Type(device), OrtHardwareDeviceType_CPU);
  OrtDeviceEpIncompatibilityDetails* details = nullptr;
  ORT_FAILS(ort.GetHardwareDeviceEpIncompatibilityDetails(env, "Nope", device, &details), 2, "Nope");
  ORT_OK(ort.GetHardwareDeviceEpIncompatibilityDetails(env, "CPUExecutionProvider", device, &details));
  uint32_t reasons = 9;
  ORT_OK(ort.DeviceEpIncompatibilityDetails_GetReasonsBitmask(details, &reasons));
  EXPECT_EQ(reasons, 0u);
  ort.ReleaseDeviceEpIncompatibilityDetails(details);

  const OrtEpDevice* const* devices = nullptr;
  ORT_OK(ort.GetEpDevices(env, &devices, &count));
  ASSERT_EQ(count, 1u);
  OrtSession* session = Create(ChainModel(1));
  const OrtEpDevice* of_input = nullptr;
  ORT_FAILS(ort.SessionGetEpDeviceForInputs(session, &of_input, 0), 2, "room for 0");
  ORT_OK(ort.SessionGetEpDeviceForInputs(session, &of_input, 1));
  EXPECT_EQ(of_input, devices[0]);
  ORT_OK(ort.SessionGetEpDeviceForOutputs(session, &of_input, 1));
  OrtCompiledModelCompatibility fits;
  ORT_OK(ort.GetModelCompatibilityForEpDevices(devices, 1, "info", &fits));
  EXPECT_EQ(fits, OrtCompiledModelCompatibility_EP_NOT_APPLICABLE);
  ORT_FAILS(ort.GetModelCompatibilityForEpDevices(devices, 0, "info", &fits), 2, "Invalid argument");
  OrtSyncStream* stream = nullptr;
  ORT_FAILS(ort.CreateSyncStreamForEpDevice(devices[0], nullptr, &stream), 2, "non-CPU");
  ORT_FAILS(ort.SetEpDynamicOptions(session, nullptr, nullptr, 0), 2, "no inputs");
  char* info = nullptr;
  const std::string bytes = LinearModel();
  ORT_OK(ort.GetCompatibilityInfoFromModelBytes(bytes.data(), bytes.size(), "CPUExecutionProvider", memory, &info));
  EXPECT_EQ(info, nullptr);
  ORT_FAILS(ort.GetCompatibilityInfoFromModel("/no/such.onnx", "CPUExecutionProvider", memory, &info), 3, "such.onnx");
  ort.ReleaseSession(session);
}

}  // namespace
}  // namespace kante::api_test
