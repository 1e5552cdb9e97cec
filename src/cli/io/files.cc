// SPDX-License-Identifier: MIT
#include "cli/io/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kante::cli {
namespace {

Status SystemError(const char* what, const std::string& path) {
  return Status(errno == ENOENT ? StatusCode::kNoSuchFile : StatusCode::kFail,
                std::string(what) + " '" + path + "': " + std::strerror(errno));
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return ::fsync(fd) == 0;
}

}  // namespace

Result<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return Status(StatusCode::kInvalidArgument, "'" + path + "' is a folder, not a file");
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return SystemError("cannot open", path);
  std::ostringstream out;
  out << in.rdbuf();
  if (in.bad()) return SystemError("cannot read", path);
  return out.str();
}

Status WriteFile(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp" + std::to_string(::getpid());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return SystemError("cannot write", path);
  const bool written = WriteAll(fd, bytes);
  Status failed = written ? Status() : SystemError("cannot write", path);
  ::close(fd);
  if (failed.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) failed = SystemError("cannot write", path);
  if (!failed.ok()) ::unlink(temporary.c_str());
  return failed;
}

Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Status(StatusCode::kFail, "cannot make the folder '" + path + "': " + error.message());
  return Status();
}

std::string ExtensionOf(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  if (!extension.empty()) extension.erase(0, 1);
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

std::string FileNameOf(const std::string& value_name) {
  std::string out = value_name.empty() ? "output" : value_name;
  for (char& c : out) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') c = '_';
  }
  if (out[0] == '.') out[0] = '_';
  return out;
}

}  // namespace kante::cli
