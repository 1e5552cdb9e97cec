// SPDX-License-Identifier: MIT
// base/real_path.cc for WASI, whose C library has no realpath.
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/paths.h"

namespace kante::core {
namespace {

constexpr int kMaxLinks = 40;

Status CannotFind(const std::string& path) {
  const StatusCode code = errno == ENOENT || errno == ENOTDIR ? StatusCode::kNoSuchFile : StatusCode::kFail;
  return Error(code, "cannot find '", path, "': ", std::strerror(errno));
}

}  // namespace

Result<std::string> RealPath(const std::string& path) {
  char buffer[4096];
  std::string left = path;  // what is still to be walked
  if (path.empty() || path.front() != '/') {
    if (!::getcwd(buffer, sizeof buffer)) return CannotFind(path);
    left = StrCat(buffer, "/", path);
  }
  std::string real;  // "" is the root
  for (int links = 0; !left.empty();) {
    const size_t slash = left.find('/');
    const std::string part = left.substr(0, slash);
    left.erase(0, slash == std::string::npos ? slash : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      real.erase(real.empty() ? 0 : real.rfind('/'));
      continue;
    }
    real += "/";
    real += part;
    const ssize_t length = ::readlink(real.c_str(), buffer, sizeof buffer);
    if (length < 0 && errno == EINVAL) continue;  // no link
    if (length < 0) return CannotFind(path);
    if (++links > kMaxLinks || length == sizeof buffer)
      return Error(StatusCode::kFail, "too many links in '", path, "'");
    const std::string target(buffer, static_cast<size_t>(length));
    real.erase(target.front() == '/' ? 0 : real.rfind('/'));
    left = left.empty() ? target : StrCat(target, "/", left);
  }
  return real.empty() ? "/" : real;
}

}  // namespace kante::core
