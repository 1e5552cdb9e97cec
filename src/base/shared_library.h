// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "base/status.h"

namespace kante::core {

// A library that is loaded while the program runs; closed with the object.
class SharedLibrary {
 public:
  static Result<std::shared_ptr<SharedLibrary>> Open(const std::string& path);
  ~SharedLibrary();
  SharedLibrary(const SharedLibrary&) = delete;
  SharedLibrary& operator=(const SharedLibrary&) = delete;

  void* Symbol(const char* name) const;  // null if it has none
  // The handle, which is the caller's to close from now on.
  void* Release();
  // Of anything that the process has loaded so that others see it.
  static void* GlobalSymbol(const char* name);

 private:
  explicit SharedLibrary(void* handle) : handle_(handle) {}
  void* handle_;
};

}  // namespace kante::core
