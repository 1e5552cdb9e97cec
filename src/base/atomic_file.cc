// SPDX-License-Identifier: MIT
#include "base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/entropy.h"

namespace kante::core {
namespace {

Status SystemError(const char* what, const std::string& path) {
  return Error(StatusCode::kFail, what, " '", path, "': ", std::strerror(errno));
}

}  // namespace

Result<AtomicFile> AtomicFile::Create(const std::string& path) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    std::string temporary = StrCat(path, ".tmp", EntropyBits());
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) return AtomicFile(path, std::move(temporary), fd);
    if (errno != EEXIST) return SystemError("cannot write", path);
  }
  return Error(StatusCode::kFail, "cannot write '", path, "': too many temporary files beside it");
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::exchange(other.fd_, -1)),
      size_(other.size_) {}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

Status AtomicFile::Write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError("cannot write", path_);
    size_ += n;
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return OkStatus();
}

Status AtomicFile::Commit() {
  if (::fsync(fd_) != 0) return SystemError("cannot flush", path_);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return SystemError("cannot write", path_);
  ::close(std::exchange(fd_, -1));
  return OkStatus();
}

}  // namespace kante::core
