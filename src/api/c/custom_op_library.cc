// SPDX-License-Identifier: MIT
// Libraries of custom operators: loaded, asked to register theirs, and kept as long as sessions may run them.
#include "api/c/custom_op.h"
#include "api/c/options.h"
#include "api/c/slots.h"
#include "base/shared_library.h"

extern "C" const OrtApiBase* OrtGetApiBase();

namespace kante::ort {
namespace {

OrtStatus* Register(OrtSessionOptions* options, void* function) {
  return reinterpret_cast<RegisterCustomOpsFn>(function)(options, OrtGetApiBase());
}

OrtStatus* Load(const char* path, std::shared_ptr<core::SharedLibrary>* out, void** function) {
  auto library = core::SharedLibrary::Open(path);
  if (!library.ok()) return Fail(ORT_FAIL, "Failed to load library " + std::string(library.status().message()));
  *function = (*library)->Symbol("RegisterCustomOps");
  if (!*function) {
    return Fail(ORT_FAIL, "Failed to get symbol RegisterCustomOps with error: '" + std::string(path) + "' lacks it");
  }
  *out = std::move(library).value();
  return nullptr;
}

}  // namespace

OrtStatus* RegisterCustomOpsLibrary_V2(OrtSessionOptions* options, const char* path) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(path);
  std::shared_ptr<core::SharedLibrary> library;
  void* function = nullptr;
  KANTE_ORT_TRY(Load(path, &library, &function));
  options->libraries.push_back(std::move(library));
  return Register(options, function);
}

// The handle is the caller's to close.
OrtStatus* RegisterCustomOpsLibrary(OrtSessionOptions* options, const char* path, void** handle) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(path);
  KANTE_ORT_REQUIRE(handle);
  std::shared_ptr<core::SharedLibrary> library;
  void* function = nullptr;
  KANTE_ORT_TRY(Load(path, &library, &function));
  *handle = library->Release();
  return Register(options, function);
}

OrtStatus* RegisterCustomOpsUsingFunction(OrtSessionOptions* options, const char* name) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(name);
  if (!*name) return InvalidArgument("RegisterCustomOpsUsingFunction: registration function name must be specified.");
  void* function = core::SharedLibrary::GlobalSymbol(name);
  if (!function) {
    return InvalidArgument("RegisterCustomOpsUsingFunction: Registration function was not found: " + std::string(name));
  }
  return Register(options, function);
}

OrtStatus* EnableOrtCustomOps(OrtSessionOptions* options) noexcept {
  KANTE_ORT_REQUIRE(options);
  return Fail(ORT_FAIL,
              "EnableOrtCustomOps: the operators of onnxruntime-extensions are not built in; register their "
              "library with RegisterCustomOpsLibrary_V2");
}

}  // namespace kante::ort

namespace kante {

Result<std::vector<std::shared_ptr<const CustomOp>>> LoadCustomOps(const std::string& path) {
  struct Kept {
    OrtSessionOptions options;
    std::vector<std::shared_ptr<const CustomOp>> ops;
  };
  auto kept = std::make_shared<Kept>();
  if (OrtStatus* failed = ort::RegisterCustomOpsLibrary_V2(&kept->options, path.c_str())) {
    return ort::TakeStatus(failed);
  }
  auto load = ort::LoadOptionsOf(&kept->options);
  if (!load.ok()) return load.status();
  kept->ops = std::move(load->custom_ops);
  // Each shares the ownership of the library.
  std::vector<std::shared_ptr<const CustomOp>> ops;
  for (const auto& op : kept->ops) ops.emplace_back(kept, op.get());
  return ops;
}

}  // namespace kante
