// SPDX-License-Identifier: MIT
// Sessions of models that are added to before they run.
#include "api/c/graph.h"
#include "api/c/session.h"
#include "api/c/slots.h"
#include "base/mapped_file.h"
#include "base/paths.h"

namespace kante::ort {
namespace {

// Unknown operators and unconnected values may come right with what is added.
OrtStatus* Look(OrtSession& session, const OrtSessionOptions* options) {
  auto load = LoadOptionsOf(options);
  if (!load.ok()) return ToOrt(load.status());
  load->optimization = OptimizationLevel::kNone;
  load->inspect_only = true;
  const std::string& bytes = session.editing->bytes;
  auto model =
      Model::LoadFromMemory(std::as_bytes(std::span(bytes.data(), bytes.size())), *load, session.editing->folder);
  if (!model.ok()) return ToOrt(model.status());
  session.model = std::move(*model);
  for (size_t i = 0; i < session.model.inputs().size(); ++i) {
    (session.model.inputs()[i].has_default ? session.overridable : session.required).push_back(i);
  }
  return nullptr;
}

OrtStatus* Create(const OrtEnv* env, std::span<const std::byte> bytes, std::string folder,
                  const OrtSessionOptions* options, OrtSession** out) {
  auto session = std::make_unique<OrtSession>();
  session->editing.reset(new OrtEditedModel{env, std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                                            std::move(folder)});
  KANTE_ORT_TRY(Look(*session, options));
  *out = session.release();
  return nullptr;
}

}  // namespace

OrtStatus* CreateModelEditorSession(const OrtEnv* env, const char* path, const OrtSessionOptions* options,
                                    OrtSession** out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(path);
  KANTE_ORT_REQUIRE(out);
  const auto file = core::MappedFile::Open(path, core::Mapping::kMap);
  if (!file.ok()) {
    return Fail(static_cast<OrtErrorCode>(file.status().code()), std::string(file.status().message()));
  }
  return Create(env, (*file)->bytes(), core::FolderOf(path), options, out);
}

OrtStatus* CreateModelEditorSessionFromArray(const OrtEnv* env, const void* bytes, size_t count,
                                             const OrtSessionOptions* options, OrtSession** out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(out);
  if (count == 0) return InvalidArgument("No graph was found in the protobuf.");
  KANTE_ORT_REQUIRE(bytes);
  return Create(env, {static_cast<const std::byte*>(bytes), count}, ExternalFolder(options), options, out);
}

OrtStatus* SessionGetOpsetForDomain(const OrtSession* session, const char* domain, int* out) noexcept {
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(domain);
  KANTE_ORT_REQUIRE(out);
  const auto found = session->model.opsets().find(std::string_view(domain) == "ai.onnx" ? "" : domain);
  if (found == session->model.opsets().end()) {
    return Fail(ORT_FAIL, "Domain '" + std::string(domain) + "' is not used by the model");
  }
  *out = found->second;
  return nullptr;
}

OrtStatus* ApplyModelToModelEditorSession(OrtSession* session, OrtModel* model) noexcept {
  KANTE_ORT_REQUIRE(session);
  if (!session->editing) return Fail(ORT_MODEL_LOADED, "the session's model cannot be added to any more");
  KANTE_ORT_REQUIRE(model);
  ModelSpec spec;
  KANTE_ORT_TRY(SpecOf(*model, &spec));
  std::string& bytes = session->editing->bytes;
  auto extended = ExtendOnnx(std::as_bytes(std::span(bytes.data(), bytes.size())), spec);
  if (!extended.ok()) return ToOrt(extended.status());
  bytes = std::move(*extended);
  return nullptr;
}

OrtStatus* FinalizeModelEditorSession(OrtSession* session, const OrtSessionOptions* options,
                                      OrtPrepackedWeightsContainer*) noexcept {
  KANTE_ORT_REQUIRE(session);
  if (!session->editing) return nullptr;  // it is final already
  const auto load = LoadOptionsOf(options);
  if (!load.ok()) return ToOrt(load.status());
  const OrtEditedModel& edited = *session->editing;
  const auto bytes = std::as_bytes(std::span(edited.bytes.data(), edited.bytes.size()));
  KANTE_ORT_TRY(Open(edited.env, Model::LoadFromMemory(bytes, *load, edited.folder), options, *session));
  session->editing.reset();
  return nullptr;
}

}  // namespace kante::ort
