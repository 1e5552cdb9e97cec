// SPDX-License-Identifier: MIT
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/paths.h"

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

}  // namespace kante::core
