// SPDX-License-Identifier: MIT
// Creating a session and asking what goes in and out.
#include "api/c/session.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "api/c/memory.h"
#include "api/c/slots.h"
#include "base/clock.h"

namespace kante::ort {
namespace {

// Whether the optimised model is asked for in a format that nothing here writes.
bool SavesOrtFormat(const OrtSessionOptions& options) {
  const std::string& path = options.optimized_model_path;
  const std::string* format = FindConfigEntry(options.config, "session.save_model_format");
  return !path.empty() && (format ? *format == "ORT" : path.ends_with(".ort"));
}

OrtStatus* Create(const OrtEnv* env, Result<Model> model, const OrtSessionOptions* options, OrtSession** out) {
  auto session = std::make_unique<OrtSession>();
  KANTE_ORT_TRY(Open(env, std::move(model), options, *session));
  *out = session.release();
  return nullptr;
}

OrtStatus* Described(const std::vector<ValueDescription>& all, const std::vector<size_t>* chosen, size_t index,
                     const ValueDescription** out) {
  const size_t count = chosen ? chosen->size() : all.size();
  if (index >= count) {
    return Fail(ORT_FAIL, "index out of range: " + std::to_string(index) + " of " + std::to_string(count));
  }
  *out = &all[chosen ? (*chosen)[index] : index];
  return nullptr;
}

OrtStatus* NameAt(const std::vector<ValueDescription>& all, const std::vector<size_t>* chosen, size_t index,
                  OrtAllocator* allocator, char** out) {
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(out);
  const ValueDescription* described = nullptr;
  KANTE_ORT_TRY(Described(all, chosen, index, &described));
  return CopyText(allocator, described->name, out);
}

OrtStatus* TypeAt(const std::vector<ValueDescription>& all, const std::vector<size_t>* chosen, size_t index,
                  OrtTypeInfo** out) {
  KANTE_ORT_REQUIRE(out);
  const ValueDescription* described = nullptr;
  KANTE_ORT_TRY(Described(all, chosen, index, &described));
  *out = new OrtTypeInfo(InfoOf(*described));
  return nullptr;
}

}  // namespace

OrtStatus* Open(const OrtEnv* env, Result<Model> model, const OrtSessionOptions* options, OrtSession& made) {
  if (!model.ok()) return ToOrt(model.status());
  if (options && SavesOrtFormat(*options)) {
    return Fail(ORT_NOT_IMPLEMENTED, "optimised models are saved as ONNX only, not in the .ort format");
  }
  if (ConfigEntry(options, "session.disable_cpu_ep_fallback") == "1") {
    return Fail(ORT_FAIL,
                "This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has "
                "been explicitly disabled by the user.");
  }
  if (options && options->select_devices) KANTE_ORT_TRY(SelectDevices(*options, *model));
  const auto session_options = SessionOptionsOf(env, options);
  if (!session_options.ok()) return ToOrt(session_options.status());
  auto session = Session::Create(*model, *session_options);
  if (!session.ok()) return ToOrt(session.status());
  if (options && !options->optimized_model_path.empty()) {
    SaveOptions save;
    save.external_data = ConfigEntry(options, "session.optimized_model_external_initializers_file_name");
    const std::string least = ConfigEntry(options, "session.optimized_model_external_initializers_min_size_in_bytes");
    if (!least.empty()) {
      char* end = nullptr;
      save.external_threshold_bytes = std::strtoll(least.c_str(), &end, 10);
      if (*end || save.external_threshold_bytes < 0) return Fail(ORT_FAIL, "'" + least + "' is not a number of bytes");
    }
    if (const Status saved = model->Save(options->optimized_model_path, save); !saved.ok()) return ToOrt(saved);
  }
  made.model = std::move(*model);
  made.session = std::move(*session);
  if (options) made.libraries = options->libraries;
  made.required.clear();
  made.overridable.clear();
  for (size_t i = 0; i < made.model.inputs().size(); ++i) {
    (made.model.inputs()[i].has_default ? made.overridable : made.required).push_back(i);
  }
  if (ConfigEntry(options, "session.record_ep_graph_assignment_info") == "1") RecordAssignment(made);
  if (options && options->profiling) {
    made.profiling = true;
    made.profile_prefix = options->profile_prefix;
    made.profile_start_ns = static_cast<uint64_t>(core::NowNanos());
    made.session.StartProfile();
  }
  return nullptr;
}

std::string ExternalFolder(const OrtSessionOptions* options) {
  return ConfigEntry(options, "session.model_external_initializers_file_folder_path");
}

OrtStatus* CreateSession(const OrtEnv* env, const char* path, const OrtSessionOptions* options,
                         OrtSession** out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(path);
  KANTE_ORT_REQUIRE(out);
  const auto load = LoadOptionsOf(options);
  if (!load.ok()) return ToOrt(load.status());
  return Create(env, Model::Load(path, *load), options, out);
}

OrtStatus* CreateSessionFromArray(const OrtEnv* env, const void* bytes, size_t count, const OrtSessionOptions* options,
                                  OrtSession** out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(out);
  if (count == 0) return InvalidArgument("No graph was found in the protobuf.");
  KANTE_ORT_REQUIRE(bytes);
  const auto load = LoadOptionsOf(options);
  if (!load.ok()) return ToOrt(load.status());
  const std::span model(static_cast<const std::byte*>(bytes), count);
  return Create(env, Model::LoadFromMemory(model, *load, ExternalFolder(options)), options, out);
}

void ReleaseSession(OrtSession* session) noexcept {
  if (!session) return;
  std::string path;
  ReleaseStatus(WriteProfile(*session, &path));  // a profile that nobody ended
  delete session;
}

OrtStatus* SessionGetInputCount(const OrtSession* session, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(out);
  *out = session->required.size();
  return nullptr;
}

OrtStatus* SessionGetOutputCount(const OrtSession* session, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(out);
  *out = session->model.outputs().size();
  return nullptr;
}

OrtStatus* SessionGetOverridableInitializerCount(const OrtSession* session, size_t* out) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(out);
  *out = session->overridable.size();
  return nullptr;
}

OrtStatus* SessionGetInputName(const OrtSession* session, size_t index, OrtAllocator* allocator, char** out) noexcept {
  KANTE_ORT_REQUIRE(session);
  return NameAt(session->model.inputs(), &session->required, index, allocator, out);
}

OrtStatus* SessionGetOutputName(const OrtSession* session, size_t index, OrtAllocator* allocator, char** out) noexcept {
  KANTE_ORT_REQUIRE(session);
  return NameAt(session->model.outputs(), nullptr, index, allocator, out);
}

OrtStatus* SessionGetOverridableInitializerName(const OrtSession* session, size_t index, OrtAllocator* allocator,
                                                char** out) noexcept {
  KANTE_ORT_REQUIRE(session);
  return NameAt(session->model.inputs(), &session->overridable, index, allocator, out);
}

OrtStatus* SessionGetInputTypeInfo(const OrtSession* session, size_t index, OrtTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(session);
  return TypeAt(session->model.inputs(), &session->required, index, out);
}

OrtStatus* SessionGetOutputTypeInfo(const OrtSession* session, size_t index, OrtTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(session);
  return TypeAt(session->model.outputs(), nullptr, index, out);
}

OrtStatus* SessionGetOverridableInitializerTypeInfo(const OrtSession* session, size_t index,
                                                    OrtTypeInfo** out) noexcept {
  KANTE_ORT_REQUIRE(session);
  return TypeAt(session->model.inputs(), &session->overridable, index, out);
}

OrtStatus* SessionGetMemoryInfoForInputs(const OrtSession* session, const OrtMemoryInfo** out, size_t count) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(out);
  if (count != session->required.size()) return InvalidArgument("there are as many infos as inputs");
  std::fill_n(out, count, &HostMemory());
  return nullptr;
}

OrtStatus* SessionGetMemoryInfoForOutputs(const OrtSession* session, const OrtMemoryInfo** out, size_t count) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(out);
  if (count != session->model.outputs().size()) return InvalidArgument("there are as many infos as outputs");
  std::fill_n(out, count, &HostMemory());
  return nullptr;
}

}  // namespace kante::ort
