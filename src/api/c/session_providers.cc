// SPDX-License-Identifier: MIT
// What callers ask of providers about sessions and models, and of providers that only other builds have.
#include <algorithm>
#include <iterator>

#include "api/c/key_values.h"
#include "api/c/memory.h"
#include "api/c/providers.h"
#include "api/c/session.h"
#include "api/c/slots.h"

namespace kante::ort {
namespace {

OrtStatus* FillDevices(size_t have, const OrtEpDevice** out, size_t room) {
  if (room) KANTE_ORT_REQUIRE(out);
  if (room < have) return TooLittleRoom(have, room);
  std::fill_n(out, have, CpuEpDevice());
  return nullptr;
}

OrtStatus* Text(const OrtEpAssignedNode* node, std::string NodeDescription::*text, const char** out) {
  KANTE_ORT_REQUIRE(node);
  KANTE_ORT_REQUIRE(out);
  *out = (node->node.*text).c_str();
  return nullptr;
}

// Compilers of providers leave their notes in a model's metadata.
OrtStatus* Compatibility(const Result<Model>& model, const char* provider, OrtAllocator* allocator, char** out) {
  if (!model.ok()) return ToOrt(model.status());
  const auto found = model->metadata().find(std::string("ep_compatibility_info.") + provider);
  *out = nullptr;
  return found == model->metadata().end() ? nullptr : CopyText(allocator, found->second, out);
}

LoadOptions ForLooking() {
  LoadOptions load;
  load.optimization = OptimizationLevel::kNone;
  load.inspect_only = true;
  return load;
}

}  // namespace

OrtStatus* SessionGetEpDeviceForInputs(const OrtSession* session, const OrtEpDevice** out, size_t room) noexcept {
  KANTE_ORT_REQUIRE(session);
  return FillDevices(session->required.size(), out, room);
}
OrtStatus* SessionGetEpDeviceForOutputs(const OrtSession* session, const OrtEpDevice** out, size_t room) noexcept {
  KANTE_ORT_REQUIRE(session);
  return FillDevices(session->model.outputs().size(), out, room);
}

void RecordAssignment(OrtSession& session) {
  session.assignment_recorded = true;
  session.assigned.clear();
  session.assigned_list.clear();
  for (NodeDescription& node : session.model.Nodes()) {
    auto each = std::make_unique<OrtEpAssignedSubgraph>();
    each->node.node = std::move(node);
    each->nodes[0] = &each->node;
    session.assigned_list.push_back(each.get());
    session.assigned.push_back(std::move(each));
  }
}

// Of the optimised graph: a fused operator is one node.
OrtStatus* Session_GetEpGraphAssignmentInfo(const OrtSession* session, const OrtEpAssignedSubgraph* const** out,
                                            size_t* count) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(out);
  KANTE_ORT_REQUIRE(count);
  if (!session->assignment_recorded) {
    return Fail(
        ORT_FAIL,
        "Session configuration entry 'session.record_ep_graph_assignment_info' must be set to \"1\" to retrieve "
        "EP graph assignment information.");
  }
  *out = session->assigned_list.data();
  *count = session->assigned_list.size();
  return nullptr;
}
OrtStatus* EpAssignedSubgraph_GetEpName(const OrtEpAssignedSubgraph* subgraph, const char** out) noexcept {
  KANTE_ORT_REQUIRE(subgraph);
  KANTE_ORT_REQUIRE(out);
  *out = EpDevice_EpName(CpuEpDevice());
  return nullptr;
}
OrtStatus* EpAssignedSubgraph_GetNodes(const OrtEpAssignedSubgraph* subgraph, const OrtEpAssignedNode* const** out,
                                       size_t* count) noexcept {
  KANTE_ORT_REQUIRE(subgraph);
  KANTE_ORT_REQUIRE(out);
  KANTE_ORT_REQUIRE(count);
  *out = subgraph->nodes;
  *count = 1;
  return nullptr;
}
OrtStatus* EpAssignedNode_GetName(const OrtEpAssignedNode* node, const char** out) noexcept {
  return Text(node, &NodeDescription::name, out);
}
OrtStatus* EpAssignedNode_GetDomain(const OrtEpAssignedNode* node, const char** out) noexcept {
  return Text(node, &NodeDescription::domain, out);
}
OrtStatus* EpAssignedNode_GetOperatorType(const OrtEpAssignedNode* node, const char** out) noexcept {
  return Text(node, &NodeDescription::op_type, out);
}

OrtStatus* GetModelCompatibilityForEpDevices(const OrtEpDevice* const* devices, size_t count, const char* info,
                                             OrtCompiledModelCompatibility* out) noexcept {
  KANTE_ORT_REQUIRE(devices);
  KANTE_ORT_REQUIRE(info);
  KANTE_ORT_REQUIRE(out);
  if (count == 0) return InvalidArgument("Invalid argument provided to GetModelCompatibilityForEpDevices.");
  *out = OrtCompiledModelCompatibility_EP_NOT_APPLICABLE;
  return nullptr;
}

OrtStatus* GetCompatibilityInfoFromModel(const char* path, const char* provider, OrtAllocator* allocator,
                                         char** out) noexcept {
  KANTE_ORT_REQUIRE(path);
  KANTE_ORT_REQUIRE(provider);
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  return Compatibility(Model::Load(path, ForLooking()), provider, allocator, out);
}

OrtStatus* GetCompatibilityInfoFromModelBytes(const void* bytes, size_t count, const char* provider,
                                              OrtAllocator* allocator, char** out) noexcept {
  KANTE_ORT_REQUIRE(bytes);
  KANTE_ORT_REQUIRE(provider);
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  const std::span model(static_cast<const std::byte*>(bytes), count);
  return Compatibility(Model::LoadFromMemory(model, ForLooking()), provider, allocator, out);
}

OrtStatus* SetEpDynamicOptions(OrtSession* session, const char* const* keys, const char* const* values,
                               size_t count) noexcept {
  KANTE_ORT_REQUIRE(session);
  if (count == 0) return InvalidArgument("no inputs were passed");
  KANTE_ORT_REQUIRE(keys);
  KANTE_ORT_REQUIRE(values);
  return nullptr;
}

// There are no streams: the CPU works on the threads of the run.
OrtStatus* CreateSyncStreamForEpDevice(const OrtEpDevice* device, const OrtKeyValuePairs*,
                                       OrtSyncStream** out) noexcept {
  KANTE_ORT_REQUIRE(device);
  KANTE_ORT_REQUIRE(out);
  *out = nullptr;
  return InvalidArgument("ep_device does not use DEFAULT memory of a non-CPU device.");
}
void* SyncStream_GetHandle(OrtSyncStream*) noexcept { return nullptr; }
void ReleaseSyncStream(OrtSyncStream*) noexcept {}
void RunOptionsSetSyncStream(OrtRunOptions*, OrtSyncStream*) noexcept {}

// Runs on the CPU are not captured.
OrtStatus* SessionReleaseCapturedGraph(OrtSession* session, int) noexcept {
  KANTE_ORT_REQUIRE(session);
  return nullptr;
}

OrtStatus* GetExecutionProviderApi(const char* provider, uint32_t, const void** out) noexcept {
  KANTE_ORT_REQUIRE(provider);
  KANTE_ORT_REQUIRE(out);
  return InvalidArgument("Specified provider is not supported.");
}

OrtStatus* UnregisterExecutionProviderLibrary(OrtEnv* env, const char* name) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(name);
  return Fail(ORT_FAIL, "Execution provider library: " + std::string(name) + " was not registered.");
}

// Null takes a delegate back.
OrtStatus* SessionOptionsSetEpSelectionPolicyDelegate(OrtSessionOptions* options, EpSelectionDelegate delegate,
                                                      void* state) noexcept {
  KANTE_ORT_REQUIRE(options);
  options->select_devices = delegate;
  options->select_state = state;
  return nullptr;
}

OrtStatus* SelectDevices(const OrtSessionOptions& options, const Model& model) {
  const OrtEpDevice* devices[] = {CpuEpDevice()};
  const OrtEpDevice* selected[8] = {};
  size_t count = 0;
  OrtKeyValuePairs of_model, of_runtime;
  for (const auto& [key, value] : model.metadata()) of_model.entries[key] = value;
  of_model.Refresh();
  KANTE_ORT_TRY(options.select_devices(devices, 1, &of_model, &of_runtime, selected, std::size(selected), &count,
                                       options.select_state));
  if (count == 0) return Fail(ORT_FAIL, "the selection of devices chose none");
  if (count != 1 || selected[0] != CpuEpDevice()) {
    return InvalidArgument("the selection of devices chose what it was not given, or a device twice");
  }
  return nullptr;
}

OrtStatus* SetPerSessionThreadPoolCallbacks(OrtEnv* env, const OrtThreadPoolCallbacksConfig* config) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(config);
  return Fail(ORT_NOT_IMPLEMENTED, "this build does not call back from its thread pools");
}

OrtStatus* SessionOptionsSetWeightlessSourceModelBuffer(OrtSessionOptions* options, const void* bytes,
                                                        size_t) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(bytes);
  return nullptr;
}

OrtExperimentalFnPtr GetExperimentalFunction(const char*) noexcept { return nullptr; }

// No opaque type is registered.
OrtStatus* CreateOpaqueValue(const char* domain, const char* type, const void* data, size_t, OrtValue** out) noexcept {
  KANTE_ORT_REQUIRE(domain);
  KANTE_ORT_REQUIRE(type);
  KANTE_ORT_REQUIRE(data);
  KANTE_ORT_REQUIRE(out);
  return Fail(ORT_FAIL, "Specified domain and type names combination does not refer to a registered opaque type");
}
OrtStatus* GetOpaqueValue(const char* domain, const char* type, const OrtValue* value, void* data, size_t) noexcept {
  KANTE_ORT_REQUIRE(domain);
  KANTE_ORT_REQUIRE(type);
  KANTE_ORT_REQUIRE(value);
  KANTE_ORT_REQUIRE(data);
  return Fail(ORT_FAIL, "Specified domain and type names combination does not refer to a registered opaque type");
}

}  // namespace kante::ort
