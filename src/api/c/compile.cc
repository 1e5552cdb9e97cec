// SPDX-License-Identifier: MIT
// Compiling a model ahead: no provider of this build makes something of its own of it, so what comes out is the
// optimised model as ONNX.
#include <cstring>

#include "api/c/graph.h"
#include "api/c/memory.h"
#include "api/c/options.h"
#include "api/c/slots.h"
#include "base/mapped_file.h"
#include "base/paths.h"

struct OrtModelCompilationOptions {
  OrtSessionOptions session;
  std::string input_path;
  std::span<const std::byte> input_bytes;  // the caller's
  const OrtModel* input_model = nullptr;   // the caller's
  std::string output_path;
  OrtAllocator* allocator = nullptr;  // of *buffer
  void** buffer = nullptr;
  size_t* buffer_size = nullptr;
  OrtWriteBufferFunc write = nullptr;
  void* write_state = nullptr;
  kante::SaveOptions save;
  uint32_t flags = 0;
};

namespace kante::ort {
namespace {

enum : uint32_t { kErrorIfNothingCompiled = 1, kErrorIfOutputExists = 2 };

Result<Model> Load(const OrtModelCompilationOptions& options) {
  auto load = LoadOptionsOf(&options.session);
  if (!load.ok()) return load.status();
  if (options.input_model) {
    ModelSpec spec;
    if (Status made = TakeStatus(SpecOf(*options.input_model, &spec)); !made.ok()) return made;
    return Model::Make(spec, *load);
  }
  if (!options.input_bytes.empty()) return Model::LoadFromMemory(options.input_bytes, *load);
  if (!options.input_path.empty()) return Model::Load(options.input_path, *load);
  return Status(StatusCode::kInvalidArgument, "there is no input model to compile");
}

// "model.onnx" and "model" become "model_ctx.onnx".
std::string DefaultOutput(const std::string& input) {
  const size_t dot = input.rfind('.'), slash = input.rfind('/');
  const bool extension = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return input.substr(0, extension ? dot : input.size()) + "_ctx.onnx";
}

OrtStatus* Write(const OrtModelCompilationOptions& options, const Model& model) {
  if (!options.buffer && !options.write) {
    const std::string path = options.output_path.empty() ? DefaultOutput(options.input_path) : options.output_path;
    if ((options.flags & kErrorIfOutputExists) && core::MappedFile::Open(path, core::Mapping::kMap).ok()) {
      return Fail(ORT_FAIL, "the output file '" + path + "' exists already");
    }
    return ToOrt(model.Save(path, options.save));
  }
  const auto bytes = model.SaveToMemory();
  if (!bytes.ok()) return ToOrt(bytes.status());
  if (options.write) return options.write(options.write_state, bytes->data(), bytes->size());
  char* out = nullptr;
  KANTE_ORT_TRY(AllocateArray(options.allocator, bytes->size(), &out));
  std::memcpy(out, bytes->data(), bytes->size());
  *options.buffer = out;
  *options.buffer_size = bytes->size();
  return nullptr;
}

void ForgetInput(OrtModelCompilationOptions* options) {
  options->input_path.clear();
  options->input_bytes = {};
  options->input_model = nullptr;
}

void ForgetOutput(OrtModelCompilationOptions* options) {
  options->output_path.clear();
  options->buffer = nullptr;
  options->write = nullptr;
}

}  // namespace

void ReleaseModelCompilationOptions(OrtModelCompilationOptions* options) noexcept { delete options; }

OrtStatus* CreateModelCompilationOptionsFromSessionOptions(const OrtEnv* env, const OrtSessionOptions* session,
                                                           OrtModelCompilationOptions** out) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(session);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtModelCompilationOptions{*session};
  (*out)->session.optimization = OptimizationLevel::kNone;
  return nullptr;
}

OrtStatus* ModelCompilationOptions_SetInputModelPath(OrtModelCompilationOptions* options, const char* path) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(path);
  if (!*path) return InvalidArgument("Invalid input model: path is empty");
  ForgetInput(options);
  options->input_path = path;
  return nullptr;
}

OrtStatus* ModelCompilationOptions_SetInputModelFromBuffer(OrtModelCompilationOptions* options, const void* bytes,
                                                           size_t size) noexcept {
  KANTE_ORT_REQUIRE(options);
  if (!bytes) return InvalidArgument("Invalid input model: data pointer is null");
  if (size == 0) return InvalidArgument("Invalid input model: data size is 0");
  ForgetInput(options);
  options->input_bytes = {static_cast<const std::byte*>(bytes), size};
  return nullptr;
}

OrtStatus* ModelCompilationOptions_SetInputModel(OrtModelCompilationOptions* options, const OrtModel* model) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(model);
  ForgetInput(options);
  options->input_model = model;
  return nullptr;
}

OrtStatus* ModelCompilationOptions_SetOutputModelPath(OrtModelCompilationOptions* options, const char* path) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(path);
  if (!*path) return InvalidArgument("Invalid output model path: path is empty");
  ForgetOutput(options);
  options->output_path = path;
  return nullptr;
}

OrtStatus* ModelCompilationOptions_SetOutputModelBuffer(OrtModelCompilationOptions* options, OrtAllocator* allocator,
                                                        void** buffer, size_t* size) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(allocator);
  KANTE_ORT_REQUIRE(buffer);
  KANTE_ORT_REQUIRE(size);
  ForgetOutput(options);
  options->allocator = allocator;
  options->buffer = buffer;
  options->buffer_size = size;
  *buffer = nullptr;
  *size = 0;
  return nullptr;
}

OrtStatus* ModelCompilationOptions_SetOutputModelWriteFunc(OrtModelCompilationOptions* options,
                                                           OrtWriteBufferFunc write, void* state) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(write);
  ForgetOutput(options);
  options->write = write;
  options->write_state = state;
  return nullptr;
}

// Beside the model, of which the path says the name only.
OrtStatus* ModelCompilationOptions_SetOutputModelExternalInitializersFile(OrtModelCompilationOptions* options,
                                                                          const char* path, size_t threshold) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(path);
  if (!*path) return InvalidArgument("Invalid external initializer file: path is empty");
  options->save.external_data = std::string(core::FileNameOf(path));
  options->save.external_threshold_bytes = static_cast<int64_t>(threshold);
  return nullptr;
}
OrtStatus* ModelCompilationOptions_SetOutputModelGetInitializerLocationFunc(OrtModelCompilationOptions* options,
                                                                            OrtGetInitializerLocationFunc,
                                                                            void*) noexcept {
  KANTE_ORT_REQUIRE(options);
  return Fail(ORT_NOT_IMPLEMENTED, "a compiled model keeps its weights");
}

OrtStatus* ModelCompilationOptions_SetEpContextEmbedMode(OrtModelCompilationOptions* options, bool) noexcept {
  KANTE_ORT_REQUIRE(options);
  return nullptr;
}
OrtStatus* ModelCompilationOptions_SetEpContextBinaryInformation(OrtModelCompilationOptions* options,
                                                                 const char* folder, const char* name) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(folder);
  KANTE_ORT_REQUIRE(name);
  return nullptr;
}
OrtStatus* ModelCompilationOptions_SetWeightlessEnabled(OrtModelCompilationOptions* options, bool enabled) noexcept {
  KANTE_ORT_REQUIRE(options);
  return enabled ? Fail(ORT_NOT_IMPLEMENTED, "no provider compiles models without their weights") : nullptr;
}

OrtStatus* ModelCompilationOptions_SetFlags(OrtModelCompilationOptions* options, uint32_t flags) noexcept {
  KANTE_ORT_REQUIRE(options);
  if (flags & ~uint32_t{kErrorIfNothingCompiled | kErrorIfOutputExists}) {
    return InvalidArgument("flags " + std::to_string(flags) + " are not all known");
  }
  options->flags = flags;
  return nullptr;
}

OrtStatus* ModelCompilationOptions_SetGraphOptimizationLevel(OrtModelCompilationOptions* options,
                                                             GraphOptimizationLevel level) noexcept {
  KANTE_ORT_REQUIRE(options);
  return SetSessionGraphOptimizationLevel(&options->session, level);
}

OrtStatus* CompileModel(const OrtEnv* env, const OrtModelCompilationOptions* options) noexcept {
  KANTE_ORT_REQUIRE(env);
  KANTE_ORT_REQUIRE(options);
  if (options->flags & kErrorIfNothingCompiled) {
    return Fail(ORT_FAIL, "no provider of this build compiles nodes");
  }
  const bool placed = options->buffer || options->write || !options->output_path.empty();
  if (!placed && options->input_path.empty()) return InvalidArgument("there is no place for the compiled model");
  const auto model = Load(*options);
  if (!model.ok()) return ToOrt(model.status());
  return Write(*options, *model);
}

}  // namespace kante::ort
