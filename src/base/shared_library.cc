// SPDX-License-Identifier: MIT
#include "base/shared_library.h"

#include <dlfcn.h>

#include <utility>

namespace kante::core {

Result<std::shared_ptr<SharedLibrary>> SharedLibrary::Open(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* why = dlerror();
    return Error(StatusCode::kFail, path, " with error: ", why ? why : "unknown");
  }
  return std::shared_ptr<SharedLibrary>(new SharedLibrary(handle));
}

SharedLibrary::~SharedLibrary() {
  if (handle_) dlclose(handle_);
}

void* SharedLibrary::Symbol(const char* name) const { return dlsym(handle_, name); }
void* SharedLibrary::Release() { return std::exchange(handle_, nullptr); }
void* SharedLibrary::GlobalSymbol(const char* name) { return dlsym(RTLD_DEFAULT, name); }

}  // namespace kante::core
