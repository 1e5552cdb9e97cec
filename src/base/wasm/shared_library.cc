// SPDX-License-Identifier: MIT
// WebAssembly loads nothing while it runs.
#include "base/shared_library.h"

#include <utility>

namespace kante::core {

Result<std::shared_ptr<SharedLibrary>> SharedLibrary::Open(const std::string& path) {
  return Error(StatusCode::kNotImplemented, path, " with error: there are no shared libraries here");
}

SharedLibrary::~SharedLibrary() = default;
void* SharedLibrary::Symbol(const char*) const { return nullptr; }
void* SharedLibrary::Release() { return std::exchange(handle_, nullptr); }
void* SharedLibrary::GlobalSymbol(const char*) { return nullptr; }

}  // namespace kante::core
