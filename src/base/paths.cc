// SPDX-License-Identifier: MIT
#include "base/paths.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace kante::core {

Result<std::string> RealPath(const std::string& path) {
#ifdef _WIN32
  char* real = _fullpath(nullptr, path.c_str(), 0);
#else
  char* real = ::realpath(path.c_str(), nullptr);
#endif
  if (!real) {
    const StatusCode code = errno == ENOENT || errno == ENOTDIR ? StatusCode::kNoSuchFile : StatusCode::kFail;
    return Error(code, "cannot find '", path, "': ", std::strerror(errno));
  }
  std::string out(real);
  std::free(real);
  return out;
}

std::string FolderOf(std::string_view path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

std::string_view FileNameOf(std::string_view path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace kante::core
